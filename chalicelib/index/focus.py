"""What a district looks at: its weak indicators 薄弱指标 and whom it supervises more closely 差异化监管, from a month's result. Pure.

Points lost are before K, as everywhere; sums are exact, means rounded once, half-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.exact import HUNDREDTHS, TENTHS, fraction_text, half_up, parse_scaled, text_of
from chalicelib.index.structure import Indicator, IndexRules, SubItem
from chalicelib.index.trail import measures_of, months_in, plan_factor

WATCHED = ("red", "orange")
ORDER = ("red", "orange", "none", "yellow", "blue")
WORST, WEAK_INDICATORS, WEAK_ITEMS = 3, 2, 5


@dataclass(frozen=True, slots=True)
class Loss:
    """What one township lost in one indicator or sub-item, in hundredths."""

    code: str
    name: str
    lost: int


def district_document(result: Mapping, rules: IndexRules) -> dict:
    """The month's weak indicators and sub-items, the costliest first, and every township's supervision, the gravest first."""
    rows = result["townships"]
    titles = {item.code: item for item in rules.sub_items}
    total = sum(_hundredths(entry["lost"]) for row in rows for entry in row["lost_indicators"])
    return {
        "schema": 1,
        "kind": "index-district",
        "month": result["month"],
        "compared_with": result["compared_with"],
        "rule_set": result["rule_set"],
        "townships": len(rows),
        "lost": text_of(total, HUNDREDTHS),
        "indicators": _costliest(_indicator(indicator, rows, total) for indicator in rules.indicators),
        "sub_items": _costliest(_sub_item(item, rows) for item in rules.sub_items),
        "supervision": sorted((_supervision(row, rules, titles) for row in rows), key=_gravest),
    }


def _costliest(entries: Iterable[dict]) -> list[dict]:
    return sorted(entries, key=lambda entry: -_hundredths(entry["lost"]))


def _indicator(indicator: Indicator, rows: Sequence[Mapping], total: int) -> dict:
    """One indicator over the townships it applies to; ``rate`` the share of its points that they got, ``share`` of all points lost."""
    found = [(row, entry) for row in rows for entry in row["indicators"] if entry["code"] == indicator.code and entry["points"] is not None]
    lost, full = sum(_hundredths(entry["lost"]) for _, entry in found), indicator.points * len(found)
    changes = [(row["change"] or {}).get("indicators", {}).get(indicator.code) for row, _ in found]
    return {
        "code": indicator.code,
        "title": indicator.title,
        "full": text_of(indicator.points, HUNDREDTHS),
        **_losses([Loss(row["code"], row["name"], _hundredths(entry["lost"])) for row, entry in found]),
        "rate": _percent(full - lost, full),
        "share": _percent(lost, total),
        "change": _mean_change([change for change in changes if change is not None]),
    }


def _sub_item(item: SubItem, rows: Sequence[Mapping]) -> dict:
    found = [(row, entry) for row in rows for entry in _items_of(row) if entry["code"] == item.code]
    return {
        "code": item.code,
        "title": item.title,
        "parent": item.parent,
        "full": text_of(item.points, HUNDREDTHS),
        **_losses([Loss(row["code"], row["name"], _hundredths(entry["lost"])) for row, entry in found if entry["points"] is not None]),
        "cases": sum(entry.get("case_count", 0) for _, entry in found if _hundredths(entry["lost"])),
        "remedy": item.remedy,
    }


def _losses(losses: Sequence[Loss]) -> dict:
    """The sum, the mean over the townships it applies to, how many lost any, and who lost most."""
    losers = sorted((loss for loss in losses if loss.lost), key=lambda loss: (-loss.lost, loss.code))
    total = sum(loss.lost for loss in losers)
    return {
        "lost": text_of(total, HUNDREDTHS),
        "mean": text_of(half_up(total, len(losses)), HUNDREDTHS) if losses else None,
        "applicable": len(losses),
        "losing": len(losers),
        "worst": [{"code": loss.code, "name": loss.name, "lost": text_of(loss.lost, HUNDREDTHS)} for loss in losers[:WORST]],
    }


def _supervision(row: Mapping, rules: IndexRules, titles: Mapping[str, SubItem]) -> dict:
    """What follows from a township's colours, and on what it is focused: its weakest indicators and costliest sub-items."""
    trail = row.get("trail") or [{"month": "", "index": row["index"], "colour": row["colour"]}]
    measures, items = measures_of(trail, rules), {entry["code"]: entry for entry in _items_of(row)}
    names = {indicator.code: indicator.title for indicator in rules.indicators}
    return {
        **{key: row[key] for key in ("code", "name", "rank", "index", "colour")},
        "trail": trail,
        "months": months_in(trail, (row["colour"],)),
        "watched_months": months_in(trail, WATCHED),
        "plan": fraction_text(plan_factor(measures)),
        "measures": [{"code": rule.code, "title": rule.title, "text": rule.text, "months": rule.months} for rule in measures],
        "indicators": [{**entry, "title": names[entry["code"]]} for entry in row["lost_indicators"][:WEAK_INDICATORS]],
        "sub_items": [_weak_item(entry, items[entry["code"]], titles[entry["code"]]) for entry in row["lost"][:WEAK_ITEMS]],
    }


def _weak_item(lost: Mapping, entry: Mapping, item: SubItem) -> dict:
    cases = {key: entry[key] for key in ("case_count", "cases") if key in entry}
    return {"code": item.code, "title": item.title, "lost": lost["lost"], "remedy": item.remedy, **cases}


def _gravest(entry: Mapping) -> tuple:
    worth = parse_scaled(entry["index"], TENTHS) if entry["index"] is not None else 0
    return ORDER.index(entry["colour"]), -entry["months"], worth, entry["code"]


def _items_of(row: Mapping) -> Iterable[Mapping]:
    return (item for indicator in row["indicators"] for item in indicator["sub_items"])


def _percent(part: int, whole: int) -> str | None:
    return text_of(half_up(part * 1000, whole), 10) if whole else None


def _mean_change(changes: Sequence[str]) -> str | None:
    """The mean of signed changes, signed."""
    if not changes:
        return None
    mean = half_up(sum(_hundredths(text) for text in changes), len(changes))
    return ("+" if mean > 0 else "") + text_of(mean, HUNDREDTHS)


def _hundredths(text: str) -> int:
    return parse_scaled(text, HUNDREDTHS)
