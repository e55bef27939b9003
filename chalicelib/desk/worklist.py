"""What is to be done at a site today: its colour, its open hazards by what stands next, what is overdue and what falls due. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.grading.appeals import TOWNSHIP, open_appeal
from chalicelib.grading.rules import RuleSet
from chalicelib.supervision.hazards import AWAITING_RECHECK, ORDERED, RECTIFYING, REGISTERED, HazardState, state_of
from chalicelib.supervision.plates import plate_on

# Who acts next in each state of a hazard.
NEXT = {REGISTERED: "order", ORDERED: "enterprise", RECTIFYING: "enterprise", AWAITING_RECHECK: "recheck"}
SEVERAL = 12

Record = Mapping[str, object]


def hazard_line(record: Record, state: HazardState, on: str) -> dict[str, object]:
    """A hazard as lists show it: where it stands, its deadline, whether that has passed, whose turn it is."""
    return {
        "id": record["id"],
        "on": record["on"],
        "by": record["by"],
        "level": record["level"],
        "item": record.get("item"),
        "description": record.get("description"),
        "state": state.state,
        "deadline_on": state.deadline_on,
        "overdue": state.overdue,
        "due_today": state.open and not state.overdue and state.deadline_on == on,
        "refused": state.refused,
        "next": NEXT.get(state.state),
        "number": _order_number(record),
    }


def hazard_lines(facts: Mapping[str, object], on: str, *, open_only: bool = True) -> list[dict[str, object]]:
    """The hazards of a site on a day, those overdue first, then by deadline, then as they were found."""
    records = facts["records"].get("hazard_found", ())  # type: ignore[attr-defined]
    judged = [(record, state_of(record, on)) for record in records if "void" not in record and record["on"] <= on]
    lines = [hazard_line(record, state, on) for record, state in judged if state.open or not open_only]
    return sorted(lines, key=lambda line: (not line["overdue"], str(line["deadline_on"])))


def work_row(row: Mapping[str, object], facts: Mapping[str, object] | None, on: str, rules: RuleSet) -> dict[str, object]:
    """A site's line of the work list: its row in the list of cards, and what its facts ask for on this day under these rules."""
    lines = hazard_lines(facts, on) if facts else []
    return {
        **row,
        "open": len(lines),
        "major": sum(line["level"] == "major" for line in lines),
        "overdue": sum(bool(line["overdue"]) for line in lines),
        "due_today": sum(bool(line["due_today"]) for line in lines),
        "to_order": sum(line["next"] == "order" for line in lines),
        "to_recheck": sum(line["next"] == "recheck" for line in lines),
        "next_on": min((str(line["deadline_on"]) for line in lines), default=None),
        "last_inspection": last_day(facts, "inspection", on) if facts else None,
        "plate": plate_on(facts, on).due if facts else "",
        **_reports(facts, on),
        **_voice(facts, on, rules),
        "hazards": lines[:SEVERAL],
    }


def _reports(facts: Mapping[str, object] | None, on: str) -> dict[str, object]:
    """Reports of the public that nobody has decided yet: how many, how many past their day, the nearest day."""
    records = facts["records"].get("complaint", ()) if facts else ()  # type: ignore[attr-defined]
    waiting = [record for record in records if "void" not in record and record["on"] <= on and not _decided(record)]
    days = [str(record["due_on"]) for record in waiting if record.get("due_on")]
    return {"reports": len(waiting), "reports_late": sum(day < on for day in days), "report_due_on": min(days, default=None)}


def _voice(facts: Mapping[str, object] | None, on: str, rules: RuleSet) -> dict[str, object]:
    """What the enterprise says and waits for: its open appeal with whose turn it is and until when (None where the holidays are not known),
    and how many replies nobody has looked through."""
    appeal = open_appeal(facts, rules, on) if facts else None
    told = facts["records"].get("reply", ()) if facts else ()  # type: ignore[attr-defined]
    waiting = [one for one in told if "void" not in one and one["on"] <= on and not any(step["kind"] == "reply_published" for step in one.get("then", ()))]
    if appeal is None:
        return {"appeal": None, "replies": len(waiting)}
    stage = appeal.clock()["stage"]
    due_on = appeal.opinion_due_on if stage == TOWNSHIP else appeal.decision_due_on
    return {"appeal": {"id": appeal.id, "stage": stage, "due_on": due_on, "late": due_on is not None and due_on < on}, "replies": len(waiting)}


def _decided(record: Record) -> bool:
    return any(step["kind"] == "complaint_decided" and "void" not in step for step in record.get("then", ()))  # type: ignore[attr-defined]


def last_day(facts: Mapping[str, object], kind: str, on: str) -> str | None:
    records: Sequence[Record] = facts["records"].get(kind, ())  # type: ignore[attr-defined]
    return max((str(record["on"]) for record in records if "void" not in record and record["on"] <= on), default=None)  # type: ignore[operator]


def _order_number(record: Record) -> str | None:
    numbers = [step.get("number") for step in record.get("then", ()) if step["kind"] == "rectification_ordered" and "void" not in step]  # type: ignore[attr-defined]
    return numbers[-1] if numbers else None
