"""Returns and objections in a sheet: a row is refused what an act is refused, in the same words, by row, column and value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from event_builders import fact, step
from intake_support import MAPPINGS, MemoryLog, bring_in

from chalicelib.errors import BadInput
from chalicelib.index.acceptance import SAME, Published
from chalicelib.intake.correct import Correction
from chalicelib.intake.months import by_matter
from chalicelib.intake.run import Wish
from chalicelib.supervision.model import Event

OWN, JUNE = "330110001", "2020-06"
OBJECTIONS = """
schema = 1
title = "异议与决定"
[subjects]
township = ["镇街"]
[columns]
"镇街" = { required = true }
"提出日" = { read = "date", required = true }
"决定日" = { read = "date" }
"完成数" = { read = "integer" }
"应完成数" = { read = "integer" }
[[records]]
kind = "index_objection"
key = ["月份", "小项"]
on = "提出日"
repeats = true
source = { value = "township" }
fields = { month = "月份", sub_item = "小项", text = "理由" }
[[records]]
kind = "index_objection_decided"
key = ["月份", "小项", "文号"]
on = "决定日"
source = { value = "district" }
when = "决定日"
caused_by = { event = "index_objection", key = ["月份", "小项"] }
fields = { outcome = { column = "结果", values = { "成立" = "upheld", "驳回" = "rejected" } }, text = "决定", numerator = "完成数", denominator = "应完成数" }
"""
COUNTED = {"ZR4": {"state": "value", "numerator": 41, "denominator": 50}}
OUT = Published(lambda month: date(2020, 7, 3) if month == JUNE else None, lambda month, township: COUNTED if township == OWN else {})
bring_in_july = partial(bring_in, today=date(2020, 7, 20), now=datetime(2020, 7, 20, 4, 0, tzinfo=UTC))
RETURNS = MAPPINGS / "township_returns.toml"


@pytest.fixture
def sheet(tmp_path: Path):
    """Writes lines to a sheet below its heading; the mapping of objections beside it."""
    (tmp_path / "objections.toml").write_text(OBJECTIONS, "utf-8")

    def write(heading: str, *lines: str) -> Path:
        path = tmp_path / "sheet.csv"
        path.write_text("\n".join([heading, *lines]) + "\n", "utf-8")
        return path

    return write


def objections(sheet, *lines: str) -> tuple[Path, Path]:
    path = sheet("镇街,月份,小项,提出日,理由,文号,决定日,结果,决定,完成数,应完成数", *lines)
    return path, path.with_name("objections.toml")


def line(on: str = "2020-07-07", paper: str = "区安委〔2020〕8号", outcome: str = "成立", counts: str = "45,50") -> str:
    return f"{OWN},{JUNE},ZR4,{on},名册有误,{paper},2020-07-09,{outcome},查实,{counts}"


def refused(log: MemoryLog, paths: tuple[Path, Path], **wish: object) -> list[tuple[str, str, str, str]]:
    """What is wrong by row, column, value, reason; the log is as it was."""
    before = dict(log.events)
    with pytest.raises(BadInput) as caught:
        bring_in_july(log, *paths, wish=Wish(**{"published": OUT, **wish}))
    assert log.events == before
    return [(problem.place, problem.column, problem.value, problem.reason) for problem in caught.value.problems]


# ── Objections ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_decision_that_repeats_the_published_counts_is_refused_in_the_words_of_the_act(sheet) -> None:
    assert refused(MemoryLog(), objections(sheet, line(counts="41,50"))) == [("row 2", "结果", "成立", SAME)]


def test_a_decision_with_other_counts_and_a_rejection_come_in(sheet) -> None:
    for outcome in (line(), line(outcome="驳回", counts=",")):
        log = MemoryLog()
        bring_in_july(log, *objections(sheet, outcome), wish=Wish(published=OUT))
        assert len(log.of_kind("index_objection_decided")) == 1


def test_an_objection_after_its_days_is_refused_and_one_of_an_older_log_comes_in(sheet) -> None:
    late = objections(sheet, line(on="2020-07-09"))
    assert [found[3] for found in refused(MemoryLog(), late)] == ["异议期已于 7月8日24时截止（公示后 3 个工作日）"]
    assert bring_in_july(MemoryLog(), *late).new == 2, "no month of it is out yet"


def test_of_two_decisions_in_one_sheet_neither_is_taken_and_a_second_one_beside_the_log_is_not(sheet) -> None:
    both = objections(sheet, line(), line(paper="区安委〔2020〕9号"))
    assert {found[3] for found in refused(MemoryLog(), both)} == {"该异议已有决定"}
    log = MemoryLog()
    bring_in_july(log, *objections(sheet, line()), wish=Wish(published=OUT))
    assert [found[3] for found in refused(log, objections(sheet, line(paper="区安委〔2020〕9号")))] == ["该异议已有决定"]


def test_a_sheet_that_comes_twice_changes_nothing_and_a_decision_may_be_corrected(sheet) -> None:
    log, rejected = MemoryLog(), Wish(published=OUT)
    bring_in_july(log, *objections(sheet, line()), wish=rejected)
    assert bring_in_july(log, *objections(sheet, line()), wish=rejected).new == 0
    corrected = replace(rejected, correction=Correction("改正", ("D001", "D002")))
    assert bring_in_july(log, *objections(sheet, line(counts="46,50")), wish=corrected).corrections == 1
    assert [found[3] for found in refused(log, objections(sheet, line(counts="41,50")), correction=corrected.correction)] == [SAME]


# ── Returns ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def entered(**fields: object) -> Event:
    return fact("monthly_return", "2020-06-30", subject=OWN, **{"sub_item": "PX4", "month": JUNE, "numerator": 3, "denominator": 6, "attachment": "YB-1", **fields})


def returns(sheet, **cells: str) -> tuple[Path, Path]:
    row: Mapping[str, str] = {"镇街": OWN, "月份": JUNE, "小项": "PX4", "填报日期": "2020-07-01", "完成数": "4", "应完成数": "6", "级别": "", "附件": "YB-2", "复核日期": "", "复核人": ""} | cells  # fmt: skip
    return sheet(",".join(row), ",".join(row.values())), RETURNS


def test_a_second_return_for_what_is_confirmed_is_refused_one_for_what_waits_is_not(sheet) -> None:
    log, first = MemoryLog(), entered()
    log.append([first], datetime.now(UTC))
    assert bring_in_july(log, *returns(sheet)).new == 1
    log.append([step("monthly_return_confirmed", first, "2020-07-01")], datetime.now(UTC))
    again = returns(sheet, 附件="YB-3", 小项="PX4", 填报日期="2020-07-02")
    log.events = {key: event for key, event in log.events.items() if event.kind == "monthly_return_confirmed" or event == first}
    assert refused(log, again) == [("row 2", "小项", "PX4", "该小项本月已填报并复核；有误请由区级作废后重报")]


@pytest.mark.parametrize(
    ("cells", "column", "value"),
    [
        ({"小项": "ZZ9"}, "小项", "ZZ9"),
        ({"完成数": "-1"}, "完成数", "-1"),
        ({"完成数": "四"}, "完成数", "四"),
        ({"月份": "2020-08"}, "月份", "2020-08"),
    ],
)
def test_what_can_only_be_wrong_names_row_column_and_value(sheet, cells: dict[str, str], column: str, value: str) -> None:
    (found,) = refused(MemoryLog(), returns(sheet, **cells))
    assert found[:3] == ("row 2", column, value) and found[3]


def test_a_log_that_is_not_asked_is_not_read(tmp_path: Path, sheet) -> None:
    class Blind(MemoryLog):
        def list_events(self, subject: str) -> tuple[Event, ...]:
            raise AssertionError("nobody asked about a month")

    path = sheet("镇街,编号,日期,办理期限,办结日期,应移送,已移送,种类,小项,月份", f"{OWN},DB-1,2020-06-01,2020-06-20,,,,督办,,")
    assert bring_in(Blind(), path, MAPPINGS / "township_acts.toml").new == 1


def test_a_fact_is_judged_beside_what_is_about_the_same_month_and_sub_item_alone() -> None:
    """A township's years of returns are not folded anew for each of them; steps and withdrawals go with what they follow."""
    told = {"month": JUNE, "sub_item": "ZR5", "numerator": 3, "denominator": 4, "attachment": "A1"}
    one, same, other = (
        fact("monthly_return", "2020-06-20", subject=OWN, key=key, **{**told, **more})
        for key, more in (("one", {}), ("same", {"numerator": 4}), ("other", {"month": "2020-05"}))
    )
    confirmed = step("monthly_return_confirmed", one, "2020-06-21")
    withdrawn = replace(confirmed, event_id="0" * 25 + "1", kind="void", voids=one.event_id, caused_by=None)
    lost, circle = (replace(confirmed, event_id="0" * 25 + end, caused_by="0" * 25 + to) for end, to in (("2", "9"), ("3", "3")))
    beside = by_matter([one, same, other, confirmed, withdrawn, lost, circle])
    assert beside[one.event_id] == [one, same, confirmed, withdrawn] == beside[withdrawn.event_id]
    assert [beside[alone.event_id] for alone in (other, lost, circle)] == [[other], [lost], [circle]]
