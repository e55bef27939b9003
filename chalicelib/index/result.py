"""The result of the index as a JSON document: published text with its decimals, counts as numbers, reasons for everything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from chalicelib.exact import HUNDREDTHS, TENTHS, fraction_text, parse_scaled, text_of
from chalicelib.index.explain import FINE, ledger, lost_indicators, lost_points
from chalicelib.index.model import IndicatorScore, LedgerLine, Override, SubItemScore, TownshipScore
from chalicelib.index.movement import Part, movements
from chalicelib.index.stability import stability_documents
from chalicelib.index.structure import IndexRules, SubItem


def result_document(
    month: str, scores: Sequence[TownshipScore], rules: IndexRules, previous: Mapping | None = None, district: str = ""
) -> dict:
    """The month's result, in leaderboard order. ``previous`` = last month's result document, for the change; ``district`` names
    the one whose runs are drawn (with the month it seeds them)."""
    before = {row["code"]: row for row in (previous or {}).get("townships", [])}
    parts = movements(scores, rules, previous) if previous else {}
    uncertainty, more = stability_documents(district, month, scores, rules)
    rows = [
        {**township_document(score, rules), **more[score.code], "change": change_document(score, before.get(score.code), parts.get(score.code, ()))}
        for score in scores
    ]
    return {
        "schema": 1,
        "month": month,
        "compared_with": previous["month"] if previous else None,
        "rule_set": rules.reference(),
        "uncertainty": uncertainty,
        "townships": rows,
    }


def township_document(score: TownshipScore, rules: IndexRules) -> dict:
    """One township's result with its indicators, lost points and ledger."""
    titles = {item.code: item for item in rules.sub_items}
    return {
        "code": score.code,
        "name": score.name,
        "rank": score.rank,
        "index": _tenths(score.index),
        "colour": score.colour,
        "score_colour": score.score_colour,
        "sufficient": score.sufficient,
        "own_data": score.own_data,
        "applicable": score.applicable,
        "raw": _hundredths(score.raw),
        "coefficient": text_of(score.coefficient, HUNDREDTHS),
        "sites": score.sites,
        "overrides": [_override(override, rules) for override in score.overrides],
        "indicators": [_indicator(indicator, rules, titles) for indicator in score.indicators],
        "lost_indicators": [{"code": entry.code, "lost": text_of(entry.lost, HUNDREDTHS)} for entry in lost_indicators(score.indicators)],
        "lost": [{"code": item.code, "lost": text_of(item.lost, HUNDREDTHS)} for item in lost_points(score)],
        "ledger": [_line(line) for line in ledger(score)],
    }


def change_document(score: TownshipScore, before: Mapping | None, parts: Iterable[Part]) -> dict | None:
    """What moved since last month, None when there is nothing to compare. ``rank`` > 0 = places won. ``parts`` sum to both exactly;
    ``sub_items`` are the points (hundredths of the ledger, before K) that each one won or lost."""
    if not before or before["index"] is None or score.index is None:
        return None
    points = {row["code"]: row["points"] for row in before["indicators"]}
    lost = {item["code"]: parse_scaled(item["lost"], HUNDREDTHS) for row in before["indicators"] for item in row["sub_items"]}
    moved = {item.code: lost[item.code] - item.lost for item in score.sub_items if item.code in lost}
    return {
        "index": _signed(score.index - parse_scaled(before["index"], TENTHS), TENTHS),
        "rank": before["rank"] - score.rank if before["rank"] and score.rank else None,
        "colour": before["colour"],
        "parts": [_part(part) for part in parts],
        "indicators": {
            entry.code: _signed(entry.points - parse_scaled(points[entry.code], 100), HUNDREDTHS)
            for entry in score.indicators
            if entry.points is not None and points.get(entry.code) is not None
        },
        "sub_items": {code: _signed(moved[code], HUNDREDTHS) for code in sorted(moved, key=lambda code: -abs(moved[code])) if moved[code]},
    }


def _part(part: Part) -> dict:
    """Exact: the index as a fraction of a point, the rank as a fraction of a place."""
    return {"kind": part.kind, "index": fraction_text(part.index / TENTHS), "rank": None if part.rank is None else fraction_text(part.rank)}


def _indicator(indicator: IndicatorScore, rules: IndexRules, titles: dict[str, SubItem]) -> dict:
    title = next(entry.title for entry in rules.indicators if entry.code == indicator.code)
    return {
        "code": indicator.code,
        "title": title,
        "weight": text_of(indicator.weight, HUNDREDTHS),
        "applicable": text_of(indicator.applicable, HUNDREDTHS),
        "points": _hundredths(indicator.points),
        "lost": text_of(indicator.lost, HUNDREDTHS),
        "sub_items": [_sub_item(item, titles[item.code]) for item in indicator.sub_items],
    }


def _sub_item(item: SubItemScore, row: SubItem) -> dict:
    measure = item.measure
    document: dict = {
        "code": item.code,
        "title": row.title,
        "full": text_of(item.full, HUNDREDTHS),
        "state": item.state.value,
        "points": _hundredths(item.points),
        "share": None if item.share is None else fraction_text(item.share),
        "lost": text_of(item.lost, HUNDREDTHS),
    }
    if item.state.value == "value":
        document["numerator"] = measure.numerator if isinstance(measure.numerator, int) else fraction_text(Fraction(measure.numerator))
        document["denominator"] = measure.denominator if row.denominator else None
    if measure.condition:
        document["condition"] = measure.condition
    if measure.level:
        document["level"] = measure.level
    if item.is_carried and measure.carried:
        document["carried_from"] = measure.carried.month
    if measure.case_count:
        document |= {"case_count": measure.case_count, "cases": list(measure.cases)}
    return document


def public_document(document: dict) -> dict:
    """The same result without case ids: what the public tree holds (counts stay)."""
    if isinstance(document, dict):
        return {key: public_document(value) for key, value in document.items() if key != "cases"}
    if isinstance(document, list):
        return [public_document(value) for value in document]  # type: ignore[return-value]
    return document


def _override(override: Override, rules: IndexRules) -> dict:
    rule = next(entry for entry in rules.overrides if entry.code == override.code)
    return {"code": override.code, "title": rule.title, "sub_item": rule.sub_item, "colour": override.colour, "count": override.count}


def _line(line: LedgerLine) -> dict:
    return {"kind": line.kind, "code": line.code, "points": text_of(line.amount, FINE)}


def _hundredths(value: int | None) -> str | None:
    return None if value is None else text_of(value, HUNDREDTHS)


def _tenths(value: int | None) -> str | None:
    return None if value is None else text_of(value, TENTHS)


def _signed(value: int, scale: int) -> str:
    return ("+" if value > 0 else "") + text_of(value, scale)
