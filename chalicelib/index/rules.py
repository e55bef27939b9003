"""The structure of the index as data: one metadata table of indicators and sub-items, K bands, thresholds, overrides.

``load_rules(path)`` reads ``methods/*.toml`` and names every fault at once; the hash is over the canonical content.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from chalicelib.canonical import content_hash
from chalicelib.errors import BadRuleSet
from chalicelib.exact import HUNDREDTHS, TENTHS
from chalicelib.index.model import TOTAL_POINTS
from chalicelib.index.reader import Reader
from chalicelib.index.structure import RATIOS, IndexRules, Indicator, OverrideRule, SubItem, SupervisionRule, Uncertainty
from chalicelib.toml import read_toml

MODEL_2020 = Path(__file__).with_name("methods") / "model-2020.toml"
FORMULAS = ("ratio", "ratio_unless", "plan", "plan_year", "plan_quarter", "inverse", "deduct", "zero_if_any", "growth", "level")
COLOURS = ("red", "orange", "yellow", "blue")
SOURCES = ("facts", "return")
PERIODS = ("month", "quarter", "year")
RECOVERS = ("standing", "monthly", "never")
NORMALISERS, AGGREGATORS = ("share", "minmax", "prank"), ("amean", "gmean")
TEXTS = ("code", "title", "parent", "unit", "numerator", "denominator", "rule", "basis", "tag", "evidence", "remedy")
LIMITS = (
    "carry_months", "complaint_days", "return_days", "sg6_months",
    "provisional_workday", "freeze_hour", "objection_workdays", "final_day", "final_workday",
    "grave_deaths", "grave_serious_injuries", "grave_loss_fen", "cases_listed", "trail_months",
)  # fmt: skip


@lru_cache(maxsize=8)
def load_rules(path: Path) -> IndexRules:
    """The method in a file. BadRuleSet naming every fault."""
    return read_rules(read_toml(path.read_bytes(), path.name))


def read_rules(document: dict) -> IndexRules:
    """The method of a parsed document. BadRuleSet naming every fault."""
    reader = _Reader()
    sub_items = [item for number, row in enumerate(document.get("sub_items", [])) if (item := reader.sub_item(number, row))]
    indicators = reader.indicators(document.get("indicators", []), sub_items)
    overrides = tuple(o for number, row in enumerate(document.get("overrides", [])) if (o := reader.override(number, row, sub_items)))
    rules = {
        **{key: reader.text("", document, key) for key in ("id", "version", "title", "source")},
        "effective_from": reader.day(document, "effective_from"),
        "bands": reader.bands(document.get("coefficient", [])),
        "thresholds": reader.thresholds(document.get("thresholds", {})),
        "sufficient_share": reader.share("limits", document.get("limits", {}), "sufficient_share"),
        "limits": reader.limits(document.get("limits", {})),
        "uncertainty": reader.uncertainty(document.get("uncertainty", {})),
        "supervision": reader.supervision(document.get("supervision", []), document.get("limits", {}).get("trail_months")),
    }
    if reader.problems:
        raise BadRuleSet(reader.problems)
    return IndexRules(hash=content_hash(_plain(document)), indicators=indicators, overrides=overrides, **rules)


def _plain(value: object) -> object:
    """Dates as ISO text, so that the content can be hashed as JSON."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value.isoformat() if isinstance(value, date) else value


class _Reader(Reader):
    """The rows of an index method."""

    def limits(self, row: dict) -> dict[str, int]:
        for key in sorted(set(LIMITS) - set(row)):
            self.fault("limits", key, "", "missing")
        return {key: self.count("limits", row, key) for key in LIMITS}

    def sub_item(self, number: int, row: dict) -> SubItem | None:
        place, before = f"sub_items[{number}] {row.get('code', '')}".strip(), len(self.problems)
        values = {key: self.text(place, row, key) for key in TEXTS}
        formula = self.one_of(place, row, "formula", FORMULAS)
        extras = self.extras(place, formula, row)
        values |= {
            "points": self.scaled(place, row, "points", HUNDREDTHS),
            "direction": self.one_of(place, row, "direction", ("up", "down")),
            "formula": formula,
            "source": self.one_of(place, row, "source", SOURCES),
            "period": self.one_of(place, row, "period", PERIODS),
            "recovers": self.one_of(place, row, "recovers", RECOVERS),
            "not_applicable": self.applicability(place, formula, row),
            "condition": row.get("condition", ""),
            "sector": row.get("sector", ""),
            "mean": row.get("mean", False) is True,
            "expected": self.count(place, row, "expected"),
        }
        known = set(values) | set(extras) | {"step", "limit", "levels"}
        for key in sorted(set(row) - known):
            self.fault(place, key, row[key], "no such column")
        return SubItem(**values, **extras) if len(self.problems) == before else None

    def applicability(self, place: str, formula: str, row: dict) -> bool:
        value = row.get("not_applicable")
        if not isinstance(value, bool) or (value and formula not in RATIOS):
            self.fault(place, "not_applicable", value, "true or false is required; only ratios can be not applicable")
        return value is True

    def extras(self, place: str, formula: str, row: dict) -> dict[str, object]:
        if formula == "deduct":
            return {"step": self.scaled(place, row, "step", HUNDREDTHS)}
        if formula == "inverse":
            limit = self.share(place, row, "limit")
            if limit == 0:
                self.fault(place, "limit", row.get("limit"), "above 0 is required")
            return {"limit": limit}
        if formula == "level":
            levels = row.get("levels")
            if not isinstance(levels, dict) or not levels:
                self.fault(place, "levels", levels, "a table of levels is required")
                return {}
            return {"levels": tuple((level, self.share(place, levels, level)) for level in levels)}
        if formula == "ratio_unless" and not row.get("condition"):
            self.fault(place, "condition", "", "the count that zeroes it must be named")
        return {}

    def indicators(self, rows: list[dict], sub_items: list[SubItem]) -> tuple[Indicator, ...]:
        codes = [item.code for item in sub_items]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            self.fault("sub_items", "code", code, "used twice")
        found = tuple(self.indicator(number, row, sub_items) for number, row in enumerate(rows))
        for item in sub_items:
            if item.parent not in {indicator.code for indicator in found}:
                self.fault(f"sub_items {item.code}", "parent", item.parent, "no such indicator")
        if sum(indicator.points for indicator in found) != TOTAL_POINTS:
            self.fault("indicators", "points", sum(i.points for i in found) / HUNDREDTHS, "the weights must sum to 100")
        return found

    def indicator(self, number: int, row: dict, sub_items: list[SubItem]) -> Indicator:
        place = f"indicators[{number}] {row.get('code', '')}".strip()
        code, title, points = self.text(place, row, "code"), self.text(place, row, "title"), self.scaled(place, row, "points", HUNDREDTHS)
        lowest, highest = self.scaled(place, row, "lowest", HUNDREDTHS), self.scaled(place, row, "highest", HUNDREDTHS)
        if not lowest <= points <= highest:
            self.fault(place, "lowest", row.get("lowest"), "lowest ≤ points ≤ highest is required")
        own = tuple(item for item in sub_items if item.parent == code)
        if sum(item.points for item in own) != points:
            self.fault(place, "points", row.get("points"), "must be the sum of its sub-items")
        return Indicator(code, title, points, lowest, highest, own)

    def override(self, number: int, row: dict, sub_items: list[SubItem]) -> OverrideRule | None:
        place, before = f"overrides[{number}]", len(self.problems)
        values = {key: self.text(place, row, key) for key in ("code", "title", "sub_item")}
        values["count"] = self.one_of(place, row, "count", ("numerator", "condition"))
        values["colour"] = self.one_of(place, row, "colour", COLOURS)
        if values["sub_item"] not in {item.code for item in sub_items}:
            self.fault(place, "sub_item", values["sub_item"], "no such sub-item")
        return OverrideRule(**values) if len(self.problems) == before else None

    def bands(self, rows: list[dict]) -> tuple[tuple[int, int], ...]:
        bands = []
        for number, row in enumerate(rows):
            edge, k = row.get("from_sites"), self.scaled(f"coefficient[{number}]", row, "k", HUNDREDTHS)
            if type(edge) is not int or edge < 0:
                self.fault(f"coefficient[{number}]", "from_sites", edge, "a whole number is required")
                continue
            bands.append((edge, k))
        edges = [edge for edge, _ in bands]
        if not edges or edges[0] != 0 or edges != sorted(set(edges)):
            self.fault("coefficient", "from_sites", edges, "bands must start at 0 and rise")
        return tuple(reversed(bands))

    def supervision(self, rows: list[dict], longest: object) -> tuple[SupervisionRule, ...]:
        found = tuple(self.supervision_rule(f"supervision[{number}]", row, longest) for number, row in enumerate(rows))
        for colour in sorted({*COLOURS, "none"} - {colour for rule in found if rule.months == 1 for colour in rule.colours}):
            self.fault("supervision", "colours", colour, "every colour needs a row of one month")
        return found

    def supervision_rule(self, place: str, row: dict, longest: object) -> SupervisionRule:
        months, colours = self.count(place, row, "months"), row.get("colours")
        if not isinstance(longest, int) or not 1 <= months <= longest:
            self.fault(place, "months", months, "1 to limits.trail_months is required")
        if not isinstance(colours, list) or not colours or not set(colours) <= {*COLOURS, "none"}:
            self.fault(place, "colours", colours, f"a list of {', '.join(COLOURS)}, none is required")
            colours = []
        texts = {key: self.text(place, row, key) for key in ("code", "title", "text")}
        return SupervisionRule(**texts, colours=tuple(colours), months=months, plan=self.factor(place, row, "plan"))

    def thresholds(self, row: dict) -> tuple[tuple[str, int], ...]:
        edges = [(colour, self.scaled("thresholds", row, colour, TENTHS)) for colour in ("blue", "yellow", "orange")]
        if not edges[0][1] > edges[1][1] > edges[2][1] > 0:
            self.fault("thresholds", "", [edge for _, edge in edges], "blue > yellow > orange > 0 is required")
        return tuple(edges)

    def uncertainty(self, row: dict) -> Uncertainty:
        counts = {key: self.count("uncertainty", row, key) for key in ("runs", "top")}
        shares = {key: self.share("uncertainty", row, key) for key in ("spread", "lower", "upper")}
        if not counts["runs"] or shares["spread"] == 1 or not shares["lower"] < shares["upper"]:
            self.fault("uncertainty", "", row, "runs > 0, spread < 1 and lower < upper are required")
        names = {"normalisers": NORMALISERS, "aggregators": AGGREGATORS}
        given = {key: self.names("uncertainty", row, key, allowed) for key, allowed in names.items()}
        return Uncertainty(**counts, **shares, **given)

    def names(self, place: str, row: dict, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """A list of known names; the first is the official way and must be there."""
        value = row.get(key)
        if not isinstance(value, list) or not value or value[0] != allowed[0] or not set(value) <= set(allowed):
            self.fault(place, key, value, f"a list of {', '.join(allowed)} that begins with {allowed[0]} is required")
            return allowed[:1]
        return tuple(value)
