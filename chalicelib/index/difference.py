"""What a revision changed: the result documents of two revisions of a month side by side. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

HEAD = ("index", "rank", "colour", "raw", "coefficient")
SHOWN = ("state", "numerator", "denominator", "condition", "level", "points", "carried_from")


def difference(before: Mapping, after: Mapping) -> dict:
    """Per township what of its head and of its sub-items is different; townships that are the same are left out."""
    old = {row["code"]: row for row in before["townships"]}
    rows = [change for row in after["townships"] if (change := _township(old.get(row["code"]), row))]
    gone = sorted(set(old) - {row["code"] for row in after["townships"]})
    return {
        "schema": 1,
        "month": after["month"],
        "method_changed": before["rule_set"]["hash"] != after["rule_set"]["hash"],
        "townships": rows,
        "gone": [{"code": code, "name": old[code]["name"]} for code in gone],
    }


def _township(before: Mapping | None, after: Mapping) -> dict | None:
    if before is None:
        return {"code": after["code"], "name": after["name"], "head": [], "sub_items": [], "new": True}
    head = [{"field": name, "before": before[name], "after": after[name]} for name in HEAD if before[name] != after[name]]
    items = list(_sub_items(before, after))
    return {"code": after["code"], "name": after["name"], "head": head, "sub_items": items} if head or items else None


def _sub_items(before: Mapping, after: Mapping) -> Iterator[dict]:
    old = {item["code"]: item for item in _items(before)}
    for item in _items(after):
        one, other = _shown(old.get(item["code"])), _shown(item)
        if one != other:
            yield {"code": item["code"], "title": item["title"], "before": one, "after": other}


def _items(row: Mapping) -> Iterator[Mapping]:
    return (item for indicator in row["indicators"] for item in indicator["sub_items"])


def _shown(item: Mapping | None) -> dict | None:
    return None if item is None else {name: item[name] for name in SHOWN if item.get(name) is not None}
