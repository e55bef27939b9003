"""Mutated sheets: whatever comes in, there is a valid plan or a named refusal, and never a half-written import.

Sixty examples of each kind in the usual run, a thousand with ``--full``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_support import MAPPINGS, MemoryLog, bring_in
from openpyxl import Workbook

from chalicelib.errors import BadInput, Conflict
from chalicelib.intake.correct import Correction
from chalicelib.intake.run import Wish
from chalicelib.supervision.vocabulary import problems

FIXTURES = Path(__file__).parent.parent / "fixtures"
MAPPING = MAPPINGS / "hazard-sheet.toml"
SHEETS = {name: (FIXTURES / name).read_bytes() for name in ("hazard_sheet.csv", "hazard_sheet.xlsx")}
ROWS = list(csv.reader(io.StringIO(SHEETS["hazard_sheet.csv"].decode("gb18030"), newline="")))
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "big5", "shift_jis")
NASTY = [
    "", " ", "　", "0", "-1", "1e308", "NaN", "=1+1", "#REF!", "43994", "2020/2/30", "9999/12/31", "0001/1/1", "２０２０/６/１", "是", "TRUE",
    "９１３３０１１０ＭＡ００００００７Ｈ", "91330110MA0000007h", "a" * 10_001, '"', "'", "\t", "a,b;c", "\r\n", "\ufeff", "\u202e", "甲\n乙", "😀", "𠮷",
]  # fmt: skip
CELLS = st.one_of(st.sampled_from(NASTY), st.sampled_from([cell for row in ROWS for cell in row]), st.text(max_size=20))
TYPED = st.one_of(CELLS, st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.dates(), st.datetimes())
COUNTS = [pytest.param(60, id="usual"), pytest.param(1000, id="full", marks=pytest.mark.full)]


class CountingLog(MemoryLog):
    """Knows what it held before an import, and how often it was written to."""

    appends = 0

    def append(self, events, now):
        self.appends += 1
        return super().append(events, now)


def registered() -> CountingLog:
    log = CountingLog()
    bring_in(log, FIXTURES / "enterprise_sheet.csv", MAPPINGS / "enterprise-sheet.toml")
    log.appends = 0
    return log


LOG = registered()


def hold(folder: Path, data: bytes, wish: Wish) -> None:
    """Import, and hold what may never break: a refusal names what is wrong and writes nothing; what is written is valid and whole."""
    log = CountingLog()
    log.events = dict(LOG.events)
    path = folder / "sheet"
    path.write_bytes(data)
    try:
        done = bring_in(log, path, MAPPING, wish=wish)
    except (BadInput, Conflict) as error:
        assert log.appends == 0 and log.events == LOG.events
        assert isinstance(error, Conflict) or (error.problems and all(problem.reason for problem in error.problems))
        return
    assert not [problem for event in log.events.values() for problem in problems(event)]
    assert len(log.events) - len(LOG.events) == done.new + 2 * done.corrections
    roots = {event.event_id for event in log.of_kind("hazard_found")}
    assert {event.caused_by for event in log.of_kind("rectification_reported")} <= roots
    again = bring_in(log, path, MAPPING, wish=wish)
    assert (again.new, again.corrections) == (0, 0)


WISHES: list[Callable[[Path], Wish]] = [
    lambda folder: Wish(),
    lambda folder: Wish(rejects=folder / "rejects.csv"),
    lambda folder: Wish(rejects=folder / "rejects.csv", correction=Correction()),
]


@st.composite
def mutated_bytes(draw: st.DrawFn) -> bytes:
    """A real file with pieces overwritten, cut out, doubled or put in."""
    data = bytearray(draw(st.sampled_from(list(SHEETS.values()))))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, max(len(data) - 1, 0)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        piece = draw(st.one_of(st.binary(max_size=12), st.just(bytes(data[start:end])), st.just(bytes(data[start:end]) * 2)))
        data[start:end] = piece
    return bytes(data)


@st.composite
def mutated_rows(draw: st.DrawFn, cells: st.SearchStrategy) -> list[list]:
    """The rows of the sheet with cells changed and rows and columns dropped, doubled, swapped."""
    rows: list[list] = [list(row) for row in ROWS]
    for _ in range(draw(st.integers(1, 5))):
        one, other = draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, len(rows) - 1))
        place = draw(st.integers(0, 22))
        action = draw(st.sampled_from(["cell"] * 6 + ["drop", "double", "swap", "short", "long", "column"]))
        if action == "cell" and place < len(rows[one]):
            rows[one][place] = draw(cells)
        elif action == "drop" and len(rows) > 1:
            del rows[one]
        elif action == "double":
            rows.insert(other, list(rows[one]))
        elif action == "swap":
            rows[one], rows[other] = rows[other], rows[one]
        elif action == "short":
            rows[one] = rows[one][:place]
        elif action == "long":
            rows[one] = rows[one] + [draw(cells)]
        elif action == "column":
            for row in rows:
                del row[place : place + 1]
    return rows


def as_text(rows: list[list], encoding: str, delimiter: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding, "replace")


def as_workbook(rows: list[list], merged: list[tuple[int, int, int]]) -> bytes:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook()
    for row in rows:
        book.active.append([ILLEGAL_CHARACTERS_RE.sub("", cell) if isinstance(cell, str) else cell for cell in row])
    for column, first, height in merged:
        book.active.merge_cells(start_row=first, end_row=first + height, start_column=column, end_column=column)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def fuzzed(count: int, data: st.SearchStrategy[bytes], folder: Path) -> None:
    @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(data, st.sampled_from(WISHES))
    def hold_all(content: bytes, wish: Callable[[Path], Wish]) -> None:
        hold(folder, content, wish(folder))

    hold_all()


@pytest.mark.parametrize("count", COUNTS)
def test_mutated_bytes_never_break_the_import(count, tmp_path):
    fuzzed(count, mutated_bytes(), tmp_path)


@pytest.mark.parametrize("count", COUNTS)
def test_mutated_text_sheets_never_break_the_import(count, tmp_path):
    data = st.builds(as_text, mutated_rows(CELLS), st.sampled_from(ENCODINGS), st.sampled_from(",;\t"))
    fuzzed(count, data, tmp_path)


@pytest.mark.parametrize("count", COUNTS)
def test_mutated_workbooks_never_break_the_import(count, tmp_path):
    merged = st.lists(st.tuples(st.integers(1, 21), st.integers(1, 9), st.integers(1, 4)), max_size=3)
    fuzzed(count, st.builds(as_workbook, mutated_rows(TYPED), merged), tmp_path)


@pytest.mark.parametrize("count", COUNTS)
def test_anything_at_all_never_breaks_the_import(count, tmp_path):
    starts = st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", SHEETS["hazard_sheet.csv"][:400]])
    fuzzed(count, st.builds(bytes.__add__, starts, st.binary(max_size=300)), tmp_path)


def test_the_sheet_itself_comes_in(tmp_path):
    for data in SHEETS.values():
        hold(tmp_path, data, Wish())
        log = registered()
        assert bring_in(log, tmp_path / "sheet", MAPPING).new == 13 and log.appends == 1
