"""What a file asks for, set aside while the rest of it is judged: events, what they lean on, and what is wrong.

A private database that lives in memory and goes to disk when it grows, and is gone when it is closed. So the memory that
an import takes does not grow with the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

import orjson

from chalicelib.errors import Problem
from chalicelib.supervision.model import Event, from_document

CACHE_KIB = 48 * 1024
PAGE = 1000
NEW, SAME, CORRECTED, OTHER = "new", "same", "corrected", "other"
# New, and not to be written before a second person has signed.
HELD = "held"
SCHEMA = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -{CACHE_KIB};
CREATE TABLE events (
    place INTEGER PRIMARY KEY, event_id TEXT UNIQUE, subject TEXT, scope TEXT, kind TEXT, row INTEGER, record INTEGER, text TEXT,
    state TEXT DEFAULT '{NEW}', current_id TEXT, revision INTEGER DEFAULT 0, standing TEXT
);
CREATE TABLE needs (event_id TEXT, row INTEGER, subject TEXT, name TEXT, value TEXT, reason TEXT, PRIMARY KEY (event_id, row)) WITHOUT ROWID;
CREATE TABLE problems (row INTEGER, name TEXT, value TEXT, reason TEXT, UNIQUE (row, name, value, reason));
CREATE TABLE owners (subject TEXT PRIMARY KEY, enterprise TEXT);
CREATE TABLE told (event_id TEXT, row INTEGER);
"""
# Those of an enterprise and its sites next to each other, so that a batch of the stream regrades a site once.
ENTRY = "place, text, row, record, state, current_id, revision, standing"
IMPORT_ORDER = f"""
SELECT {ENTRY} FROM events LEFT JOIN owners USING (subject)
WHERE state IN ('new', 'corrected') ORDER BY coalesce(enterprise, substr(subject, 3)), scope, subject, event_id
"""


@dataclass(slots=True)
class Entry:
    """An event of the file, by its place in the spool: the row it came from and how it stands against the log."""

    place: int
    text: str
    row: int
    record: int
    state: str
    current_id: str | None
    revision: int
    standing: str | None

    @property
    def event(self) -> Event:
        return event_of(self.text)


def event_of(text: str) -> Event:
    """The event of a text that :func:`chalicelib.supervision.model.to_text` made."""
    return from_document(orjson.loads(text))


@dataclass
class Spool:
    """The events of one file; see the module."""

    database: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect("", isolation_level=None))

    def __post_init__(self) -> None:
        self.database.executescript(SCHEMA)
        self.database.execute("BEGIN")

    def close(self) -> None:
        self.database.close()

    def add(self, event: Event, text: str, row: int, record: int) -> bool:
        """Take an event in; False if one of this id is there."""
        columns = (event.event_id, event.subject, event.scope, event.kind, row, record, text)
        sql = "INSERT OR IGNORE INTO events (event_id, subject, scope, kind, row, record, text) VALUES (?, ?, ?, ?, ?, ?, ?)"
        added = self.database.execute(sql, columns).rowcount == 1
        if added and event.kind == "site_registered":
            owner = (event.subject, event.payload.get("enterprise_id"))
            self.database.execute("INSERT OR IGNORE INTO owners VALUES (?, ?)", owner)
        return added

    def text_of(self, event_id: str) -> tuple[str, int]:
        """Text and row of an event of the file. KeyError if there is none."""
        found = self.database.execute("SELECT text, row FROM events WHERE event_id = ?", (event_id,)).fetchone()
        if found is None:
            raise KeyError(event_id)
        return found

    def holds(self, event_id: str) -> bool:
        return self.database.execute("SELECT 1 FROM events WHERE event_id = ?", (event_id,)).fetchone() is not None

    def state_of(self, event_id: str) -> str:
        """How an event of the file stands; "" without such an event."""
        found = self.database.execute("SELECT state FROM events WHERE event_id = ?", (event_id,)).fetchone()
        return found[0] if found else ""

    def replace_text(self, event_id: str, text: str) -> None:
        self.database.execute("UPDATE events SET text = ? WHERE event_id = ?", (text, event_id))

    def tell(self, event_id: str, row: int) -> None:
        """Remember that this row is one of those that tell this fact together."""
        self.database.execute("INSERT INTO told VALUES (?, ?)", (event_id, row))

    def tellers(self, event_id: str) -> list[int]:
        return [row for (row,) in self.database.execute("SELECT row FROM told WHERE event_id = ?", (event_id,))]

    def need(self, subject: str, event_id: str, problem: Problem) -> None:
        """Remember what a row leans on, and what is wrong with it if that is nowhere."""
        values = (event_id, row_of(problem), subject, problem.column, problem.value, problem.reason)
        self.database.execute("INSERT OR IGNORE INTO needs VALUES (?, ?, ?, ?, ?, ?)", values)

    def unmet_needs(self) -> Iterator[list[tuple[str, str]]]:
        """What rows lean on and the file does not bring itself, by pages of (subject, event id)."""
        sql = "SELECT DISTINCT subject, event_id FROM needs WHERE event_id NOT IN (SELECT event_id FROM events) ORDER BY event_id"
        cursor = self.database.execute(sql)
        while page := cursor.fetchmany(PAGE):
            yield page

    def miss(self, event_ids: Iterable[str]) -> None:
        """Make a problem of every row that leans on one of these."""
        sql = "INSERT OR IGNORE INTO problems SELECT row, name, value, reason FROM needs WHERE event_id = ?"
        self.database.executemany(sql, [(event_id,) for event_id in event_ids])

    def fault(self, problems: Iterable[Problem]) -> None:
        values = [(row_of(problem), problem.column, problem.value, problem.reason) for problem in problems]
        self.database.executemany("INSERT OR IGNORE INTO problems VALUES (?, ?, ?, ?)", values)

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong, by row and column."""
        return (_problem(*found) for found in self.database.execute("SELECT * FROM problems ORDER BY row, name"))

    def problem_count(self) -> int:
        return self.database.execute("SELECT count(*) FROM problems").fetchone()[0]

    def pages(self, state: str | None = None) -> Iterator[list[Entry]]:
        """The events in the order of the file, by pages that may be changed while they are walked."""
        last = 0
        sql = f"SELECT {ENTRY} FROM events WHERE place > ? AND state = coalesce(?, state) ORDER BY place LIMIT ?"
        while page := self.database.execute(sql, (last, state, PAGE)).fetchall():
            last = page[-1][0]
            yield [Entry(*found) for found in page]

    def of_kinds(self, kinds: Collection[str]) -> list[Entry]:
        """The events of these kinds, of which a file has few, in the order of the file."""
        sql = f"SELECT {ENTRY} FROM events WHERE kind IN ({', '.join('?' * len(kinds))}) ORDER BY place"
        return [Entry(*found) for found in self.database.execute(sql, tuple(kinds))]

    def settle(self, entries: Iterable[Entry]) -> None:
        """Keep how events stand against the log."""
        values = [(entry.state, entry.current_id, entry.revision, entry.standing, entry.place) for entry in entries]
        self.database.executemany("UPDATE events SET state = ?, current_id = ?, revision = ?, standing = ? WHERE place = ?", values)

    def count(self, state: str | None = None) -> int:
        return self.database.execute("SELECT count(*) FROM events WHERE state = coalesce(?, state)", (state,)).fetchone()[0]

    def kinds(self) -> dict[str, int]:
        """New and corrected events by kind."""
        sql = "SELECT kind, count(*) FROM events WHERE state IN ('new', 'corrected') GROUP BY kind ORDER BY kind"
        return dict(self.database.execute(sql))

    def to_write(self) -> Iterator[Entry]:
        """New and corrected events in the order in which they go into the log."""
        return (Entry(*found) for found in self.database.execute(IMPORT_ORDER))


def row_of(problem: Problem) -> int:
    """The row that a problem names; 0 for one of the file as a whole."""
    return int(problem.place.removeprefix("row ") or 0)


def _problem(row: int, name: str, value: str, reason: str) -> Problem:
    return Problem(f"row {row}" if row else "", name, value, reason)
