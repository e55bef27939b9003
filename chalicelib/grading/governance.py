"""How a rule set comes into force: one person drafts it, its effect is worked out, another enacts it at least seven days ahead. Pure.

Drafts, shadow reports and enactments are facts of the district (domain §13.9). What is in force follows from them alone: an
enactment that breaks a condition is none, whichever way it came into the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.errors import BadRuleSet, Problem
from chalicelib.grading.rules import load_rule_set
from chalicelib.register.district import District, RuleSetRef
from chalicelib.supervision.model import Event

DRAFTED, SHADOWED, ENACTED, WITHDRAWN = "rule_set_drafted", "rule_set_shadowed", "rule_set_enacted", "rule_set_withdrawn"
JUDGE = "grading"
# From the enactment to the first day on which the rules judge (domain §13.9).
NOTICE_DAYS = 7


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted rule set with what became of it. ``in_force_from`` is "" until an enactment stands, ``withdrawn_on`` until it is withdrawn."""

    event: Event
    shadows: tuple[Event, ...]
    in_force_from: str
    enacted_by: str
    withdrawn_on: str = ""

    @property
    def content(self) -> bytes:
        return str(self.event.payload["content"]).encode("utf-8")

    def to_document(self) -> dict[str, object]:
        payload = self.event.payload
        return {
            "draft": self.event.event_id,
            **{name: payload[name] for name in ("rule_set", "version", "hash", "effective_from")},
            "drafted_on": self.event.occurred_on,
            "drafted_by": self.event.actor.id,
            "shadows": [{"on": event.occurred_on, **dict(event.payload)} for event in self.shadows],
            "in_force_from": self.in_force_from or None,
            "enacted_by": self.enacted_by or None,
            "withdrawn_on": self.withdrawn_on or None,
        }


def drafts_of(events: Iterable[Event]) -> list[Draft]:
    """Every draft of a district, in order, with its shadow reports and the enactment that stands."""
    ordered = sorted(events, key=lambda event: (event.occurred_on, event.known_at, event.event_id))
    return [draft_of(event, ordered) for event in ordered if event.kind == DRAFTED]


def draft_of(event: Event, standing: Sequence[Event]) -> Draft:
    steps = [step for step in standing if step.caused_by == event.event_id]
    shadows = tuple(step for step in steps if step.kind == SHADOWED)
    for step in steps:
        if step.kind == ENACTED and not enacting_problems(step, event, steps) and not drafting_problems(event):
            return Draft(event, shadows, str(step.payload["effective_from"]), step.actor.id)
    withdrawn = min((step.occurred_on for step in steps if step.kind == WITHDRAWN), default="")
    return Draft(event, shadows, "", "", withdrawn)


def drafting_problems(event: Event) -> list[Problem]:
    """What is wrong with a draft: the file itself, every fault named, or what is said about it."""
    payload = event.payload
    try:
        rules = load_rule_set(str(payload["content"]).encode("utf-8"))
    except BadRuleSet as error:
        return list(error.problems)
    told = {"rule_set": rules.id, "version": rules.version, "hash": rules.hash}
    return [Problem("payload", name, str(payload[name])[:80], f"与内容不符，应为 {value}") for name, value in told.items() if payload[name] != value]


def enacting_problems(event: Event, draft: Event, standing: Sequence[Event]) -> list[Problem]:
    """What forbids an enactment: the drafter's own hand, no shadow report, too short a notice, a draft withdrawn or enacted before."""
    steps = [step for step in standing if step.caused_by == draft.event_id and step.event_id != event.event_id]
    before = [step for step in steps if (step.known_at, step.event_id) < (event.known_at, event.event_id)]
    effective = str(event.payload["effective_from"])
    least = (date.fromisoformat(event.occurred_on) + timedelta(days=NOTICE_DAYS)).isoformat()
    problems = []
    if event.actor.id == draft.actor.id:
        problems.append(Problem("actor", "", "", "起草人不得发布自己起草的规则集，须由另一人发布"))
    # Who names a report by its hash has seen it, also within one millisecond.
    if event.payload["report"] not in {step.payload["report"] for step in steps if step.kind == SHADOWED and step.known_at <= event.known_at}:
        problems.append(Problem("payload", "report", str(event.payload["report"])[:80], "没有这份影子评估报告：先运行 ./dev rules shadow"))
    if effective < max(least, str(draft.payload["effective_from"])):
        reason = f"生效日不得早于发布后{NOTICE_DAYS}日（{least}）和草案所定之日（{draft.payload['effective_from']}）"
        problems.append(Problem("payload", "effective_from", effective, reason))
    if any(step.kind == WITHDRAWN for step in before):
        problems.append(Problem("caused_by", "", draft.event_id, "草案已撤回"))
    return problems


def refused(event: Event, root: Event | None, standing: Sequence[Event]) -> list[Problem]:
    """What the governance of rule sets has against an event about them; nothing against any other."""
    if event.kind == DRAFTED:
        return drafting_problems(event)
    return enacting_problems(event, root, standing) if event.kind == ENACTED and root is not None else []


def governed(district: District, events: Iterable[Event]) -> District:
    """The district with the rule sets that were enacted beside those of its folder; of one day's two the enacted one applies."""
    refs = [
        RuleSetRef(draft.event.event_id, date.fromisoformat(draft.in_force_from), draft.content)
        for draft in drafts_of(events)
        if draft.in_force_from
    ]
    if not refs:
        return district
    own = district.rule_sets[JUDGE]
    return district.with_rule_sets(JUDGE, tuple(sorted((*own, *refs), key=lambda ref: ref.effective_from)))
