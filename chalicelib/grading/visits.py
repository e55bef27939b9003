"""Grading from inspections alone: what the latest inspection found, what was found of late, and what is counted of it.

For a register that has no assessment of items, only inspections with their outcome and findings (hazards) that name a severity,
an action, a fine. A finding whose word a rule does not know weighs as the gravest it knows: unknown is never nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from chalicelib.grading.case import Case, Record
from chalicelib.grading.model import Derived, Occurrence
from chalicelib.grading.reading import Dated
from chalicelib.grading.rules import Item, Rule
from chalicelib.grading.stories import Hazard


def latest_visit(case: Case) -> Record | None:
    """The last inspection up to the day."""
    return case.latest("inspection")


def found_at(case: Case, visit: Record) -> list[Hazard]:
    """What an inspection found: the hazards that name it."""
    return [hazard for hazard in case.hazards if hazard.record.get("inspection") == visit["id"] and not hazard.dismissed]


def weight(record: Record, weights: Mapping[str, object]) -> int:
    """What a finding takes, in hundredths: by its word in ``field``, less when it was put right on the spot."""
    amounts: Mapping[str, int] = weights["settled"] if record.get("action") in weights["settled_by"] else weights["amounts"]
    return amounts.get(str(record.get(weights["field"])), max(amounts.values()))


def latest_inspection(case: Case, item: Item, first_on: str, checks: Sequence[Record]) -> Derived | None:
    """Full points less what the latest inspection found; not yet assessed before the first one."""
    visit = latest_visit(case)
    if visit is None:
        return None
    found = found_at(case, visit)
    lost = sum(weight(hazard.record, item.derive["weights"]) for hazard in found)
    evidence = (visit["id"], *(hazard.record["id"] for hazard in found))
    return Derived(max(0, item.points - lost), "valued", None, visit["on"], evidence)


def recent_findings(case: Case, item: Item, first_on: str, checks: Sequence[Record]) -> Derived | None:
    """Full points less everything found by inspections in the last months, the latest inspection's findings included."""
    if latest_visit(case) is None:
        return None
    months, lost, evidence = Dated([("", item.derive["months"])]), 0, []
    for hazard in case.hazards:
        if not hazard.dismissed and case.window(hazard.record["on"], months):
            lost += weight(hazard.record, item.derive["weights"])
            evidence.append(hazard.record["id"])
    return Derived(max(0, item.points - lost), "valued", None, "", tuple(evidence))


def findings_with(case: Case, rule: Rule, classes: object) -> Iterable[Occurrence]:
    """Findings of the last months whose field says one of the rule's words; a fine counts where there is one, whatever its amount."""
    for hazard in case.hazards:
        record = hazard.record
        if not hazard.dismissed and says(record, rule.params):
            end = case.window(record["on"], rule.params["months"])
            if end:
                yield Occurrence(record["id"], record["on"], 1, rule.points, end)


def says(record: Record, params: Mapping[str, object]) -> bool:
    """Whether a finding's field holds one of these words; without words, whether it holds anything but nothing."""
    value = record.get(params["field"])
    if params["values"] is None:
        return bool(value)
    return value in params["values"] and record.get("action") not in (params.get("settled_by") or ())


def later_visits(case: Case, day: str) -> Iterator[Record]:
    return (visit for visit in case.live("inspection") if visit["on"] > day)


DERIVE = {"latest_inspection": latest_inspection, "recent_findings": recent_findings}
COUNT = {"findings_with": findings_with}
