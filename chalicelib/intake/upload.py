"""The job behind an uploaded file: brought in as the command would, told as a result and a rejects file.

It may be stopped at any moment and run again: an import is finished by the same import. So a file that takes longer than
a function may run goes on with the next message, and a message that comes twice changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock

import orjson

from chalicelib.access.audit import audit_line
from chalicelib.access.identity import Identity
from chalicelib.errors import BadInput, Conflict, NotFound, Problem
from chalicelib.intake.asked import FIELDS, Asked, mapping_path
from chalicelib.intake.held import SIGNED, Shelf
from chalicelib.intake.mapping import load_mapping
from chalicelib.intake.permission import Permission
from chalicelib.intake.persons import People
from chalicelib.intake.ports import Place, Ports
from chalicelib.intake.rejects import as_workbook
from chalicelib.intake.run import APPENDED, Imported, Wish, import_file
from chalicelib.intake.outcome import TOLD, counts, load_result, result_after
from chalicelib.intake.signing import Writer, act_of, signature_of
from chalicelib.intake.beat import beating
from chalicelib.jobs import COSIGNING, DONE, QUEUED, REFUSED, RUNNING, WAITING, Job, stands_still
from chalicelib.supervision.model import Actor

TREE = "uploads/imports/"
RESULT, REJECTS, REJECTS_BOOK, HELD, HELD_SHEET = "result.json", "rejects.csv", "rejects.xlsx", "held.jsonl", "held.csv"
SAVE_EVERY_S, BEAT_S = 2.0, 30.0
NOTHING_MORE: Mapping[str, object] = {}
# Kept back to write the result down and to hand on what is left.
RESERVE_S = 60.0
TOO_LONG = "处理时限内没有检查完这份文件，什么都没有写入：请把它分成几份再导入，例如每份不超过20万行"


def folder_of(job_id: str) -> str:
    return f"{TREE}{job_id}/"


def sheet_key(job_id: str, asked: Asked) -> str:
    """Where the file itself lies; its own name is told, never used."""
    return f"{folder_of(job_id)}sheet{asked.suffix}"


def work(job_id: str, ports: Ports, place: Place) -> str:
    """Bring in the file of a job and tell what came of it; the state it is in now. NotFound without such a job.

    Unavailable: the same message again is right. A job that somebody else is at is left to him.
    """
    job = ports.book.find(job_id)
    if job is None:
        raise NotFound("no such job", job=job_id)
    if job.state in (DONE, REFUSED, WAITING) or (job.state == RUNNING and not stands_still(job, place.now())):
        return job.state
    with TemporaryDirectory() as folder:
        run = _Run(job, ports, place, Path(folder))
        with beating(run.beat):
            return run.through()


@dataclass
class _Run:
    """One run of one job."""

    job: Job
    ports: Ports
    place: Place
    folder: Path
    saved_at: float = 0.0
    lock: RLock = field(default_factory=RLock)
    identity: Identity = field(init=False)
    asked: Asked = field(init=False)

    def __post_init__(self) -> None:
        job = self.job
        self.identity = Identity(job.owner, job.role, job.organisation, job.enforcement_certificate)
        self.asked = Asked(**{name: str(job.asked.get(name, "")) for name in FIELDS})

    def through(self) -> str:
        try:
            if self.job.outcome.get("act"):
                return self._write_signed()
            self.save(state=RUNNING)
            sheet = self.folder / f"sheet{self.asked.suffix}"
            self.ports.objects.fetch(sheet_key(self.job.job, self.asked), sheet)
            return self._end(self._bring_in(sheet))
        except Conflict as error:
            # Of the job: another run is at it. Of the log: somebody recorded one of the facts meanwhile, so all is judged again.
            if error.fields.get("job") != self.job.job:
                return self._again(self.job.progress)
            return RUNNING
        except BadInput as error:
            return self._refuse(error)

    def save(self, **changes: object) -> None:
        with self.lock:
            self.job = self.job.moved(self.place.now(), **changes)
            self.ports.book.save(self.job)
            self.saved_at = time.monotonic()

    def beat(self) -> None:
        """Say that the run lives, where it has nothing to tell: a large workbook is opened, a long file of rejects written."""
        with self.lock:
            if self.job.state == RUNNING and time.monotonic() - self.saved_at >= BEAT_S:
                self.save()

    def _bring_in(self, sheet: Path) -> Imported:
        job, place = self.job, self.place
        actor = Actor(job.owner, job.role, job.organisation, job.enforcement_certificate)
        wish = Wish(
            self.folder / REJECTS,
            self.asked.correction,
            Permission(self.identity, self.ports.areas, self.folder / HELD),
            self.asked.writes,
            lambda: place.seconds_left() < RESERVE_S,
            People(self.ports.persons, lambda subject, what: self._note("person", subject, what)),
            self.ports.published,
        )
        return import_file(
            sheet, mapping_path(self.asked.mapping, place.district.folder), self.ports.log, district=place.district, id_key=place.id_key,
            today=place.today, now=place.now(), actor=actor, progress=self._watch, wish=wish,
        )  # fmt: skip

    def _watch(self, stage: str, done: int, total: int) -> None:
        if stage != APPENDED and self.place.seconds_left() < RESERVE_S:
            self._stop_unwritten()
        if time.monotonic() - self.saved_at >= SAVE_EVERY_S:
            self.save(progress={**self.job.progress, "stage": stage, "done": done, "total": total})

    def _stop_unwritten(self) -> None:
        """Every run judges the whole file anew. What one run cannot judge none will, so it is refused while nothing of it is written."""
        if not self.job.progress.get("before"):
            raise BadInput([Problem("", "", "", TOO_LONG)])

    def _end(self, done: Imported) -> str:
        before = self.job.progress.get("before", {})
        if not done.finished:
            if not done.new + done.corrections:
                self._stop_unwritten()
            return self._again({**self.job.progress, "before": counts(done, before)})  # type: ignore[arg-type]
        refused = not done.written and self.asked.mode != "check"
        document = {**done.to_document(), **counts(done, before), "file": self.asked.filename}  # type: ignore[arg-type]
        if done.shelf and done.written:
            return self._tell(COSIGNING, document, self._ask_to_sign(done.shelf))
        return self._tell(REFUSED if refused else DONE, document)

    def _ask_to_sign(self, shelf: Shelf) -> dict[str, object]:
        """Put what waits beside the sheet and the act before a second person. An act that stands keeps the file that it names."""
        act = act_of(self.job.job, self.asked, shelf, self.identity, self.place.district.id, self.place.now())
        standing = self.ports.acts.find(act.act)
        if standing is None:
            self.ports.tabulate(shelf.path, self.folder / HELD_SHEET)
            for name in (HELD, HELD_SHEET):
                self.ports.objects.keep(folder_of(self.job.job) + name, self.folder / name)
            self._note("prepare", act.subject, SIGNED)
            self.ports.acts.create(act)
        return {"act": act.act, "open_until": (standing or act).open_until}

    def _write_signed(self) -> str:
        """Write what waited, once the second has signed."""
        signature = signature_of(self.ports.acts.find(str(self.job.outcome["act"])), self.ports.log)
        if signature is None:
            return self.job.state
        self.save(state=RUNNING)
        held, result = self.folder / HELD, self.folder / RESULT
        self.ports.objects.fetch(folder_of(self.job.job) + HELD, held)
        self.ports.objects.fetch(folder_of(self.job.job) + RESULT, result)
        stop = lambda: self.place.seconds_left() < RESERVE_S  # noqa: E731
        release = Writer(signature, self.ports.log, self.place.now(), stop, lambda done, total: self._watch(APPENDED, done, total)).write(held)
        if release is None:
            return self._again(self.job.progress)
        document = result_after(load_result(result), release, int(signature.event.payload["rows"]))  # type: ignore[call-overload]
        return self._tell(DONE, document, {"act": self.job.outcome["act"]})

    def _refuse(self, error: BadInput) -> str:
        problems = [{"place": p.place, "column": p.column, "value": p.value, "reason": p.reason} for p in error.problems]
        return self._tell(REFUSED, {"schema": 1, "file": self.asked.filename, "problems": problems, "problem_count": len(problems)})

    def _again(self, progress: Mapping[str, object]) -> str:
        """Hand the rest to the next message."""
        self.save(state=QUEUED, progress=progress, resumed=0)
        self.ports.send(self.job.job)
        return QUEUED

    def _tell(self, state: str, document: Mapping[str, object], more: Mapping[str, object] = NOTHING_MORE) -> str:
        """Files first, then the audit line, the job's end last: whoever sees the end finds the rest."""
        result, rejects = self.folder / RESULT, self.folder / REJECTS
        result.write_bytes(orjson.dumps({**document, "mode": self.asked.mode, "mapping": self.asked.mapping}, option=orjson.OPT_INDENT_2))
        self.ports.objects.keep(folder_of(self.job.job) + RESULT, result)
        given_back = self._give_back(rejects)
        outcome = {name: document[name] for name in TOLD if name in document}
        told = " ".join(f"{name}={outcome[name]}" for name in ("new", "corrections", "rejected") if name in outcome)
        what = f"{self.asked.mapping} {self.asked.mode} {state} {told}".strip()
        self._note("import", f"J:{self.job.job}", what)
        self.save(state=state, outcome={**outcome, **given_back, **more})
        self._forget_persons()
        return state

    def _give_back(self, rejects: Path) -> dict[str, bool]:
        """Keep the rows that are left out, as CSV and, where there are not too many, as a workbook; which of the two there are."""
        there = {name: bool(self.job.outcome.get(name)) for name in ("has_rejects", "has_rejects_book")}
        if rejects.exists():
            there = {"has_rejects": True, "has_rejects_book": as_workbook(rejects, self.folder / REJECTS_BOOK)}
            for name in (REJECTS, REJECTS_BOOK) if there["has_rejects_book"] else (REJECTS,):
                self.ports.objects.keep(folder_of(self.job.job) + name, self.folder / name)
        return there

    def _note(self, action: str, subject: str, what: str) -> None:
        self.ports.audit.write(audit_line(self.identity, action, subject, what, self.place.now()))

    def _forget_persons(self) -> None:
        """A sheet of persons is emptied once its job has ended: names are kept where they can be erased, and nowhere else."""
        if not load_mapping(mapping_path(self.asked.mapping, self.place.district.folder)).persons:
            return
        (self.folder / "empty").write_bytes(b"")
        self.ports.objects.keep(sheet_key(self.job.job, self.asked), self.folder / "empty")
