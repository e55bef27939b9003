"""Reading fact documents for the month: standing records, the life of a hazard, the figures of an accident.

A record stands on a day when it is dated by then and not withdrawn. Dates are ISO text: they compare as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Record = Mapping
UNKNOWN = {"deaths": 1, "serious_injuries": 1, "loss_fen": 0, "responsibility": "pending"}
MAJOR_CLOSERS = 2  # 重大隐患 is closed by two officers on the site (domain §12.34)


def standing(facts: Mapping, kind: str, until: str) -> Iterator[Record]:
    """Records of a kind dated by ``until`` and not withdrawn, oldest first."""
    for record in facts["records"].get(kind, ()):
        if record["on"] <= until and "void" not in record:
            yield record


def newest(facts: Mapping, kind: str, until: str) -> Record | None:
    """The newest standing record of a kind, None if there is none."""
    found = None
    for record in standing(facts, kind, until):
        found = record
    return found


def steps(record: Record, kind: str, until: str) -> Iterator[Record]:
    """Standing steps of a kind in the record's story, oldest first."""
    for step in record.get("then", ()):
        if step["kind"] == kind and step["on"] <= until and "void" not in step:
            yield step


@dataclass(frozen=True, slots=True)
class Hazard:
    """A hazard as of a day. ``deadline`` is the one in force; "" = that step has not happened."""

    id: str
    level: str
    found_by: str
    deadline: str
    closed_on: str
    reported_on: str
    failed: bool
    rechecked: bool
    campaign: bool

    @property
    def closed_in_time(self) -> bool:
        return bool(self.closed_on) and self.closed_on <= self.deadline

    @property
    def rectified_in_time(self) -> bool:
        """Reported or closed by the deadline and not failed at the check (domain §12.16)."""
        return self.closed_in_time or (bool(self.reported_on) and self.reported_on <= self.deadline and not self.failed)

    def is_overdue(self, on: str) -> bool:
        """From the day after the deadline, while neither closed nor reported in time (domain §12.30)."""
        return on > self.deadline and not self.closed_on and not self.rectified_in_time


def hazards(facts: Mapping, until: str) -> Iterator[Hazard]:
    """The hazards found by ``until`` that were not dismissed as false."""
    for record in standing(facts, "hazard_found", until):
        if next(steps(record, "hazard_dismissed", until), None) is None:
            yield _hazard(record, until)


def _hazard(record: Record, until: str) -> Hazard:
    closers = MAJOR_CLOSERS if record["level"] == "major" else 1
    closings = (step["on"] for step in steps(record, "hazard_closed", until) if len(step.get("officers", ())) >= closers)
    checks = [step["result"] for step in steps(record, "recheck", until)]
    closed_on = next(closings, "")
    return Hazard(
        id=record["id"], level=record["level"], found_by=record["by"], deadline=_deadline(record, until), closed_on=closed_on,
        reported_on=next((step["on"] for step in steps(record, "rectification_reported", until)), ""),
        failed="failed" in checks, rechecked=bool(checks or closed_on), campaign=bool(record.get("special_campaign")),
    )  # fmt: skip


def _deadline(record: Record, until: str) -> str:
    """The order's deadline replaces the first one; an extension counts only if approved by the deadline it extends."""
    deadline = record["deadline_on"]
    for step in steps(record, "rectification_ordered", until):
        deadline = step["deadline_on"]
    for step in steps(record, "extension_decided", until):
        if step["approved"] and step.get("deadline_on") and step["on"] <= deadline:
            deadline = max(deadline, step["deadline_on"])
    return deadline


@dataclass(frozen=True, slots=True)
class Accident:
    """An accident with its figures as known; unknown dead or seriously injured count as one (domain §12.27)."""

    id: str
    on: str
    deaths: int
    serious_injuries: int
    loss_fen: int
    reported_late: bool
    record: Record

    def is_grave(self, limits: Mapping[str, int]) -> bool:
        """较大 and above by 国务院令493号 art. 3."""
        counts = (("deaths", self.deaths), ("serious_injuries", self.serious_injuries), ("loss_fen", self.loss_fen))
        return any(count >= limits[f"grave_{name}"] for name, count in counts)


def accidents(facts: Mapping, until: str) -> Iterator[Accident]:
    """Accidents by ``until`` except those found not to be the firm's responsibility (domain §12.26)."""
    for record in standing(facts, "accident", until):
        figures = {key: record.get(key) for key in UNKNOWN}
        for step in record.get("then", ()):
            if step["on"] <= until and "void" not in step:
                figures |= {key: step[key] for key in UNKNOWN if step.get(key) is not None}
        known = {key: UNKNOWN[key] if value is None else value for key, value in figures.items()}
        if known.pop("responsibility") != "not_responsible":
            yield Accident(record["id"], record["on"], reported_late=bool(record.get("reported_late")), record=record, **known)


def township_on(facts: Mapping, day: str) -> str:
    """The township the site was in on a day: events stay with it (domain §12.12). "" before registration."""
    code = ""
    for kind in ("site_registered", "site_moved"):
        for record in standing(facts, kind, day):
            code = record["township"]
    return code
