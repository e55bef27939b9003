"""The search on the real tables: entries come with the cards, follow the register, and are read by queries alone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from chalicelib.access.identity import Identity
from chalicelib.code.token import parse_keys
from chalicelib.grading.regrade import Regrader
from chalicelib.register.district import load_district
from chalicelib.registry.find import read_query
from chalicelib.registry.persons import Person
from chalicelib.registry.searching import Searcher
from chalicelib.registry.store import Entries, PersonTable
from tests.event_builders import TOWNSHIP, busy_site, fact, registration, site_id

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAY = date(2020, 6, 20)


@pytest.fixture
def regrader(tables):
    tables.clear()
    return Regrader(tables.prefix, load_district("demo"))


def told(regrader, *events):
    regrader.log.append(events, NOW)
    regrader.regrade({event.subject_id for event in events if event.scope == "site"} | {site_id("a")}, DAY)


def rows(tables, text, role="district", organisation="", own=(), **more):
    who = Searcher(Identity("x", role, organisation), load_district("demo"), Entries(tables.prefix), parse_keys(""), lambda: list(own))
    return who.page(read_query({"q": text, **more}), None)[0]


def test_a_site_is_found_as_soon_as_it_has_a_card(tables, regrader):
    told(regrader, *busy_site(), *registration("b", township="330110010"))
    (row,) = rows(tables, "场所a")
    assert (row["site_id"], row["grade"], row["township"], row["state"], row["by"]) == (site_id("a"), "blue", TOWNSHIP, "operating", "name")
    assert [row["site_id"] for row in rows(tables, "changsuo", "township", "330110010")] == [site_id("b")]
    assert [row["site_id"] for row in rows(tables, "changsuo", "enterprise", own=[site_id("a")])] == [site_id("a")]


def test_a_renamed_and_moved_site_is_found_by_old_and_new_where_it_is_now(tables, regrader):
    told(regrader, *busy_site())
    told(regrader, fact("site_changed", "2020-06-10", name="示例新名厂", longitude=120.0313, latitude=30.2903, datum="WGS-84"))
    told(regrader, fact("site_moved", "2020-06-11", township="330110005"))
    assert [row["by"] for row in rows(tables, "场所a", "township", "330110005")] == ["former_name"]
    assert [row["distance_m"] for row in rows(tables, "xinming", near="120.0313,30.2903")] == [0]
    assert rows(tables, "xinming", "township", TOWNSHIP) == []


def test_a_new_grade_does_not_touch_the_entry(tables, regrader):
    told(regrader, *busy_site())
    before = Entries(tables.prefix).of_sites([site_id("a")])
    told(regrader, fact("penalty", "2020-06-10", procedure="general"))
    assert Entries(tables.prefix).of_sites([site_id("a")]) == before
    assert rows(tables, "场所a")[0]["grade"] == "blue"


def test_a_person_is_entered_replaced_and_forgotten(tables):
    people = PersonTable(tables.prefix)
    subject = f"S:{site_id('a')}"
    first = Person("head", "P1", "张示例", "13800000000", "2020-06-01", "self")
    people.put(subject, first)
    people.put(subject, Person("emergency", "P2", "李示例", "13900000000", "2020-06-01", "self"))
    second = Person("head", "P3", "王示例", "13700000000", "2020-06-02", "township")
    people.put(subject, second)
    assert [person.reference for person in people.list(subject)] == ["P2", "P3"]
    assert (people.erase(subject, "head"), people.erase(subject, "head"), people.erase(subject, "safety_officer")) == (True, False, False)
    assert [person.reference for person in people.list(subject)] == ["P2"]
    stored = tables.emulator.client("dynamodb").scan(TableName=tables.name("persons"))["Items"]
    assert "王示例" not in str(stored) and "张示例" not in str(stored)
