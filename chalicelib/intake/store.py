"""What the log already holds of the facts a file speaks of, a hundred keys at a time, and where its subjects stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib import bulk
from chalicelib.intake.log import Key, Log
from chalicelib.supervision.model import Event
from chalicelib.supervision.store import Appended, EventLog
from chalicelib.tables import Cards, table_name

__all__ = ["ImportLog", "Key", "Log"]


@dataclass(frozen=True, slots=True)
class ImportLog:
    """The event log, with the look-up that an import makes before it writes."""

    events: EventLog

    def append(self, events: Iterable[Event], now: datetime) -> Appended:
        """As :meth:`chalicelib.supervision.store.EventLog.append`."""
        return self.events.append(events, now)

    def find_texts(self, keys: Sequence[Key]) -> dict[Key, str]:
        """The stored content of those (subject, event id) that stand in the log. Unavailable: repeat the call."""
        wire = [{"subject": {"S": subject}, "event_id": {"S": event_id}} for subject, event_id in dict.fromkeys(keys)]
        items = bulk.batch_get(self.events.table, wire, ("subject", "event_id", "doc"))
        return {(item["subject"]["S"], item["event_id"]["S"]): item["doc"]["S"] for item in items}  # type: ignore[misc]

    def list_events(self, subject: str) -> tuple[Event, ...]:
        """As :meth:`chalicelib.supervision.store.EventLog.list_events`."""
        return self.events.list_events(subject)


@dataclass(frozen=True, slots=True)
class CardAreas:
    """Where sites stand, by their cards; an enterprise stands wherever one of its sites does."""

    events: EventLog

    def townships(self, subjects: Collection[str]) -> dict[str, frozenset[str]]:
        """As :class:`chalicelib.intake.permission.Areas`."""
        sites = {subject: [subject[2:]] for subject in subjects if subject.startswith("S:")}
        opened = {subject: self._opened(subject) for subject in subjects if subject.startswith("E:")}
        found = self._of_sites({site for each in (*sites.values(), *opened.values()) for site in each})
        areas = {subject: frozenset(found[site] for site in each if site in found) for subject, each in (sites | opened).items()}
        return {subject: area for subject, area in areas.items() if area}

    def _opened(self, subject: str) -> list[str]:
        return [str(event.payload["site_id"]) for event in self.events.list_events(subject) if event.kind == "site_opened"]

    def _of_sites(self, site_ids: Collection[str]) -> dict[str, str]:
        keys = [{"site_id": {"S": site_id}} for site_id in sorted(site_ids)]
        items = bulk.batch_get(table_name(self.events.table_prefix, Cards), keys, ("site_id", "township"))
        return {item["site_id"]["S"]: item["township"]["S"] for item in items}  # type: ignore[misc]
