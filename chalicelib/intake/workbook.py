"""Excel workbooks (.xlsx): the sheet that carries the heading, its values as text, merged cells spoken for by their first.

Dates become ISO text and whole numbers lose their ``.0``; a number that Excel has already cut, and a formula that failed,
are faults of their cell and never a value. The library is loaded here only.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any, BinaryIO
from xml.etree.ElementTree import ParseError

from chalicelib.errors import BadInput, Problem
from chalicelib.intake.delimited import Open
from chalicelib.intake.table import Line, Lines, Reading, best_score

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

# What a damaged workbook makes of the libraries that read it; all of it means: this is no workbook.
BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError,
    EOFError, OverflowError, NotImplementedError, RuntimeError, AssertionError, OSError,
)  # fmt: skip
MOST_BYTES_UNPACKED = 2_000_000_000
MOST_BYTES_OF_STRINGS = 300_000_000
MOST_ROWS = 1_048_576
MOST_MERGED = 100_000
EXACT_DIGITS = 10**15
ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA"))
MERGED = re.compile(rb"<(?:[A-Za-z0-9]+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})[\"']")
CHUNK = 1 << 20
Merges = dict[int, list[tuple[int, int]]]


def read_workbook(open_file: Open, names: frozenset[str]) -> tuple[Lines, Reading]:
    """The rows of the sheet that names most columns, and how they were read. BadInput for what is no sound workbook."""
    with _told():
        from openpyxl import load_workbook
        from openpyxl.utils.datetime import CALENDAR_MAC_1904

        _check_size(open_file)
        book = load_workbook(open_file(), read_only=True, data_only=True, keep_links=False)
        # A serial number without a date's format would be four years off, unnoticed. Changing the option in Excel moves every date as much.
        if book.epoch == CALENDAR_MAC_1904:
            raise _bad("工作簿使用1904日期系统，日期可能差四年：请另存为“CSV UTF-8”再导入；不要在Excel选项里改日期系统，那会把全部日期提前四年")
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not sheets:
            raise _bad("工作簿里没有可见的工作表")
        for sheet in sheets:
            sheet.reset_dimensions()
        chosen = max(sheets, key=lambda sheet: best_score(_lines(sheet, {}), names))
        merges = _merges(open_file, chosen._worksheet_path)
    others = tuple(sheet.title for sheet in sheets if sheet is not chosen and any(True for _ in _lines(sheet, {})))
    return lambda: _lines(chosen, merges), Reading("XLSX", sheet=chosen.title, other_sheets=others)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        raise _bad(f"无法按Excel工作簿读取，文件可能已损坏，请重新另存（{type(error).__name__}）") from error


def _check_size(open_file: Open) -> None:
    """A small file can unpack to any size."""
    with open_file() as file, zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        strings = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
        if strings > MOST_BYTES_OF_STRINGS or sum(part.file_size for part in parts) > MOST_BYTES_UNPACKED:
            raise _bad("工作簿过大，请另存为CSV后再导入")


def _merges(open_file: Open, part: str) -> Merges:
    """Cells merged downwards: first row → (column, last row). They stand behind the rows, so they are looked for first."""
    merges: Merges = {}
    with open_file() as file, zipfile.ZipFile(file) as archive, archive.open(part) as sheet:
        for column, first, last in _merged_ranges(sheet):
            if last > first:
                merges.setdefault(first, []).append((column, min(last, MOST_ROWS)))
    if sum(map(len, merges.values())) > MOST_MERGED:
        raise _bad(f"合并单元格超过{MOST_MERGED}处，请取消合并后再导入")
    return merges


def _merged_ranges(sheet: BinaryIO) -> Iterator[tuple[int, int, int]]:
    """Column place, first and last row of every merged range; the text is scanned with an overlap, and nothing is kept."""
    from openpyxl.utils.cell import column_index_from_string

    rest = b""
    while chunk := sheet.read(CHUNK):
        text, end = rest + chunk, 0
        for found in MERGED.finditer(text):
            end = found.end()
            yield column_index_from_string(found[1].decode()) - 1, int(found[2]), int(found[3])
        rest = text[max(end, len(text) - 200) :]


def _lines(sheet: ReadOnlyWorksheet, merges: Merges) -> Iterator[Line]:
    standing: dict[int, tuple[int, str]] = {}
    with _told():
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > MOST_ROWS:
                raise _bad(f"超过{MOST_ROWS}行：请分成几份，或另存为CSV")
            line = _line(number, values)
            if standing:
                line = _filled(line, standing)
            for column, last in merges.get(number, ()):
                if column < len(line.cells):
                    standing[column] = (last, line.cells[column])
            if line.cells:
                yield line


def _line(number: int, values: tuple[Any, ...]) -> Line:
    cells, faults = [], {}
    for place, value in enumerate(values):
        text, fault = cell_text(value)
        cells.append(text)
        if fault:
            faults[place] = fault
    return Line(number, cells, faults)


def _filled(line: Line, standing: dict[int, tuple[int, str]]) -> Line:
    """The line with the cells below a merged cell filled; ranges that have ended are forgotten."""
    for column in [column for column, (last, _) in standing.items() if last < line.number]:
        del standing[column]
    cells = line.cells + [""] * (max(standing, default=-1) + 1 - len(line.cells))
    places = frozenset(column for column, (_, text) in standing.items() if text and not cells[column])
    for column in places:
        cells[column] = standing[column][1]
    return Line(line.number, cells, line.faults, places)


def cell_text(value: Any) -> tuple[str, str]:
    """The text of a cell's value, and what is wrong with it (empty when nothing is)."""
    if value is None:
        return "", ""
    if isinstance(value, str):
        text = value.strip()
        return (text, "公式出错：请改正公式，或改填数值") if text in ERRORS else (text, "")
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), ""
    if isinstance(value, (int, float)):
        return _number_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds"), ""
    if isinstance(value, (date, time)):
        return value.isoformat(), ""
    return (str(value), "") if isinstance(value, timedelta) else (str(value), "无法识别的内容：请将该格设为文本后重新填写")


def _number_text(value: float) -> tuple[str, str]:
    if not isfinite(value):
        return str(value), "不是数字：请重新填写"
    if abs(value) >= EXACT_DIGITS:
        return str(int(value)), "数字超过15位，Excel已丢失末位：请将该列设为文本后重新填写"
    if value == int(value):
        return str(int(value)), ""
    return format(Decimal(format(value, ".15g")), "f"), ""


def _bad(reason: str) -> BadInput:
    return BadInput([Problem("", "", "", reason)])
