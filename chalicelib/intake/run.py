"""The import job: read, judge the whole file, compare with the log, and only then append.

A file with one bad row changes nothing. Appending goes by hundreds and every event has its identity, so an import that
was stopped half-way is finished by running it again, and running it twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from chalicelib.errors import BadInput, Conflict, Problem
from chalicelib.intake.mapping import load_mapping
from chalicelib.intake.plan import Plan, plan_events
from chalicelib.intake.read import read_csv
from chalicelib.intake.rows import Context
from chalicelib.intake.store import Log
from chalicelib.register.district import District
from chalicelib.supervision.model import Actor, Event, to_text
from chalicelib.supervision.store import in_import_order

TRANSACTION = 100
IMPORTER = Actor("import", "admin")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: rows read, events that are new and that were there already, new events by kind."""

    file: str
    rows: int
    new: int
    same: int
    kinds: dict[str, int]


def import_file(
    path: Path,
    mapping_path: Path,
    log: Log,
    *,
    district: District,
    id_key: bytes,
    today: date,
    now: datetime,
    actor: Actor = IMPORTER,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Imported:
    """Import a CSV file by a mapping file; ``progress(done, total)`` counts events.

    BadRuleSet for a faulty mapping, BadInput for faulty rows or rows about unknown sites, Conflict when a fact stands
    with other content: each names every row, and nothing was written. ``now`` is the real instant, ``today`` the
    district's day, after which no fact may lie.
    """
    plan = plan_events(read_csv(path), load_mapping(mapping_path), Context(id_key, district, actor, today))
    new = _unwritten(plan, log)
    for start in range(0, len(new), TRANSACTION):
        log.append(new[start : start + TRANSACTION], now)
        progress(min(start + TRANSACTION, len(new)), len(new))
    kinds = dict(sorted(Counter(event.kind for event in new).items()))
    return Imported(path.name, plan.row_count, len(new), len(plan.events) - len(new), kinds)


def _unwritten(plan: Plan, log: Log) -> list[Event]:
    """The events that the log does not have yet, those of an enterprise and its sites next to each other."""
    missing = set(plan.needs) - set(log.find_texts(list(plan.needs)))
    if missing:
        raise BadInput(_by_row([plan.needs[key] for key in missing]))
    standing = log.find_texts([(event.subject, event.event_id) for event in plan.events])
    new, other = [], []
    for event in plan.events:
        text = standing.get((event.subject, event.event_id))
        if text is None:
            new.append(event)
        elif text != to_text(event):
            other.append(
                Problem(
                    f"row {plan.rows[event.event_id]}",
                    event.kind,
                    event.event_id,
                    "系统中已有同一标识的记录，内容不同；更正须另行作废后重录",
                )
            )
    if other:
        rows = _by_row(other)
        raise Conflict("; ".join(str(problem) for problem in rows[:20]), rows=[str(problem) for problem in rows])
    return in_import_order(new)


def _by_row(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (int(problem.place.removeprefix("row ")), problem.column))
