"""Tables from files: CSV in UTF-8 (with or without byte-order mark), every fault named by row.

Row numbers are what a spreadsheet shows: the heading is row 1. Another format is another function that returns a
:class:`Table`; nothing after this module knows what the file was.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from chalicelib.errors import BadInput, Problem

LONGEST_CELL = 10_000
MOST_PROBLEMS = 200
SIGNATURES = (
    (b"PK\x03\x04", "这是Excel工作簿，请另存为“CSV UTF-8”后再导入"),
    (b"\xd0\xcf\x11\xe0", "这是旧版Excel工作簿，请另存为“CSV UTF-8”后再导入"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """The heading, and each row as (row number, cells) with the blanks around cells cut."""

    columns: tuple[str, ...]
    rows: list[tuple[int, list[str]]]


def read_csv(path: Path) -> Table:
    """The table in a CSV file. BadInput naming every fault; NotFound is left to the caller's file system error."""
    return parse_csv(path.read_bytes())


def parse_csv(data: bytes) -> Table:
    """The table in the bytes of a CSV file: a heading, at least one row, every row as long as the heading."""
    lines = _lines(_decode(data))
    if not lines:
        raise _bad("", "", "文件是空的")
    columns = tuple(cell.strip() for cell in lines[0][1])
    problems = _heading_problems(columns)
    rows = [(number, _row(number, line, columns, problems)) for number, line in lines[1:]]
    if not rows:
        problems.append(Problem("row 1", "", "", "只有表头，没有数据"))
    if problems:
        raise BadInput(problems[:MOST_PROBLEMS])
    return Table(columns, rows)


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Records with their number; empty lines are passed over but counted."""
    lines: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    try:
        for number, line in enumerate(reader, start=1):
            if line:
                lines.append((number, line))
    except csv.Error as error:
        raise _bad(f"row {number + 1}", "", f"无法按CSV读取（引号不成对，或单元格超过{csv.field_size_limit()}字）：{error}") from error
    return lines


def _decode(data: bytes) -> str:
    for signature, reason in SIGNATURES:
        if data.startswith(signature):
            raise _bad("", "", reason)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise _bad(f"row {row}", data[error.start : error.start + 4].hex(" "), "不是UTF-8编码，请另存为“CSV UTF-8”后再导入") from error
    if text.lstrip()[:1] == "<":
        raise _bad("row 1", text.lstrip()[:40], "这是网页，不是CSV表格")
    if "\x00" in text:
        raise _bad(f"row {text.count(chr(10), 0, text.index(chr(0))) + 1}", "NUL", "含有空字符，不是文本文件")
    return text


def _heading_problems(columns: tuple[str, ...]) -> list[Problem]:
    problems = [Problem("row 1", "", "", f"第{place}列没有列名") for place, name in enumerate(columns, start=1) if not name]
    repeated = sorted({name for name in columns if name and columns.count(name) > 1})
    return problems + [Problem("row 1", name, "", "列名重复") for name in repeated]


def _row(number: int, line: list[str], columns: tuple[str, ...], problems: list[Problem]) -> list[str]:
    if len(line) != len(columns):
        problems.append(Problem(f"row {number}", "", line[0][:40], f"有{len(line)}格，表头有{len(columns)}列"))
    cells = [cell.strip() for cell in line]
    for column, cell in zip(columns, cells):
        if len(cell) > LONGEST_CELL:
            problems.append(Problem(f"row {number}", column, cell[:40] + "…", f"内容过长（{len(cell)}字，上限{LONGEST_CELL}字）"))
    return cells


def _bad(place: str, value: str, reason: str) -> BadInput:
    return BadInput([Problem(place, "", value, reason)])
