"""Tables as files: CSV that a spreadsheet opens without harm, workbooks whose cells are values and never formulas, Parquet.

Parquet is written by polars where it is installed (on the command line, requirements-bench.txt): 40 MB for one format is too
much for a function that everybody deploys.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from chalicelib.errors import BadInput, Problem

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


def write_csv(path: Path, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """RFC 4180 in UTF-8 with a byte-order mark; how many rows."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(titles)
        for count, row in enumerate(rows, start=1):
            writer.writerow([safe(value) for value in row])
    return count


def write_xlsx(path: Path, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """A workbook of one sheet, row by row. BadInput when it has no room for them."""
    from openpyxl import Workbook

    book, count = Workbook(write_only=True), 0
    sheet = book.create_sheet("数据")
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, title) for title in titles])
    for count, row in enumerate(rows, start=1):
        if count > MOST_ROWS:
            raise BadInput([Problem("", "format", "xlsx", f"超过{MOST_ROWS}行，请选择CSV")])
        sheet.append([_cell(sheet, value) for value in row])
    book.save(path)
    return count


def write_parquet(path: Path, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Columns as text, in Parquet. BadInput without the library."""
    try:
        import polars
    except ImportError as error:
        raise BadInput([Problem("", "format", "parquet", "需要先安装 polars：pip install -r requirements-bench.txt")]) from error
    texts = [[None if value is None else str(safe(value)).removeprefix("'") for value in row] for row in rows]
    polars.DataFrame(texts, schema=dict.fromkeys(titles, polars.String), orient="row").write_parquet(path)
    return len(texts)


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
