"""Records that can never succeed, with the reason: set aside so that the rest goes on, and kept to be replayed."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from chalicelib.tables import Quarantine, bind, faults

REASON_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class QuarantineStore:
    """The ``quarantine`` table of a stack. A line's name says what it is about, so the same record stands there once."""

    table_prefix: str

    @property
    def model(self) -> type[Quarantine]:
        return bind(Quarantine, self.table_prefix)

    def add(self, queue: str, line: str, reason: str, **about: object) -> None:
        """Set a record aside; again is no change."""
        document = {"reason": reason[:REASON_LENGTH], **about}
        with faults():
            self.model(queue, line, doc=orjson.dumps(document).decode()).save()

    def list_lines(self, queue: str) -> list[dict[str, object]]:
        """What stands in a queue: ``line`` and its document."""
        with faults():
            return [{"line": item.line, **orjson.loads(item.doc)} for item in self.model.query(queue, consistent_read=True)]

    def remove(self, queue: str, line: str) -> None:
        """Take a line out after its record was replayed."""
        with faults():
            self.model(queue, line).delete()
