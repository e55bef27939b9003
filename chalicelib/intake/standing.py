"""How the events of a file stand against the log: new, the same, or other content under the same identity.

A fact that was corrected has revisions. The first has the id that its identity gives; the n-th correction has the id that
the first one's id and n give, so that the revision that counts is found without an index. What refers to a fact refers to
the revision that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from chalicelib import ids
from chalicelib.errors import Problem
from chalicelib.intake.log import Key, Log
from chalicelib.intake.model import Record
from chalicelib.intake.spool import OTHER, SAME, Entry, Spool, event_of
from chalicelib.intake.telling import cell_of, column_of, title_of
from chalicelib.supervision.model import Event
from chalicelib.supervision.vocabulary import load_vocabulary

MOST_REVISIONS = 1000
CORRECT_IT, LEAVE_IT = "确为更正时，请按更正导入，否则请改回", "作废本身不能更正，请改回"


@dataclass
class Currents:
    """The revision that counts of each fact that was corrected, by the id its identity gives: (id, revision)."""

    of: dict[str, tuple[str, int]] = field(default_factory=dict)

    def id_of(self, event_id: str) -> str:
        return self.of.get(event_id, (event_id, 0))[0]

    def repoint(self, event: Event) -> Event:
        """The event with everything that it refers to by the revision that counts."""
        return repoint(event, self.id_of) if self.of else event


def repoint(event: Event, id_of: Any) -> Event:
    """The event with ``caused_by``, ``voids`` and payload references sent through ``id_of``."""
    references = {name: id_of(event.payload[name]) for name in reference_fields(event.kind) if event.payload.get(name)}
    caused_by = id_of(event.caused_by) if event.caused_by else event.caused_by
    voids = id_of(event.voids) if event.voids else event.voids
    if (caused_by, voids) == (event.caused_by, event.voids) and all(event.payload[name] == value for name, value in references.items()):
        return event
    return replace(event, caused_by=caused_by, voids=voids, payload={**event.payload, **references})


def reference_fields(kind: str) -> list[str]:
    return [name for name, description in load_vocabulary().kinds[kind].fields.items() if description.type == "event_id"]


def references_of(event: Event) -> set[str]:
    """Every event id that an event refers to, but the one it withdraws."""
    found = {event.payload.get(name) for name in reference_fields(event.kind)} | {event.caused_by}
    return {event_id for event_id in found if isinstance(event_id, str)}


def revision_id(subject: str, kind: str, first_id: str, revision: int) -> str:
    """The id of the ``revision``-th correction of a fact; the 0th is the fact itself."""
    return ids.event_id_of(subject, kind, f"{first_id}#{revision}") if revision else first_id


def compare(spool: Spool, records: tuple[Record, ...], log: Log, watch: Callable[[int], None] = lambda done: None) -> Currents:
    """Look everything up, a page at a time: missing facts become problems of the spool, standing ones are told in it."""
    currents, done = Currents(), 0
    for page in spool.unmet_needs():
        found = log.find_texts(page)
        spool.miss(event_id for subject, event_id in page if (subject, event_id) not in found)
        latest(log, {key: event_of(text).kind for key, text in found.items()}, found, currents)
    for page in spool.pages():
        _look_up(page, log, currents)
        spool.settle(page)
        done += len(page)
        watch(done)
    mark_others(spool, records, currents)
    return currents


def _look_up(page: list[Entry], log: Log, currents: Currents) -> None:
    events = [entry.event for entry in page]
    keys = [(event.subject, event.event_id) for event in events]
    found = log.find_texts(keys)
    texts = latest(log, {key: event.kind for key, event in zip(keys, events, strict=True) if key in found}, found, currents)
    for entry, key in zip(page, keys, strict=True):
        if key in texts:
            entry.state, entry.standing = SAME, texts[key]
            entry.current_id, entry.revision = currents.of.get(key[1], (key[1], 0))


def latest(log: Log, kinds: Mapping[Key, str], texts: Mapping[Key, str], currents: Currents) -> dict[Key, str]:
    """The text of the revision that counts of each of these standing facts; corrected ones are added to ``currents``."""
    texts, asked = dict(texts), dict(kinds)
    for revision in range(1, MOST_REVISIONS):
        keys = {(key[0], revision_id(key[0], kind, key[1], revision)): key for key, kind in asked.items()}
        found = log.find_texts(list(keys)) if keys else {}
        if not found:
            return texts
        for later, text in found.items():
            texts[keys[later]] = text
            currents.of[keys[later][1]] = (later[1], revision)
        asked = {keys[later]: kinds[keys[later]] for later in found}
    return texts


def mark_others(spool: Spool, records: tuple[Record, ...], currents: Currents) -> int:
    """Tell standing events whose content is now other than what counts; how many."""
    count = 0
    for page in spool.pages(SAME):
        changed = [entry for entry in page if not is_same(entry, records[entry.record], currents)]
        for entry in changed:
            entry.state = OTHER
        spool.settle(changed)
        count += len(changed)
    return count


def is_same(entry: Entry, record: Record, currents: Currents) -> bool:
    """Whether the revision that counts says what the row says. Who imported it, and when a correction came, is not part of it."""
    if entry.text == entry.standing and not currents.of:
        return True
    return content(currents.repoint(entry.event), record, entry.revision) == content(event_of(entry.standing or ""), record, entry.revision)


def content(event: Event, record: Record, revision: int) -> dict[str, Any]:
    """What a fact says, without what differs between revisions of the same."""
    said = {
        "on": event.occurred_on, "source": event.source, "payload": dict(event.payload), "place": event.place, "caused_by": event.caused_by,
        "voids": event.voids, "evidence": event.evidence,
    }  # fmt: skip
    if record.actor is not None:
        said["actor"] = event.actor
    if not revision:
        said["at"] = event.known_at
    return said


def conflicts(spool: Spool, records: tuple[Record, ...], currents: Currents) -> Iterable[Problem]:
    """What stands in the log with other content, by row: each column with what it says here and there."""
    for page in spool.pages(OTHER):
        for entry in page:
            record = records[entry.record]
            advice = LEAVE_IT if load_vocabulary().kinds[record.kind].voids else CORRECT_IT
            told = {column_of(record, name): (name, pair) for name, pair in changes(entry, currents).items()}
            for column, (name, (before, after)) in told.items():
                reason = f"系统中这条记录为“{cell_of(record, name, before) or '空'}”；{advice}"
                yield Problem(f"row {entry.row}", column, cell_of(record, name, after), reason)
            if not told:
                yield Problem(f"row {entry.row}", title_of(record.kind), "", f"系统中已有同一标识的记录，内容不同；{advice}")


def changes(entry: Entry, currents: Currents) -> dict[str, list[Any]]:
    """What a correction changes: field → [before, after]."""
    before = orjson.loads(entry.standing or "{}")
    event = currents.repoint(entry.event)
    old = {**before.get("payload", {}), "occurred_on": before.get("occurred_on"), "source": before.get("source")}
    new = {**event.payload, "occurred_on": event.occurred_on, "source": event.source}
    return {name: [old.get(name), new.get(name)] for name in sorted({*old, *new}) if old.get(name) != new.get(name)}
