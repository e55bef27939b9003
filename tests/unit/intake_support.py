"""What the tests of the intake share: a log in memory that keeps the rules of the real one, and mappings in a few lines."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from chalicelib.errors import Conflict
from chalicelib.intake.mapping import parse_mapping
from chalicelib.intake.model import Mapping
from chalicelib.intake.plan import Plan, plan_events
from chalicelib.intake.read import read_table
from chalicelib.intake.rows import Context
from chalicelib.intake.run import IMPORTER, Imported, import_file
from chalicelib.intake.table import ANYTHING, Table, Wanted
from chalicelib.register.district import load_district
from chalicelib.supervision.model import Event, to_text
from chalicelib.supervision.store import Appended

TODAY = date(2020, 6, 30)
NOW = datetime(2020, 6, 30, 4, 0, tzinfo=UTC)
KEY = b"key of the tests"
DEMO = load_district("demo")
MAPPINGS = DEMO.folder / "mappings"
CONTEXT = Context(KEY, DEMO, IMPORTER, TODAY)


class MemoryLog:
    """Append-only; the same id with other content is a Conflict, as in the table."""

    def __init__(self) -> None:
        self.events: dict[tuple[str, str], Event] = {}
        self.batches: list[int] = []

    def append(self, events: Iterable[Event], now: datetime) -> Appended:
        new, same = [], []
        for event in events:
            standing = self.events.setdefault((event.subject, event.event_id), event)
            if to_text(standing) != to_text(event):
                raise Conflict("the same event id stands with other content")
            (same if standing is not event else new).append(event.event_id)
        self.batches.append(len(new) + len(same))
        return Appended(tuple(new), tuple(same))

    def find_texts(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        return {key: to_text(self.events[key]) for key in keys if key in self.events}

    def list_events(self, subject: str) -> tuple[Event, ...]:
        return tuple(event for (partition, _), event in self.events.items() if partition == subject)

    def of_kind(self, kind: str) -> list[Event]:
        return [event for event in self.events.values() if event.kind == kind]


def mapping_of(text: str) -> Mapping:
    return parse_mapping(tomllib.loads(text))


def table_of(data: str | bytes, wanted: Wanted = ANYTHING) -> Table:
    content = data.encode() if isinstance(data, str) else data
    return read_table(lambda: io.BytesIO(content), wanted)


def plan_of(csv_text: str, mapping: Mapping) -> Plan:
    return plan_events(table_of(csv_text, mapping.wanted), mapping, CONTEXT)


def bring_in(log: MemoryLog, path: Path, mapping: Path, **changes: object) -> Imported:
    given = {"district": DEMO, "id_key": KEY, "today": TODAY, "now": NOW, **changes}
    return import_file(path, mapping, log, **given)
