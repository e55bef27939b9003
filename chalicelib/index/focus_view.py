"""The district's page of a month, worked out before the template sees it: weak indicators, who is supervised how, the heat table."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from chalicelib.exact import HUNDREDTHS, half_up, parse_scaled, text_of
from chalicelib.index.focus import WATCHED, district_document
from chalicelib.index.present import change_words, frame, month_words, plain
from chalicelib.index.structure import IndexRules

Labels = Mapping[str, Mapping[str, str]]
SHOWN_ITEMS, SHOWN_CASES, SHADES = 15, 5, 4


def district_view(result: Mapping, rules: IndexRules, townships_base: str, labels: Labels | None) -> dict:
    """``labels`` (township → case id → name) only for staff; the public page shows counts."""
    document = district_document(result, rules)
    supervised = [_supervised(entry, townships_base, None if labels is None else labels.get(entry["code"], {})) for entry in document["supervision"]]
    indicators = [_weak(entry, document["indicators"][0]["lost"], townships_base) for entry in document["indicators"]]
    items = [_weak(entry, document["sub_items"][0]["lost"], townships_base) for entry in document["sub_items"]]
    losing = [entry for entry in items if entry["losing"]]
    return {
        "words": month_words(document["month"]),
        "compared": month_words(document["compared_with"]) if document["compared_with"] else None,
        "watched": [entry for entry in supervised if entry["is_watched"]],
        "others": [entry for entry in supervised if not entry["is_watched"]],
        "lasting": sum(entry["watched_months"] >= _longest(rules) for entry in supervised),
        "lasting_months": _longest(rules),
        "indicators": indicators,
        "items": losing[:SHOWN_ITEMS],
        "items_rest": losing[SHOWN_ITEMS:],
        "spotless": [entry["title"] for entry in items if not entry["losing"]],
        "heat": heat(result, rules, townships_base),
        "rules": supervision_rules(rules),
        "townships": document["townships"],
        "lost": document["lost"],
        "rule_set": document["rule_set"],
        "is_staff": labels is not None,
        **frame(rules),
    }


def _longest(rules: IndexRules) -> int:
    """From how many months in a row on a red or orange colour brings the most."""
    return max((rule.months for rule in rules.supervision if set(rule.colours) <= set(WATCHED)), default=1)


def _supervised(entry: Mapping, base: str, labels: Mapping[str, str] | None) -> dict:
    return {
        **entry,
        "href": f"{base}{entry['code']}.html",
        "is_watched": entry["colour"] in (*WATCHED, "none"),
        "sufficient": entry["colour"] != "none",
        "plan": factor_words(Fraction(entry["plan"])),
        "trail": [{**month, "words": month_words(month["month"]) if month["month"] else ""} for month in entry["trail"]],
        "sub_items": [{"case_count": 0, **item, "named": _cases(item, labels)} for item in entry["sub_items"]],
    }


def factor_words(factor: Fraction) -> str:
    """``×1.25``; nothing for a factor of one."""
    return "" if factor == 1 else f"×{plain(half_up(factor.numerator * HUNDREDTHS, factor.denominator))}"


def _cases(item: Mapping, labels: Mapping[str, str] | None) -> list[str]:
    """The names of the first cases of a sub-item, for staff."""
    if labels is None:
        return []
    return [labels.get(case, "") or case for case in item.get("cases", ())[:SHOWN_CASES]]


def _weak(entry: Mapping, largest: str, base: str) -> dict:
    most = parse_scaled(largest, HUNDREDTHS)
    return {
        **entry,
        "width": text_of(half_up(parse_scaled(entry["lost"], HUNDREDTHS) * 1000, most), 10) if most else "0.0",
        "change": change_words(entry["change"]) if "change" in entry else None,
        "worst": [{**loss, "href": f"{base}{loss['code']}.html"} for loss in entry["worst"]],
    }


def heat(result: Mapping, rules: IndexRules, base: str) -> dict:
    """Points lost by township and indicator, with a shade for how much of the indicator they are."""
    rows = [
        {"name": row["name"], "href": f"{base}{row['code']}.html", "cells": [_heat_cell(entry) for entry in row["indicators"]]}
        for row in result["townships"]
    ]
    return {"columns": [{"title": indicator.title, "full": plain(indicator.points)} for indicator in rules.indicators], "rows": rows}


def _heat_cell(entry: Mapping) -> dict:
    if entry["points"] is None:
        return {"lost": None, "shade": 0}
    lost, full = parse_scaled(entry["lost"], HUNDREDTHS), parse_scaled(entry["weight"], HUNDREDTHS)
    return {"lost": entry["lost"], "shade": min(SHADES, -(-lost * 2 * SHADES // full))}


def supervision_rules(rules: IndexRules) -> list[dict]:
    """The measures as the method has them, in words."""
    return [{**{key: getattr(rule, key) for key in ("title", "text", "colours", "months")}, "plan": factor_words(rule.plan)} for rule in rules.supervision]
