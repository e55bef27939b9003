"""Whoever objected to an index is told what was decided: from the log's stream, so that no decision can be missed.

The stream's function hears every event; what a notice needs is loaded only when there is one to give.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib import clock
from chalicelib.config import Settings
from chalicelib.publish.queue import Send, queue_sender
from chalicelib.register.district import District, load_district
from chalicelib.supervision.model import Event
from chalicelib.supervision.store import EventLog

DECIDED = "index_objection_decided"


@dataclass(frozen=True)
class Crier:
    """Tells of decisions. ``events_of`` gives the log of a township, ``now`` is the stack's instant."""

    district: District
    events_of: Callable[[str], tuple[Event, ...]]
    tell: Send
    now: datetime
    address: str = ""

    def hear(self, event: Event) -> None:
        """Put a notice on the queue if the event decides an objection. Heard twice it is told once, by its id; a decision that was only
        brought in from long ago is told nobody. Unavailable when it must be heard again."""
        if event.kind != DECIDED:
            return
        from chalicelib.index.acceptance import method_of
        from chalicelib.index.telling import TOLD, verdict
        from chalicelib.publish.notice import post

        root = next((each for each in self.events_of(event.subject) if each.event_id == event.caused_by), None)
        if root is None or clock.parse_instant(event.known_at) < self.now - TOLD:
            return
        items = method_of(self.district, str(root.payload["month"])).sub_items
        title = next((item.title for item in items if item.code == root.payload["sub_item"]), "")
        post([verdict(root, event, title, self.address)], self.tell)


def stack_hear(settings: Settings) -> Callable[[Event], None]:
    """What the stream's function hands every event to."""
    return Crier(
        load_district(settings.district), EventLog(settings.table_prefix).list_events, queue_sender(settings.notice_queue_url),
        settings.now(), settings.public_base_url,
    ).hear  # fmt: skip
