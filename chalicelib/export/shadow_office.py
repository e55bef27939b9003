"""The office of shadow reports: who starts one and who reads it, the messages of the queue, and the real ports of a stack."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from chalicelib import clock, ids
from chalicelib.access.append import REASONS
from chalicelib.access.audit import audit_line
from chalicelib.access.identity import Identity
from chalicelib.config import Settings
from chalicelib.errors import Forbidden, NotFound
from chalicelib.export.shadow import Ports, key_of, standing_draft, work
from chalicelib.jobs import QUEUED, Job, give_up, new_job, state_now
from chalicelib.labels import JOB_STATE
from chalicelib.presign import download_url
from chalicelib.publish.queue import each_message, queue_sender
from chalicelib.register.district import load_district
from chalicelib.supervision.vocabulary import kind_of

KIND = "shadow"
READERS = ("township", "district", "expert", "admin")
HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ShadowOffice:
    """One request: who is asking, of which stack, at which instant."""

    identity: Identity
    ports: Ports
    settings: Settings
    now: Callable[[], datetime]

    def ask(self, draft: str) -> Job:
        """A new job for a draft, on its way. Forbidden to who may not record its report; NotFound, BadInput without a draft that waits."""
        if self.identity.role not in kind_of("rule_set_shadowed").append:
            self._refuse("shadow role")
        standing_draft(self.ports.events_of(ids.subject_of("district", self.settings.district)), draft)
        job = new_job(KIND, self.identity, {"draft": draft}, self.now(), QUEUED)
        self.ports.book.save(job)
        self.ports.send(job.job)
        return job

    def jobs(self) -> list[dict[str, object]]:
        """One's own jobs, the newest first."""
        return [self.document(job) for job in self.ports.book.list_of(self.identity.subject, KIND)]

    def document(self, job: Job) -> dict[str, object]:
        state = state_now(job, self.now())
        return {
            "job": job.job, **job.asked, "state": state, "state_word": JOB_STATE[state], "created_at": job.created_at,
            "progress": dict(job.progress), "outcome": dict(job.outcome),
        }  # fmt: skip

    def report(self, digest: str) -> dict[str, object]:
        """The counts of a report for staff; for who reaches every site's case also the address of the list. NotFound without it."""
        if self.identity.role not in READERS:
            self._refuse("shadow reader")
        if not HASH.fullmatch(digest):
            raise NotFound("no such report")
        found = orjson.loads(self.ports.read(key_of(digest, "summary.json")))
        if self.identity.role != "district":
            return found
        self._note("export", f"shadow {digest}")
        name = f"影子评估-{found['on']}-{digest[:8]}.csv"
        return {**found, "list": download_url(self.settings.files_bucket, key_of(digest, "sites.csv"), name, self.settings.files_url)}

    def _refuse(self, what: str) -> None:
        self._note("refuse", what)
        raise Forbidden("not this role's", reason="role", sentence=REASONS["role"])

    def _note(self, action: str, what: str) -> None:
        self.ports.audit.write(audit_line(self.identity, action, ids.subject_of("district", self.settings.district), what, clock.utc_now()))


def handle_message(event: Mapping, settings: Settings) -> dict:
    """Messages of one job each; a transient fault is given back to the queue."""
    ports, district, day = stack_ports(settings), load_district(settings.district), settings.day()
    return each_message(
        event, lambda message: work(message["job"], ports, district, day, clock.utc_now), lambda message: give_up(ports.book, message["job"], clock.utc_now())
    )


def stack_ports(settings: Settings) -> Ports:
    """The ports of the stack in the settings."""
    from chalicelib.access.store import AuditTable
    from chalicelib.code.compose import compose
    from chalicelib.code.desk import Desk
    from chalicelib.code.store import StackFiles
    from chalicelib.export.office import StackSources
    from chalicelib.jobs import JobTable
    from chalicelib.publish.objects import JobObjects
    from chalicelib.supervision.store import EventLog

    prefix, send = settings.table_prefix, queue_sender(settings.shadow_queue_url)

    def record(identity: Identity, body: Mapping[str, object]) -> str:
        return Desk(identity, compose(settings), settings).append("district", settings.district, body).event_id

    return Ports(
        JobTable(prefix), AuditTable(prefix), JobObjects(settings.files_bucket), StackSources(prefix), EventLog(prefix).list_events, record,
        StackFiles(settings.files_bucket).read, lambda job_id: send([{"job": job_id}]),
    )  # fmt: skip
