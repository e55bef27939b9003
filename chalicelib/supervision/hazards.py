"""The life of a hazard 隐患: 已登记 → 已下达整改 → 整改中 → 待复查 → 已销号, and whether it is overdue 逾期 on a day.

Pure functions of one ``hazard_found`` record of the facts, for the pages and work lists that people see. The judge reads
the same steps by its own fast path; a test holds the two together. Overdue is a flag, never a state (domain §7.2, §12.30,
§12.34).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MAJOR = "major"
OFFICERS_TO_CLOSE_MAJOR = 2

REGISTERED, ORDERED, RECTIFYING, AWAITING_RECHECK, CLOSED, DISMISSED = (
    "registered", "ordered", "rectifying", "awaiting_recheck", "closed", "dismissed",
)  # fmt: skip

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class HazardState:
    """Where a hazard stands on a day. ``state`` is a key of ``labels.HAZARD_STATE``; dates are ISO text, "" = not.

    ``in_time`` says whether it was reported (and not failed since) or closed by its deadline.
    """

    state: str
    major: bool
    deadline_on: str
    overdue: bool
    in_time: bool
    refused: bool
    closed_on: str

    @property
    def open(self) -> bool:
        return self.state not in (CLOSED, DISMISSED)


def steps_by(record: Record, on: str, known_at: str | None = None) -> Iterator[Record]:
    """The steps of a record that count on a day, in order: dated by it, known by ``known_at``, not withdrawn by then."""
    for step in record.get("then", ()):
        void = step.get("void")
        withdrawn = void is not None and (known_at is None or void["at"] <= known_at)
        if step["on"] <= on and not withdrawn and (known_at is None or step["at"] <= known_at):
            yield step


def deadline_of(record: Record, on: str, known_at: str | None = None) -> str:
    """The deadline that stands on a day. An order or an extension counts only if it came by the deadline before it."""
    deadline = record["deadline_on"]
    for step in steps_by(record, on, known_at):
        deadline = _moved(deadline, step)
    return deadline


def _moved(deadline: str, step: Record) -> str:
    if step["on"] > deadline:
        return deadline
    if step["kind"] == "rectification_ordered":
        return step["deadline_on"]
    if step["kind"] == "extension_decided" and step["approved"]:
        return max(deadline, step.get("deadline_on") or deadline)
    return deadline


def closes(record: Record, step: Record) -> bool:
    """Whether this step closes the hazard: a major one only on the spot and by two officers; one officer's closing is void."""
    if step["kind"] != "hazard_closed":
        return False
    return record["level"] != MAJOR or (len(set(step["officers"])) >= OFFICERS_TO_CLOSE_MAJOR and step.get("on_site", True))


def state_of(record: Record, on: str, known_at: str | None = None) -> HazardState:
    """The hazard as of a day, by what was known at ``known_at`` (None: everything)."""
    state, deadline, reported, closed_on, refused = REGISTERED, record["deadline_on"], False, "", False
    for step in steps_by(record, on, known_at):
        deadline = _moved(deadline, step)
        reported = _reported(reported, step, deadline)
        refused = refused or step["kind"] == "rectification_refused"
        if closes(record, step) and not closed_on:
            closed_on = step["on"]
        state = _next_state(state, record, step)
    finished = state in (CLOSED, DISMISSED)
    return HazardState(
        state=state,
        major=record["level"] == MAJOR,
        deadline_on=deadline,
        overdue=on > deadline and not reported and not finished,
        in_time=reported or (closed_on != "" and closed_on <= deadline),
        refused=refused and not finished,
        closed_on=closed_on,
    )


def _reported(reported: bool, step: Record, deadline: str) -> bool:
    """Reported by the deadline, and no check failed since: a failed check makes it overdue from its deadline on."""
    if step["kind"] == "rectification_reported":
        return reported or step["on"] <= deadline
    if step["kind"] == "recheck":
        return reported and step["result"] == "passed"
    return reported


def _next_state(state: str, record: Record, step: Record) -> str:
    kind = step["kind"]
    if state in (CLOSED, DISMISSED):
        return state
    if kind == "hazard_dismissed":
        return DISMISSED
    if closes(record, step):
        return CLOSED
    if kind == "rectification_ordered":
        return ORDERED if state == REGISTERED else state
    if kind == "rectification_started":
        return RECTIFYING if state in (REGISTERED, ORDERED) else state
    if kind == "rectification_reported":
        return AWAITING_RECHECK
    if kind == "recheck":
        return AWAITING_RECHECK if step["result"] == "passed" else RECTIFYING
    return state
