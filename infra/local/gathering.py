"""Imports of several tables gathered into one: appended at the end, so that all a site's facts lie next to each other.

The stream hands the log on in the order of writing. Table by table a site would be regraded once for each table that
names it; gathered, once or twice. Each file still goes through the whole import: an event counts as standing if it is in
the log or gathered from an earlier file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.intake.log import WholeLog
from chalicelib.intake.store import Key
from chalicelib.supervision.model import Event, to_text
from chalicelib.supervision.store import Appended, in_import_order

TOGETHER = 500


@dataclass
class GatheringLog:
    """A log for :func:`chalicelib.intake.run.import_file` that writes nothing until :meth:`flush`."""

    log: WholeLog
    gathered: dict[Key, Event] = field(default_factory=dict)

    def append(self, events: Iterable[Event], now: datetime) -> Appended:
        """Take events in. ``now`` is told again by :meth:`flush`: that is when they come in."""
        new = list(events)
        self.gathered |= {(event.subject, event.event_id): event for event in new}
        return Appended(tuple(event.event_id for event in new), ())

    def find_texts(self, keys: Sequence[Key]) -> dict[Key, str]:
        here = {key: to_text(self.gathered[key]) for key in keys if key in self.gathered}
        return here | self.log.find_texts([key for key in keys if key not in here])

    def list_events(self, subject: str) -> tuple[Event, ...]:
        """A subject's events, those gathered after those in the log."""
        here = {key: event for key, event in self.gathered.items() if key[0] == subject}
        return (*(event for event in self.log.list_events(subject) if (subject, event.event_id) not in here), *here.values())

    def flush(self, now: Callable[[], datetime], progress: Callable[[int, int], None] = lambda done, total: None) -> int:
        """Append everything gathered, enterprise by enterprise; how many events. Repeating a cut-off flush is right."""
        events = in_import_order(list(self.gathered.values()))
        for start in range(0, len(events), TOGETHER):
            self.log.append(events[start : start + TOGETHER], now())
            progress(min(start + TOGETHER, len(events)), len(events))
        self.gathered.clear()
        return len(events)
