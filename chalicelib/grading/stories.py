"""What the steps of a hazard and of an accident make of it by a day: deadlines, closings, figures, responsibility."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.grading.case import Case, Record
from chalicelib.grading.model import maker
from chalicelib.grading.rules import Level, RuleSet

MAJOR = "major"
FATAL_OR_UNKNOWN = 1


def tell(case: Case, rules: RuleSet) -> None:
    """Put the hazards and the accidents of the case into it, as they stand on its day."""
    records = case.records
    case.hazards, case.open_hazards, case.repeats, case.rechecks = [], [], [], []
    if "hazard_found" in records:
        officers = rules.officers
        for record in records["hazard_found"]:
            tell_hazard(case, record, officers)
    case.accidents = [accident_of(record, rules.levels) for record in records["accident"]] if "accident" in records else ()


class Hazard(NamedTuple):
    """A hazard by a day. ``deadline`` counts extensions approved in time; ``closed`` is the day it was closed, or "".

    ``in_time``: closed by the deadline, or reported by it and not failed at the check since.
    """

    record: Record
    major: bool
    deadline: str
    reported: bool
    closed: str
    dismissed: bool
    refused: bool
    open: bool
    in_time: bool

    def overdue(self, on: str) -> bool:
        """After the deadline, not closed, and not reported by the deadline (or failed at the check since)."""
        return on > self.deadline and not self.reported and self.open


make_hazard = maker(Hazard)


def tell_hazard(case: Case, record: Record, officers: int) -> None:
    """Put the standing of a hazard and its rechecks into the case.

    A major one is closed only on the spot by ``officers`` or more; one officer's closing is void.
    """
    deadline, major = record["deadline_on"], record["level"] == MAJOR
    reported = dismissed = refused = False
    closed, first = "", True
    for step in record["then"] if "then" in record else ():
        kind = step["kind"]
        if kind == "rectification_ordered":
            if step["on"] <= deadline:
                deadline = step["deadline_on"]
        elif kind == "rectification_reported":
            if step["on"] <= deadline:
                reported = True
        elif kind == "recheck":
            passed = step["result"] == "passed"
            case.rechecks.append((step["on"], record["by"], passed and first, step["id"]))
            first = False
            if not passed:
                reported = False
        elif kind == "hazard_closed":
            if not closed and (not major or len(set(step["officers"])) >= officers and step.get("on_site", True)):
                closed = step["on"]
        elif kind == "extension_decided":
            if step["approved"] and step["on"] <= deadline:
                deadline = max(deadline, step.get("deadline_on") or deadline)
        elif kind == "hazard_dismissed":
            dismissed = True
        elif kind == "rectification_refused":
            refused = True
    still_open, in_time = not (closed or dismissed), reported or "" < closed <= deadline
    hazard = make_hazard((record, major, deadline, reported, closed, dismissed, refused, still_open, in_time))
    case.hazards.append(hazard)
    if still_open:
        case.open_hazards.append(hazard)
    if "repeat_of" in record and record["repeat_of"] and not dismissed:
        case.repeats.append(hazard)


class Accident(NamedTuple):
    """An accident by a day. An unknown number of dead or seriously injured counts as one until it is known.

    ``level`` is its place in the rule set's levels, 0 = gravest. ``responsible``: responsible, or not yet decided.
    """

    record: Record
    on: str
    deaths: int
    serious_injuries: int
    light_injuries: int
    level: int
    responsible: bool


def accident_of(record: Record, levels: Sequence[Level]) -> Accident:
    """The accident with its figures as known by the day; a known number never becomes unknown again."""
    figures = {name: record.get(name) for name in ("deaths", "serious_injuries", "light_injuries", "loss_fen")}
    responsibility = record["responsibility"]
    for step in record.get("then", ()):
        if step["kind"] == "accident_determined":
            responsibility = step["responsibility"]
        elif step["kind"] == "accident_updated":
            figures.update({name: step[name] for name in figures if step.get(name) is not None})
    deaths, serious = (FATAL_OR_UNKNOWN if figures[name] is None else figures[name] for name in ("deaths", "serious_injuries"))
    return Accident(
        record,
        record["on"],
        deaths,
        serious,
        figures["light_injuries"] or 0,
        level_of(levels, deaths, serious, figures["loss_fen"] or 0),
        responsibility != "not_responsible",
    )


def level_of(levels: Sequence[Level], deaths: int, serious_injuries: int, loss_fen: int) -> int:
    """The gravest level that any figure reaches (State Council order 493, article 3), as its place in ``levels``."""
    for place, level in enumerate(levels):
        if deaths >= level.deaths or serious_injuries >= level.serious_injuries or loss_fen >= level.loss_fen:
            return place
    return len(levels) - 1
