"""Whom a district's pages tell people to call: its lines for hazards and its emergency numbers, as its folder names them, in two languages.

The numbers of one country are wrong in another, so there is no default: without any, a page names none and says whom to tell instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.errors import Problem

FILE = "district.toml"
LANGUAGES = ("zh", "en")
PARTS = ("number", "word", "english")
CALL = ("拨打 {numbers}", "call {numbers}")
BETWEEN = (("、", " 或 "), (", ", " or "))
NO_LINE = ("告诉当地主管部门", "tell the local authority")
NO_EMERGENCY = ("拨打当地急救电话", "call the local emergency number")


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone number and what it is called."""

    number: str
    word: str
    english: str

    def name(self, language: str) -> str:
        return self.word if language == "zh" else self.english


@dataclass(frozen=True, slots=True)
class Lines:
    """``report``: who is called about a hazard, the first printed on plates; ``emergency``: who is called when it burns or somebody is hurt."""

    report: tuple[Line, ...] = ()
    emergency: tuple[str, ...] = ()

    @property
    def hotline(self) -> str:
        """The number on plates; empty without a line."""
        return self.report[0].number if self.report else ""

    def call(self, language: str) -> str:
        """``拨打 12350 或 12345``; whom to tell where there is no line."""
        return _call([line.number for line in self.report], language, NO_LINE)

    def call_city(self, language: str) -> str:
        """The last of the lines, which answers for everything else."""
        return _call([line.number for line in self.report[-1:]], language, NO_LINE)

    def call_in_an_emergency(self, language: str) -> str:
        return _call(self.emergency, language, NO_EMERGENCY)

    def told(self, language: str) -> str:
        """All of them by name, as the foot of a page has them; empty where there is none."""
        told = ("，", ", ")[LANGUAGES.index(language)].join(f"{line.name(language)} {line.number}" for line in self.report)
        return told and f"{told[:1].upper()}{told[1:]}{'。' if language == 'zh' else '.'}"


def _call(numbers: Sequence[str], language: str, otherwise: tuple[str, str]) -> str:
    at = LANGUAGES.index(language)
    if not numbers:
        return otherwise[at]
    comma, last = BETWEEN[at]
    return CALL[at].format(numbers=last.join(filter(None, (comma.join(numbers[:-1]), numbers[-1]))))


def read_lines(document: Mapping[str, object], problems: list[Problem]) -> Lines:
    """``lines`` and ``emergency`` of a district's file; both may be absent. What is no text is added to ``problems``."""
    entries, emergency = document.get("lines", []), document.get("emergency", [])
    wrong = [Problem(FILE, name, str(given), "a list is required") for name, given in (("lines", entries), ("emergency", emergency)) if not isinstance(given, list)]
    if not wrong:
        parts = ((f"lines[{place}].{key}", entry.get(key) if isinstance(entry, dict) else entry) for place, entry in enumerate(entries) for key in PARTS)
        texts = [*parts, *((f"emergency[{place}]", number) for place, number in enumerate(emergency))]
        wrong = [Problem(FILE, name, str(given), "a text is required") for name, given in texts if not isinstance(given, str) or not given]
    if "hotline" in document:  # an older folder's key: passed over, its number would vanish from every page unnoticed
        wrong.append(Problem(FILE, "hotline", str(document["hotline"]), 'write lines = [{ number = "…", word = "…", english = "…" }]'))
    problems.extend(wrong)
    return Lines() if wrong else Lines(tuple(Line(*(entry[key] for key in PARTS)) for entry in entries), tuple(emergency))
