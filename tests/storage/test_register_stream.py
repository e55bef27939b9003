"""The register's life on the real tables and by the real stream: merges, moves and states arrive at the cards, in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chalicelib.code import scan
from chalicelib.code.token import parse_keys, sign
from chalicelib.config import read_settings
from chalicelib.grading.recompute import rebuild
from chalicelib.grading.regrade import Regrader, handle_stream
from chalicelib.register.district import load_district
from chalicelib.registry.merge import merge_events
from tests.event_builders import busy_site, enterprise_id, fact, site_id, stream_batch
from tests.unit.test_register_life import FATAL, act

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAY = date(2020, 6, 20)
RING = "1:00112233445566778899aabbccddeeff"
A, B = site_id("a"), site_id("b")


@pytest.fixture
def settings(tables):
    tables.clear()
    return read_settings({"TABLE_PREFIX": tables.prefix, "TODAY": DAY.isoformat(), "DISTRICT": "demo", "PLATE_KEYS": RING})


@pytest.fixture
def regrader(settings):
    return Regrader(settings.table_prefix, load_district("demo"))


def arrive(regrader, settings, *events):
    """Append, and let the stream deliver each by itself."""
    regrader.log.append(events, NOW)
    for event in events:
        batch = stream_batch(regrader.log.table, [event])
        assert handle_stream(batch, settings, regrader) == {"batchItemFailures": []}


def card(regrader, site):
    return regrader.saver.cards.find(site)


def merge(regrader, gone=B, into=A, scope="site"):
    return merge_events(scope, gone, into, act(), regrader.log.list_events)


@pytest.fixture
def doubled(regrader, settings):
    """A site with a duplicate record that has a fatal accident, both graded."""
    fatal = fact("accident", "2020-05-02", subject=B, key="fatal", **FATAL)
    arrive(regrader, settings, *busy_site(), *busy_site("b"), fatal, fact("plate_issued", "2020-01-01", subject=B, issue=1))
    return fatal


@pytest.mark.parametrize("turned", [False, True], ids=["in order", "the other way round"])
def test_a_merge_moves_the_accident_to_the_surviving_card_and_greys_the_other(regrader, settings, doubled, turned):
    assert [card(regrader, site)["grade"] for site in (A, B)] == ["blue", "red"]
    made = merge(regrader)
    arrive(regrader, settings, *(reversed(made) if turned else made))
    assert [(card(regrader, site)["grade"], card(regrader, site)["merged_into"]) for site in (A, B)] == [("red", None), ("none", A)]
    assert rebuild(regrader, DAY, [A, B]).differences == ()


def test_the_old_plate_leads_to_the_surviving_site(regrader, settings, doubled):
    arrive(regrader, settings, *merge(regrader))
    event = {"httpMethod": "GET", "path": f"/C/{sign(B, 1, parse_keys(RING))}", "headers": None}
    answer = scan.handle(event, settings)
    assert answer["statusCode"] == 200
    assert ">示例场所a</h1>" in answer["body"] and "示例场所b”的码牌" in answer["body"]


def test_a_fact_told_late_to_the_merged_record_regrades_the_site(regrader, settings, doubled):
    arrive(regrader, settings, *merge(regrader))
    arrive(regrader, settings, fact("accident_determined", "2020-06-15", subject=B, caused_by=doubled.event_id, responsibility="not_responsible"))
    assert [card(regrader, site)["grade"] for site in (A, B)] == ["blue", "none"]
    assert rebuild(regrader, DAY, [A, B]).differences == ()


def test_voiding_the_merge_brings_both_cards_back(regrader, settings, doubled):
    going, taking = merge(regrader)
    arrive(regrader, settings, going, taking)
    arrive(regrader, settings, fact("void", "2020-06-16", subject=B, voids=going.event_id, reason="误并", signers=["o1", "o2"]))
    assert [card(regrader, site)["grade"] for site in (A, B)] == ["blue", "red"]
    assert [line["to"]["grade"] for line in regrader.saver.history.list_lines(A)][-3:] == ["blue", "red", "blue"]


def test_a_site_that_cannot_be_read_keeps_its_merged_record_from_being_done(regrader, settings, doubled, monkeypatch):
    arrive(regrader, settings, *merge(regrader))
    late = fact("inspection", "2020-06-17", subject=B, officers=["o1"])
    regrader.log.append([late], NOW)
    whole = regrader.log
    broken = Regrader(settings.table_prefix, load_district("demo"))
    broken.log = BrokenLog(whole, f"S:{A}")
    assert handle_stream(stream_batch(whole.table, [late]), settings, broken)["batchItemFailures"] == [{"itemIdentifier": "0"}]
    assert handle_stream(stream_batch(whole.table, [late]), settings, regrader)["batchItemFailures"] == []
    assert card(regrader, A)["last_inspection_on"] == "2020-06-17"


class BrokenLog:
    """A log in which one subject cannot be read now."""

    def __init__(self, log, subject):
        self.log, self.subject, self.table = log, subject, log.table

    def read(self, subject):
        from chalicelib.errors import Unavailable

        if subject == self.subject:
            raise Unavailable("gone")
        return self.log.read(subject)


def test_merged_enterprises_share_what_they_answer_for(regrader, settings):
    arrive(regrader, settings, *busy_site(), *busy_site("b"))
    arrive(regrader, settings, *merge(regrader, enterprise_id("b"), enterprise_id("a"), "enterprise"))
    arrive(regrader, settings, fact("dishonesty_listed", "2020-06-12", subject=enterprise_id("b"), key="listed"))
    assert [card(regrader, site)["grade"] for site in (A, B)] == ["red", "red"]
    assert rebuild(regrader, DAY, [A, B]).differences == ()


def test_a_site_that_moved_is_listed_where_it_is_now(regrader, settings):
    arrive(regrader, settings, *busy_site())
    arrive(regrader, settings, fact("site_moved", "2020-06-12", township="330110010"))
    rows = {code: [row["site_id"] for row in regrader.saver.cards.list_township(code)] for code in ("330110001", "330110010")}
    assert rows == {"330110001": [], "330110010": [A]}


def test_the_facts_of_both_are_theirs_once_even_if_a_merge_is_told_twice(regrader, settings, doubled):
    made = merge(regrader)
    arrive(regrader, settings, *made)
    assert regrader.log.append([replace(event) for event in made], NOW).new == ()
    version = regrader.saver.facts.find(A)["version"]
    arrive(regrader, settings, *made)
    assert regrader.saver.facts.find(A)["version"] == version
