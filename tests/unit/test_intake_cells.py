"""Cells: what can be read is read exactly, what cannot says why."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chalicelib.intake.cells import INNER_NOTE, SERIAL_NOTE, WIDTH_NOTE, BadCell, note_on, read_cell
from chalicelib.intake.model import Column
from infra.synthetic.sites import credit_code


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        (Column("c"), "三号车间", "三号车间"),
        (Column("c"), "", None),
        (Column("c"), "杭州\u202e示例\u202c厂\ufeff", "杭州示例厂"),
        (Column("c", "uscc"), "\u202d91330110MA0000015C\u202c", "91330110MA0000015C"),
        (Column("c", skip=frozenset({"NA"})), "NA", None),
        (Column("c", "integer"), "-12", -12),
        (Column("c", "number"), "120.26", 120.26),
        (Column("c", "fen"), "610", 61000),
        (Column("c", "fen"), "0.05", 5),
        (Column("c", "date"), "2020-06-12", "2020-06-12"),
        (Column("c", "date", formats=("%Y/%m/%d", "%Y年%m月%d日")), "2020年6月2日", "2020-06-02"),
        (Column("c", "instant"), "2020-06-12 08:30:00", "2020-06-12T00:30:00.000Z"),
        (Column("c", "instant"), "2020-06-12T08:30:00+00:00", "2020-06-12T08:30:00.000Z"),
        (Column("c", "flag"), "是", True),
        (Column("c", "flag"), "N", False),
        (Column("c", "list"), "a; b;;c", ["a", "b", "c"]),
        (Column("c", "list", separator="、"), "甲、乙", ["甲", "乙"]),
        (
            Column("c", "findings"),
            "B03.unlicensed=1;B03.review_overdue=2;E05.defect=3",
            {"B03": {"unlicensed": 1, "review_overdue": 2}, "E05": {"defect": 3}},
        ),
        (Column("c", "fen", times=Decimal(10000)), "12.5", 12_500_000),
        (Column("c", "integer", times=Decimal(1000)), "1.25", 1250),
        (Column("c", "number", times=Decimal("0.001")), "2500", 2.5),
        (Column("c", "integer"), "１２", 12),
        (Column("c", "date"), "２０２０－０６－１２", "2020-06-12"),
        (Column("c", "date"), "2020-06-12 08:30:00", "2020-06-12"),
        (Column("c", "date", formats=("%Y/%m/%d",)), "2020-06-12", "2020-06-12"),
        (Column("c", "date"), "43994", "2020-06-12"),
        (Column("c", "date"), "43994.3541667", "2020-06-12"),
        (Column("c", "instant"), "43994.354166667", "2020-06-12T00:30:00.000Z"),
        (Column("c", "code"), "ＹＨ－００１ ", "YH-001"),
        (Column("c"), "Ａ座三楼", "Ａ座三楼"),
        (Column("c", "uscc"), " 91330110ma0000015c", "91330110MA0000015C"),
        (Column("c", values={"重大": "major"}), "重大", "major"),
    ],
)
def test_cells_are_read(column, text, value):
    assert read_cell(column, text) == value


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        (Column("c", required=True), "", "必填"),
        (Column("c", "integer"), "12.0", "整数"),
        (Column("c", "integer"), "٣", "整数"),
        (Column("c", "number"), "1e3", "数字"),
        (Column("c", "fen"), "1.005", "两位小数"),
        (Column("c", "fen"), "一万", "金额"),
        (Column("c", "date"), "12345", "不是有效日期"),
        (Column("c", "date"), "1900-01-05", "年份早于1901年，不像真实日期：可能是序号、天数被Excel显示成了1900年的日期"),
        (Column("c", "date", formats=("%Y/%m/%d",)), "1900/1/5", "年份早于1901年"),
        (Column("c", "instant"), "1900-01-05 08:00:00", "年份早于1901年"),
        (Column("c", "date"), "2020-06-12 25", "不是有效日期"),
        (Column("c", "instant"), "0001-01-01 00:00:00", "不是有效时间"),
        (Column("c", "date"), "2020-02-30", "2020-06-12"),
        (Column("c", "date"), "12/06/2020", "不是有效日期"),
        (Column("c", "instant"), "yesterday", "不是有效时间"),
        (Column("c", "flag"), "也许", "是或否"),
        (Column("c", "findings"), "B03", "项目.条款=数量"),
        (Column("c", "findings"), "B03.x=1;B03.x=2", "出现两次"),
        (Column("c", "uscc"), "91330110MA0000015D", "应为“C”"),
        (Column("c", values={"重大": "major"}), "特大", "对照表"),
    ],
)
def test_cells_that_cannot_be_read_say_why(column, text, reason):
    with pytest.raises(BadCell, match=reason):
        read_cell(column, text)


@pytest.mark.parametrize(
    ("column", "text", "note"),
    [
        (Column("c", "integer"), "１２", WIDTH_NOTE),
        (Column("c", "code"), "YH-1", ""),
        (Column("c", "date"), "43994", SERIAL_NOTE),
        (Column("c", "integer"), "43994", ""),
        (Column("c"), "Ａ座", ""),
    ],
)
def test_what_was_read_over_is_told(column, text, note):
    assert note_on(column, text) == note


def test_a_code_that_breaks_only_the_inner_check_is_read_with_a_hint():
    column = Column("c", "uscc")
    assert (read_cell(column, "91330110MA00000237"), note_on(column, "91330110MA00000237")) == ("91330110MA00000237", "")
    broken = credit_code(962)
    assert (read_cell(column, broken), note_on(column, broken)) == (broken, INNER_NOTE)


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        *(("date", text, "2020-06-02") for text in ("2020-06-02", "2020/6/2", "2020/06/02 9:30", "2020.6.2", "2020年6月2日", "2020-6-2 09:30:15")),
        *(("instant", text, "2020-06-02T01:30:00.000Z") for text in ("2020-06-02 09:30:00", "2020/6/2 9:30", "2020年6月2日 9:30", "2020-06-02T01:30:00Z")),
        *(("month", text, "2020-05") for text in ("2020-05", "2020/5", "2020.05", "2020年5月", "May-20", "2020-05-01", "2020-05-01 00:00:00", "2020/5/1", "43952")),
    ],
)
def test_days_and_months_are_read_as_spreadsheet_programs_write_them(read, text, value):
    assert read_cell(Column("c", read), text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [("date", "2020/6-2"), ("date", "2020/13/1"), ("date", "6/2/2020"), ("date", "2020-W23-2"), ("date", "2020年6月"), ("month", "2020-13"), ("month", "2020-05-02"), ("month", "Mai-20"), ("month", "5"), ("instant", "2020/6/2 25:00")],
)
def test_what_could_be_another_day_or_month_is_refused(read, text):
    with pytest.raises(BadCell):
        read_cell(Column("c", read), text)
