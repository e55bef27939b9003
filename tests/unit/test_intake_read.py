"""Files of every kind: found out how they are to be read, and told; broken ones are refused with where and why."""

from __future__ import annotations

import io
import tracemalloc
from datetime import date, datetime

import pytest
from intake_support import CONTEXT, MAPPINGS, table_of
from openpyxl import Workbook

from chalicelib.errors import BadInput
from chalicelib.intake.mapping import load_mapping
from chalicelib.intake.plan import plan_events
from chalicelib.intake.read import read_file
from chalicelib.intake.table import ANYTHING, LONGEST_CELL, Wanted

TEXT = '编号,名称,日期\n1,甲,2020-06-01\n2,"乙,丙",2020-06-02\n'
WANTED = Wanted(frozenset(("编号", "名称", "日期", "数量")), frozenset(("编号", "名称", "日期")))


def cells_of(table) -> list[list[str]]:
    return [row.cells for row in table.rows()]


def reasons(data: bytes, wanted: Wanted = ANYTHING) -> str:
    with pytest.raises(BadInput) as caught:
        problems = [problem for row in table_of(data, wanted).rows() for problem in row.problems]
        if problems:
            raise BadInput(problems)
    return "\n".join(str(problem) for problem in caught.value.problems)


def workbook(*rows, sheet: str = "隐患", **merged: str) -> bytes:
    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    for cells in merged.values():
        book.active.merge_cells(cells)
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_table_is_read_with_the_row_numbers_of_a_spreadsheet():
    table = table_of('编号,名称\r\n1, 甲 \r\n\r\n2,"乙,丙"\r\n')
    assert table.columns == ("编号", "名称")
    assert [(row.number, row.cells) for row in table.rows()] == [(2, ["1", "甲"]), (4, ["2", "乙,丙"])]


def test_rows_can_be_walked_again_and_again():
    table = table_of(TEXT)
    assert cells_of(table) == cells_of(table) != []


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 BOM"), ("gb18030", "GB18030"), ("gbk", "GB18030"), ("utf-16", "UTF-16")],
)
def test_the_encoding_is_found_out_and_told(encoding, told):
    table = table_of(TEXT.encode(encoding), WANTED)
    assert f"编码 {told} ·" in str(table.reading)
    assert cells_of(table) == [["1", "甲", "2020-06-01"], ["2", "乙,丙", "2020-06-02"]]


def test_a_rare_character_that_only_gb18030_has_survives():
    assert cells_of(table_of("编号,名称\n1,㐂𠮷\n".encode("gb18030"))) == [["1", "㐂𠮷"]]


@pytest.mark.parametrize(("delimiter", "told"), [(",", "逗号"), ("\t", "制表符"), (";", "分号")])
def test_the_delimiter_is_found_out_and_told(delimiter, told):
    table = table_of(f"编号{delimiter}名称\n1{delimiter}甲；,;;,\n".replace("；,;;,", "。"), WANTED)
    assert f"{told}分隔" in str(table.reading) and cells_of(table) == [["1", "甲。"]]


def test_a_comma_in_a_title_does_not_hide_the_real_delimiter():
    table = table_of("隐患,整改,汇总,表,2020\n编号;名称\n1;甲\n", WANTED)
    assert (table.columns, table.reading.heading_row, cells_of(table)) == (("编号", "名称"), 2, [["1", "甲"]])


def test_the_heading_is_found_under_title_rows_and_told():
    table = table_of("示例街道隐患汇总表,,\n填报时间：2020年6月,,\n编号,名称,日期\n1,甲,2020-06-01\n", WANTED)
    assert table.reading.heading_row == 3 and "表头在第3行" in str(table.reading)
    assert [row.number for row in table.rows()] == [4]


def test_blanks_line_breaks_and_full_width_signs_in_a_heading_make_no_difference():
    wanted = Wanted(frozenset(("责任部门/责任人", "日期(起)")))
    assert table_of('"责任部门/\n责任人", 日期（起） \n甲,1\n', wanted).columns == ("责任部门/责任人", "日期(起)")


def test_empty_rows_and_columns_at_the_end_are_no_data():
    assert cells_of(table_of("编号,名称,,\n1,甲,,\n,,,\n,,,\n")) == [["1", "甲"]]


def test_a_sheet_of_a_workbook_is_read_like_a_text_file(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        workbook(
            ["汇总表"], ["编号", "名称", "日期", "数量"], [1, " 甲 ", date(2020, 6, 1), 2.5], [2.0, "乙", datetime(2020, 6, 2, 8, 30), None]
        )
    )
    table = read_file(path, WANTED)
    assert str(table.reading) == "XLSX · 工作表“隐患” · 表头在第2行"
    assert cells_of(table) == [["1", "甲", "2020-06-01", "2.5"], ["2", "乙", "2020-06-02 08:30:00", ""]]
    assert [row.number for row in table.rows()] == [3, 4]


def test_merged_cells_speak_for_their_rows_but_amounts_are_not_repeated():
    rows = [["编号", "名称", "数量"], ["1", "甲", 7], ["2", None, None], ["3", None, None], ["4", "乙", 1]]
    table = table_of(workbook(*rows, name="B2:B4", amount="C2:C4"), WANTED)
    assert cells_of(table) == [["1", "甲", "7"], ["2", "甲", ""], ["3", "甲", ""], ["4", "乙", "1"]]


def test_a_row_that_only_a_merged_cell_fills_is_no_row():
    assert cells_of(table_of(workbook(["编号", "名称"], ["1", "甲"], [None, None], name="B2:B3"), WANTED)) == [["1", "甲"]]


def test_a_heading_of_two_rows_is_read_at_its_second():
    rows = [["编号", "情况", None], [None, "名称", "日期"], ["1", "甲", "2020-06-01"]]
    table = table_of(workbook(*rows, own="A1:A2", over="B1:C1"), WANTED)
    assert (table.columns, table.reading.heading_row) == (("编号", "名称", "日期"), 2)


def test_the_sheet_that_has_the_heading_is_chosen_and_the_others_are_told():
    book = Workbook()
    book.active.append(["填表说明"])
    book.create_sheet("空")
    for row in (["编号", "名称"], ["1", "甲"]):
        (book["明细"] if "明细" in book.sheetnames else book.create_sheet("明细")).append(row)
    table = table_of(saved(book), WANTED)
    assert "工作表“明细” · 未读的工作表：Sheet" in str(table.reading) and cells_of(table) == [["1", "甲"]]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (330110000000000123, "第2行 · 编号 · '330110000000000128' · 数字超过15位"),
        ("#N/A", "公式出错"),
    ],
)
def test_a_cell_that_cannot_be_trusted_is_a_problem_of_its_row(value, reason):
    value = float(value) if isinstance(value, int) else value
    assert reason in reasons(workbook(["编号", "名称"], [value, "甲"]), WANTED)


def test_a_workbook_of_the_1904_calendar_is_refused():
    book = Workbook()
    book.epoch = datetime(1904, 1, 1)
    book.active.append(["编号"])
    told = reasons(saved(book))
    assert "1904" in told and "另存为“CSV UTF-8”" in told and "不要在Excel选项里改日期系统" in told


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "文件是空的"),
        (b"\xef\xbb\xbf", "文件是空的"),
        (b"\n\n,,\n", "文件是空的"),
        ("编号,名称\n".encode(), "只有表头"),
        ("编号,名称\n,\n".encode(), "只有表头"),
        (b"<!DOCTYPE html><html><body>401</body></html>", "这是网页"),
        (b"PK\x03\x04....", "无法按Excel工作簿读取"),
        (b"\xd0\xcf\x11\xe0....", "旧版Excel工作簿（.xls）或加密"),
        (b"%PDF-1.4", "PDF"),
        ("编号\n1\n甲".encode() + b"\xff", "第3行 · 'ff' · 无法按UTF-8、GB18030编码读取"),
        ("\ufeff编号\n1\n".encode() + "甲".encode("gbk"), "第3行"),
        (b"a,b\n1,2\n3\x00,4\n", "第3行"),
        (b"a,b\n1,2,3\n", "有3格，表头有2列"),
        (b"a,b\n1\n", "有1格，表头有2列"),
        (b"a,,c\n1,2,3\n", "第2列没有列名"),
        (b"a,b,a\n1,2,3\n", "第1行 · a · 列名重复"),
        (b'a,b\n1,"open\n', "引号不成对"),
        (b"a\n" + b"x" * (LONGEST_CELL + 1) + b"\n", "内容过长"),
        (b"a\n" + b"x" * 200_000 + b"\n", "第2行"),
    ],
)
def test_a_broken_file_says_where_and_why(data, reason):
    assert reason in reasons(data)


def test_a_file_without_any_column_of_the_mapping_has_no_heading():
    assert "没有表头" in reasons("甲,乙\n1,2\n".encode(), WANTED)


def test_duplicate_headings_are_refused_by_name():
    assert reasons("编号,名称,编 号\n1,2,3\n".encode(), WANTED) == "第1行 · 编号 · 列名重复：请改名或删去其中一列"


def test_every_broken_row_is_named_at_once():
    assert reasons(b"a,b\n1\n2,3\n4,5,6\n").count("行 · ") == 2


def test_what_is_held_of_a_file_does_not_grow_with_its_rows(tmp_path):
    def peak(days: int) -> int:
        path = tmp_path / f"{days}.csv"
        rows = (f"S{site},{date(2019, 1, 1 + day)},1\n" for day in range(days) for site in range(200))
        path.write_text("场所编号,工伤日期,人数\n" + "".join(rows), "utf-8")
        mapping = load_mapping(MAPPINGS / "injuries.toml")
        tracemalloc.start()
        plan = plan_events(read_file(path, mapping.wanted), mapping, CONTEXT)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert plan.event_count == 200 * days
        return held

    peak(1)
    assert peak(30) < 2 * peak(3)
