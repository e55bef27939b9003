"""What the steps of a hazard and of an accident make of it by a day: deadlines, closings, figures, responsibility."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.grading.case import Case, Record, comes_after, so_far
from chalicelib.grading.model import maker
from chalicelib.grading.rules import Level, RuleSet

MAJOR = "major"
FATAL_OR_UNKNOWN = 1


def tell(case: Case, rules: RuleSet) -> None:
    """Put the hazards and the accidents of the case into it, as they stand on its day."""
    officers, hazards, unfinished, repeats = rules.officers, [], [], []
    for record in case.live("hazard_found"):
        hazard = hazard_of(case, record, officers)
        hazards.append(hazard)
        if hazard.open:
            unfinished.append(hazard)
        if "repeat_of" in record and record["repeat_of"] and not hazard.dismissed:
            repeats.append(hazard)
    case.hazards, case.open_hazards, case.repeats = hazards, unfinished, repeats
    case.accidents = [accident_of(case, record, rules.levels) for record in case.live("accident")] if "accident" in case.records else ()


class Hazard(NamedTuple):
    """A hazard by a day. ``deadline`` counts extensions approved in time; ``closed`` is the day it was closed, or ""."""

    record: Record
    major: bool
    deadline: str
    reported: bool
    closed: str
    dismissed: bool
    refused: bool
    open: bool
    rechecks: Sequence[Record]

    def overdue(self, on: str) -> bool:
        """After the deadline, not closed, and not reported by the deadline (or failed at the check since)."""
        return on > self.deadline and not self.reported and self.open

    def in_time(self) -> bool:
        """Closed by the deadline, or reported by it and not failed at the check since."""
        return self.reported or (self.closed != "" and self.closed <= self.deadline)


make_hazard = maker(Hazard)


def hazard_of(case: Case, record: Record, officers: int) -> Hazard:
    """The standing of a hazard. A major one is closed only on the spot by ``officers`` or more; one officer's closing is void.

    Most steps of a site are those of hazards: that they are in order and count by the day is checked in the same pass.
    """
    deadline, reported, closed, dismissed, refused, rechecks = record["deadline_on"], False, "", False, False, []
    major, on, before, last = record["level"] == MAJOR, case.on, "", None
    for step in record.get("then", ()):
        kind, day = step["kind"], step["on"]
        if not before < day <= on or "void" in step:
            if day != before or "void" in step or not comes_after(step, last):
                return hazard_of(case, {**record, "then": so_far(record["then"], on)}, officers)
        before, last = day, step
        if kind == "rectification_reported":
            reported = reported or day <= deadline
        elif kind == "recheck":
            rechecks.append(step)
            reported = reported and step["result"] == "passed"
        elif kind == "hazard_closed":
            if not closed and (not major or len(set(step["officers"])) >= officers and step.get("on_site", True)):
                closed = day
        elif kind == "rectification_ordered":
            deadline = step["deadline_on"] if day <= deadline else deadline
        elif kind == "extension_decided":
            if step["approved"] and day <= deadline:
                deadline = max(deadline, step.get("deadline_on") or deadline)
        elif kind == "hazard_dismissed":
            dismissed = True
        elif kind == "rectification_refused":
            refused = True
    standing = not closed and not dismissed
    return make_hazard((record, major, deadline, reported, closed, dismissed, refused, standing, rechecks))


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


def accident_of(case: Case, record: Record, levels: Sequence[Level]) -> Accident:
    """The accident with its figures as known by the day; a known number never becomes unknown again."""
    figures = {name: record.get(name) for name in ("deaths", "serious_injuries", "light_injuries", "loss_fen")}
    responsibility = record["responsibility"]
    for step in case.steps(record):
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
