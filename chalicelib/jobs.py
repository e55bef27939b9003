"""Jobs that people set going and look after: a file in, a file out. One item a job, with how far it is and how it ended.

Whoever works on a job saves it on condition that nobody else has meanwhile: a second run of the same message finds out
at its next save and stops. Jobs are not the record of what was done: that is the audit log; they go after some weeks.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

import orjson

from chalicelib import bulk, clock, ids
from chalicelib.errors import Conflict, NotFound
from chalicelib.tables import Jobs, table_name

KEPT_DAYS = 60
MOST_LISTED = 50
WAITING, QUEUED, RUNNING, COSIGNING, DONE, REFUSED, FAILED = "waiting", "queued", "running", "cosigning", "done", "refused", "failed"
ENDED = frozenset({DONE, REFUSED, FAILED})
# A run tells of itself every few seconds, and of an import at least every half minute. Whoever looks after a job that stands still sends it again;
# unattended, its message comes back after the queue's visibility time-out. A job that has been silent for longer will not go on by itself.
STANDSTILL = timedelta(minutes=2)
MOST_RESUMED = 5
SILENT = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Job:
    """A job: who asked for it, in which role and for whom, what was asked, how far it is, what came of it."""

    job: str
    kind: str
    owner: str
    role: str
    organisation: str
    asked: Mapping[str, object]
    created_at: str
    enforcement_certificate: bool = False
    state: str = WAITING
    updated_at: str = ""
    version: int = 0
    progress: Mapping[str, object] = field(default_factory=dict)
    outcome: Mapping[str, object] = field(default_factory=dict)
    resumed: int = 0

    def moved(self, now: datetime, **changes: object) -> Job:
        """The job as it is to be saved next."""
        return replace(self, version=self.version + 1, updated_at=clock.instant_text(now), **changes)  # type: ignore[arg-type]


class Sender(Protocol):
    """Whoever asks for a job, as :class:`chalicelib.access.identity.Identity`."""

    @property
    def subject(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def organisation(self) -> str: ...
    @property
    def enforcement_certificate(self) -> bool: ...


def new_job(kind: str, who: Sender, asked: Mapping[str, object], now: datetime, state: str) -> Job:
    """What somebody asks for now, under an id that nobody guesses, as it is to be saved first."""
    job_id = ids.base32(secrets.token_bytes(10), ids.SITE_ID_LENGTH)
    created_at = clock.instant_text(now)
    return Job(job_id, kind, who.subject, who.role, who.organisation, asked, created_at, who.enforcement_certificate).moved(now, state=state)


def own_job(book: JobBook, job_id: str, owner: str, kind: str) -> Job:
    """Somebody's own job of a kind. NotFound without it, also where it is somebody else's."""
    job = book.find(job_id)
    if job is None or job.owner != owner or job.kind != kind:
        raise NotFound("no such job")
    return job


def state_now(job: Job, now: datetime) -> str:
    """The state that people are shown: a job that fell silent has failed, though nobody lived to write it down."""
    silent = job.state in (QUEUED, RUNNING) and now - clock.parse_instant(job.updated_at) > SILENT
    return FAILED if silent else job.state


def stands_still(job: Job, now: datetime) -> bool:
    """Whether nothing was heard of a job that somebody should be at: its run was killed, or its message was lost."""
    return job.state in (QUEUED, RUNNING) and now - clock.parse_instant(job.updated_at) >= STANDSTILL


def resume(book: JobBook, job: Job, send: Callable[[str], None], now: datetime) -> Job:
    """Send a job that stands still again; one that was sent so several times in vain has failed. Of two who look only one does it."""
    if not stands_still(job, now):
        return job
    state = QUEUED if job.resumed < MOST_RESUMED else FAILED
    again = job.moved(now, state=state, resumed=job.resumed + 1)
    try:
        book.save(again)
    except Conflict:
        return book.find(job.job) or job
    if state == QUEUED:
        send(job.job)
    return again


def give_up(book: JobBook, job_id: str, now: datetime) -> None:
    """Write down that a job failed: its message goes to the dead letters. Given back from there, it goes on."""
    job = book.find(job_id)
    if job is not None and job.state not in ENDED:
        with suppress(Conflict):  # somebody else is at it after all
            book.save(job.moved(now, state=FAILED))


class JobBook(Protocol):
    """Where jobs are written down."""

    def find(self, job: str) -> Job | None: ...

    def save(self, job: Job) -> None:
        """Write a job over the version before it. Conflict when that is not the one that stands."""
        ...

    def list_of(self, owner: str, kind: str) -> list[Job]:
        """Somebody's jobs of a kind, the newest first."""
        ...


@dataclass(frozen=True, slots=True)
class JobTable:
    """The ``jobs`` table of a stack."""

    table_prefix: str

    @property
    def table(self) -> str:
        return table_name(self.table_prefix, Jobs)

    def find(self, job: str) -> Job | None:
        key = {"job": {"S": job}}
        item = bulk.call(bulk.client().get_item, TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return None if item is None else _job(item)

    def save(self, job: Job) -> None:
        ends = clock.parse_instant(job.created_at) + timedelta(days=KEPT_DAYS)
        item = {
            "job": {"S": job.job},
            "owner": {"S": f"{job.owner}#{job.kind}"},
            "created_at": {"S": job.created_at},
            "schema": {"N": "1"},
            "version": {"N": str(job.version)},
            "expires_at": {"N": str(int(ends.timestamp()))},
            "doc": {"S": orjson.dumps(asdict(job)).decode()},
        }
        before = {":before": {"N": str(job.version - 1)}}
        condition = {"ConditionExpression": "version = :before", "ExpressionAttributeValues": before}
        if job.version == 1:
            condition = {"ConditionExpression": "attribute_not_exists(job)"}
        if not bulk.conditional(bulk.client().put_item, TableName=self.table, Item=item, **condition):
            raise Conflict("somebody else is at this job", job=job.job)

    def list_of(self, owner: str, kind: str) -> list[Job]:
        answer = bulk.call(
            bulk.client().query,
            TableName=self.table,
            IndexName="by_owner",
            KeyConditionExpression="#owner = :owner",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues={":owner": {"S": f"{owner}#{kind}"}},
            ScanIndexForward=False,
            Limit=MOST_LISTED,
        )
        return [_job(item) for item in answer["Items"]]


def _job(item: Mapping[str, Mapping[str, str]]) -> Job:
    return Job(**orjson.loads(item["doc"]["S"]))
