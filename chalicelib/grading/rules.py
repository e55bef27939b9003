"""Rule sets: a standard of assessment as versioned data, read from TOML, checked as a whole, hashed over canonical JSON.

The code knows mechanisms only (``derive``, ``counts``, ``when``); codes, titles, numbers, windows and sources are the file's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from chalicelib.canonical import content_hash
from chalicelib.errors import BadRuleSet, Problem
from chalicelib.grading.model import Grade
from chalicelib.grading.reading import Table
from chalicelib.toml import read_toml

RULESETS = Path(__file__).resolve().parent / "rulesets"
MODEL_2020 = RULESETS / "model-2020.toml"


@dataclass(frozen=True, slots=True)
class Clause:
    """A kind of finding. ``mode``: each (amount per count), once (amount when found), zero (takes the whole item).

    From ``major_hazard_from`` on ("" = never) whoever records it also registers a major hazard.
    """

    code: str
    title: str
    mode: str
    amount: int
    major_hazard_from: str

    def takes(self, points: int) -> tuple[int, int]:
        """What it takes of an item of so many points, in hundredths: (for each count, once when found)."""
        if self.mode == "zero":
            return 0, points
        return (self.amount, 0) if self.mode == "each" else (0, self.amount)


@dataclass(frozen=True, slots=True)
class ExtraRule:
    """A further deduction in the item's axis: when uncapped deductions reach ``at_points``, or ``clause`` is found."""

    points: int
    at_points: int | None
    clause: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """One item: ``points`` in hundredths; ``derive`` None = set by people, else its mechanism and parameters."""

    code: str
    axis: str
    title: str
    points: int
    rule: str
    not_applicable: str
    key: bool
    clauses: Mapping[str, Clause]
    derive: Mapping[str, object] | None
    extra: ExtraRule | None
    introduced_on: str
    source: str
    tag: str


@dataclass(frozen=True, slots=True)
class Rule:
    """An adjustment, veto or cap: its mechanism and typed parameters. ``grade`` is the colour a veto or cap allows at best."""

    code: str
    title: str
    mechanism: str
    grade: Grade
    params: Mapping[str, object]
    ends: str
    source: str
    tag: str
    points: int = 0
    cap: int = 0
    plus: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """A level of accident: reached by any of the three figures."""

    code: str
    title: str
    deaths: int
    serious_injuries: int
    loss_fen: int


@dataclass(frozen=True, eq=False)
class RuleSet:
    """A whole standard. Compared and cached by identity; ``hash`` names its content."""

    id: str
    version: str
    title: str
    notice: str
    effective_from: str
    effective_to: str
    hash: str
    thresholds: tuple[tuple[int, Grade], ...]
    assessment: Mapping[str, object]
    bonus_cut: int
    override_signers: int
    override_title: str
    appeal: Mapping[str, int]
    levels: tuple[Level, ...]
    inherent: Mapping[str, object]
    axes: Mapping[str, tuple[str, int]]
    items: Mapping[str, Item]
    adjustments: tuple[Rule, ...]
    vetoes: tuple[Rule, ...]
    caps: tuple[Rule, ...]
    document: Mapping[str, object] = field(repr=False)

    @cached_property
    def axis_points(self) -> dict[str, int]:
        """Full points per axis, in hundredths."""
        return {axis: points for axis, (_, points) in self.axes.items()}

    @cached_property
    def settable(self) -> dict[str, Item]:
        """Items that people set."""
        return {code: item for code, item in self.items.items() if item.derive is None}

    @cached_property
    def derived(self) -> dict[str, Item]:
        """Items worked out from facts; nobody sets them."""
        return {code: item for code, item in self.items.items() if item.derive is not None}

    @cached_property
    def introduced(self) -> tuple[str, ...]:
        """Items that came in after the standard began."""
        return tuple(code for code, item in self.settable.items() if item.introduced_on)

    @cached_property
    def always(self) -> frozenset[str]:
        """Items that always apply."""
        return frozenset(code for code, item in self.items.items() if not item.not_applicable)

    @cached_property
    def places(self) -> dict[str, tuple[str, int]]:
        """The axis and the full points of each item."""
        return {code: (item.axis, item.points) for code, item in self.items.items()}

    @cached_property
    def takes(self) -> dict[str, dict[str, tuple[int, int]]]:
        """What each clause of each settable item takes in hundredths: (for each count, once when found)."""
        return {code: {name: clause.takes(item.points) for name, clause in item.clauses.items()} for code, item in self.settable.items()}

    @cached_property
    def check_months(self) -> int:
        """How many complete months back any item asks for self-checks; at least one."""
        return max((item.derive["months"] for item in self.derived.values() if item.derive["kind"] == "self_check_months"), default=1)

    @cached_property
    def with_extra(self) -> dict[str, Item]:
        return {code: item for code, item in self.items.items() if item.extra is not None}

    @cached_property
    def level_of(self) -> dict[str, int]:
        """The place of each accident level, 0 = gravest."""
        return {level.code: place for place, level in enumerate(self.levels)}

    @cached_property
    def stop_codes(self) -> frozenset[str]:
        """Vetoes by a stop order: such a site is graded whatever its state."""
        return frozenset(rule.code for rule in self.vetoes if rule.mechanism == "stop_order")

    @cached_property
    def overdue_codes(self) -> frozenset[str]:
        """Caps by an assessment that is too old."""
        return frozenset(rule.code for rule in self.caps if rule.mechanism == "assessment_overdue")

    @cached_property
    def signs(self) -> dict[str, list[Mapping[str, object]]]:
        """The lines of conditions for a high inherent risk, by the field their first condition looks at."""
        lines: dict[str, list[Mapping[str, object]]] = {}
        for line in self.inherent["signs"]:
            lines.setdefault(line[0]["field"], []).append(line)
        return lines

    @cached_property
    def officers(self) -> int:
        """How many officers a major hazard's closing needs: the most that any rule asks for."""
        return max((rule.params.get("officers") or 0 for rule in (*self.vetoes, *self.caps)), default=0)

    def grade_of(self, tenths: int) -> Grade:
        """The colour of a shown score in tenths."""
        for least, grade in self.thresholds:
            if tenths >= least:
                return grade
        return Grade.RED

    def identity(self) -> dict[str, str]:
        """What every result says about the rules it was judged by."""
        return {"id": self.id, "version": self.version, "title": self.title, "hash": self.hash}


def load_rule_set(source: Path | str | bytes) -> RuleSet:
    """The rule set of a TOML file or of its bytes. BadRuleSet names everything that is wrong with it."""
    from chalicelib.grading.ruleform import read_rule_set

    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    raw = read_toml(data)
    problems: list[Problem] = []
    document = plain(raw)
    rules = read_rule_set(Table(raw, "", problems), document, content_hash(document))
    if problems:
        raise BadRuleSet(problems)
    return rules


def plain(value: object) -> object:
    """TOML as JSON: dates become text."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return value.isoformat() if isinstance(value, date) else value


def check_findings(rules: RuleSet, findings: Mapping[str, Mapping[str, int]], not_applicable: tuple[str, ...] = ()) -> list[Problem]:
    """What is wrong with findings offered for recording under these rules; entrances refuse them, nothing is clipped."""
    problems = []
    for code, clauses in findings.items():
        item = rules.items.get(code)
        if item is None or item.derive is not None:
            problems.append(Problem(f"items.{code}", "", code, "由事实算出，不可填报" if item else "没有这个条款"))
            continue
        problems += [Problem(f"items.{code}", clause, "", "该条款没有这种情形") for clause in clauses if clause not in item.clauses]
    for code in not_applicable:
        if code not in rules.items or not rules.items[code].not_applicable:
            problems.append(Problem("not_applicable", "", code, "该条款不得作为空项" if code in rules.items else "没有这个条款"))
    return problems
