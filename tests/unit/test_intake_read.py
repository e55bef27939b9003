"""Broken files: each is refused with where and why, never read half."""

from __future__ import annotations

import pytest

from chalicelib.errors import BadInput
from chalicelib.intake.read import LONGEST_CELL, parse_csv, read_csv


def reasons(data: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        parse_csv(data)
    return "\n".join(str(problem) for problem in caught.value.problems)


def test_a_table_is_read_with_the_row_numbers_of_a_spreadsheet():
    table = parse_csv('编号,名称\r\n1, 甲 \r\n\r\n2,"乙,丙"\r\n'.encode())
    assert table.columns == ("编号", "名称")
    assert table.rows == [(2, ["1", "甲"]), (4, ["2", "乙,丙"])]


def test_a_byte_order_mark_is_no_part_of_the_first_heading(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("\ufeff编号\n1\n".encode())
    assert read_csv(path).columns == ("编号",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "文件是空的"),
        (b"\xef\xbb\xbf", "文件是空的"),
        ("编号,名称\n".encode(), "只有表头"),
        (b"<!DOCTYPE html><html><body>401</body></html>", "这是网页"),
        (b"PK\x03\x04....", "Excel工作簿"),
        (b"\xd0\xcf\x11\xe0....", "旧版Excel"),
        ("编号\n中文\n".encode("gb18030"), "row 1 · 'b1 e0 ba c5' · 不是UTF-8"),
        ("编号\n1\n甲".encode() + b"\xff", "row 3"),
        (b"a,b\n1,2\n3\x00,4\n", "row 3"),
        (b"a,b\n1,2,3\n", "有3格，表头有2列"),
        (b"a,b\n1\n", "有1格，表头有2列"),
        (b"a,,c\n1,2,3\n", "第2列没有列名"),
        (b"a,b,a\n1,2,3\n", "列名重复"),
        (b'a,b\n1,"open\n', "引号不成对"),
        (b"a\n" + b"x" * (LONGEST_CELL + 1) + b"\n", "内容过长"),
        (b"a\n" + b"x" * 200_000 + b"\n", "row 2"),
    ],
)
def test_a_broken_file_says_where_and_why(data, reason):
    assert reason in reasons(data)


def test_every_broken_row_is_named_at_once():
    assert reasons(b"a,b\n1\n2,3\n4,5,6\n").count("row ") == 2
