"""A district as a folder of data: townships with their validity dates, hexagon cells, palette, rule sets by date.

``chalicelib/districts/<id>/district.toml`` and ``townships.csv``. Another district is another folder."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from chalicelib import labels
from chalicelib.errors import BadRuleSet, NotFound, Problem
from chalicelib.register.lines import Lines, read_lines

PACKAGE = Path(__file__).resolve().parent.parent
DISTRICTS = PACKAGE / "districts"
GRADE_CODES = ("red", "orange", "yellow", "blue", "none")
JUDGES = ("grading", "riskmap", "index")
SWATCH_KEYS = ("word", "letter", "fill", "ink", "tint", "shape", "pattern")


@dataclass(frozen=True, slots=True)
class Township:
    """A township 镇街 for the days ``[valid_from, valid_to)``; ``valid_to`` None = open-ended.

    ``successor`` is the code under which it goes on after its last day. ``outside``: it belongs to another district and is
    known by name only, for sites that went there.

    ``q``, ``r`` are the axial coordinates of its cell (pointy-top). History is keyed on code and date, never on the code alone.
    """

    code: str
    name: str
    short: str
    pinyin: str
    kind: str
    valid_from: date
    valid_to: date | None
    q: int
    r: int
    longitude: float
    latitude: float
    label_radius_m: int
    successor: str = ""
    outside: bool = False

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Swatch:
    """How one grade is shown: word, letter, shape and pattern beside the colour; ``english`` only for a colour of its own."""

    word: str
    letter: str
    fill: str
    ink: str
    tint: str
    shape: str
    pattern: str
    english: str = ""


@dataclass(frozen=True, slots=True)
class RuleSetRef:
    """A rule set and the first day it applies: a file (path below chalicelib), or the content of one that was enacted since."""

    file: str
    effective_from: date
    content: bytes = b""

    @property
    def path(self) -> Path:
        return PACKAGE / self.file


@dataclass(frozen=True)
class District:
    """All that differs between two districts. ``number``: what its register calls an enterprise's number, in two languages; empty where it has none."""

    id: str
    name: str
    short: str
    english: str
    notice: str
    datum: str
    palette: dict[str, Swatch]
    rule_sets: dict[str, tuple[RuleSetRef, ...]]
    townships: tuple[Township, ...]
    folder: Path
    number: tuple[str, str] = labels.NUMBER
    lines: Lines = Lines()
    english_notice: str = ""
    mappings: str = ""
    synthetic_names: str = ""
    boundaries: Path | None = None

    @property
    def grade_words(self) -> dict[str, str]:
        """What the grades are called here."""
        return labels.grade_words({code: swatch.word for code, swatch in self.palette.items()})

    def townships_on(self, day: date) -> tuple[Township, ...]:
        """The townships that the district has on a day, in the file's order."""
        return tuple(township for township in self.townships if township.valid_on(day) and not township.outside)

    def mapping(self, name: str) -> Path:
        """The mapping file of this name: the district's own, else that of the district whose tables it shares."""
        own = self.folder / "mappings" / f"{name}.toml"
        return own if own.is_file() or not self.mappings else self.folder.parent / self.mappings / "mappings" / f"{name}.toml"

    def township(self, code: str, day: date) -> Township:
        """The township with this code on this day. NotFound if there was none."""
        for township in self.townships:
            if township.code == code and township.valid_on(day):
                return township
        raise NotFound("no such township on that day", township=code, day=day.isoformat())

    def with_rule_sets(self, judge: str, refs: tuple[RuleSetRef, ...]) -> District:
        """The same district with these rule sets for one judge, in order of their first days."""
        return replace(self, rule_sets={**self.rule_sets, judge: refs})

    def rule_set_on(self, judge: str, day: date) -> RuleSetRef | None:
        """The rule set of ``grading``, ``riskmap`` or ``index`` that applies on a day; None if the district has none yet."""
        applying = [ref for ref in self.rule_sets[judge] if ref.effective_from <= day]
        return applying[-1] if applying else None


@lru_cache(maxsize=8)
def load_district(district_id: str, root: Path = DISTRICTS) -> District:
    """The district of this id. NotFound if there is no folder; BadRuleSet naming every fault of its files."""
    folder = root / district_id
    if not (folder / "district.toml").is_file():
        known = ", ".join(sorted(place.parent.name for place in root.glob("*/district.toml")))
        raise NotFound(f"no such district: {district_id[:40]!r}; there are {known}", district=district_id)
    document = tomllib.loads((folder / "district.toml").read_text(encoding="utf-8"))
    problems: list[Problem] = []
    townships = _read_townships(folder / "townships.csv", problems)
    palette, rule_sets = _read_palette(document, problems), _read_rule_sets(document, problems)
    texts = {key: _text(document, key, problems) for key in ("id", "name", "short", "english", "notice", "datum")}
    boundaries, lines = _read_boundaries(document, folder, problems), read_lines(document, problems)
    if problems:
        raise BadRuleSet(problems, district=district_id)
    texts |= {key: str(document.get(key, "")) for key in ("english_notice", "mappings", "synthetic_names")}
    return District(**texts, number=tuple(map(str, document.get("number", labels.NUMBER))), lines=lines, palette=palette, rule_sets=rule_sets, townships=townships, folder=folder, boundaries=boundaries)


def _text(document: dict, key: str, problems: list[Problem]) -> str:
    value = document.get(key)
    if not isinstance(value, str):
        problems.append(Problem("district.toml", key, str(value), "a text is required"))
        return ""
    return value


def _read_boundaries(document: dict, folder: Path, problems: list[Problem]) -> Path | None:
    """The district's own border file (GeoJSON), if it names one; without it the map is the hexagon layout."""
    name = document.get("boundaries")
    if name is None:
        return None
    if not isinstance(name, str) or not (folder / name).is_file():
        problems.append(Problem("district.toml", "boundaries", str(name), "no such file in the district's folder"))
        return None
    return folder / name


def _read_palette(document: dict, problems: list[Problem]) -> dict[str, Swatch]:
    palette = {}
    for code in GRADE_CODES:
        entry = document.get("palette", {}).get(code, {})
        missing = [key for key in SWATCH_KEYS if not isinstance(entry.get(key), str)]
        problems.extend(Problem("district.toml", f"palette.{code}.{key}", "", "a text is required") for key in missing)
        if not missing:
            palette[code] = Swatch(**{key: entry[key] for key in SWATCH_KEYS}, english=str(entry.get("english", "")))
    return palette


def _read_rule_sets(document: dict, problems: list[Problem]) -> dict[str, tuple[RuleSetRef, ...]]:
    rule_sets = {}
    for judge in JUDGES:
        refs = []
        for number, entry in enumerate(document.get("rule_sets", {}).get(judge, [])):
            file, effective = entry.get("file"), entry.get("effective_from")
            place = f"rule_sets.{judge}[{number}]"
            if not isinstance(effective, date):
                problems.append(Problem("district.toml", f"{place}.effective_from", str(effective), "a date is required"))
            elif not isinstance(file, str) or not (PACKAGE / file).is_file():
                problems.append(Problem("district.toml", f"{place}.file", str(file), "no such file below chalicelib"))
            else:
                refs.append(RuleSetRef(file, effective))
        rule_sets[judge] = tuple(sorted(refs, key=lambda ref: ref.effective_from))
    return rule_sets


def _read_townships(path: Path, problems: list[Problem]) -> tuple[Township, ...]:
    townships: list[Township] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            township = _township(row, number, problems)
            if township is None:
                continue
            if any(_overlap(township, other) for other in townships):
                problems.append(Problem(f"townships.csv row {number}", "code", township.code, "two townships share this code on the same day"))
            townships.append(township)
    problems.extend(
        Problem("townships.csv", "successor", each.successor, f"no township with this code takes over from {each.code}")
        for each in townships
        if each.successor and not any(other.code == each.successor and other.valid_from == each.valid_to for other in townships)
    )
    if not townships and not problems:
        problems.append(Problem("townships.csv", "", "", "no township at all"))
    return tuple(townships)


def _overlap(one: Township, other: Township) -> bool:
    meets = (one.valid_to is None or other.valid_from < one.valid_to) and (other.valid_to is None or one.valid_from < other.valid_to)
    return one.code == other.code and meets


def _township(row: dict[str, str], number: int, problems: list[Problem]) -> Township | None:
    place = f"townships.csv row {number}"
    values: dict[str, object] = {}
    readers = {
        "code": str, "name": str, "short": str, "pinyin": str, "kind": str,
        "valid_from": date.fromisoformat, "valid_to": _date_or_none,
        "q": int, "r": int, "longitude": float, "latitude": float, "label_radius_m": int, "successor": str, "outside": _yes,
    }  # fmt: skip
    for column, read in readers.items():
        text = (row.get(column) or "").strip()
        try:
            values[column] = read(text)
        except ValueError:
            problems.append(Problem(place, column, text, "cannot be read"))
    if len(values) < len(readers):
        return None
    return Township(**values)  # type: ignore[arg-type]


def _yes(text: str) -> bool:
    if text not in ("", "yes"):
        raise ValueError(text)
    return text == "yes"


def _date_or_none(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
