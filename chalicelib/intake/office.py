"""The import office: what a signed-in official asks of uploads, the messages of the queue, and the real ports of a stack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from chalicelib import clock
from chalicelib.access.append import REASONS
from chalicelib.access.audit import audit_line
from chalicelib.access.identity import Identity
from chalicelib.access.imports import may_send
from chalicelib.config import Settings
from chalicelib.cosign.model import EXPIRED, OPEN
from chalicelib.cosign.model import SIGNED as SIGNED_BY_BOTH
from chalicelib.cosign.model import state_now as act_state
from chalicelib.errors import BadInput, Conflict, Forbidden, NotFound, Problem
from chalicelib.intake.asked import CONTENT_TYPES, CSV, XLSX, asked_of, list_mappings
from chalicelib.intake.held import SIGNED, read_held
from chalicelib.intake.outcome import load_result
from chalicelib.intake.ports import Place, Ports
from chalicelib.intake.upload import HELD_SHEET, REJECTS, REJECTS_BOOK, RESULT, folder_of, sheet_key, work
from chalicelib.jobs import COSIGNING, DONE, QUEUED, REFUSED, WAITING, Job, give_up, new_job, own_job, resume, state_now
from chalicelib.labels import JOB_STATE
from chalicelib.presign import Accepted, UploadForm, download_url, upload_form
from chalicelib.publish.queue import each_message, waker
from chalicelib.register.district import load_district
from chalicelib.supervision.vocabulary import load_vocabulary

KIND = "import"
ACCEPTED = Accepted((CSV, XLSX), 200 * 1024 * 1024)
# Files of a job, and what each is called when it is saved beside the sheet.
DOWNLOADS = {"result": (RESULT, "结果.json"), "rejects": (REJECTS, "退回行.csv"), "rejects_book": (REJECTS_BOOK, "退回行.xlsx"), "held": (HELD_SHEET, "待会签.csv")}


@dataclass(frozen=True)
class Office:
    """One request: who is asking, of which stack, at which instant."""

    identity: Identity
    ports: Ports
    settings: Settings
    now: Callable[[], datetime]

    def mappings(self) -> list[dict[str, object]]:
        """What can be imported. Forbidden to who may not."""
        self._permitted()
        return list_mappings(self._folder)

    def ask(self, body: Mapping[str, object]) -> tuple[Job, UploadForm]:
        """A new job and the form by which its file is sent. BadInput names everything wrong with the wish."""
        self._permitted()
        asked = asked_of(body, self._folder)
        job = new_job(KIND, self.identity, asked.to_document(), self.now(), WAITING)
        content_type = CONTENT_TYPES[asked.suffix]
        form = upload_form(self.settings.files_bucket, sheet_key(job.job, asked), content_type, ACCEPTED, self.settings.files_url)
        self._note(job.job, f"{asked.mapping} {asked.mode} asked")
        self.ports.book.save(job)
        return job, form

    def start(self, job_id: str) -> Job:
        """Put an uploaded file on the queue; asking again is no change. BadInput while the file is not there."""
        job = self.job(job_id)
        if job.state != WAITING:
            return job
        asked = asked_of(job.asked, self._folder)
        if not self.ports.objects.exists(sheet_key(job_id, asked)):
            raise BadInput([Problem("file", "", asked.filename, "文件还没有上传完成，请重新选择文件")])
        queued = job.moved(self.now(), state=QUEUED)
        self.ports.book.save(queued)
        self.ports.send(job_id)
        return queued

    def job(self, job_id: str) -> Job:
        """One's own job, looked after. NotFound without it."""
        self._permitted()
        return self._looked_after(own_job(self.ports.book, job_id, self.identity.subject, KIND))

    def jobs(self) -> list[Job]:
        self._permitted()
        return [self._looked_after(job) for job in self.ports.book.list_of(self.identity.subject, KIND)]

    def _looked_after(self, job: Job) -> Job:
        """A job that stands still is sent again; one whose act was signed too, and one whose act has ended otherwise is done."""
        now = self.now()
        if job.state != COSIGNING:
            return resume(self.ports.book, job, self.ports.send, now)
        act = self.ports.acts.find(str(job.outcome["act"]))
        state = act_state(act, now) if act else EXPIRED
        if state == OPEN:
            return job
        if state == SIGNED_BY_BOTH:
            return resume(self.ports.book, replace(job, state=QUEUED), self.ports.send, now)
        with suppress(Conflict):
            ended = job.moved(now, state=DONE, outcome={**job.outcome, "cosign": state})
            self.ports.book.save(ended)
            return ended
        return job

    def result(self, job_id: str) -> dict[str, object]:
        """What the job told: the result file. NotFound while it is not there."""
        return self._result(self.job(job_id).job)

    def to_sign(self, act_id: str) -> dict[str, object]:
        """What a second person is asked to sign: the facts of the file that wait, the first of them. For those whose role may sign it; a look is
        audited. NotFound, Forbidden."""
        told = self._result(str(self._signing(act_id, "signing")["job"]))
        return {name: told.get(name) for name in ("file", "mapping", "reading", "held")}

    def all_to_sign(self, act_id: str) -> dict[str, object]:
        """Where a sheet of all of them lies. As :meth:`to_sign`."""
        says = self._signing(act_id, "signing rows")
        return {"url": self._download(str(says["job"]), "held", str(says["filename"]))}

    def _signing(self, act_id: str, what: str) -> Mapping[str, object]:
        """What an act says whose file this person may sign, once the look is written down."""
        act = self.ports.acts.find(act_id)
        if act is None or act.kind != SIGNED:
            raise NotFound("no such act")
        if self.identity.role not in load_vocabulary().kinds[SIGNED].append:
            self._note(act_id, "signing role", action="refuse")
            raise Forbidden("this role signs no imports", reason="role", sentence=REASONS["role"])
        says: Mapping[str, object] = act.body["payload"]  # type: ignore[assignment]
        self._note(str(says["job"]), what, action="read")
        return says

    def _result(self, job_id: str) -> dict[str, object]:
        with TemporaryDirectory() as folder:
            path = Path(folder) / RESULT
            self.ports.objects.fetch(folder_of(job_id) + RESULT, path)
            return load_result(path)

    def document(self, job: Job) -> dict[str, object]:
        """A job as it is shown, with the addresses of its files once it has ended."""
        state = state_now(job, self.now())
        shown = {
            "job": job.job, "state": state, "state_word": JOB_STATE[state], "created_at": job.created_at,
            "updated_at": job.updated_at, **job.asked, "progress": {k: v for k, v in job.progress.items() if k != "before"},
            "outcome": dict(job.outcome),
        }  # fmt: skip
        if job.state in (COSIGNING, DONE, REFUSED):
            there = {"result": True, "rejects": job.outcome.get("has_rejects"), "rejects_book": job.outcome.get("has_rejects_book"), "held": job.outcome.get("act")}
            shown["downloads"] = {name: self._download(job.job, name, str(job.asked["filename"])) for name in DOWNLOADS if there[name]}
        return shown

    def _download(self, job_id: str, name: str, filename: str) -> str:
        file, ending = DOWNLOADS[name]
        return download_url(self.settings.files_bucket, folder_of(job_id) + file, f"{Path(filename).stem}.{ending}", self.settings.files_url)

    @property
    def _folder(self) -> Path:
        return load_district(self.settings.district).folder

    def _permitted(self) -> None:
        decision = may_send(self.identity)
        if not decision.allowed:
            self._note("-", f"import {decision.reason}", action="refuse")
            raise Forbidden("this role imports no tables", reason=decision.reason, sentence=REASONS[decision.reason])

    def _note(self, job_id: str, what: str, action: str = "import") -> None:
        self.ports.audit.write(audit_line(self.identity, action, f"J:{job_id}", what, clock.utc_now()))


def handle_message(event: Mapping, settings: Settings, seconds_left: Callable[[], float]) -> dict:
    """Messages of one job each. A transient fault is given back to the queue; so is every other one, until it is dead-lettered and its job
    has failed. Findings are held to the rule set that was in force on their own day, enacted ones included."""
    from chalicelib.grading.enacted import governed_district

    ports, district = stack_ports(settings), governed_district(settings.table_prefix, settings.district)
    place = Place(district, bytes.fromhex(settings.id_key), settings.day(), clock.utc_now, seconds_left)
    return each_message(
        event, lambda message: work(message["job"], ports, place), lambda message: give_up(ports.book, message["job"], clock.utc_now())
    )


def stack_ports(settings: Settings) -> Ports:
    """The ports of the stack in the settings."""
    from chalicelib.access.store import AuditTable
    from chalicelib.cosign.store import ActTable
    from chalicelib.index.monthly import published
    from chalicelib.index.runs import StackRuns
    from chalicelib.intake.store import CardAreas, ImportLog
    from chalicelib.jobs import JobTable
    from chalicelib.publish.objects import JobObjects
    from chalicelib.registry.store import PersonTable
    from chalicelib.supervision.store import EventLog

    prefix = settings.table_prefix
    events = EventLog(prefix)
    return Ports(
        JobTable(prefix), AuditTable(prefix), JobObjects(settings.files_bucket), ImportLog(events), CardAreas(events),
        PersonTable(prefix), ActTable(prefix), waker(settings.import_queue_url),
        tabulator(settings), published(StackRuns(prefix)),
    )  # fmt: skip


def tabulator(settings: Settings) -> Callable[[Path, Path], None]:
    """Makes a sheet for people of a file that was set aside."""
    from chalicelib.export.waiting import write_waiting

    district = load_district(settings.district)

    def tabulate(held: Path, sheet: Path) -> None:
        with held.open("rb") as file:
            write_waiting(sheet, (one.told() for one in read_held(file)), district, settings.public_base_url)

    return tabulate
