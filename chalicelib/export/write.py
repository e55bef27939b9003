"""Tables as files: CSV that a spreadsheet opens without harm, workbooks whose cells are values and never formulas, Parquet.

Parquet is written by polars where it is installed (on the command line, requirements-dev.txt): 40 MB for one format is too
much for a function that everybody deploys.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from chalicelib.errors import BadInput, Problem
from chalicelib.export.model import Column

# Spreadsheets in East Asia take the full-width signs for the plain ones.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# A workbook has so many rows; the heading is one of them.
MOST_ROWS = 1_048_575
LONGEST_CELL = 32_767


def safe(value: object) -> object:
    """The value, as text that no spreadsheet takes for a formula. Numbers stay numbers."""
    if isinstance(value, (list, tuple)):
        value = ";".join(map(str, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str) and value.startswith(FORMULA) and not _is_number(value):
        return "'" + value
    return "" if value is None else value


def write_csv(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> int:
    """RFC 4180 in UTF-8 with a byte-order mark; how many rows."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.title for column in columns])
        for count, row in enumerate(rows, start=1):
            writer.writerow([safe(value) for value in row])
    return count


def write_xlsx(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> int:
    """A workbook: the rows, one by one, and a sheet that says what each column is. BadInput when it has no room for them."""
    from openpyxl import Workbook

    book, count = Workbook(write_only=True), 0
    sheet = book.create_sheet("数据")
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, column.title) for column in columns])
    for count, row in enumerate(rows, start=1):
        if count > MOST_ROWS:
            raise BadInput([Problem("", "format", "xlsx", f"超过{MOST_ROWS}行，请选择CSV")])
        sheet.append([_cell(sheet, value) for value in row])
    legend = book.create_sheet("说明")
    for line in (("列", "说明"), *((column.title, column.about) for column in columns)):
        legend.append(line)
    book.save(path)
    return count


def write_parquet(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> int:
    """Typed columns in Parquet: days are days and numbers numbers. BadInput without the library."""
    try:
        import polars
    except ImportError as error:
        raise BadInput([Problem("", "format", "parquet", "需要先安装 polars：pip install -r requirements-dev.txt")]) from error
    types = {
        "text": polars.String, "whole": polars.Int64, "degrees": polars.Float64, "score": polars.Decimal(5, 1), "day": polars.Date,
        "instant": polars.Datetime("ms"), "flag": polars.Boolean,
    }  # fmt: skip
    values = [[_plain(column, value) for column, value in zip(columns, row, strict=True)] for row in rows]
    frame = polars.DataFrame(values, schema={column.title: types[column.type] for column in columns}, orient="row")
    frame.write_parquet(path, metadata={column.title: column.about for column in columns if column.about})
    return len(values)


def _plain(column: Column, value: object) -> object:
    """A value as its column's type has it; text needs no guard against formulas here."""
    if value in (None, ""):
        return None
    return ";".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value) if column.type == "text" else value


def _cell(sheet: object, value: object) -> object:
    """A cell that holds text as text: openpyxl takes a leading ``=`` for a formula, and refuses control characters."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    plain = safe(value) if not isinstance(value, str) else value
    if not isinstance(plain, str):
        return plain
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", plain)[:LONGEST_CELL])
    cell.data_type = "s"
    return cell


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


WRITERS = {"csv": write_csv, "xlsx": write_xlsx, "parquet": write_parquet}
