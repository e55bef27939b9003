"""The map's method as data: load a TOML file, name every fault at once, hash its canonical form.

Sources: the file itself (``methods/*.toml``) cites one for every value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from chalicelib.canonical import content_hash
from chalicelib.errors import BadRuleSet
from chalicelib.riskmap.conditions import Test
from chalicelib.riskmap.coupling import Coupling, read_coupling
from chalicelib.riskmap.fields import Reader, Sheet
from chalicelib.toml import read_toml

METHODS = Path(__file__).resolve().parent / "methods"


@dataclass(frozen=True, slots=True)
class GradeRule:
    """One line of a sector's table: the inherent level a site has when the test holds."""

    id: str
    level: int
    title: str
    holds: Test
    source: str
    tag: str


@dataclass(frozen=True, slots=True)
class Sector:
    """A sector 领域: its weight in the township, who belongs to it (None: not open yet), its grade rules, worst first."""

    code: str
    title: str
    weight: Fraction
    weight_text: str
    is_member: Test | None
    grades: tuple[GradeRule, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A limit and what passing it does: a floor, a step, or a colour. ``months`` is 0 where no window applies."""

    limit: Fraction
    effect: int
    colour: str
    months: int
    source: str


@dataclass(frozen=True, slots=True)
class EvidenceRule:
    """When a township's evidence is aged and when old: days, and the share of sites that must be passed."""

    aged_days: int
    old_days: int
    share: Fraction


@dataclass(frozen=True)
class RiskRules:
    """One version of the method. Thresholds are exact; ``steps`` are named as in the file (``red_share``, ``death`` …)."""

    id: str
    version: str
    title: str
    hash: str
    risk_values: tuple[Fraction, ...]
    inherent_thresholds: tuple[Fraction, ...]
    governance_thresholds: tuple[Fraction, ...]
    veto_score_tenths: int
    coupling: Coupling
    level_colours: tuple[str, ...]
    township_thresholds: tuple[Fraction, ...]
    layer_thresholds: tuple[Fraction, ...]
    filed_levels: Mapping[str, int]
    filed_methods: Mapping[str, str]
    grave: Mapping[str, int]
    steps: Mapping[str, Step]
    evidence: EvidenceRule
    sectors: tuple[Sector, ...]

    @property
    def identity(self) -> dict[str, str]:
        return {"id": self.id, "version": self.version, "title": self.title, "hash": self.hash}

    def level_colour(self, level: int | None) -> str:
        return "none" if level is None else self.level_colours[level - 1]


@lru_cache(maxsize=8)
def load_risk_rules(path: Path) -> RiskRules:
    """The rules of this file. BadRuleSet with every fault; the same content has the same hash, whatever its layout."""
    return read_risk_rules(read_toml(path.read_bytes(), path.name), path.name)


def read_risk_rules(document: dict, place: str = "rules") -> RiskRules:
    """As :func:`load_risk_rules`, from a document already parsed."""
    sheet = Sheet(place, [])
    top = Reader(document, "", sheet)
    inherent, governance = top.table("inherent"), top.table("governance")
    township, coupling = top.table("township"), top.table("coupling")
    filed = top.sourced("filed")
    values = {
        "id": top.text("id"),
        "version": top.text("version"),
        "title": top.text("title"),
        "risk_values": inherent.sourced("risk_values").rising(4),
        "inherent_thresholds": inherent.sourced("thresholds").rising(3),
        "governance_thresholds": governance.sourced("thresholds").falling(3),
        "veto_score_tenths": governance.sourced("veto_score").tenths("value"),
        "coupling": read_coupling(coupling),
        "level_colours": coupling.sourced("levels").colours("values", 4),
        "township_thresholds": township.sourced("thresholds").rising(3),
        "layer_thresholds": township.sourced("layer_thresholds").rising(3),
        "filed_levels": filed.table("levels").levels(),
        "filed_methods": filed.texts("methods"),
        "grave": {key: top.table("grave").sourced(key).count("value") for key in ("deaths", "serious_injuries", "loss_fen")},
        "steps": _steps(inherent, governance, coupling, township),
        "evidence": _evidence(top.table("evidence")),
        "sectors": tuple(_sector(entry) for entry in top.tables("sectors")),
    }
    _check_sectors(values["sectors"], sheet)
    _check_reach(values["coupling"], values["steps"], sheet)
    for method, code in values["filed_methods"].items():
        filed.say(code in {sector.code for sector in values["sectors"]}, "methods", f"{method}: no sector {code}")
    if sheet.problems:
        raise BadRuleSet(sheet.problems, rule_set=str(document.get("id")))
    return RiskRules(hash=content_hash(document), **values)


def _steps(inherent: Reader, governance: Reader, coupling: Reader, township: Reader) -> dict[str, Step]:
    return {
        "top_site": _step(inherent.sourced("top_site"), "site_grade", "sector_floor"),
        "red_share": _step(governance.sourced("red_share"), "above", "floor"),
        "death": _step(governance.sourced("death"), None, "floor"),
        "grave_accident": _step(governance.sourced("grave_accident"), None, "floor"),
        "injuries": _step(governance.sourced("injuries"), "growth_above", "step"),
        "video": _step(governance.sourced("video"), "online_below", "step"),
        "site_pull_up": _step(coupling.sourced("site_pull_up"), "at_least", None),
        "sector_pull_up": _step(township.sourced("sector_pull_up"), "at_least", None),
        "layer_pull_up": _step(township.sourced("layer_pull_up"), "at_least", None),
    }


def _step(reader: Reader, limit: str | None, effect: str | None) -> Step:
    return Step(
        limit=reader.number(limit) if limit else Fraction(0),
        effect=reader.level(effect) if effect else 0,
        colour="" if effect else reader.colour("colour"),
        months=0 if limit else reader.count("months"),
        source=reader.text("source"),
    )


def _evidence(table: Reader) -> EvidenceRule:
    aged, old = table.sourced("aged_days").count("value"), table.sourced("old_days").count("value")
    table.say(aged < old, "old_days", "more days than aged_days")
    return EvidenceRule(aged, old, table.sourced("share").number("value"))


def _sector(entry: Reader) -> Sector:
    weight = entry.number("weight")
    entry.say(weight >= 0, "weight", "a weight is not negative")
    is_member = entry.test("members") if "members" in entry.values else None
    rules = tuple(_grade(rule) for rule in entry.tables("grades")) if is_member else ()
    if is_member:
        catches_all = any(not rule.values.get("all", [None]) for rule in entry.tables("grades"))
        entry.say(catches_all, "grades", "one rule without clauses must catch the rest")
    entry.text("source"), entry.text("tag")
    return Sector(
        code=entry.text("code"),
        title=entry.text("title"),
        weight=weight,
        weight_text=str(entry.values.get("weight")),
        is_member=is_member,
        grades=tuple(sorted(rules, key=lambda rule: -rule.level)),
    )


def _grade(entry: Reader) -> GradeRule:
    return GradeRule(
        entry.text("id"), entry.level("level"), entry.text("title"), entry.test("all"), entry.text("source"), entry.text("tag")
    )


def _check_sectors(sectors: tuple[Sector, ...], sheet: Sheet) -> None:
    total = sum((sector.weight for sector in sectors), Fraction(0))
    if total != 1:
        sheet.add("sectors", "weight", str(total), "the weights must sum to 1")
    for kind, names in (("code", [s.code for s in sectors]), ("grades.id", [rule.id for s in sectors for rule in s.grades])):
        for name in sorted({name for name in names if names.count(name) > 1}):
            sheet.add("sectors", kind, name, "used twice")
    for sector in sectors:
        if sector.is_member is None and sector.weight:
            sheet.add(f"sectors.{sector.code}", "weight", sector.weight_text, "a sector that is not open has weight 0")


def _check_reach(coupling: Coupling, steps: Mapping[str, Step], sheet: Sheet) -> None:
    """A pull-up that no pair of levels can reach would be a rule that is silently off."""
    for name in ("site_pull_up", "sector_pull_up"):
        if steps[name].limit > coupling.highest:
            sheet.add(name, "at_least", str(steps[name].limit), f"no pair of levels couples to more than {coupling.highest}")
