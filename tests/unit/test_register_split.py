"""The reform of 2021 as data: of twenty townships twelve stay, eight go to the neighbour under new codes, and their sites follow.

domain §8. What happened before stays with the code under which it happened; months before and after the day still compute.
"""

from __future__ import annotations

import csv
import shutil
from datetime import date, datetime

import orjson
import pytest
from event_builders import busy_site, fact, site_id

from chalicelib import clock
from chalicelib.grading.card import build_card
from chalicelib.index.monthly import Desk, Order, start, take_township
from chalicelib.index.runs import MemoryRuns
from chalicelib.index.sources import MemorySources
from chalicelib.intake.rows import Context
from chalicelib.publish.files import MemoryFiles
from chalicelib.register.district import DISTRICTS, load_district
from chalicelib.registry.follow import ended, follow
from chalicelib.supervision.facts import fold
from chalicelib.supervision.kin import kin_of

DAY = date(2021, 4, 9)
NEW_CODES = {
    "330110001": "330113001", "330110002": "330113002", "330110003": "330113003", "330110004": "330113004",
    "330110006": "330113005", "330110007": "330113006", "330110008": "330113007", "330110102": "330113100",
}  # fmt: skip
LINPING, LIANGZHU = "330110001", "330110010"
NOW = datetime(2021, 4, 9, 1, 0, tzinfo=clock.SHANGHAI)


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    """The demo district with the reform written into its table: one file, no code."""
    root = tmp_path_factory.mktemp("districts")
    shutil.copytree(DISTRICTS / "demo", root / "demo")
    path = root / "demo" / "townships.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in list(rows):
        code = NEW_CODES.get(row["code"])
        if code:
            rows.append({**row, "code": code, "valid_from": DAY.isoformat(), "outside": "yes"})
            row |= {"valid_to": DAY.isoformat(), "successor": code}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return load_district("demo", root)


class Memory:
    """Cards by township and an append-only log, as far as a reform needs them."""

    def __init__(self, events):
        self.events = {event.event_id: event for event in events}

    def facts(self):
        subjects = sorted({event.subject_id for event in self.events.values() if event.scope == "site"})
        return [self.fold(subject) for subject in subjects]

    def fold(self, subject):
        kin = kin_of(subject, lambda wanted: tuple(event for event in self.events.values() if event.subject == wanted))
        return fold(kin.site, kin.enterprise)

    def list_township(self, code):
        cards = [build_card(facts, None, DAY) for facts in self.facts()]
        return [{"site_id": card.site_id} for card in cards if card.township == code]

    def append(self, events, now):
        for event in events:
            assert self.events.setdefault(event.event_id, event) == event


@pytest.fixture
def memory():
    made = [event for township in load_district("demo").townships for event in busy_site(township.code, township.code)]
    return Memory([*made, fact("penalty", "2021-03-02", subject=site_id(LINPING), key="before", procedure="general")])


def follow_all(district, memory):
    return follow(district, DAY, memory, memory, {"known_at": NOW, "now": NOW})


def test_twenty_townships_before_the_day_and_twelve_from_it_on(district):
    assert [len(district.townships_on(day)) for day in (date(2021, 4, 8), DAY)] == [20, 12]
    assert {township.code: township.successor for township in ended(district, DAY)} == NEW_CODES
    assert list(ended(district, date(2021, 4, 8))) == []
    assert district.township("330113001", DAY).name == "临平街道", "known by name for the sites that went there"


def test_the_sites_of_the_eight_follow_and_the_others_stay(district, memory):
    assert {one.township.code: one.sites for one in follow_all(district, memory)} == dict.fromkeys(NEW_CODES, 1)
    assert [row["site_id"] for row in memory.list_township("330113001")] == [site_id(LINPING)]
    assert [row["site_id"] for row in memory.list_township(LIANGZHU)] == [site_id(LIANGZHU)]


def test_following_twice_is_no_change(district, memory):
    follow_all(district, memory)
    before = dict(memory.events)
    assert sum(one.sites for one in follow_all(district, memory)) == 0
    assert memory.events == before


def test_a_sheet_of_an_old_day_names_the_old_township_and_one_of_a_new_day_the_new(district):
    from chalicelib.intake.rows import RowReader
    from intake_support import mapping_of, table_of

    mapping = mapping_of('schema = 1\n[subjects]\nsite = ["号"]\n[columns]\n"日" = { read = "date" }\n[[records]]\nkind = "site_moved"\non = "日"\nsource = { value = "district" }\nfields = { township = "镇" }\n')
    table = table_of("号,日,镇\nS1,2021-04-08,临平街道\nS1,2021-04-09,临平街道\n")
    from chalicelib.intake.run import IMPORTER

    reader = RowReader(table, mapping, Context(b"k", district, IMPORTER, date(2021, 5, 1)))
    told = []
    for row in table.rows():
        reader.read(row)
        told.append(reader.drafts[0].event.payload["township"])
    assert told == [LINPING, "330113001"]


def run(district, memory, month):
    """The month's run over the townships of that month; its public index document."""
    facts = memory.facts()
    by_card = {code: [] for code in [*NEW_CODES.values(), *(t.code for t in district.townships)]}
    for document in facts:
        by_card[build_card(document, None, date(2021, 7, 1)).township].append(document)
    files, queue = MemoryFiles(), []
    desk = Desk(district, MemorySources(by_card, {}), MemoryRuns(), files, queue.extend, "c1", [].extend)
    start(month, desk, datetime(2021, 7, 1, 0, 30, tzinfo=clock.SHANGHAI), Order(run="one"))
    for message in queue:
        take_township(message["run"], message["township"], desk)
    return orjson.loads(files.find(f"public/index/{month}/r1/index.json"))


def test_a_month_before_the_day_has_twenty_and_keeps_what_happened_there(district, memory):
    follow_all(district, memory)
    march = run(district, memory, "2021-03")
    rows = {row["code"]: row for row in march["townships"]}
    assert len(rows) == 20 and set(rows) >= set(NEW_CODES)
    untouched = run(district, Memory([event for event in memory.events.values() if event.kind != "site_moved"]), "2021-03")
    assert march["townships"] == untouched["townships"], "a reform changes nothing of the past"


def test_a_month_after_the_day_has_twelve(district, memory):
    follow_all(district, memory)
    april = run(district, memory, "2021-04")
    assert len(april["townships"]) == 12 and not {row["code"] for row in april["townships"]} & (set(NEW_CODES) | set(NEW_CODES.values()))


def test_the_scan_page_of_a_site_that_followed_names_its_township(district, memory):
    from chalicelib.code.page import Scan
    from chalicelib.code.pages import scan_page

    follow_all(district, memory)
    card = build_card(memory.fold(site_id(LINPING)), None, DAY)
    assert "临平街道" in scan_page(Scan(card.document, DAY, "X" * 29), district)


def test_a_successor_that_is_not_a_township_is_refused(district, tmp_path):
    from chalicelib.errors import BadRuleSet

    shutil.copytree(district.folder, tmp_path / "demo")
    path = tmp_path / "demo" / "townships.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",330113100,", ",999999999,", 1), encoding="utf-8")
    with pytest.raises(BadRuleSet, match="999999999"):
        load_district("demo", tmp_path)
