"""Rows that an import left out, as a file of the same columns and why: repaired, it is imported again as it is."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from chalicelib.errors import Problem
from chalicelib.intake.spool import row_of
from chalicelib.intake.table import OTHER_REJECT_COLUMNS, REJECT_COLUMNS, Table

# More rows make a workbook slow to write and to open; they are a CSV alone.
MOST_IN_WORKBOOK = 50_000


@dataclass
class Rejects:
    """Rows left out, with every problem of each. Problems are kept outside the memory, row numbers in it."""

    rows: set[int] = field(default_factory=set)
    database: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect("", isolation_level=None))

    def __post_init__(self) -> None:
        self.database.execute("CREATE TABLE problems (row INTEGER, name TEXT, value TEXT, reason TEXT)")
        self.database.execute("CREATE INDEX by_row ON problems (row)")
        self.database.execute("BEGIN")

    def add(self, problems: Iterable[Problem]) -> None:
        """Leave out the rows that these problems name."""
        for problem in problems:
            row = row_of(problem)
            self.rows.add(row)
            self.database.execute("INSERT INTO problems VALUES (?, ?, ?, ?)", (row, problem.column, problem.value, problem.reason))

    def problems(self, row: int) -> list[tuple[str, str, str]]:
        """Column, value and reason of everything wrong with a row."""
        return self.database.execute("SELECT name, value, reason FROM problems WHERE row = ?", (row,)).fetchall()

    def count(self) -> int:
        return self.database.execute("SELECT count(*) FROM problems").fetchone()[0]

    def first(self, most: int) -> tuple[Problem, ...]:
        """The first problems by row."""
        found = self.database.execute("SELECT row, name, value, reason FROM problems ORDER BY row, name LIMIT ?", (most,))
        return tuple(Problem(f"row {row}" if row else "", name, value, reason) for row, name, value, reason in found)

    def write(self, table: Table, path: Path) -> None:
        """Write the rejects file: UTF-8 with a byte-order mark, so that Excel opens it as it is. It may replace its source."""
        added = reject_columns(table)
        own = [(place, name) for place, name in enumerate(table.columns) if name not in added]
        part = path.with_name(path.name + ".part")
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([name for _, name in own] + list(added))
            for row in table.rows():
                if row.number in self.rows:
                    cells = [row.cells[place] if place < len(row.cells) else "" for place, _ in own]
                    told = zip(*self.problems(row.number), strict=True)
                    writer.writerow([*cells, row.number, *("；".join(dict.fromkeys(texts)) for texts in told)])
        part.replace(path)


def reject_columns(table: Table) -> tuple[str, ...]:
    """The names of the added columns, other ones where the table has such a column of its own."""
    present = set(table.columns)
    both = present & set(REJECT_COLUMNS)
    return OTHER_REJECT_COLUMNS if both and both != set(REJECT_COLUMNS) else REJECT_COLUMNS


def as_workbook(rejects: Path, path: Path) -> bool:
    """A rejects file as a workbook whose cells are all text; False, and none, where it has too many rows.

    Opened as CSV, a spreadsheet program takes the zeros before a number and the end of a long one, and saves what is left.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    with rejects.open(encoding="utf-8-sig", newline="") as file:
        if sum(1 for _ in islice(csv.reader(file), MOST_IN_WORKBOOK + 2)) > MOST_IN_WORKBOOK + 1:
            return False
    book = Workbook(write_only=True)
    sheet = book.create_sheet("退回的行")
    sheet.freeze_panes = "A2"
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            cells = [WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text)) for text in row]
            for cell in cells:
                cell.data_type, cell.number_format = "s", "@"
            sheet.append(cells)
    book.save(path)
    return True
