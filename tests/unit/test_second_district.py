"""A district is a folder of data: the small invented county runs through generator, import, grades, map, month and pages with no code."""

from __future__ import annotations

from datetime import date, datetime

import orjson
import pytest
from intake_support import MemoryLog

from chalicelib import clock
from chalicelib.code.page import Scan, twin
from chalicelib.code.pages import scan_page
from chalicelib.grading.card import build_card
from chalicelib.grading.judge import grade
from chalicelib.grading.rules import load_rule_set
from chalicelib.index.finish import Issue
from chalicelib.index.monthly import Desk, Order, start, take_township
from chalicelib.index.runs import MemoryRuns
from chalicelib.index.sources import MemorySources
from chalicelib.index.telling import notices_of
from chalicelib.index.timetable import Status
from chalicelib.publish.files import MemoryFiles
from chalicelib.register.district import load_district
from chalicelib.supervision.facts import fold
from chalicelib.supervision.kin import kin_of
from infra.synthetic.district import full_size, write
from infra.synthetic.load import import_tables

SHIFAN = load_district("shifan")
AS_OF = date(2020, 5, 31)
MONTH = "2020-05"


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    summary = write(tmp_path_factory.mktemp("shifan"), district=SHIFAN, sites=100, as_of=AS_OF)
    made = MemoryLog()
    for _ in import_tables(summary, made, district=SHIFAN, id_key=b"key", today=AS_OF, now=clock.utc_now()):
        pass
    return made


@pytest.fixture(scope="module")
def cards(log):
    by_subject: dict[str, tuple] = {}
    for event in log.events.values():
        by_subject[event.subject] = (*by_subject.get(event.subject, ()), event)
    rules = load_rule_set(SHIFAN.rule_set_on("grading", AS_OF).path)
    made = {}
    for event in log.of_kind("site_registered"):
        kin = kin_of(event.subject_id, lambda subject: by_subject.get(subject, ()))
        facts = fold(kin.site, kin.enterprise, kin.absorbed)
        made[event.subject_id] = facts, build_card(facts, grade(facts, rules, AS_OF), AS_OF)
    return made


@pytest.fixture(scope="module")
def files(log, cards):
    codes = [township.code for township in SHIFAN.townships]
    by_card = {code: [facts for facts, card in cards.values() if card.township == code] for code in codes}
    events = {code: log.list_events(f"T:{code}") for code in codes}
    made, queue = MemoryFiles(), []
    desk = Desk(SHIFAN, MemorySources(by_card, events), MemoryRuns(), made, queue.extend, "c1", [].extend)
    start(MONTH, desk, datetime(2020, 6, 5, 0, 30, tzinfo=clock.SHANGHAI), Order(run="one"))
    for message in queue:
        take_township(message["run"], message["township"], desk)
    return made


def test_the_folder_holds_data_alone():
    assert {path.suffix for path in SHIFAN.folder.rglob("*") if path.is_file()} <= {".toml", ".csv"}
    assert full_size(SHIFAN) == 460 and full_size(load_district("demo")) == 8800 and full_size(load_district("dinesafe")) == 0


def test_its_sites_are_graded_in_every_colour(cards):
    assert {card.grade for _, card in cards.values()} == {"red", "orange", "yellow", "blue", "none"}
    assert {card.township for _, card in cards.values()} == {township.code for township in SHIFAN.townships}


def test_names_bear_its_own_mark(log):
    assert all(event.payload["name"].startswith("示范县示例") for event in log.of_kind("enterprise_registered"))


def test_its_month_has_map_and_index_of_its_five_townships(files):
    index = orjson.loads(files.find(f"public/index/{MONTH}/r1/index.json"))
    assert {row["code"] for row in index["townships"]} == {township.code for township in SHIFAN.townships}
    for kind in ("index", "map"):
        page = files.find(f"public/{kind}/{MONTH}/r1/index.html").decode()
        assert all(township.short in page for township in SHIFAN.townships)
        assert "余杭" not in page and "#1F62C9" not in page and "#1B7A3D" in page


def test_the_best_code_is_green_in_word_letter_and_colour(cards):
    card = next(card for _, card in cards.values() if card.grade == "blue")
    page = scan_page(Scan(card.document, AS_OF, "X" * 29), SHIFAN)
    assert "绿码" in page and "蓝码" not in page and "#1B7A3D" in page
    english = scan_page(Scan(card.document, AS_OF, "X" * 29, "en"), SHIFAN)
    assert "Green" in english
    said = twin(Scan(card.document, AS_OF), SHIFAN.palette)
    assert (said["grade"], said["grade_word"], said["grade_word_en"]) == ("blue", "绿码", "Green"), "the stored code stays blue"


def test_its_notices_call_colours_as_its_palette_does(files):
    result = orjson.loads(files.find(f"public/index/{MONTH}/r1/index.json"))
    rows = [{**row, "colour": "blue"} for row in result["townships"]]
    told = list(notices_of(Issue(MONTH, Status.FINAL, "2020-06-10", {}), 1, {**result, "townships": rows}, SHIFAN.palette))
    assert "绿 5" in told[0].lines[0] and all("（绿）" in notice.lines[0] for notice in told[1:])
