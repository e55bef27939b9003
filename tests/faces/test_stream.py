"""The stream handler, called as Lambda calls it: batches of generated records, each twice and shuffled, and poison among them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime

import orjson
import pytest

from chalicelib import bulk
from chalicelib.config import read_settings
from chalicelib.grading.regrade import QUEUE, handle_stream
from chalicelib.grading.store import CardStore, FactsStore, HistoryStore
from chalicelib.supervision.quarantine import QuarantineStore
from chalicelib.supervision.store import EventLog
from tests.event_builders import busy_site, enterprise_id, fact, registration, site_id, stream_record

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NAMES = [f"s{number}" for number in range(8)]


class Stand:
    """The tables of one stack with their handler, and the stores to look into."""

    def __init__(self, prefix: str) -> None:
        self.settings = replace(read_settings({"TABLE_PREFIX": prefix, "DISTRICT": "demo"}), today=date(2020, 6, 20))
        self.log, self.cards, self.facts = EventLog(prefix), CardStore(prefix), FactsStore(prefix)
        self.history, self.quarantine = HistoryStore(prefix), QuarantineStore(prefix)

    def append(self, events):
        self.log.append(events, NOW)
        return [self.record(event.subject, event.event_id) for event in events]

    def record(self, subject, event_id):
        return stream_record(self.log.table, subject, event_id)

    def deliver(self, records):
        return handle_stream({"Records": records}, self.settings)["batchItemFailures"]

    def everything(self):
        ids = [site_id(name) for name in NAMES]
        cards = {site: (card.version, card.as_of, card.outcome, card.doc) for site, card in self.cards.load(ids).items()}
        return cards, self.facts.load(ids), {site: self.history.list_lines(site) for site in ids}


@pytest.fixture
def stand(tables) -> Stand:
    tables.clear()
    return Stand(tables.prefix)


def all_events():
    return [event for name in NAMES for event in busy_site(name)]


def test_a_batch_gives_every_site_its_card_facts_and_first_history_line(stand):
    assert stand.deliver(stand.append(all_events())) == []
    cards, facts, history = stand.everything()
    assert len(cards) == len(facts) == len(NAMES)
    for site in map(site_id, NAMES):
        card = orjson.loads(cards[site][3])
        assert (card["grade"], card["on"], card["open_hazards"]) == ("blue", "2020-06-20", 0)
        assert facts[site]["version"] == cards[site][0] == 11_000_002
        (line,) = history[site]
        assert line["from"] is None and line["to"]["grade"] == "blue" and len(line["triggers"]) == 13


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_batches_delivered_twice_end_in_the_same_cards(stand, seed):
    records = stand.append(all_events())
    assert stand.deliver(records) == []
    expected = stand.everything()
    twice = records * 2
    random.Random(seed).shuffle(twice)
    for start in range(0, len(twice), 17):
        assert stand.deliver(twice[start : start + 17]) == []
    assert stand.everything() == expected


def test_an_event_that_changes_the_colour_adds_one_line_however_often_it_is_delivered(stand):
    stand.deliver(stand.append(all_events()))
    accident = fact(
        "accident", "2020-06-19", subject=site_id("s0"), deaths=1, serious_injuries=0, light_injuries=0, responsibility="pending"
    )
    records = stand.append([accident])
    for _ in range(3):
        assert stand.deliver(records) == []
    first, second = stand.history.list_lines(site_id("s0"))
    assert (second["from"]["grade"], second["to"]["grade"], second["to"]["vetoes"]) == ("blue", "red", ["V01"])
    assert second["from"] == first["to"] and second["triggers"] == [accident.event_id]
    assert len(stand.history.list_lines(site_id("s1"))) == 1


def test_an_event_about_the_enterprise_reaches_all_its_sites_and_no_other(stand):
    company = enterprise_id("s0")
    events = [*busy_site("s0"), *busy_site("s1")]
    second = site_id("s2")
    events.append(fact("site_opened", "2019-11-01", subject=company, key="second", site_id=second))
    events.append(
        fact("site_registered", "2019-11-01", subject=second, key="site", enterprise_id=company, name="示例二厂", township="330110001")
    )
    stand.deliver(stand.append(events))
    concealed = fact("concealment_established", "2020-06-10", subject=company, conduct="concealed")
    assert stand.deliver(stand.append([concealed])) == []
    grades = {name: orjson.loads(stand.cards.load([site_id(name)])[site_id(name)].doc)["grade"] for name in ("s0", "s1", "s2")}
    assert grades == {"s0": "red", "s1": "blue", "s2": "red"}


def test_a_township_event_concerns_no_site(stand):
    records = stand.append([fact("annual_plan", "2020-01-10", year=2020, inspections=100)])
    assert stand.deliver(records) == []
    assert stand.everything()[0] == {}


def test_a_site_not_registered_yet_keeps_its_facts_and_gets_no_card(stand):
    registered, early = registration("s0"), fact("complaint", "2020-06-01", subject=site_id("s0"), text="x")
    assert stand.deliver(stand.append([early])) == []
    assert stand.cards.find(site_id("s0")) is None
    assert stand.facts.find(site_id("s0"))["version"] == 1_000_000
    assert stand.deliver(stand.append(registered)) == []
    assert stand.cards.find(site_id("s0"))["grade"] == "none"


def poison(stand, subject, event_id, doc):
    item = {"subject": {"S": subject}, "event_id": {"S": event_id}, "doc": {"S": doc}}
    bulk.client().put_item(TableName=stand.log.table, Item=item)
    return stand.record(subject, event_id)


def test_poison_is_set_aside_with_its_reason_and_the_rest_of_the_batch_is_graded(stand):
    records = stand.append(all_events())
    site = f"S:{site_id('s0')}"
    broken = [
        poison(stand, site, "bad-1", "not json"),
        poison(stand, site, "bad-2", '{"kind": "no-such-kind"}'),
        {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "n-0"}},
    ]
    mixed = [*records[:30], *broken, *records[30:]]
    assert stand.deliver(mixed) == [] and stand.deliver(mixed) == []
    assert len(stand.everything()[0]) == len(NAMES), "the poisoned site is graded from its good facts"
    lines = stand.quarantine.list_lines(QUEUE)
    assert {line["event_id"] for line in lines} == {"bad-1", "bad-2", ""} and all(line["reason"] for line in lines)


def test_facts_the_judge_refuses_are_set_aside_and_the_other_sites_go_on(stand):
    events = all_events()
    unknown = fact("assessment", "2020-06-10", subject=site_id("s3"), coverage="full", items={"E05": {"no-such-clause": 1}})
    assert stand.deliver(stand.append([*events, unknown])) == []
    cards = stand.everything()[0]
    assert site_id("s3") not in cards and len(cards) == len(NAMES) - 1
    (line,) = stand.quarantine.list_lines(QUEUE)
    assert line["subject"] == f"S:{site_id('s3')}" and "no-such-clause" in line["reason"]


def test_removals_change_nothing(stand):
    (record,) = stand.append([fact("complaint", "2020-06-01", subject=site_id("s0"), text="x")])
    assert stand.deliver([{**record, "eventName": "REMOVE"}]) == []
    assert stand.facts.find(site_id("s0")) is None
