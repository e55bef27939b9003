"""What the log already holds of the facts a file speaks of, a hundred keys at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib import bulk
from chalicelib.intake.log import Key, Log
from chalicelib.supervision.model import Event
from chalicelib.supervision.store import Appended, EventLog

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
