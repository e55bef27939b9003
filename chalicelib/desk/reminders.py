"""What falls due at a site soon: certificates and insurances that run out, hazards whose deadline comes. Pure, worked out on reading.

A certificate is reminded of 90, 30 and 7 days before its end and once it is over; one that was renewed (the same number again; of
those without a number, a newer one of the type) is not: what the grade goes by. A stage is told once: its id stays the same from day to day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from chalicelib.supervision.hazards import state_of
from chalicelib.supervision.site import standing

CERTIFICATE_DAYS = (7, 30, 90)
HAZARD_DAYS = (1, 3)
OVER = 0

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing that falls due: ``stage`` is the threshold reached (days before, 0 = over), ``days`` what is left (negative: since)."""

    id: str
    kind: str
    what: str
    due_on: str
    days: int
    stage: int

    def to_document(self) -> dict[str, object]:
        return asdict(self)


def reminders(facts: Mapping[str, object], on: date) -> list[Reminder]:
    """Everything that falls due, the nearest first."""
    return sorted([*_papers(facts, on), *_hazards(facts, on)], key=lambda one: (one.due_on, one.id))


def stage_of(days: int, thresholds: tuple[int, ...]) -> int | None:
    """The nearest threshold that has been reached; 0 when it is over; None while there is time."""
    return OVER if days < 0 else next((limit for limit in thresholds if days <= limit), None)


def _papers(facts: Mapping[str, object], on: date) -> Iterator[Reminder]:
    """Certificates and insurances, of each number (or type, without one) the record that ends last."""
    for kind, ending in (("certificate", "certificate_revoked"), ("insurance", "")):
        newest: dict[tuple[str, str], Record] = {}
        for record in standing(facts, kind, on.isoformat()):
            if not any(step["kind"] == ending and "void" not in step for step in record.get("then", ())):  # type: ignore[attr-defined]
                name = (str(record["type"]), str(record.get("number") or ""))
                known = newest.get(name)
                newest[name] = record if known is None or record["valid_to"] >= known["valid_to"] else known  # type: ignore[operator]
        for (what, _), record in newest.items():
            yield from _due(record, kind, what, date.fromisoformat(str(record["valid_to"])), on, CERTIFICATE_DAYS)


def _hazards(facts: Mapping[str, object], on: date) -> Iterator[Reminder]:
    """Hazards on which it is the enterprise's turn."""
    for record in standing(facts, "hazard_found", on.isoformat()):
        state = state_of(record, on.isoformat())
        if state.open and state.state != "awaiting_recheck":
            yield from _due(record, "hazard", str(record.get("description") or record.get("item") or ""), date.fromisoformat(state.deadline_on), on, HAZARD_DAYS)


def _due(record: Record, kind: str, what: str, due: date, on: date, thresholds: tuple[int, ...]) -> Iterator[Reminder]:
    days = (due - on).days
    stage = stage_of(days, thresholds)
    if stage is not None:
        yield Reminder(f"{record['id']}-{stage}", kind, what, due.isoformat(), days, stage)
