"""The index once more, from the text of the rules (domain §5, §12.55–62) and not from our code: slow, plain, on the JSON documents.

It reads the metadata table as bare TOML and shares nothing with ``chalicelib.index``, so that one mistake would have to be made twice.
"""

from __future__ import annotations

import math
import tomllib
from fractions import Fraction
from pathlib import Path

TABLE = tomllib.loads((Path(__file__).parents[1] / "chalicelib/index/methods/model-2020.toml").read_text(encoding="utf-8"))


def rounded(value: Fraction, places: int) -> Fraction:
    """Half up; nothing here is below nought."""
    return Fraction(math.floor(value * 10**places + Fraction(1, 2)), 10**places)


def share(row: dict, entry: dict, month: int) -> Fraction | None:
    """The share of the points of a sub-item that has counts; None = not applicable."""
    n, d, kind = Fraction(entry.get("numerator", 0)), entry.get("denominator", 0), row["formula"]
    if kind == "deduct":
        points = Fraction(row["points"])
        return max(Fraction(0), points - Fraction(row["step"]) * n) / points
    if kind == "zero_if_any":
        return Fraction(0 if n > 0 or entry.get("condition", 0) > 0 else 1)
    if kind == "level":
        return Fraction(row["levels"][entry["level"]]) if entry.get("level") else Fraction(0)
    if kind == "growth":
        return Fraction(1) if n <= d else Fraction(0) if d == 0 else max(Fraction(0), 1 - (n - d) / d)
    if kind == "ratio_unless" and entry.get("condition", 0) > 0:
        return Fraction(0)
    if d == 0:
        return None
    if kind == "inverse":
        return max(Fraction(0), 1 - n / d / Fraction(row["limit"]))
    due = {"plan_year": Fraction(d * month, 12), "plan_quarter": Fraction(d * ((month - 1) % 3 + 1), 3)}.get(kind, Fraction(d))
    return min(Fraction(1), n / due)


def months_between(earlier: str, later: str) -> int:
    (a, b), (c, d) = (map(int, text.split("-")) for text in (earlier, later))
    return (c - a) * 12 + d - b


def sub_item(row: dict, entry: dict, month: str) -> tuple[str, Fraction | None]:
    """Its kind and its share; None = left out."""
    kind = entry.get("no_value", "value")
    if kind == "value":
        found = share(row, entry, int(month[5:]))
        return ("not_applicable", None) if found is None else ("value", found)
    if kind == "not_reported":
        return kind, Fraction(0)
    last = entry.get("last")
    if kind == "no_data" and last and 1 <= months_between(last["month"], month) <= TABLE["limits"]["carry_months"]:
        return kind, Fraction(last["share"])
    return kind, None


def township(entry: dict, month: str) -> dict:
    """Everything that is published of one township, but for its place."""
    found = {row["code"]: sub_item(row, entry["sub_items"][row["code"]], month) for row in TABLE["sub_items"]}
    points = {row["code"]: rounded(Fraction(row["points"]) * found[row["code"]][1], 2) for row in TABLE["sub_items"] if found[row["code"]][1] is not None}
    indicators, exact_lost = {}, Fraction(0)
    for indicator in TABLE["indicators"]:
        own = [row for row in TABLE["sub_items"] if row["parent"] == indicator["code"] and row["code"] in points]
        applicable = sum(Fraction(row["points"]) for row in own)
        if applicable:
            weight = Fraction(indicator["points"])
            indicators[indicator["code"]] = rounded(sum(points[row["code"]] for row in own) / applicable * weight, 2)
            if indicator["code"] == "SG":
                exact_lost = weight - sum(Fraction(row["points"]) * found[row["code"]][1] for row in own) / applicable * weight
    weights = sum(Fraction(i["points"]) for i in TABLE["indicators"] if i["code"] in indicators)
    raw = rounded(sum(indicators.values()) * 100 / weights, 2) if weights else None
    k = [Fraction(band["k"]) for band in TABLE["coefficient"] if entry["sites"] >= band["from_sites"]][-1]
    index = None if raw is None else rounded(min(Fraction(100), raw * k), 1)
    applicable_items = [code for code, (kind, _) in found.items() if kind != "not_applicable"]
    enough = index is not None and 2 * sum(kind == "value" for kind, _ in found.values()) >= len(applicable_items)
    return {
        "points": points, "indicators": indicators, "raw": raw, "k": k, "index": index, "enough": enough,
        "colour": colour(index, entry, found) if enough and index is not None else "none", "sg_lost": exact_lost,
    }  # fmt: skip


def colour(index: Fraction, entry: dict, found: dict) -> str:
    order = ["red", "orange", "yellow", "blue"]
    by_index = next((name for name in ("blue", "yellow", "orange") if index >= Fraction(TABLE["thresholds"][name])), "red")
    worst = [by_index]
    for rule in TABLE["overrides"]:
        if found[rule["sub_item"]][0] == "value" and Fraction(entry["sub_items"][rule["sub_item"]].get(rule["count"], 0)) > 0:
            worst.append(rule["colour"])
    return min(worst, key=order.index)


def district(month: str, entries: list[dict]) -> list[dict]:
    """The townships in leaderboard order with their places."""
    rows = [{"code": entry["code"], **township(entry, month)} for entry in entries]
    rows.sort(key=lambda row: (not row["enough"], -(row["index"] or 0), row["sg_lost"], row["code"]))
    for row in rows:
        better = sum(other["enough"] and other["index"] > (row["index"] or 0) for other in rows)
        row["rank"] = better + 1 if row["enough"] else None
    return rows
