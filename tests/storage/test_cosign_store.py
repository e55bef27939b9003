"""Acts that wait, on real tables: the second signature and its facts are one write, whoever comes at once and whatever breaks off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from event_builders import SITE, fact

from chalicelib.access.identity import Identity
from chalicelib.cosign.model import DECLINED, SIGNED, Act, load_terms, prepared
from chalicelib.cosign.store import ActTable
from chalicelib.supervision.model import Event
from chalicelib.supervision.store import EventLog

NOW = datetime(2020, 7, 1, 1, tzinfo=UTC)
FIRST, SECOND, THIRD = (Identity(f"d-{number}", "district", "district", True) for number in (1, 2, 3))


def act_of(key: str, now: datetime = NOW) -> Act:
    return prepared(FIRST, "site", SITE, {"kind": "override", "key": key, "payload": {"reason": "x", "signers": ["d-1", "d-9"]}}, now)


def facts(key: str) -> list[Event]:
    said = {"grade": "red", "reason": "x", "legal_basis": "示例", "until_on": "2020-12-31", "signers": ["d-1", "d-2"]}
    return [fact("override", "2020-06-20", key=f"{key}-{part}", **said) for part in "ab"]


def signed(act: Act, who: Identity, events: list[Event]) -> Act:
    return act.ended(SIGNED, who, NOW, event_ids=tuple(event.event_id for event in events))


def standing(prefix: str, events: list[Event]) -> set[str]:
    wanted = {event.event_id for event in events}
    return wanted & {event.event_id for event in EventLog(prefix).list_events(f"S:{SITE}")}


@pytest.fixture
def table(tables) -> ActTable:
    return ActTable(tables.prefix)


def test_an_act_is_kept_as_it_was_prepared_and_once(table: ActTable) -> None:
    act = act_of("kept")
    assert (table.create(act), table.create(act)) == (True, False)
    assert table.find(act.act) == act and act.body["payload"] == {"reason": "x"}, "a signature is taken from a session, never from a body"
    assert table.find("0000000000000000") is None


def test_what_waits_is_listed_until_its_hours_are_over_the_most_urgent_first(table: ActTable) -> None:
    late, soon = act_of("late", NOW + timedelta(hours=2)), act_of("soon", NOW + timedelta(hours=1))
    for act in (late, soon):
        table.create(act)
    assert [act for act in table.list_open(NOW) if act in (late, soon)] == [soon, late]
    over = NOW + timedelta(hours=load_terms().hours + 1)
    assert [act for act in table.list_open(over) if act in (late, soon)] == [late]
    assert table.end(soon.ended(DECLINED, SECOND, NOW, reason="不实"))
    assert soon.act not in [act.act for act in table.list_open(NOW)]
    assert [act.act for act in table.list_of("d-1")][:2] == [late.act, soon.act] and table.list_of("d-2") == []
    assert table.find(soon.act).reason == "不实"


def test_the_signature_and_all_facts_stand_together(table: ActTable) -> None:
    act, events = act_of("together"), facts("together")
    table.create(act)
    assert table.sign(signed(act, SECOND, events), events, NOW) == ""
    assert standing(table.table_prefix, events) == {event.event_id for event in events}
    assert (table.find(act.act).state, table.find(act.act).second) == (SIGNED, SECOND)
    assert table.sign(signed(act, SECOND, events), events, NOW) == "act", "what broke off after the write is found written"


def test_a_fact_in_the_way_leaves_the_act_waiting_and_nothing_half_written(table: ActTable) -> None:
    act, events = act_of("hindered"), facts("hindered")
    table.create(act)
    EventLog(table.table_prefix).append(events[1:], NOW)
    assert table.sign(signed(act, SECOND, events), events, NOW) == "event"
    assert standing(table.table_prefix, events) == {events[1].event_id}
    assert table.find(act.act) == act


def test_of_all_who_sign_decline_and_withdraw_at_once_one_does(table: ActTable) -> None:
    act, events = act_of("race"), facts("race")
    table.create(act)
    ways = [
        lambda: table.sign(signed(act, SECOND, events), events, NOW) == "",
        lambda: table.sign(signed(act, THIRD, events), events, NOW) == "",
        lambda: table.end(act.ended(DECLINED, THIRD, NOW, reason="不实")),
        lambda: table.end(act.ended("withdrawn", FIRST, NOW)),
    ]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda way: way(), ways))
    assert sum(done) == 1
    kept = table.find(act.act)
    assert (kept.state == SIGNED) is (done[0] or done[1])
    assert standing(table.table_prefix, events) == ({event.event_id for event in events} if kept.state == SIGNED else set())
    assert replace(kept, state=act.state, version=1, second=None, ended_at="", reason="", event_ids=()) == act
