"""Reading fact documents for the month: standing records, the life of a hazard, the figures of an accident.

A record stands on a day when it is dated by then and not withdrawn. Dates are ISO text: they compare as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chalicelib.supervision.hazards import DISMISSED, HazardState, state_of

Record = Mapping
UNKNOWN = {"deaths": 1, "serious_injuries": 1, "loss_fen": 0, "responsibility": "pending"}


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
    """A hazard as of a day: where it stands, who found it, whether anybody checked."""

    id: str
    found_by: str
    state: HazardState
    rechecked: bool
    campaign: bool

    @property
    def closed_in_time(self) -> bool:
        return bool(self.state.closed_on) and self.state.closed_on <= self.state.deadline_on


def hazards(facts: Mapping, until: str) -> Iterator[Hazard]:
    """The hazards found by ``until`` that were not dismissed as false."""
    for record in standing(facts, "hazard_found", until):
        state = state_of(record, until)
        if state.state != DISMISSED:
            rechecked = bool(state.closed_on) or next(steps(record, "recheck", until), None) is not None
            yield Hazard(record["id"], record["by"], state, rechecked, bool(record.get("special_campaign")))


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
