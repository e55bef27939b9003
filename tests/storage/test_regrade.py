"""Saving under races and refusals, the sweep, rebuilding from the log, catching up: on the real tables."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import orjson
import pytest

from chalicelib import bulk
from chalicelib.config import read_settings
from chalicelib.errors import Unavailable
from chalicelib.grading.recompute import rebuild, regrade_stale, sites_of_district
from chalicelib.grading.regrade import QUEUE, Regrader, Shelf, handle_stream
from chalicelib.grading.saving import Regraded
from chalicelib.grading.store import CardStore, HistoryStore
from chalicelib.grading.sweep import handle_schedule, sweep
from chalicelib.register.district import load_district
from tests.event_builders import SITE, TOWNSHIP, busy_site, fact, registration, site_id, stream_batch

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAY = date(2020, 6, 20)


@pytest.fixture
def regrader(tables) -> Regrader:
    tables.clear()
    return Regrader(tables.prefix, load_district("demo"))


def judged(regrader, day=DAY, site=SITE) -> Regraded:
    shelf = Shelf(regrader.log)
    regrader.read([site], shelf)
    return regrader.judge(site, day, shelf)


def card(regrader, site=SITE):
    return regrader.saver.cards.find(site)


def history(regrader, site=SITE):
    return regrader.saver.history.list_lines(site)


def test_the_older_of_two_racing_regrades_changes_nothing(regrader):
    regrader.log.append(busy_site(), NOW)
    older = judged(regrader)
    regrader.log.append([fact("penalty", "2020-06-10", procedure="general")], NOW)
    newer = judged(regrader)
    assert regrader.saver.save([newer]).written == (SITE,)
    assert regrader.saver.save([older]).overtaken == (SITE,)
    assert regrader.saver.facts.find(SITE) == newer.facts
    assert card(regrader)["axes"] == newer.card.document["axes"]
    assert len(history(regrader)) == 1


def test_of_the_same_facts_the_earlier_day_changes_nothing(regrader):
    regrader.log.append(busy_site(), NOW)
    late, early = judged(regrader, DAY), judged(regrader, DAY - timedelta(days=1))
    regrader.saver.save([late])
    assert regrader.saver.save([early]).overtaken == (SITE,)
    assert card(regrader)["on"] == "2020-06-20"


class Meanwhile:
    """A card store in which somebody else acts just after the first look."""

    def __init__(self, cards, act):
        self.cards, self.act = cards, act

    def load(self, site_ids):
        seen = self.cards.load(site_ids)
        act, self.act = self.act, lambda: None
        act()
        return seen

    def put(self, card, doc):
        return self.cards.put(card, doc)


def racing(regrader, act) -> Regrader:
    other = Regrader(regrader.log.table_prefix, regrader.district)
    other.saver.cards = Meanwhile(other.saver.cards, act)
    return other


def test_two_that_save_the_same_result_side_by_side_leave_one_line(regrader):
    """The stream hands a site's and its enterprise's events to two workers at once."""
    regrader.log.append(busy_site(), NOW)
    result = judged(regrader)
    slow = racing(regrader, lambda: regrader.saver.save([result]))
    assert slow.saver.save([result]).unchanged == (SITE,)
    assert [line["line"] for line in history(regrader)] == [f"2020-06-20#{result.card.version}"]


def test_a_change_saved_in_between_is_where_the_next_one_begins(regrader):
    regrader.log.append(busy_site(), NOW)
    older = judged(regrader)
    regrader.log.append([fact("accident", "2020-06-10", deaths=1, serious_injuries=0, light_injuries=0, responsibility="responsible")], NOW)
    newer = judged(regrader)
    slow = racing(regrader, lambda: regrader.saver.save([older]))
    assert slow.saver.save([newer]).written == (SITE,)
    first, second = history(regrader)
    assert first["from"] is None
    assert second["from"] == first["to"] != second["to"]


def test_the_older_one_that_comes_in_between_too_late_writes_nothing(regrader):
    regrader.log.append(busy_site(), NOW)
    older = judged(regrader)
    regrader.log.append([fact("penalty", "2020-06-10", procedure="general")], NOW)
    newer = judged(regrader)
    slow = racing(regrader, lambda: regrader.saver.save([newer]))
    assert slow.saver.save([older]).overtaken == (SITE,)
    assert regrader.saver.facts.find(SITE) == newer.facts
    assert len(history(regrader)) == 1


def test_one_overtaken_site_does_not_hold_up_the_others_of_its_transaction(regrader):
    names = ["a", "b", "c"]
    regrader.log.append([event for name in names for event in busy_site(name)], NOW)
    results = [judged(regrader, site=site_id(name)) for name in names]
    ahead = replace(results[1].card, version=results[1].card.version + 1)
    regrader.saver.save([Regraded(results[1].facts | {"version": ahead.version}, ahead)])
    saved = regrader.saver.save(results)
    assert set(saved.written) == {site_id("a"), site_id("c")} and saved.overtaken == (site_id("b"),)


def test_nothing_is_written_when_nothing_changed(regrader):
    regrader.log.append(busy_site(), NOW)
    assert regrader.regrade([SITE], DAY).written == (SITE,)
    assert regrader.regrade([SITE], DAY).unchanged == (SITE,)
    assert regrader.regrade([SITE], DAY + timedelta(days=1)).written == (SITE,), "the day of the card moves"
    assert len(history(regrader)) == 1, "but that is no visible change"


def test_a_site_too_large_for_its_item_is_set_aside_and_the_others_are_saved(regrader):
    flood = [fact("complaint", key=f"c{number}", text="长" * 2000) for number in range(400)]
    regrader.log.append([*busy_site("a"), *flood, *busy_site("b")], NOW)
    done = regrader.regrade([SITE, site_id("b")], DAY)
    assert (done.written, done.quarantined, done.failed) == ((site_id("b"),), (SITE,), ())
    (line,) = regrader.quarantine.list_lines(QUEUE)
    assert line["subject"] == f"S:{SITE}"


class Counted:
    """A log that counts which subjects are read."""

    def __init__(self, log):
        self.log, self.table_prefix, self.reads = log, log.table_prefix, Counter()

    def counts_since(self, since, now):
        return self.log.counts_since(since, now)

    def read(self, subject):
        self.reads[subject] += 1
        return self.log.read(subject)


class Flaky(Counted):
    """A log that cannot read some subjects for a while."""

    def __init__(self, log, broken):
        super().__init__(log)
        self.broken = set(broken)

    def read(self, subject):
        if subject in self.broken:
            raise Unavailable("throttled")
        return super().read(subject)


def settings(regrader):
    return replace(read_settings({"TABLE_PREFIX": regrader.log.table_prefix, "DISTRICT": "demo"}), today=DAY)


def test_transient_faults_are_reported_for_exactly_their_records_and_mend_on_repeat(regrader):
    events = [*busy_site("a"), *busy_site("b"), *busy_site("c")]
    regrader.log.append(events, NOW)
    batch, real = stream_batch(regrader.log.table, events), regrader.log
    regrader.log = Flaky(real, {f"S:{site_id('b')}"})
    failures = {int(failure["itemIdentifier"]) for failure in handle_stream(batch, settings(regrader), regrader)["batchItemFailures"]}
    concerned = {number for number, event in enumerate(events) if site_id("b") in (event.subject_id, event.payload.get("site_id"))}
    enterprise = {
        number for number, event in enumerate(events) if event.kind == "enterprise_registered" and event.payload["name"].endswith("b")
    }
    assert failures == concerned | enterprise
    assert card(regrader) and not card(regrader, site_id("b"))
    regrader.log = real
    assert handle_stream(batch, settings(regrader), regrader)["batchItemFailures"] == []
    assert card(regrader, site_id("b"))["grade"] == "blue"


def test_an_enterprise_that_cannot_be_read_fails_its_records_and_its_sites(regrader):
    events = [*busy_site("a"), *busy_site("b")]
    regrader.log.append(events, NOW)
    company = events[0].subject
    batch = stream_batch(regrader.log.table, events)
    regrader.log = Flaky(regrader.log, {company})
    failures = handle_stream(batch, settings(regrader), regrader)["batchItemFailures"]
    assert {int(failure["itemIdentifier"]) for failure in failures} == set(range(13))
    assert card(regrader) is None and card(regrader, site_id("b"))


def test_every_subject_is_read_once_for_a_batch(regrader):
    events = [*busy_site("a"), *busy_site("b")]
    regrader.log.append(events, NOW)
    batch = stream_batch(regrader.log.table, events)
    regrader.log = Counted(regrader.log)
    handle_stream(batch, settings(regrader), regrader)
    assert set(regrader.log.reads.values()) == {1} and len(regrader.log.reads) == 4


def test_what_was_folded_before_is_not_read_again(regrader):
    events = [*busy_site("a"), *busy_site("b")]
    regrader.log.append(events, NOW)
    batch, real = stream_batch(regrader.log.table, events), regrader.log
    later = [fact("penalty", "2020-06-10", procedure="general"), fact("site_opened", "2020-01-01", key="c", site_id=site_id("c"))]
    handle_stream(batch, settings(regrader), regrader)
    regrader.log = Counted(real)
    tables = [record for record in batch["Records"] if record["dynamodb"]["NewImage"]["kind"]["S"] != "enterprise_registered"]
    handle_stream({"Records": tables}, settings(regrader), regrader)
    assert not regrader.log.reads
    real.append(later, NOW)
    handle_stream({"Records": [*batch["Records"], *stream_batch(real.table, later)["Records"]]}, settings(regrader), regrader)
    assert f"S:{SITE}" in regrader.log.reads and f"S:{site_id('b')}" not in regrader.log.reads


def test_the_sweep_regrades_what_time_changed_missed_days_included(regrader):
    accident = fact("accident", "2019-12-12", deaths=1, serious_injuries=0, light_injuries=0, responsibility="responsible")
    regrader.log.append([*busy_site("a"), accident, *busy_site("b")], NOW)
    regrader.regrade([SITE, site_id("b")], date(2020, 6, 11))
    assert (card(regrader)["grade"], card(regrader)["review_on"]) == ("red", "2020-06-12")
    cards = CardStore(regrader.log.table_prefix)
    assert sweep(regrader, cards, date(2020, 6, 11)).written == ()
    done = sweep(regrader, cards, date(2020, 6, 15))
    assert done.written == (SITE,), "three days were missed; the other site is not due"
    assert card(regrader)["grade"] == "yellow" and card(regrader)["on"] == "2020-06-15"
    assert [line["to"]["grade"] for line in history(regrader)] == ["red", "yellow"]
    assert handle_schedule(settings(regrader))["failed"] == 0


def test_a_fact_dated_later_counts_from_its_own_day_without_any_event(regrader):
    accident = fact("accident", "2020-06-25", deaths=1, serious_injuries=0, light_injuries=0, responsibility="responsible")
    regrader.log.append([*busy_site(), accident], NOW)
    regrader.regrade([SITE], DAY)
    assert (card(regrader)["grade"], card(regrader)["review_on"]) == ("blue", "2020-06-25")
    sweep(regrader, CardStore(regrader.log.table_prefix), date(2020, 6, 25))
    assert card(regrader)["grade"] == "red"


def test_the_cards_of_a_township_are_listed_to_the_last_page(regrader):
    names = range(120)
    regrader.log.append([event for name in names for event in registration(name, "2020-06-01", address="长" * 60)], NOW)
    regrader.regrade(map(site_id, names), DAY)
    rows = regrader.saver.cards.list_township(TOWNSHIP)
    assert [row["site_id"] for row in rows] == sorted(map(site_id, names))
    assert {(row["grade"], row["score"], row["township"], row["issue"]) for row in rows} == {("none", None, TOWNSHIP, None)}
    assert regrader.saver.cards.list_township("330110002") == []


def test_a_page_of_a_township_is_read_from_where_it_begins_and_no_further(regrader, monkeypatch):
    names = range(30)
    regrader.log.append([event for name in names for event in registration(name, "2020-06-01")], NOW)
    regrader.regrade(map(site_id, names), DAY)
    asked, real = [], bulk.call
    monkeypatch.setattr(bulk, "call", lambda operation, **request: asked.append(request) or real(operation, **request))
    ordered = sorted(map(site_id, names))
    walk = regrader.saver.cards.walk_township(TOWNSHIP, ordered[9], 5)
    assert [row["site_id"] for row in islice(walk, 5)] == ordered[10:15] and len(asked) == 1
    assert [row["site_id"] for row in walk] == ordered[15:]
    assert [row["site_id"] for row in regrader.saver.cards.walk_township(TOWNSHIP, "", 50)] == ordered


def test_a_rebuild_from_the_log_finds_no_difference(regrader):
    names = ["a", "b", "c"]
    regrader.log.append([event for name in names for event in busy_site(name)], NOW)
    regrader.regrade([site_id(name) for name in names], DAY)
    sites = sites_of_district(regrader, regrader.saver.cards, NOW, NOW)
    assert set(sites) == {site_id(name) for name in names}
    assert rebuild(regrader, DAY + timedelta(days=3), sites).differences == ()


def test_a_rebuild_names_and_repairs_what_does_not_follow_from_the_log(regrader):
    regrader.log.append([*busy_site("a"), *busy_site("b"), *busy_site("c")], NOW)
    regrader.regrade([SITE, site_id("b")], DAY)
    forged = replace(judged(regrader).card, version=99_000_000, grade="red", document={**card(regrader), "grade": "red"})
    put = regrader.saver.cards.put(forged, orjson.dumps(forged.document).decode())
    bulk.client().put_item(TableName=put["TableName"], Item=put["Item"])
    sites = sites_of_district(regrader, regrader.saver.cards, NOW - timedelta(days=1), NOW)
    found = rebuild(regrader, DAY, sites, repair=True).differences
    assert {(difference.site_id, difference.what) for difference in found} == {
        (SITE, "card"), (site_id("c"), "card"), (site_id("c"), "facts"),
    }, "a forged card, and a site whose card was never made"  # fmt: skip
    assert card(regrader)["grade"] == "blue"
    assert rebuild(regrader, DAY, sites).differences == ()


def test_catching_up_regrades_only_what_is_older_than_its_log(regrader):
    regrader.log.append([*busy_site("a"), *busy_site("b")], NOW - timedelta(hours=2))
    regrader.regrade([SITE, site_id("b")], DAY)
    regrader.log.append([fact("penalty", "2020-06-10", procedure="general"), *busy_site("c")], NOW)
    real, since = regrader.log, NOW - timedelta(days=1)
    done = regrade_stale(regrader, DAY, since, NOW)
    assert set(done.written) == {SITE, site_id("c")} and done.unchanged == (site_id("b"),)
    regrader.log = Counted(real)
    again = regrade_stale(regrader, DAY, since, NOW)
    assert again.written == () and len(again.unchanged) == 3 and not regrader.log.reads, "nothing is stale, so no log is read"


def test_catching_up_finds_the_sites_of_a_changed_enterprise_and_of_late_beginnings(regrader):
    regrader.log.append([*busy_site("a"), *busy_site("b")], NOW - timedelta(hours=2))
    regrader.regrade([SITE, site_id("b")], DAY)
    regrader.log.append([fact("concealment_established", "2020-06-10", conduct="concealed")], NOW)
    for since in (NOW - timedelta(hours=1), NOW - timedelta(days=1)):
        regrade_stale(regrader, DAY, since, NOW)
        assert (card(regrader)["grade"], card(regrader, site_id("b"))["grade"]) == ("red", "blue")


def test_history_only_grows_even_when_the_rules_change_within_a_day(regrader):
    regrader.log.append(busy_site(), NOW)
    first = judged(regrader)
    regrader.saver.save([first])
    for grade in ("red", "orange"):
        other = replace(first.card, outcome=orjson.dumps({"grade": grade}).decode())
        assert regrader.saver.save([replace(first, card=other)]).written == (SITE,)
    lines = HistoryStore(regrader.log.table_prefix).list_lines(SITE)
    assert [line["to"]["grade"] for line in lines] == ["blue", "red", "orange"]
    assert [line["line"].partition("~")[2] for line in lines] == ["", "2", "3"]
