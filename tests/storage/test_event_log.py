"""The event log on the real table: idempotent, conditional, complete, and honest about what it cannot read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from chalicelib import bulk
from chalicelib.errors import BadInput, Conflict
from chalicelib.ids import subject_of
from chalicelib.supervision.store import ENTERPRISES_TOGETHER, EventLog, in_import_order
from tests.event_builders import SITE, busy_site, fact, registration, site_id

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def log(tables) -> EventLog:
    tables.clear()
    return EventLog(tables.prefix)


def test_an_event_appended_comes_back_as_it_was(log):
    event = fact(
        "hazard_found",
        level="general",
        deadline_on="2020-06-08",
        description="<script>alert(1)</script>",
        place={"text": "车间"},
        evidence=("photo-1",),
    )
    assert log.append([event], NOW).new == (event.event_id,)
    (stored,) = log.list_events(event.subject)
    assert stored.ingested_at == "2026-11-23T08:00:00.000Z"
    assert (stored.payload, stored.place, stored.evidence, stored.actor) == (event.payload, event.place, event.evidence, event.actor)
    assert stored.known_at == event.known_at


def test_appending_again_is_no_change(log):
    events = busy_site()
    assert len(log.append(events, NOW).new) == len(events)
    again = log.append(list(reversed(events)) + events, NOW + timedelta(hours=1))
    assert again.new == () and set(again.same) == {event.event_id for event in events}
    assert {event.ingested_at for event in log.list_events(subject_of("site", SITE))} == {"2026-11-23T08:00:00.000Z"}


def test_new_events_go_in_beside_those_that_stand(log):
    events = busy_site()
    log.append(events[:5], NOW)
    appended = log.append(events, NOW)
    assert set(appended.same) == {event.event_id for event in events[:5]}
    assert set(appended.new) == {event.event_id for event in events[5:]}


def test_the_same_id_with_other_content_is_a_conflict_naming_it(log):
    log.append([fact("complaint", key="c", text="one")], NOW)
    other, fresh = fact("complaint", key="c", text="two"), fact("complaint", key="d", text="three")
    with pytest.raises(Conflict) as refused:
        log.append([other, fresh], NOW)
    assert refused.value.fields["event_ids"] == [other.event_id]
    assert [event.payload["text"] for event in log.list_events(other.subject)] == ["one"], "a transaction goes in whole or not at all"


def test_one_call_with_two_contents_for_an_id_is_a_conflict_before_anything_is_written(log):
    one, two = fact("complaint", key="c", text="one"), fact("complaint", key="c", text="two")
    with pytest.raises(Conflict):
        log.append([one, two], NOW)
    assert log.list_events(one.subject) == ()


def test_what_does_not_fit_the_vocabulary_never_enters(log):
    good, bad = fact("complaint", text="ok"), fact("hazard_found", level="huge", deadline_on="2020-02-31")
    with pytest.raises(BadInput) as refused:
        log.append([good, bad], NOW)
    assert {problem.column for problem in refused.value.problems} == {"payload.level", "payload.deadline_on"}
    assert log.list_events(good.subject) == ()


def test_a_subject_is_read_to_its_last_page(log):
    text = "长" * 2000
    events = [fact("complaint", key=f"c{number}", text=text) for number in range(250)]
    log.append(events, NOW)
    assert len(log.list_events(events[0].subject)) == 250, "1.5 MB are more than one page"


def test_records_that_are_no_events_are_told_apart_and_the_rest_is_read(log):
    good = fact("complaint", text="ok")
    log.append([good], NOW)
    for number, doc in enumerate(("not json", "[]", '{"kind": "complaint"}', orjson.dumps({"a": 1}).decode())):
        item = {"subject": {"S": good.subject}, "event_id": {"S": f"broken-{number}"}, "doc": {"S": doc}}
        bulk.client().put_item(TableName=log.table, Item=item)
    reading = log.read(good.subject)
    assert [event.event_id for event in reading.events] == [good.event_id]
    assert [rejected.event_id for rejected in reading.rejected] == [f"broken-{number}" for number in range(4)]
    assert all(rejected.reason for rejected in reading.rejected)


def test_what_came_in_since_an_instant_is_found_over_days_and_shards(log):
    early = [fact("complaint", subject=site_id(number), text="x") for number in range(20)]
    late = [fact("complaint", subject=site_id(number), text="x") for number in range(20, 40)]
    log.append(early, NOW - timedelta(days=2))
    log.append(late, NOW)
    later = NOW + timedelta(minutes=1)
    assert log.subjects_since(NOW - timedelta(days=3), later) == {event.subject for event in early + late}
    assert log.subjects_since(NOW - timedelta(hours=1), later) == {event.subject for event in late}
    assert log.subjects_since(later, later + timedelta(days=1)) == set()


def test_import_order_has_the_enterprises_of_a_block_before_their_sites_and_loses_nothing():
    events = [event for pair in zip(busy_site("a"), busy_site("b"), strict=True) for event in pair]
    ordered = in_import_order(events)
    scopes = [event.scope for event in ordered]
    assert sorted(map(id, ordered)) == sorted(map(id, events))
    assert scopes == sorted(scopes) and set(scopes) == {"enterprise", "site"}


def test_import_order_keeps_a_block_of_enterprises_and_their_sites_together():
    events = [event for name in range(ENTERPRISES_TOGETHER + 1) for event in registration(name)]
    last = in_import_order(list(reversed(events)))[-3:]
    assert sorted(event.kind for event in last[:2]) == ["enterprise_registered", "site_opened"]
    assert last[2].kind == "site_registered" and last[2].payload["enterprise_id"] == last[0].subject_id
