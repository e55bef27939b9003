"""Every point lost, one line each: what, how much, on what evidence, by whose record, under which source, until when. Pure.

Made from the result document. A set item comes back only by a recheck; an item worked out from facts on the first day on which
the judge gives it more (:func:`.outlook.first_recovery`); a deduction on its own first free day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib import labels
from chalicelib.exact import HUNDREDTHS, parse_scaled, text_of
from chalicelib.grading.actions import Facts, every_record
from chalicelib.grading.rules import RuleSet

BY_RECHECK = "整改并复查后"
NO_DAY = "无新情况时不恢复"
Loss = dict[str, object]


def losses(result: Mapping[str, object], facts: Facts, rules: RuleSet, recovery: Mapping[str, str]) -> Iterator[Loss]:
    """Every point lost: item or code, clause, amount, evidence, who recorded it, the rule's basis, and the day it ends by itself.

    A clause's amount is what it takes by itself: together they take no more than the item has.
    """
    for item in result["items"]:
        yield from item_losses(item, rules, recovery)
    for line in result["ledger"]:
        if line["line"] == "extra":
            extra = rules.items[line["code"]]
            same = {"code": extra.code, "title": extra.title, "source": "", "basis": extra.source, "evidence": []}
            yield {**same, "clause": "追加扣分", "points": fraction_points(line["points"]), "of": "本维度", "ends": BY_RECHECK}
    yield from adjustment_losses(result["adjustments"], facts, rules)


def item_losses(item: Mapping[str, object], rules: RuleSet, recovery: Mapping[str, str]) -> Iterator[Loss]:
    same = {
        "code": item["item"],
        "title": item["title"],
        "source": labels.SOURCE.get(item["source"], ""),
        "basis": rules.items[item["item"]].source,
    }
    same |= {"evidence": item["evidence"], "of": f"{item['value']}/{item['points']}"}
    for found in item["findings"]:
        yield {**same, "clause": f"{found['title']}×{found['count']}", "points": found["lost"], "ends": BY_RECHECK}
    if item["value"] not in (None, item["points"]) and not item["findings"]:
        ratio = "{}/{}".format(*item["ratio"]) if item["ratio"] else ""
        lost = points_between(item["points"], item["value"])
        yield {**same, "clause": ratio, "points": lost, "ends": recovery.get(item["item"], NO_DAY)}


def adjustment_losses(adjustments: list[Mapping[str, object]], facts: Facts, rules: RuleSet) -> Iterator[Loss]:
    recorded_by = {record["id"]: record["by"] for record in every_record(facts)}
    basis = {rule.code: rule.source for rule in rules.adjustments}
    for entry in adjustments:
        for each in entry["occurrences"] if entry["points"].startswith("-") else ():
            source = labels.SOURCE.get(recorded_by.get(each["evidence"]), "")
            same = {
                "code": entry["code"],
                "title": entry["title"],
                "source": source,
                "basis": basis[entry["code"]],
                "evidence": [each["evidence"]],
            }
            clause, end = f"{each['on']}×{each['count']}", each["end"] or BY_RECHECK
            yield {**same, "clause": clause, "points": each["points"], "of": f"封顶 {entry['cap']}", "ends": end}


def fraction_points(text: str) -> str:
    return text_of(parse_scaled(text, HUNDREDTHS), HUNDREDTHS)


def points_between(whole: str, value: str) -> str:
    return text_of(parse_scaled(whole, HUNDREDTHS) - parse_scaled(value, HUNDREDTHS), HUNDREDTHS)
