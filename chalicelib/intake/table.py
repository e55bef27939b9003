"""A table, whatever file it came from: where its heading stands, how it was read, and its rows, read anew each time.

Row numbers are what a spreadsheet shows. Rows are never held together: a table of half a million of them is walked through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from chalicelib.errors import BadInput, Problem

LONGEST_CELL = 10_000
HEADING_WITHIN = 30
# What a rejects file adds to the columns of its source; passed over when the repaired file comes in again.
REJECT_COLUMNS = ("行号", "列", "值", "原因")
OTHER_REJECT_COLUMNS = tuple("导入" + name for name in REJECT_COLUMNS)
FULL_TO_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


SOUND: Mapping[int, str] = MappingProxyType({})


class Line(NamedTuple):
    """A row of a file: cells with the blanks around them cut, cells that cannot be trusted, cells filled from a merged one."""

    number: int
    cells: list[str]
    faults: Mapping[int, str] = SOUND
    filled: frozenset[int] = frozenset()


class Row(NamedTuple):
    """A row of a table: as many cells as columns unless a problem says otherwise."""

    number: int
    cells: list[str]
    problems: list[Problem]


Lines = Callable[[], Iterator[Line]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a mapping says about the columns of a file: their names, and those that a merged cell speaks for in every row."""

    names: frozenset[str] = frozenset()
    filled: frozenset[str] = frozenset()


ANYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was read, as it is told to the person who sent it."""

    format: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    heading_row: int = 1

    def __str__(self) -> str:
        parts = [
            self.format,
            f"编码 {self.encoding}" if self.encoding else "",
            f"{self.delimiter}分隔" if self.delimiter else "",
            f"工作表“{self.sheet}”" if self.sheet else "",
            f"未读的工作表：{'、'.join(self.other_sheets)}" if self.other_sheets else "",
            f"表头在第{self.heading_row}行",
        ]
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True)
class Table:
    """Columns by the mapping's names, and the rows below the heading as often as they are asked for."""

    columns: tuple[str, ...]
    reading: Reading
    lines: Lines
    filled: frozenset[str] = frozenset()
    ragged: bool = False
    places: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {name: place for place, name in enumerate(self.columns)})

    def rows(self) -> Iterator[Row]:
        """The rows that say anything; each carries what is wrong with its shape."""
        kept = frozenset(place for place, name in enumerate(self.columns) if name in self.filled)
        for line in self.lines():
            if line.number > self.reading.heading_row and _says_something(line):
                yield self._row(line, kept)

    def _row(self, line: Line, kept: frozenset[int]) -> Row:
        cells, width = line.cells, len(self.columns)
        for place in line.filled - kept:
            cells[place] = ""
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if self.ragged:
            cells.extend([""] * (width - len(cells)))
        place = f"row {line.number}"
        problems = [Problem(place, self.columns[at], cells[at][:40], reason) for at, reason in line.faults.items() if at < width]
        if len(cells) != width:
            problems.append(Problem(place, "", cells[0][:40], f"有{len(cells)}格，表头有{width}列：请补齐或删去多余的格，内容中的逗号须加引号"))
        for at, cell in enumerate(cells[:width]):
            if len(cell) > LONGEST_CELL:
                problems.append(Problem(place, self.columns[at], cell[:40] + "…", f"内容过长（{len(cell)}字，上限{LONGEST_CELL}字）：请缩短"))
        return Row(line.number, cells, problems)


def _says_something(line: Line) -> bool:
    """A row whose only content comes from a merged cell above says nothing of its own."""
    if line.filled:
        return any(cell for place, cell in enumerate(line.cells) if place not in line.filled) or bool(line.faults)
    return any(line.cells) or bool(line.faults)


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as their half-width twins."""
    return text if text.isascii() else text.translate(FULL_TO_HALF)


def squeezed(name: str) -> str:
    """A column name as it is compared: line breaks, blanks and full-width signs make no difference."""
    return half_width("".join(name.split())).replace(" ", "")


def heading_score(cells: Iterable[str], known: frozenset[str]) -> int:
    """How many different known columns a row names; ``known`` is squeezed."""
    return len({squeezed(cell) for cell in cells} & known)


def best_score(lines: Iterable[Line], names: frozenset[str]) -> int:
    """The score of the row among the first ones that looks most like the heading."""
    known = frozenset(map(squeezed, names))
    return max((heading_score(line.cells, known) for line in islice(lines, HEADING_WITHIN)), default=0)


def find_heading(lines: Iterable[Line], wanted: Wanted) -> tuple[int, tuple[str, ...]]:
    """Row number and column names of the heading: the first row that names the most columns of the mapping.

    BadInput for an empty file, a file without heading, columns without a name and names that occur twice.
    """
    canonical = {squeezed(name): name for name in wanted.names}
    known = frozenset(canonical)
    first = [line for line in islice(lines, HEADING_WITHIN) if any(line.cells)]
    if not first:
        raise BadInput([Problem("", "", "", "文件是空的：请确认选对了文件、已经保存，再导入")])
    heading = max(first, key=lambda line: (heading_score(line.cells, known), -line.number))
    if known and not heading_score(heading.cells, known):
        found = "、".join(cell for cell in first[0].cells if cell)[:100]
        raise BadInput([Problem(f"row {first[0].number}", "", found, f"前{HEADING_WITHIN}行中没有表头（没有一行含有该格式的列名）：请核对所选的格式；文字若成乱码，请另存为“CSV UTF-8”")])
    names = [canonical.get(squeezed(cell), cell) for cell in heading.cells]
    while names and not names[-1]:
        names.pop()
    problems = _heading_problems(heading.number, names)
    if problems:
        raise BadInput(problems)
    return heading.number, tuple(names)


def _heading_problems(number: int, names: list[str]) -> list[Problem]:
    place = f"row {number}"
    nameless = [Problem(place, "", "", f"第{at}列没有列名：请填上列名或删去该列") for at, name in enumerate(names, start=1) if not name]
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    return nameless + [Problem(place, name, "", "列名重复：请改名或删去其中一列") for name in repeated]
