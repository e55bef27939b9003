"""Every table of the demo: bad rows out, repaired in a spreadsheet program, in again; the log is as if nothing had been wrong."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest
from intake_support import DEMO, MAPPINGS, MemoryLog, bring_in
from openpyxl import Workbook

from chalicelib.intake.mapping import load_mapping
from chalicelib.intake.run import Wish
from chalicelib.intake.table import REJECT_COLUMNS
from infra.synthetic.district import SIZES, write

FIXTURES = Path(__file__).parent.parent / "fixtures"
SPOILT = 5
# Read as they stand, whatever they say: no cell of such a column is wrong by itself.
VERBATIM = ("text", "code", "list")
WRONG = "坏值"
DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
NUMBER = re.compile(r"0|[1-9][0-9]{0,14}|(0|[1-9][0-9]{0,9})\.[0-9]{1,4}")
AS_OF = date(2020, 5, 31)

Sheet = list[list[str]]
Table = tuple[bytes, Path, MemoryLog, MemoryLog]


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> Callable[[str], Table]:
    """Each table of a small district: its bytes, its mapping, the log before it, and the log after it came in undisturbed."""
    folder = tmp_path_factory.mktemp("district")
    files = {name: path for path, name in write(folder, district=DEMO, sites=SIZES["small"], as_of=AS_OF).files}
    order = [*files, "enterprise-sheet", "hazard-sheet"]
    paths = {**files, "enterprise-sheet": FIXTURES / "enterprise_sheet.csv", "hazard-sheet": FIXTURES / "hazard_sheet.csv"}

    @cache
    def after(name: str) -> MemoryLog:
        log = copy_of(before(name))
        bring_in(log, paths[name], MAPPINGS / f"{name}.toml")
        return log

    def before(name: str) -> MemoryLog:
        at = order.index(name)
        return after(order[at - 1]) if at else MemoryLog()

    return lambda name: (paths[name].read_bytes(), MAPPINGS / f"{name}.toml", before(name), after(name))


def copy_of(log: MemoryLog) -> MemoryLog:
    made = MemoryLog()
    made.events = dict(log.events)
    return made


def read(content: bytes) -> Sheet:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    return list(csv.reader(io.StringIO(text, newline="")))


def written(rows: Sheet, encoding: str = "utf-8") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)


def spoil(rows: Sheet, mapping: Path) -> dict[int, tuple[int, str]]:
    """Spoil cells of some rows over the whole sheet; row number → (place, what stood there)."""
    columns = load_mapping(mapping).columns
    heading = next(number for number, row in enumerate(rows) if set(row) & set(columns))
    places = [place for place, name in enumerate(rows[heading]) if name in columns and (columns[name].read not in VERBATIM or columns[name].values)]
    lines = [number for number in range(heading + 1, len(rows)) if any(rows[number][place] for place in places)]
    spoilt = {}
    for at, number in enumerate(lines[:: max(1, len(lines) // SPOILT)][:SPOILT]):
        filled = [place for place in places if rows[number][place]]
        place = filled[at % len(filled)]
        spoilt[number + 1] = (place, rows[number][place])
        rows[number][place] = WRONG
    return spoilt


def repair(rejects: Path, spoilt: dict[int, tuple[int, str]]) -> Sheet:
    """The rejects file with its wrong cells put right, and nothing else done to it."""
    heading, *rows = read(rejects.read_bytes())
    at = heading.index(REJECT_COLUMNS[0] if REJECT_COLUMNS[0] in heading else "导入行号")
    for row in rows:
        if int(row[at]) in spoilt:
            place, cell = spoilt[int(row[at])]
            assert row[place] == WRONG
            row[place] = cell
    return [heading, *rows]


def saved_as_csv(rows: Sheet) -> bytes:
    """As Excel in China saves a CSV that it opened: GB18030, days and months in its own way of writing, numbers without what they do not need."""

    def shown(cell: str) -> str:
        if day := DAY.fullmatch(cell):
            return f"{int(day[1])}/{int(day[2])}/{int(day[3])}"
        if month := MONTH.fullmatch(cell):
            return date(int(month[1]), int(month[2]), 1).strftime("%b-%y")
        return f"{float(cell):g}" if NUMBER.fullmatch(cell) and len(cell) < 6 else cell

    return written([[shown(cell) for cell in row] for row in rows], "gb18030")


def saved_as_workbook(rows: Sheet) -> bytes:
    """As Excel saves the same as a workbook: what looks like a day, a month or a number is one."""

    def value(cell: str) -> object:
        if DAY.fullmatch(cell):
            return datetime.fromisoformat(cell)
        if MONTH.fullmatch(cell):
            return datetime.fromisoformat(f"{cell}-01")
        return (float(cell) if "." in cell else int(cell)) if NUMBER.fullmatch(cell) else cell or None

    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append([value(cell) for cell in row])
    book.save(out)
    return out.getvalue()


NAMES = (
    "sites", "inspections", "hazards", "hazard-sheet", "accidents", "injuries", "penalties", "certificates", "video", "township_plans", "township_returns",
    "township_acts", "enterprise-sheet", "assessments", "self_checks", "complaints", "orders", "insurances", "site_changes", "sectors",
)  # fmt: skip


@pytest.mark.parametrize("way", [saved_as_csv, saved_as_workbook], ids=["csv", "workbook"])
@pytest.mark.parametrize("name", NAMES)
def test_what_was_repaired_in_a_spreadsheet_program_comes_in_and_nothing_twice(tables, tmp_path: Path, name: str, way) -> None:
    content, mapping, before, after = tables(name)
    log, rows = copy_of(before), read(content)
    spoilt = spoil(rows, mapping)
    broken, rejects = tmp_path / "broken.csv", tmp_path / "broken.rejects.csv"
    broken.write_bytes(written(rows))
    done = bring_in(log, broken, mapping, wish=Wish(rejects=rejects))
    assert done.rejected >= len(spoilt) > 0 and log.events != after.events
    again = tmp_path / ("again.csv" if way is saved_as_csv else "again.xlsx")
    again.write_bytes(way(repair(rejects, spoilt)))
    assert bring_in(log, again, mapping).rows == done.rejected
    assert log.events == after.events
    assert bring_in(log, again, mapping).new == 0 == bring_in(log, broken, mapping, wish=Wish(rejects=rejects)).new
