"""What the job of an uploaded file uses of the outside, and where and when it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from chalicelib.access.audit import AuditLog
from chalicelib.index.acceptance import Published
from chalicelib.intake.log import WholeLog
from chalicelib.intake.months import NOTHING_OUT
from chalicelib.intake.permission import Areas
from chalicelib.intake.persons import PersonBook
from chalicelib.intake.signing import Acts
from chalicelib.jobs import JobBook
from chalicelib.register.district import District


class Objects(Protocol):
    """Files of jobs by their key."""

    def fetch(self, key: str, path: Path) -> None:
        """Bring an object into a file. NotFound without one."""
        ...

    def keep(self, key: str, path: Path) -> None: ...

    def exists(self, key: str) -> bool: ...


@dataclass(frozen=True)
class Ports:
    """Everything outside that uploads use; ``send`` queues a job, ``tabulate`` makes a sheet of what was set aside, ``published``: months out."""

    book: JobBook
    audit: AuditLog
    objects: Objects
    log: WholeLog
    areas: Areas
    persons: PersonBook
    acts: Acts
    send: Callable[[str], None]
    tabulate: Callable[[Path, Path], None]
    published: Published = NOTHING_OUT


@dataclass(frozen=True)
class Place:
    """Where and when a job runs: the district, the key of ids, its day, the instant, and how many seconds are left to it."""

    district: District
    id_key: bytes
    today: date
    now: Callable[[], datetime]
    seconds_left: Callable[[], float]
