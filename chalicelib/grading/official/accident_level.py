"""The level of an accident 事故等级 (国务院令第493号, article 3) when a figure may be unknown, and the terms of its report.

The levels are the rule set's own (``[accident_levels]``), the comparison is the grading judge's: there is no second
table. Acute poisoning counts as serious injury. An unknown figure is not 0: the level is then 待定, at least the level
of the known figures, unless those already give the gravest. No casualty and no loss is the lightest level.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from chalicelib.clock import add_days
from chalicelib.errors import BadInput, Problem
from chalicelib.grading.case import Record
from chalicelib.grading.official.figures import HERE, UNDECIDED, Figures, Standard, load_table, read_standard
from chalicelib.grading.reading import Table
from chalicelib.grading.rules import Level
from chalicelib.grading.stories import level_of

MODEL = HERE / "accident-level.toml"
FIGURES = {"deaths": "死亡人数", "serious_injuries": "重伤人数", "loss_fen": "直接经济损失", "poisoned": "急性工业中毒人数"}


@dataclass(frozen=True, slots=True)
class Casualties:
    """What an accident cost; None = unknown. Loss is the direct economic loss in fen."""

    deaths: int | None
    serious_injuries: int | None
    loss_fen: int | None
    poisoned: int | None = 0


@dataclass(frozen=True, slots=True)
class AccidentLevel:
    """``level`` None = 待定, not lower than ``at_least``. ``unknown`` names the figures that are missing."""

    casualties: Casualties
    level: Level | None
    at_least: Level
    unknown: tuple[str, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Which figures reach the level, and which are unknown, in Chinese."""
        serious = (self.casualties.serious_injuries or 0) + (self.casualties.poisoned or 0)
        level = self.at_least
        reached = [
            f"死亡{self.casualties.deaths or 0}人" if (self.casualties.deaths or 0) >= level.deaths > 0 else "",
            f"重伤（含急性工业中毒）{serious}人" if serious >= level.serious_injuries > 0 else "",
            f"直接经济损失{(self.casualties.loss_fen or 0) // 1_000_000}万元"
            if (self.casualties.loss_fen or 0) >= level.loss_fen > 0
            else "",
        ]
        told = "、".join(each for each in reached if each) or "未达到更高等级的任何一项"
        missing = tuple(f"{FIGURES[name]}未查明" for name in self.unknown)
        return (f"{told}：{level.title if self.level else f'{UNDECIDED}，不低于{level.title}'}", *missing)

    def to_document(self) -> dict[str, object]:
        """The result as JSON."""
        return {
            "level": None if self.level is None else self.level.code,
            "at_least": self.at_least.code,
            "title": self.level.title if self.level else f"{UNDECIDED}（不低于{self.at_least.title}）",
            "unknown": list(self.unknown),
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True)
class Terms:
    """By when an accident is reported, and for how many days later deaths are added to it, by kind of accident."""

    standard: Standard
    report_hours: int
    supplement_days: Mapping[str, int]


def judge(casualties: Casualties, levels: Sequence[Level]) -> AccidentLevel:
    """The level under a rule set's ``levels`` (gravest first). BadInput names every figure that is not a count from 0."""
    figures = Figures()
    known = {name: figures.count(name, getattr(casualties, name)) for name in FIGURES}
    figures.refuse()
    serious = (known["serious_injuries"] or 0) + (known["poisoned"] or 0)
    place = level_of(levels, known["deaths"] or 0, serious, known["loss_fen"] or 0)
    unknown = tuple(name for name, figure in known.items() if figure is None)
    level = levels[place] if not unknown or place == 0 else None
    return AccidentLevel(casualties, level, levels[place], unknown)


def casualties_of(record: Record) -> Casualties:
    """The figures of an accident as a case has it, its updates included.

    A figure that the record leaves out is unknown; a known one never becomes unknown again.
    """
    found = {name: record.get(name) for name in ("deaths", "serious_injuries", "loss_fen")}
    for step in record.get("then", ()):
        if step["kind"] == "accident_updated":
            found.update({name: step[name] for name in found if step.get(name) is not None})
    return Casualties(**found)


def report_by(learned_at: datetime, terms: Terms) -> datetime:
    """By when the head of the unit must have reported, from the instant of learning of the accident."""
    return learned_at + timedelta(hours=terms.report_hours)


def supplement_ends(on: date, kind: str, terms: Terms) -> date:
    """The first day on which a new death no longer changes an accident of ``on``. BadInput for a kind that is not in the terms."""
    if kind not in terms.supplement_days:
        raise BadInput([Problem("kind", "", str(kind)[:60], "one of " + ", ".join(terms.supplement_days))])
    return add_days(on, terms.supplement_days[kind])


@lru_cache(maxsize=4)
def load_terms(source: Path | bytes = MODEL) -> Terms:
    """The terms of a file or of its bytes. BadRuleSet names everything that is wrong with it."""
    return load_table(source, read_terms)


def read_terms(table: Table) -> Terms:
    """The form of the file."""
    days = {}
    for entry in table.tables("supplements"):
        days[entry.text("code")] = entry.count("days")
        entry.text("title")
        entry.cite()
        entry.finish()
    return Terms(read_standard(table), table.count("report_hours"), days)
