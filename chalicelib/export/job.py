"""The job behind an export: the sites of the reader's reach, township by township, into a file, with an audit line.

Nothing is held but one township at a time. The same job again writes the same file over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from chalicelib.access.audit import AuditLog, audit_line
from chalicelib.access.identity import Identity
from chalicelib.errors import BadInput, Conflict, NotFound
from chalicelib.export.model import NEEDS_FACTS, SiteRecord, columns_of, groups_on_record, rows_of
from chalicelib.export.write import WRITERS
from chalicelib.jobs import DONE, REFUSED, RUNNING, Job, JobBook
from chalicelib.register.district import District

TREE = "exports/"


class Sources(Protocol):
    """Sites as the stores hold them."""

    def list_township(self, township: str) -> list[dict[str, object]]:
        """The card attributes of every site of a township."""
        ...

    def facts(self, site_ids: Iterable[str]) -> Mapping[str, Mapping[str, object]]: ...


class Keeper(Protocol):
    def keep(self, key: str, path: Path) -> None: ...


@dataclass(frozen=True)
class Ports:
    """Everything outside that exports use; ``send`` puts a job on the queue."""

    book: JobBook
    audit: AuditLog
    objects: Keeper
    sources: Sources
    send: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted of which reach (names of townships by code), as on a day, in the district's words for its grades."""

    dataset: str
    format: str
    identity: Identity
    townships: Mapping[str, str]
    day: date
    grades: Mapping[str, str]


def write_export(order: Order, sources: Sources, audit: AuditLog, path: Path, now: datetime) -> int:
    """Write the file; how many rows. The audit line comes first: what cannot be written down is not exported."""
    identity = order.identity
    logged = " ".join(groups_on_record(order.dataset, identity))
    audit.write(audit_line(identity, "export", f"T:{identity.organisation or 'district'}", f"{order.dataset} {order.format} {logged}".strip(), now))
    rows = rows_of(order.dataset, _sites(order, sources), identity, order.day.isoformat())
    return WRITERS[order.format](path, columns_of(order.dataset, identity), rows)


def _sites(order: Order, sources: Sources) -> Iterator[SiteRecord]:
    for township, name in order.townships.items():
        cards = sources.list_township(township)
        facts = sources.facts([str(card["site_id"]) for card in cards]) if order.dataset in NEEDS_FACTS else {}
        for card in cards:
            words = {"township": township, "township_name": name, "grade_word": order.grades[str(card["grade"])]}
            yield SiteRecord({**card, **words}, facts.get(str(card["site_id"]), {}))


def reach_of(identity: Identity, townships: Mapping[str, str]) -> dict[str, str]:
    """The townships whose sites somebody's export goes through."""
    own = identity.organisation
    return {own: townships.get(own, own)} if identity.role == "township" else dict(townships)


def order_of(dataset: str, format: str, identity: Identity, district: District, day: date) -> Order:
    """What somebody wants of a district, within his reach and in its words."""
    names = {township.code: township.name for township in district.townships_on(day)}
    return Order(dataset, format, identity, reach_of(identity, names), day, district.grade_words)


def key_of(job: Job) -> str:
    return f"{TREE}{job.job}.{job.asked['format']}"


def work(job_id: str, ports: Ports, district: District, day: date, instant: Callable[[], datetime]) -> str:
    """Write the file of a job; the state it is in now. NotFound without such a job. Unavailable: the same message again is right."""
    job = ports.book.find(job_id)
    if job is None:
        raise NotFound("no such job", job=job_id)
    if job.state in (DONE, REFUSED):
        return job.state
    identity = Identity(job.owner, job.role, job.organisation, job.enforcement_certificate)
    order = order_of(str(job.asked["dataset"]), str(job.asked["format"]), identity, district, day)
    try:
        job = _save(ports, job.moved(instant(), state=RUNNING))
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"export.{order.format}"
            rows = write_export(order, ports.sources, ports.audit, path, instant())
            ports.objects.keep(key_of(job), path)
            outcome = {"rows": rows, "bytes": path.stat().st_size}
        _save(ports, job.moved(instant(), state=DONE, outcome=outcome))
    except BadInput as error:
        _save(ports, job.moved(instant(), state=REFUSED, outcome={"reason": error.problems[0].reason}))
        return REFUSED
    except Conflict:
        return RUNNING
    return DONE


def _save(ports: Ports, job: Job) -> Job:
    ports.book.save(job)
    return job
