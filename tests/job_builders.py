"""What tests of jobs share: books, files and areas in memory with the manners of the real ones."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from chalicelib.access.audit import AuditLine
from chalicelib.cosign.model import Act
from chalicelib.errors import Conflict, NotFound
from chalicelib.jobs import Job
from chalicelib.registry.persons import Person
from chalicelib.supervision.model import Event


@dataclass
class MemoryBook:
    """Jobs by id; saved over the version before only."""

    jobs: dict[str, Job] = field(default_factory=dict)
    seen: list[Job] = field(default_factory=list)

    def find(self, job: str) -> Job | None:
        return self.jobs.get(job)

    def save(self, job: Job) -> None:
        standing = self.jobs[job.job].version if job.job in self.jobs else 0
        if standing != job.version - 1:
            raise Conflict("somebody else is at this job", job=job.job)
        self.jobs[job.job] = Job(**asdict(job))
        self.seen.append(job)

    def list_of(self, owner: str, kind: str) -> list[Job]:
        mine = [job for job in self.jobs.values() if (job.owner, job.kind) == (owner, kind)]
        return sorted(mine, key=lambda job: job.created_at, reverse=True)


@dataclass
class MemoryAudit:
    lines: list[AuditLine] = field(default_factory=list)

    def write(self, line: AuditLine) -> None:
        self.lines.append(line)

    def said(self) -> list[tuple[str, str]]:
        return [(line.action, line.what) for line in self.lines]


@dataclass
class MemoryPersons:
    """The person table: who holds which office of which subject."""

    held: dict[tuple[str, str], Person] = field(default_factory=dict)

    def list(self, subject: str) -> list[Person]:
        return [person for (whose, _), person in sorted(self.held.items()) if whose == subject]

    def put(self, subject: str, person: Person) -> None:
        self.held[subject, person.office] = person

    def erase(self, subject: str, office: str) -> bool:
        return self.held.pop((subject, office), None) is not None


@dataclass
class MemoryActs:
    """Acts that wait, and their ends; the signature itself with its facts is the store's."""

    log: object
    acts: dict[str, Act] = field(default_factory=dict)

    def find(self, act: str) -> Act | None:
        return self.acts.get(act)

    def create(self, act: Act) -> bool:
        return self.acts.setdefault(act.act, act) is act

    def end(self, act: Act) -> bool:
        if self.acts[act.act].version != act.version - 1:
            return False
        self.acts[act.act] = act
        return True

    def sign(self, act: Act, event: Event, now: datetime) -> None:
        """What the store does when a second has signed: the fact and the act in one."""
        self.log.append([event], now)
        self.acts[act.act] = act


@dataclass
class FolderObjects:
    """Objects as files of a folder."""

    folder: Path

    def place(self, key: str) -> Path:
        return self.folder / key.replace("/", "#")

    def fetch(self, key: str, path: Path) -> None:
        if not self.exists(key):
            raise NotFound("no such file", key=key)
        shutil.copy(self.place(key), path)

    def keep(self, key: str, path: Path) -> None:
        shutil.copy(path, self.place(key))

    def exists(self, key: str) -> bool:
        return self.place(key).exists()


@dataclass
class MemoryAreas:
    """Where subjects stand, as told."""

    known: dict[str, frozenset[str]] = field(default_factory=dict)

    def townships(self, subjects: Collection[str]) -> dict[str, frozenset[str]]:
        return {subject: self.known[subject] for subject in subjects if subject in self.known}
