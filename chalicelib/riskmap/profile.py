"""What the facts of a site say about it on a day: its profile for the grade rules, its township, its joined statistics.

Reads the fact document of docs/architecture.md. Records dated after the day, or voided, do not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from chalicelib import clock
from chalicelib.riskmap.model import Joined
from chalicelib.riskmap.rules import RiskRules

Record = Mapping[str, object]
FIGURES = ("deaths", "serious_injuries", "loss_fen")


def records_of(facts: Mapping[str, object], kind: str, on: str) -> list[Record]:
    """The records of a kind that count on a day (ISO text), oldest first."""
    found = facts["records"].get(kind)  # type: ignore[attr-defined]
    return [record for record in found if record["on"] <= on and "void" not in record] if found else []


def profile_of(facts: Mapping[str, object], on: str) -> dict[str, object]:
    """The register fields of a site on a day: its registration, then every change, move and state in their order.

    Empty when the site was not registered yet. Adds ``major_hazard_source`` and ``direct_red``.
    """
    profile: dict[str, object] = {}
    changes: list[Record] = []
    for kind in ("site_changed", "site_moved", "site_state_changed"):
        changes += records_of(facts, kind, on)
    registered = records_of(facts, "site_registered", on)
    if not registered:
        return profile
    for record in registered + sorted(changes, key=_order):
        profile.update(record)
    if records_of(facts, "site_merged", on):
        profile["state"] = "merged"
    sources = [record["level"] for record in records_of(facts, "major_hazard_source_filed", on) if not _ended(record, on)]
    profile["major_hazard_source"] = min(sources, default=None)  # type: ignore[type-var]
    profile["direct_red"] = any(not _ended(record, on) for record in records_of(facts, "direct_red_condition_found", on))
    return profile


def filed_grades(facts: Mapping[str, object], on: str) -> Iterator[tuple[str | None, str, str]]:
    """Filed grading results in force as (sector or None, method, colour): the newest of each method and sector."""
    newest = {(record.get("sector"), record["method"]): record["colour"] for record in records_of(facts, "risk_graded", on)}
    for (sector, method), colour in newest.items():
        yield sector, str(method), str(colour)  # type: ignore[misc]


def joined_of(facts: Mapping[str, object], on: date, rules: RiskRules, township: str | None = None) -> Joined:
    """Accidents in their windows, injuries of the year to date and of the same days a year before, newest video count.

    With a ``township`` only what happened while the site was there: an event stays with the township of its day (domain §12.12).
    An accident found not to be the firm's responsibility does not count; an unknown number of dead counts as one.
    """
    is_here = _here(facts, township)
    deaths, grave = _accidents(facts, on, rules, is_here)
    due, online = _video(facts, on.isoformat())
    now, before = _injuries(facts, on, is_here)
    return Joined(deaths, grave, now, before, due, online)


def _here(facts: Mapping[str, object], township: str | None) -> Callable[[Record], bool]:
    """Whether a record's day found the site in the township; always, where nobody asks or the site never moved."""
    moves = facts["records"].get("site_moved")  # type: ignore[attr-defined]
    if township is None or not moves:
        return lambda record: True
    return lambda record: profile_of(facts, str(record["on"])).get("township") == township


def _accidents(
    facts: Mapping[str, object], on: date, rules: RiskRules, is_here: Callable[[Record], bool]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids of the fatal ones and of those of level 较大 and above, each in its window."""
    day = on.isoformat()
    records = [record for record in records_of(facts, "accident", day) if is_here(record)]
    if not records:
        return (), ()
    counted = [(record, figures) for record in records if (figures := _accident(record, day))["responsibility"] != "not_responsible"]
    death_from = clock.earliest_anchor(on, rules.steps["death"].months).isoformat()
    grave_from = clock.earliest_anchor(on, rules.steps["grave_accident"].months).isoformat()
    deaths = (str(record["id"]) for record, figures in counted if record["on"] >= death_from and figures["deaths"])
    grave = (
        str(record["id"])
        for record, figures in counted
        if record["on"] >= grave_from and any(figures[field] >= limit for field, limit in rules.grave.items())  # type: ignore[operator]
    )
    return tuple(deaths), tuple(grave)


def _order(record: Record) -> tuple[object, object, object]:
    return record["on"], record["at"], record["id"]


def _ended(record: Record, on: str) -> bool:
    endings = ("major_hazard_source_removed", "direct_red_condition_cleared")
    return any(step["kind"] in endings and step["on"] <= on and "void" not in step for step in record.get("then", ()))


def _accident(record: Record, day: str) -> dict[str, object]:
    """Its figures after every update known that day. Unknown: one dead, one seriously injured, no loss."""
    figures = {field: record.get(field) for field in (*FIGURES, "responsibility")}
    for step in record.get("then", ()):  # type: ignore[attr-defined]
        if step["on"] <= day and "void" not in step:
            figures.update({field: step[field] for field in figures if step.get(field) is not None})
    unknown = {"deaths": 1, "serious_injuries": 1, "loss_fen": 0, "responsibility": "pending"}
    return {field: unknown[field] if value is None else value for field, value in figures.items()}


def _video(facts: Mapping[str, object], day: str) -> tuple[int, int]:
    measured = records_of(facts, "video_link_measured", day)
    if not measured:
        return 0, 0
    return int(measured[-1]["due"]), int(measured[-1]["online"])  # type: ignore[call-overload]


def _injuries(facts: Mapping[str, object], on: date, is_here: Callable[[Record], bool]) -> tuple[int, int]:
    records = facts["records"].get("work_injury")  # type: ignore[attr-defined]
    if not records:
        return 0, 0
    return _cases(facts, on, is_here), _cases(facts, clock.add_months(on, -12), is_here)


def _cases(facts: Mapping[str, object], on: date, is_here: Callable[[Record], bool]) -> int:
    first = date(on.year, 1, 1).isoformat()
    counted = (record for record in records_of(facts, "work_injury", on.isoformat()) if record["on"] >= first and is_here(record))
    return sum(record["cases"] for record in counted)
