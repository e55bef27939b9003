"""Appeals 申诉 and the enterprise's right of reply 企业说明: where an appeal stands by a day, its terms in working days. Pure.

The terms are the rule set's. An appeal changes no colour while it runs; what it changes when it is upheld is recorded as a fact of
its own (a withdrawal, a new finding). A term that falls into a year without known holidays is None and said to be unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from chalicelib.errors import Problem
from chalicelib.grading.rules import RuleSet
from chalicelib.supervision.site import standing
from chalicelib.workdays import UnknownHolidays, add_workdays, workdays_between

PENDING, UNDER_REVIEW, UPHELD, REJECTED, WITHDRAWN = "pending", "under_review", "upheld", "rejected", "withdrawn"
OPEN = (PENDING, UNDER_REVIEW)
TOWNSHIP, DISTRICT = "township", "district"

Facts = Mapping[str, object]
Record = Mapping[str, object]


class Appeal(NamedTuple):
    """An appeal by a day. ``days`` are the working days of the procedure, so "第 n/8 个工作日" is how many of them have come.

    ``state``: pending 待受理 until the township's opinion, under_review 申诉中 until the district's decision, then its outcome.
    """

    id: str
    state: str
    filed_on: str
    opinion_on: str | None
    closed_on: str | None
    days: tuple[str, ...] | None
    opinion_days: int

    @property
    def opinion_due_on(self) -> str | None:
        return self.days[self.opinion_days - 1] if self.days else None

    @property
    def decision_due_on(self) -> str | None:
        return self.days[-1] if self.days else None

    def day_number(self, on: str) -> int | None:
        """The working day of the procedure on a day, at most one beyond its last: then it is late."""
        if self.days is None:
            return None
        passed = sum(day <= on for day in self.days)
        return passed + (on > self.days[-1])

    def clock(self) -> dict[str, object]:
        """For the public card: nothing of what was said, only whose turn it is. No days where the calendar is not known."""
        stage = TOWNSHIP if self.state == PENDING else DISTRICT
        return {"filed_on": self.filed_on, "stage": stage, "days": list(self.days or ())}

    def to_document(self) -> dict[str, object]:
        """For whoever sees the case: its state and its terms."""
        return {
            "state": self.state,
            "filed_on": self.filed_on,
            "opinion_on": self.opinion_on,
            "closed_on": self.closed_on,
            "opinion_due_on": self.opinion_due_on,
            "decision_due_on": self.decision_due_on,
            "days": None if self.days is None else list(self.days),
        }


def appeals_of(facts: Facts, rules: RuleSet, on: str) -> list[Appeal]:
    """The site's appeals by a day, in order of their filing."""
    return [appeal_of(record, rules, on) for record in standing(facts, "appeal", on)]


def appeal_of(record: Record, rules: RuleSet, on: str) -> Appeal:
    state, opinion_on, closed_on = PENDING, None, None
    for step in steps_by(record, on):
        if closed_on:
            break
        if step["kind"] == "appeal_opinion":
            state, opinion_on = UNDER_REVIEW, opinion_on or step["on"]
        elif step["kind"] in ("appeal_decided", "appeal_withdrawn"):
            state, closed_on = step.get("outcome", WITHDRAWN), step["on"]
    opinion, decision = rules.appeal["opinion_days"], rules.appeal["decision_days"]
    return Appeal(record["id"], state, record["on"], opinion_on, closed_on, terms(record["on"], opinion + decision), opinion)


def steps_by(record: Record, on: str) -> Iterator[Record]:
    return (step for step in record.get("then", ()) if step["on"] <= on and "void" not in step)


def terms(filed_on: str, days: int) -> tuple[str, ...] | None:
    """The working days after the filing; None where the holidays of a year they reach into are not known."""
    received = date.fromisoformat(filed_on)
    try:
        return tuple(add_workdays(received, number).isoformat() for number in range(1, days + 1))
    except UnknownHolidays:
        return None


def open_appeal(facts: Facts, rules: RuleSet, on: str) -> Appeal | None:
    """The newest appeal that is not decided yet."""
    return next((appeal for appeal in reversed(appeals_of(facts, rules, on)) if appeal.state in OPEN), None)


def filing_problems(rules: RuleSet, known_on: str, filed_on: str) -> list[Problem]:
    """What is wrong with filing an appeal on a day against what was made known on another. UnknownHolidays beyond the known years."""
    most = rules.appeal["filing_days"]
    passed = workdays_between(date.fromisoformat(known_on), date.fromisoformat(filed_on))
    if passed <= most:
        return []
    return [Problem("payload", "against", known_on, f"申诉须在{most}个工作日内提出，{filed_on} 已是第{passed}个工作日")]


def published_reply(facts: Facts, on: str) -> dict[str, object] | None:
    """The enterprise's newest reply that an authority has put on the public page."""
    replies = [
        record for record in standing(facts, "reply", on) if any(step["kind"] == "reply_published" for step in steps_by(record, on))
    ]
    return {"on": replies[-1]["on"], "text": replies[-1]["text"]} if replies else None
