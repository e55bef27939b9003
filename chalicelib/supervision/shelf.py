"""Subjects of the log read for one run, each once and several at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from chalicelib.errors import Unavailable
from chalicelib.supervision.kin import neighbours, subjects_around
from chalicelib.supervision.model import Event
from chalicelib.supervision.store import EventLog, Reading, Rejected

# Reads wait for the network, not for the processor.
READERS = 8


@dataclass
class Shelf:
    """Subjects read in this run, each once. ``failed`` are those that could not be read now."""

    log: EventLog
    readings: dict[str, Reading] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    def fetch(self, subjects: Iterable[str]) -> None:
        """Read what is not here yet, several at once."""
        missing = [subject for subject in dict.fromkeys(subjects) if subject not in self.readings and subject not in self.failed]
        for subject, reading in zip(missing, self._read_all(missing), strict=True):
            if reading is None:
                self.failed.add(subject)
            else:
                self.readings[subject] = reading

    def fetch_kin(self, subjects: Iterable[str]) -> None:
        """Read these subjects and every one that a merge leads to from them, near and far."""
        todo = list(subjects)
        while todo:
            self.fetch(todo)
            todo = [other for subject in todo if subject in self.readings for other in neighbours(self.events(subject))]
            todo = [other for other in todo if other not in self.readings and other not in self.failed]

    def holds(self, subject: str) -> bool:
        """Whether the subject and all its kin could be read."""
        return subject in self.readings and self.failed.isdisjoint(subjects_around(subject, self._known))

    def _known(self, subject: str) -> tuple[Event, ...]:
        return self.events(subject) if subject in self.readings else ()

    def _read_all(self, subjects: Sequence[str]) -> list[Reading | None]:
        if len(subjects) < 2:
            return [self._read(subject) for subject in subjects]
        with ThreadPoolExecutor(READERS) as pool:
            return list(pool.map(self._read, subjects))

    def _read(self, subject: str) -> Reading | None:
        try:
            return self.log.read(subject)
        except Unavailable:
            return None

    def events(self, subject: str) -> tuple[Event, ...]:
        return self.readings[subject].events

    def rejected(self) -> Iterable[Rejected]:
        return (rejected for reading in self.readings.values() for rejected in reading.rejected)
