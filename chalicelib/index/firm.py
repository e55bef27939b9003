"""How firm a place is, in words: intervals and groups, with and without K, why it moved, the cheapest points, the best case. A face."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby

from chalicelib.exact import HUNDREDTHS, TENTHS, half_up, parse_scaled, text_of
from chalicelib.index.draw import interval, parts_chart, weight_range
from chalicelib.index.structure import IndexRules, SubItem
from chalicelib.index.win_back import GOAL

Document = Mapping
PARTS = {"own": "自身数据", "others": "其他镇街的变化", "coefficient": "评估系数", "rules": "计算方法"}
SHOWN_PARTS = ("own", "others", "coefficient", "rules")
NORMALISERS = {"share": "得分率", "minmax": "极差标准化", "prank": "百分位"}
AGGREGATORS = {"amean": "算术平均", "gmean": "几何平均"}
MOVED = 8


def leaderboard_view(result: Document) -> dict:
    """Beside the leaderboard: groups with their intervals, the table with and without K."""
    rows = result["townships"]
    return {"runs": experiment_view(result), "groups": groups_view(rows), "coefficient": coefficient_rows(rows)}


def township_view(row: Document, result: Document, rules: IndexRules) -> dict:
    """A township's sections; None where there is nothing to say."""
    items = {item.code: item for item in rules.sub_items}
    count = sum(other["honest_rank"] is not None for other in result["townships"])
    return {
        "runs": experiment_view(result),
        "honest": honest_view(row, count) if row["honest_rank"] else None,
        "plain": row["without_coefficient"],
        "best": best_case_view(row, rules),
        "movement": movement_view(row, items),
        "back": win_back_view(row, items),
    }


def percent_words(share: str | None) -> str:
    """``0.973`` → ``97.3%``."""
    return "—" if share is None else f"{text_of(parse_scaled(share, 1000), TENTHS)}%"


def places_words(places: Sequence[int]) -> str:
    low, high = places
    return f"{low}" if low == high else f"{low}–{high}"


def signed_fraction(text: str) -> str:
    """An exact fraction as a signed mixed number: ``-7/6`` → ``−1 1/6``."""
    value = Fraction(text)
    whole, rest = divmod(abs(value.numerator), value.denominator)
    words = f"{whole} {rest}/{value.denominator}" if whole and rest else (f"{rest}/{value.denominator}" if rest else f"{whole}")
    return f"{_sign(value)}{words}"


def signed_points(text: str) -> str:
    """An exact fraction of a point, written with two decimals (parts of an index are twentieths)."""
    value = Fraction(text) * HUNDREDTHS
    return f"{_sign(value)}{text_of(half_up(abs(value.numerator), value.denominator), HUNDREDTHS)}"


def _sign(value: Fraction) -> str:
    return "+" if value > 0 else "−" if value < 0 else ""


def places_change(count: int | None) -> str:
    """Places won by something, in words."""
    if count is None:
        return "—"
    return f"提前 {count} 名" if count > 0 else f"后移 {-count} 名" if count < 0 else "不变"


def experiment_view(result: Document) -> dict:
    """How the runs were drawn, in words, with those that failed."""
    found = result["uncertainty"]
    spread = Fraction(found["spread"]) * 100
    return {
        **{key: found[key] for key in ("runs", "failed", "failed_weights_only", "generator", "seed", "top")},
        "spread": text_of(half_up(spread.numerator, spread.denominator), 1),
        "inside": text_of(int((Fraction(found["interval"][1]) - Fraction(found["interval"][0])) * 100), 1),
        "methods": len(found["paths"]),
        "paths": [
            {"words": f"{NORMALISERS[path['normaliser']]} × {AGGREGATORS[path['aggregator']]}", "runs": path["runs"], "failed": path["failed"]}
            for path in found["paths"]
        ],
    }


def method_runs(rules: IndexRules) -> dict:
    """The experiment as the method describes it."""
    plan = rules.uncertainty
    return {
        "runs": plan.runs,
        "spread": text_of(half_up(100 * plan.spread.numerator, plan.spread.denominator), 1),
        "inside": text_of(int((plan.upper - plan.lower) * 100), 1),
        "normalisers": "、".join(NORMALISERS[name] for name in plan.normalisers),
        "aggregators": "、".join(AGGREGATORS[name] for name in plan.aggregators),
    }


def groups_view(rows: Sequence[Document]) -> list[dict]:
    """The ranked townships in the groups that cannot be told apart, with their intervals."""
    ranked = [row for row in rows if row["honest_rank"]]
    found = []
    for number, members in groupby(ranked, key=lambda row: row["honest_rank"]["group"]):
        found.append({"number": number, "rows": [honest_view(row, len(ranked)) for row in members]})
    return found


def honest_view(row: Document, count: int) -> dict:
    """One township's intervals, probabilities and drawing."""
    honest = row["honest_rank"]
    return {
        **{key: row[key] for key in ("code", "name", "rank", "index")},
        "interval": places_words(honest["interval"]),
        "weights_only": places_words(honest["weights_only"]),
        "top": percent_words(honest["top"]),
        "red": percent_words(honest["red"]),
        "group": honest["group"],
        "drawing": interval(honest, row["rank"], count),
    }


def coefficient_rows(rows: Sequence[Document]) -> list[dict]:
    """The leaderboard with K and without it, side by side."""
    return [
        {
            **{key: row[key] for key in ("code", "name", "rank", "index", "raw", "coefficient", "sites")},
            "plain_index": row["without_coefficient"]["index"],
            "plain_rank": row["without_coefficient"]["rank"],
            "by_coefficient": places_change(row["without_coefficient"]["places_by_coefficient"]),
            "moved": bool(row["without_coefficient"]["places_by_coefficient"]),
        }
        for row in rows
        if row["rank"] is not None
    ]


def movement_view(row: Document, items: Mapping[str, SubItem]) -> dict | None:
    """Why index and place moved, part by part, and the sub-items that won or lost points."""
    change = row["change"]
    if not change:
        return None
    parts = {part["kind"]: part for part in change["parts"]}
    ordered = [parts[kind] for kind in SHOWN_PARTS if kind in parts]
    moved = [{"code": code, "title": items[code].title, "points": _minus(points)} for code, points in change["sub_items"].items() if code in items]
    return {
        "index": _minus(change["index"]),
        "rank_total": "—" if change["rank"] is None else signed_fraction(str(change["rank"])),
        "rank_words": None if change["rank"] is None else places_change(change["rank"]),
        "parts": [
            {
                "title": PARTS[part["kind"]],
                "index": signed_points(part["index"]),
                "rank": None if part["rank"] is None else signed_fraction(part["rank"]),
            }
            for part in ordered
        ],
        "chart": parts_chart([(PARTS[part["kind"]], Fraction(part["index"])) for part in ordered]),
        "moved": moved[:MOVED],
        "moved_rest": max(0, len(moved) - MOVED),
    }


def _minus(text: str) -> str:
    return text.replace("-", "−")


def win_back_view(row: Document, items: Mapping[str, SubItem]) -> dict | None:
    """The cheapest points: the fewest cases to the goal, then everything that can be won back."""
    plan = row["win_back_plan"]
    if plan is None:
        return None
    return {
        "goal": GOAL // HUNDREDTHS,
        "cases": plan["case_count"],
        "points": plan["points"],
        "steps": [{**_remedy(items[step["code"]]), "cases": step["case_count"], "points": step["points"]} for step in plan["steps"]],
        "all": [
            {**_remedy(items[ask["code"]]), "cases": ask["case_count"], "idle": ask["idle"], "points": ask["points"], "per_case": ask["per_case"]}
            for ask in row["win_back"]
        ],
        "gone": [item["code"] for indicator in row["indicators"] for item in indicator["sub_items"] if _is_gone(item, items[item["code"]])],
    }


def _remedy(item: SubItem) -> dict:
    unit = item.unit if item.formula != "level" and item.unit else "件"
    return {"code": item.code, "title": item.title, "remedy": item.remedy, "unit": unit, "later": item.recovers == "monthly"}


def _is_gone(entry: Document, item: SubItem) -> bool:
    return item.recovers == "never" and parse_scaled(entry["lost"], HUNDREDTHS) > 0


def best_case_view(row: Document, rules: IndexRules) -> dict | None:
    """The best weights of a township beside the official ones and their bounds."""
    best = row["best_case"]
    if best is None:
        return None
    return {
        **{key: best[key] for key in ("index", "rank", "raw")},
        "rows": list(_weights(row, best["weights"], rules)),
        "unchanged": best["rank"] == row["rank"],
    }


def _weights(row: Document, weights: Mapping[str, str], rules: IndexRules) -> Iterator[dict]:
    points = {entry["code"]: entry for entry in row["indicators"]}
    widest = max(indicator.highest for indicator in rules.indicators)
    for indicator in rules.indicators:
        if indicator.code in weights:
            best, entry = parse_scaled(weights[indicator.code], HUNDREDTHS), points[indicator.code]
            share = half_up(parse_scaled(entry["points"], HUNDREDTHS) * 1000, indicator.points)
            yield {
                "title": indicator.title,
                "official": text_of(indicator.points, HUNDREDTHS),
                "best": weights[indicator.code],
                "share": text_of(share, TENTHS),
                "drawing": weight_range(indicator, best, widest),
                "word": "加" if best > indicator.points else "减" if best < indicator.points else "不变",
            }
