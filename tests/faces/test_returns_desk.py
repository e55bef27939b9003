"""The returns desk: what is missing and until when, the own index before the freeze; own area only, and every look on record."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import pytest
from event_builders import fact, step

from chalicelib import clock
from chalicelib.access.identity import Identity
from chalicelib.errors import BadInput, Forbidden, NotFound
from chalicelib.http import problem
from chalicelib.index.acceptance import Published, standing_problems
from chalicelib.index.office import Office
from chalicelib.index.rules import MODEL_2020, load_rules
from chalicelib.index.sources import MemorySources
from chalicelib.supervision import vocabulary
from chalicelib.supervision.facts import fold
from chalicelib.workdays import UnknownHolidays

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))
from test_index_monthly import FACTS, JUNE, SMALL, TOWNSHIPS  # noqa: E402

OWN = TOWNSHIPS[0]
INSPECTOR = Identity("t-1", "township", OWN)


@dataclass
class Lines:
    lines: list = field(default_factory=list)

    def write(self, line) -> None:
        self.lines.append(line)


def office(*events, who: Identity = INSPECTOR, day: int = 2) -> Office:
    now = datetime(2020, 7, day, 9, 0, tzinfo=clock.SHANGHAI)
    return Office(who, SMALL, MemorySources(FACTS, {OWN: list(events)}), Lines(), now)


def returned(**fields):
    return fact("monthly_return", "2020-06-30", subject=OWN, month=JUNE, **{"sub_item": "ZR1", "numerator": 1, "attachment": "A-1", **fields})


def states(made: Office) -> dict[str, str]:
    return {row["code"]: row["state"] for row in made.returns(JUNE, OWN)["items"]}


def test_everything_that_people_report_is_listed_with_where_it_stands() -> None:
    first = returned()
    assert set(states(office()).values()) == {"missing"} and {"ZR1", "ZR5", "PX4", "CX2"} <= set(states(office()))
    assert states(office(first))["ZR1"] == "waiting"
    assert states(office(first, step("monthly_return_confirmed", first, "2020-07-01")))["ZR1"] == "confirmed"


def test_a_return_is_shown_as_it_counts_a_plan_over_fulfilled_with_the_word_for_it() -> None:
    told = returned(numerator=3), returned(sub_item="PX4", numerator=2, denominator=6), returned(sub_item="CX2", numerator=0, level="municipal")
    counted = {row["code"]: row["return"] and row["return"]["counted"] for row in office(*told).returns(JUNE, OWN)["items"]}
    assert counted["ZR1"] == "本月研究次数 3 / 应开次数 1 次，超额，按满分计" and counted["ZR5"] is None
    assert (counted["PX4"], counted["CX2"]) == ("累计完成 2 / 年度计划 6 项 × 6/12", "市级")


def test_the_desk_says_until_when() -> None:
    book = office().returns(JUNE, OWN)
    assert (book["open"], book["until"], book["timetable"]["freeze_at"]) == (True, "7月3日18:00", "2020-07-03T09:59:59.999Z")
    assert office(day=4).returns(JUNE, OWN)["open"] is False


def test_the_desk_says_early_that_next_years_working_days_are_missing() -> None:
    assert office().returns(JUNE, OWN)["holidays_missing"] is None
    assert replace(office(), now=datetime(2098, 1, 5, tzinfo=clock.SHANGHAI)).returns(JUNE, OWN)["holidays_missing"] == 2098


def test_a_confirmed_return_raises_the_own_index_before_the_freeze() -> None:
    first = returned()
    before = office().preview(JUNE, OWN)
    after = office(first, step("monthly_return_confirmed", first, "2020-07-01")).preview(JUNE, OWN)
    assert float(after["raw"]) - float(before["raw"]) == pytest.approx(3.0)
    assert "ZR1" in {entry["code"] for entry in before["lost"]} - {entry["code"] for entry in after["lost"]}
    assert "rank" not in after
    assert next(entry for entry in before["lost"] if entry["code"] == "ZR1")["counted"] == "未按期报送或未复核，计 0 分"


def test_own_area_only_and_every_look_is_on_record() -> None:
    made = office()
    made.returns(JUNE, OWN), made.preview(JUNE, OWN)
    assert [(line.action, line.subject, line.what) for line in made.audit.lines] == [
        ("read", f"T:{OWN}", "returns 2020-06"), ("read", f"T:{OWN}", "preview 2020-06"),
    ]  # fmt: skip
    for who in (Identity("t-2", "township", TOWNSHIPS[1]), Identity("e", "enterprise", OWN), Identity("a", "admin")):
        with pytest.raises(Forbidden):
            office(who=who).returns(JUNE, OWN)
    assert office(who=Identity("d", "district")).returns(JUNE, OWN)["township"] == OWN


@pytest.mark.parametrize(("month", "error"), [("2020-13", BadInput), ("x", BadInput), ("2020-08", BadInput)])
def test_a_month_that_is_none_or_has_not_begun_is_refused(month: str, error: type) -> None:
    with pytest.raises(error):
        office().returns(month, OWN)


@pytest.mark.parametrize("look", [lambda desk: desk.returns("2098-12", OWN), lambda desk: desk.objections("2098-12")])
def test_a_month_whose_working_days_nobody_knows_yet_is_a_named_problem_and_no_fault(look) -> None:
    with pytest.raises(UnknownHolidays) as caught:
        look(replace(office(), now=datetime(2098, 12, 5, 9, 0, tzinfo=clock.SHANGHAI)))
    answer = problem(caught.value)
    told = json.loads(answer.body)
    assert (answer.status_code, told["type"], told["title"]) == (503, "urn:safety-code:holidays-unknown", "缺少节假日安排")
    assert told["fields"] == {"year": "2099"} and "请联系管理员" in told["detail"]
    assert "Retry-After" not in answer.headers, "two seconds later it is not known either"


def test_an_unknown_township_is_not_found() -> None:
    with pytest.raises(NotFound):
        replace(office(who=Identity("d", "district"))).returns(JUNE, "999999999")


# ── Objections ──


def objected(sub_item: str = "JG1", on: str = "2020-07-06", township: str = OWN):
    return fact("index_objection", on, subject=township, sub_item=sub_item, month=JUNE, text="检查记录漏计 2 次", attachment="YY-1")


def hearing(*events, who: Identity = INSPECTOR, day: int = 7, out: int | None = 3) -> dict:
    came_out = date(2020, 7, out) if out else None
    return replace(office(*events, who=who, day=day), published_on=lambda month: came_out).objections(JUNE)


DISTRICT_OFFICIAL = Identity("d-1", "district")
RULES = load_rules(MODEL_2020)


def test_a_mean_is_corrected_by_an_exact_sum_of_shares_and_other_counts_are_whole() -> None:
    mean, whole = objected("ZR7"), objected("JG4")

    def refused(root, **counts) -> list[str]:
        decided = step("index_objection_decided", root, "2020-07-08", outcome="upheld", text="属实", **counts)
        found = vocabulary.problems(decided) + standing_problems(decided, fold([root])["records"], RULES, Published(lambda month: date(2020, 7, 3)))
        return [problem.reason for problem in found]

    assert refused(mean, numerator="27027/1000", denominator=28) == [] == refused(whole, numerator=4, denominator=5)
    assert refused(mean, numerator="29", denominator=28) == ["分子大于分母"]
    assert refused(whole, numerator="1/2", denominator=5) == ["须为不小于 0 的整数"]
    assert len(refused(mean, numerator="九", denominator=28)) == 2, "by its form and by its meaning"


def test_the_district_sees_every_objection_with_its_reason_and_a_township_its_own() -> None:
    (seen,) = hearing(first := objected(), who=DISTRICT_OFFICIAL)["objections"]
    assert (seen["township"], seen["sub_item"], seen["outcome"], seen["text"], seen["attachment"]) == (OWN, "JG1", "open", "检查记录漏计 2 次", "YY-1")
    assert hearing(first)["objections"] == [seen]
    assert hearing(first, who=Identity("t-2", "township", TOWNSHIPS[1]))["objections"] == []


def test_a_township_sees_what_became_of_its_objection_and_why() -> None:
    first = objected()
    decided = step("index_objection_decided", first, "2020-07-08", outcome="upheld", text="补录属实", numerator=5, denominator=9)
    (seen,) = hearing(first, decided, day=9)["objections"]
    assert (seen["outcome"], seen["decided_on"], seen["decision"]) == ("upheld", "2020-07-08", {"text": "补录属实", "counts": {"numerator": 5, "denominator": 9}})


@pytest.mark.parametrize(
    ("day", "out", "expected"),
    [
        (6, 3, {"is_out": True, "is_open": True, "day": 1, "days": 3, "objections_until": "2020-07-08", "decide_by": "2020-07-09", "left": 4}),
        (8, 3, {"is_open": True, "day": 3, "left": 2}),
        (9, 3, {"is_open": False, "day": 4, "left": 1}),
        (10, 3, {"is_open": False, "left": 0}),
        (8, None, {"is_out": False, "is_open": False}),
        (8, 6, {"is_open": True, "day": 2, "objections_until": "2020-07-09"}),
    ],
)
def test_the_clock_counts_working_days_from_the_day_the_index_came_out(day: int, out: int | None, expected: dict) -> None:
    clock_shown = hearing(day=day, out=out)["clock"]
    assert {name: clock_shown[name] for name in expected} == expected


def test_what_a_decision_has_to_name_is_said_for_every_sub_item() -> None:
    words = {item["code"]: item for item in hearing()["items"]}
    assert len(words) == 45 and words["JG1"]["denominator"] and words["FX6"]["condition"] == "overdue" and words["CX2"]["levels"]


def test_objections_are_for_officials_and_every_look_is_on_record() -> None:
    for who in (Identity("e", "enterprise", OWN), Identity("a", "admin"), Identity("x", "township", "999999999")):
        with pytest.raises(Forbidden):
            hearing(who=who)
    made = office(who=DISTRICT_OFFICIAL)
    made.objections(JUNE), office().objections(JUNE)
    assert [(line.subject, line.what) for line in made.audit.lines] == [("D:demo", "objections 2020-06")]
