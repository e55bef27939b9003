"""The export office: what a signed-in person asks of exports, the messages of the queue, and the real ports of a stack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib import clock
from chalicelib.access.append import REASONS
from chalicelib.access.audit import audit_line
from chalicelib.access.identity import Identity
from chalicelib.config import Settings
from chalicelib.errors import BadInput, Forbidden, Problem
from chalicelib.export.job import Ports, key_of, work
from chalicelib.export.model import DATASETS, TITLES
from chalicelib.jobs import DONE, QUEUED, Job, give_up, new_job, own_job, state_now
from chalicelib.labels import JOB_STATE
from chalicelib.presign import download_url
from chalicelib.publish.queue import each_message, queue_sender
from chalicelib.register.district import load_district

KIND = "export"
# Who has a list of sites at all: the desk's own rule for lists.
ROLES = ("township", "district", "admin")
FORMATS = ("csv", "xlsx")


@dataclass(frozen=True)
class Office:
    """One request: who is asking, of which stack, at which instant."""

    identity: Identity
    ports: Ports
    settings: Settings
    now: Callable[[], datetime]

    def ask(self, body: Mapping[str, object]) -> Job:
        """A new job, on its way. BadInput names everything wrong with the wish; Forbidden to who has no list of sites."""
        self._permitted()
        dataset, form = str(body.get("dataset") or ""), str(body.get("format") or "")
        checks = (("dataset", dataset, dataset in DATASETS, DATASETS), ("format", form, form in FORMATS, FORMATS))
        problems = [Problem("$", name, given[:40], "可用：" + "、".join(known)) for name, given, good, known in checks if not good]
        if problems:
            raise BadInput(problems)
        job = new_job(KIND, self.identity, {"dataset": dataset, "format": form}, self.now(), QUEUED)
        self.ports.book.save(job)
        self.ports.send(job.job)
        return job

    def job(self, job_id: str) -> Job:
        """One's own job. NotFound without it."""
        self._permitted()
        return own_job(self.ports.book, job_id, self.identity.subject, KIND)

    def jobs(self) -> list[Job]:
        self._permitted()
        return self.ports.book.list_of(self.identity.subject, KIND)

    def document(self, job: Job) -> dict[str, object]:
        """A job as it is shown, with the address of its file once it is there."""
        title = TITLES[str(job.asked["dataset"])]
        state = state_now(job, self.now())
        shown = {
            "job": job.job, "state": state, "state_word": JOB_STATE[state], "title": title, "created_at": job.created_at,
            **job.asked, "outcome": dict(job.outcome),
        }  # fmt: skip
        if job.state == DONE:
            name = f"{title}-{clock.day_of(clock.parse_instant(job.created_at))}.{job.asked['format']}"
            shown["download"] = download_url(self.settings.files_bucket, key_of(job), name, self.settings.files_url)
        return shown

    def _permitted(self) -> None:
        if self.identity.role not in ROLES:
            self.ports.audit.write(audit_line(self.identity, "refuse", "J:-", "export role", clock.utc_now()))
            raise Forbidden("this role exports nothing", reason="role", sentence=REASONS["role"])


def handle_message(event: Mapping, settings: Settings) -> dict:
    """Messages of one job each; a transient fault is given back to the queue."""
    ports, day = stack_ports(settings), settings.day()
    district = load_district(settings.district)
    return each_message(
        event, lambda message: work(message["job"], ports, district, day, clock.utc_now), lambda message: give_up(ports.book, message["job"], clock.utc_now())
    )


@dataclass(frozen=True, slots=True)
class StackSources:
    """Cards and facts of a stack."""

    table_prefix: str

    def list_township(self, township: str) -> list[dict[str, object]]:
        from chalicelib.grading.store import CardStore

        return CardStore(self.table_prefix).list_township(township)

    def facts(self, site_ids: Iterable[str]) -> Mapping[str, Mapping[str, object]]:
        from chalicelib.grading.store import FactsStore

        return FactsStore(self.table_prefix).load(site_ids)


def stack_ports(settings: Settings) -> Ports:
    """The ports of the stack in the settings."""
    from chalicelib.access.store import AuditTable
    from chalicelib.jobs import JobTable
    from chalicelib.publish.objects import JobObjects

    prefix, send = settings.table_prefix, queue_sender(settings.export_queue_url)
    return Ports(
        JobTable(prefix), AuditTable(prefix), JobObjects(settings.files_bucket), StackSources(prefix), lambda job_id: send([{"job": job_id}])
    )
