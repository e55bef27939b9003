"""Objections 异议 to a provisional index: which stand, and what the district's decisions change. Pure.

An upheld objection names the right counts of its sub-item, and nothing else of the month moves: late facts wait for a
revision. The counts before it stay on record beside those after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.clock import instant_text
from chalicelib.errors import Problem
from chalicelib.index.document import read_measure
from chalicelib.index.records import Record
from chalicelib.index.structure import SubItem

COUNTS = ("numerator", "denominator", "condition", "level")
OPEN, UPHELD, REJECTED = "open", "upheld", "rejected"


@dataclass(frozen=True, slots=True)
class Objection:
    """One objection with its decision, if there is one by the instant that was asked for; ``said`` is its reason and attachment."""

    objection_id: str
    sub_item: str
    filed_on: str
    outcome: str
    decided_on: str | None
    decision: Mapping[str, object]
    said: Mapping[str, object]

    def to_document(self) -> dict[str, object]:
        """What may be published: no prose, for prose may name people."""
        return {
            "id": self.objection_id,
            "sub_item": self.sub_item,
            "filed_on": self.filed_on,
            "outcome": self.outcome,
            "decided_on": self.decided_on,
        }

    def for_officials(self) -> dict[str, object]:
        """With the reasons of both sides and the counts of the decision: for the township itself and the district."""
        counts = {name: self.decision[name] for name in COUNTS if self.decision.get(name) is not None}
        decision = {"text": self.decision["text"], "counts": counts} if self.decision else None
        return {**self.to_document(), **self.said, "decision": decision}


def objections_of(records: Mapping[str, Sequence[Record]], month: str, known_at: datetime) -> list[Objection]:
    """The standing objections to a month as known at an instant, oldest first."""
    limit = instant_text(known_at)
    found = []
    for record in records.get("index_objection", ()):
        withdrawn = "void" in record and record["void"]["at"] <= limit
        if record["month"] == month and record["at"] <= limit and not withdrawn:
            found.append(_objection(record, limit))
    return sorted(found, key=lambda objection: (objection.filed_on, objection.objection_id))


def _objection(record: Record, limit: str) -> Objection:
    decisions = [s for s in record.get("then", ()) if s["kind"] == "index_objection_decided" and s["at"] <= limit and "void" not in s]
    decision = min(decisions, key=lambda step: (step["at"], step["id"]), default=None)
    outcome, decided_on = (decision["outcome"], decision["on"]) if decision else (OPEN, None)
    said = {name: record.get(name) for name in ("text", "attachment")}
    return Objection(record["id"], record["sub_item"], record["on"], outcome, decided_on, decision or {}, said)


def corrected(
    sub_items: Mapping[str, Mapping], objections: Sequence[Objection], items: Mapping[str, SubItem]
) -> tuple[dict[str, Mapping], list[dict]]:
    """``(sub_items, documents)``: the measures with the upheld counts in place, and every objection with the counts before it."""
    measures, documents = dict(sub_items), []
    for objection in objections:
        document, code = objection.to_document(), objection.sub_item
        is_sound = objection.outcome == UPHELD and not decision_problems(items.get(code), objection.decision)
        if is_sound and not corrects_nothing(objection.decision, measures[code], items[code]):
            counts = counts_of(objection.decision, items[code])
            document |= {"before": _bare(measures[code]), "after": counts}
            measures[code] = {**counts, "cases": [objection.objection_id], "case_count": 1}
        documents.append(document)
    return measures, documents


def counts_of(decision: Mapping[str, object], item: SubItem) -> dict[str, object]:
    """The counts in a decision, as the input shape of a measure; what is always expected need not be said."""
    expected = {"denominator": item.expected} if item.denominator and item.expected else {}
    return expected | {name: decision[name] for name in COUNTS if decision.get(name) is not None}


def decision_problems(item: SubItem | None, decision: Mapping[str, object]) -> list[Problem]:
    """What is wrong with the counts of a decision; the same rules as for every value of that sub-item."""
    if decision.get("outcome") != UPHELD:
        named = [name for name in COUNTS if decision.get(name) is not None]
        return [Problem("payload", name, str(decision[name]), "驳回的异议不改变计数") for name in named]
    if item is None:
        return [Problem("payload", "sub_item", "", "没有这个小项")]
    problems: list[Problem] = []
    read_measure(item, counts_of(decision, item), "payload", problems)
    return problems


def corrects_nothing(decision: Mapping[str, object], measure: Mapping, item: SubItem) -> bool:
    """Whether an upheld decision names the very counts that stand already. A decision that is unsound as such has its own problems."""
    if "no_value" in measure:
        return False
    named, standing = (read_measure(item, row, "payload", []) for row in (counts_of(decision, item), _bare(measure)))
    return named == standing


def _bare(measure: Mapping) -> dict[str, object]:
    return {name: measure[name] for name in (*COUNTS, "no_value") if name in measure}
