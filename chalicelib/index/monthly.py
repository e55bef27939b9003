"""The month's run: schedule → a message per township → partial results under the run → the last one in publishes.

Every step may be repeated: parts are written once, the finish is worked out from the parts, a release from its inputs.
Two runs at once have two run ids and do not mix; on the same facts they publish the same bytes.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from itertools import chain

from chalicelib import clock
from chalicelib.config import Settings
from chalicelib.errors import BadInput, NotFound
from chalicelib.index.acceptance import Published
from chalicelib.index.finish import Issue, Press, publish_month, result_of
from chalicelib.index.runs import FINISH, MOVED, OUT, PLAN, TOWNSHIP, RunBook, StackRuns
from chalicelib.index.sources import Sources, StackSources
from chalicelib.index.telling import TOLD, notices_of
from chalicelib.index.timetable import INSTANT, Status, timetable_of
from chalicelib.index.township import compute_partial, month_rules, townships_of, with_objections
from chalicelib.publish.files import FileStore, bucket_files
from chalicelib.publish.seal import KmsSigner, Signer
from chalicelib.publish.notice import post
from chalicelib.publish.queue import Send, each_message, queue_sender
from chalicelib.grading.enacted import governed_district
from chalicelib.register.district import District

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """All that a run touches: its district, where it reads, writes down, sends, publishes and tells."""

    district: District
    sources: Sources
    runs: RunBook
    files: FileStore
    send: Send
    code_version: str
    tell: Send
    address: str = ""
    signer: Signer | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of a run beside its month. A given ``run`` is taken up again: its plan stands, its messages go out anew.

    ``known_at`` orders a revision with later knowledge; by default facts count as known at the freeze. Without a ``status``
    the calendar says what is published. ``at`` is the instant of the calendar at which the run stands; by default it is now.
    """

    run: str | None = None
    known_at: datetime | None = None
    status: Status | None = None
    at: datetime | None = None


def handle_message(event: Mapping, settings: Settings) -> dict:
    """Messages of one township each. A transient fault is given back to the queue; anything else too, until it is dead-lettered."""
    desk = cache(lambda: stack_desk(settings))
    return each_message(event, lambda message: take_township(message["run"], message["township"], desk()))


def start(month: str, desk: Desk, now: datetime, order: Order = Order()) -> dict:
    """Write the plan and send a message per township. BadInput for a month that is not over."""
    end = clock.parse_month(month)[1]
    if clock.day_of(now) < end:
        raise BadInput(f"{month} is not over")
    townships = [township.code for township in desk.district.townships_on(clock.last_day(month))]
    if not townships:
        raise NotFound("no township in that month", month=month)
    run = order.run or f"{month}#{secrets.token_hex(6)}"
    desk.runs.add(run, PLAN, {**_plan_of(month, desk, now, order), "townships": townships})
    plan = _plan(run, desk)
    waiting = sorted(set(plan["townships"]) - _done(desk.runs.list_names(run)))
    desk.send([{"run": run, "township": code} for code in waiting])
    if not waiting:
        finish(run, desk)
    return {"run": run, "month": plan["month"], "known_at": plan["known_at"], "status": plan["status"], "townships": len(plan["townships"])}


def _plan_of(month: str, desk: Desk, now: datetime, order: Order) -> dict:
    """What a run is, decided once: what it knows, what it publishes, on which day of the calendar, and whether people are told."""
    rules = month_rules(desk.district, month).index
    at = order.at or now
    own_day = clock.day_of(at) if order.status is Status.PROVISIONAL else None
    table = timetable_of(month, rules, published_on(desk.runs, month) or own_day)
    status = order.status or (Status.REVISED if order.known_at else table.status_at(at))
    known_at = order.known_at or min(at, table.freeze_at)
    days = {Status.PROVISIONAL: table.provisional_on, Status.FINAL: table.final_on, Status.REVISED: clock.day_of(known_at)}
    return {
        "schema": 1,
        "month": month,
        "status": status.value,
        "on": days[status].isoformat(),
        "known_at": clock.instant_text(known_at),
        "decided_by": clock.instant_text(at),
        "timetable": table.to_document(),
        "tell": status is Status.REVISED or clock.day_of(now) <= table.final_on + TOLD,
    }


def published_on(runs: RunBook, month: str) -> date | None:
    """The day on which a month came out by its calendar, whichever run published it; None while it has not."""
    mark = runs.find(month, OUT)
    return date.fromisoformat(mark["on"]) if mark else None


def published_counts(runs: RunBook, month: str, township: str) -> Mapping[str, Mapping]:
    """What a township's sub-items counted in the index with which a month came out; empty while it has not."""
    mark = runs.find(month, OUT)
    part = mark and (runs.find(mark["run"], MOVED + township) or runs.find(mark["run"], TOWNSHIP + township))
    return part["sub_items"] if part else {}


def published(runs: RunBook) -> Published:
    """What is out, as it is written down in the runs."""
    return Published(lambda month: published_on(runs, month), lambda month, township: published_counts(runs, month, township))


def standing_order(month: str, desk: Desk, now: datetime) -> Order:
    """What the calendar has of a closed month by now: the final index, or until then the provisional one."""
    return order_of(month, timetable_of(month, month_rules(desk.district, month).index, published_on(desk.runs, month)).status_at(now), desk)


def order_of(month: str, status: Status, desk: Desk) -> Order:
    """A phase of a month under the calendar's own name, at the instant that its calendar had for it."""
    table = timetable_of(month, month_rules(desk.district, month).index)
    instants = {Status.PROVISIONAL: table.freeze_at + INSTANT, Status.FINAL: datetime.combine(table.final_on, time(), clock.SHANGHAI)}
    return Order(run=f"{month}#{status}", status=status, at=instants[status])


def take_township(run: str, township: str, desk: Desk) -> None:
    """One township's part, unless it stands already; then the finish, if this was the last one."""
    plan = _plan(run, desk)
    if township not in plan["townships"]:
        raise BadInput("not a township of this run", run=run, township=township)
    part = TOWNSHIP + township
    if desk.runs.find(run, part) is None:
        desk.runs.add(run, part, _partial(township, plan, desk))
    parts = desk.runs.list_names(run)
    if FINISH not in parts and _done(parts) == set(plan["townships"]):
        finish(run, desk)


def finish(run: str, desk: Desk) -> dict:
    """Publish from the partial results and write the finish down; repeating it publishes the same bytes again."""
    plan = _plan(run, desk)
    parts = desk.runs.list_parts(run)
    if _take_moved(run, plan, parts, desk):
        parts = desk.runs.list_parts(run)
    partials = [parts.get(MOVED + code) or parts[TOWNSHIP + code] for code in plan["townships"]]
    issue = Issue(plan["month"], Status(plan["status"]), plan["on"], plan["timetable"])
    rules = month_rules(desk.district, plan["month"])
    editions = publish_month(issue, partials, Press(desk.district, rules, desk.files, desk.code_version, desk.signer))
    document = {
        "schema": 1,
        "month": plan["month"],
        "releases": [
            {"kind": e.kind, "revision": e.revision, "manifest_sha256": e.manifest_sha256, "is_current": e.is_current} for e in editions
        ],
    }
    if plan["tell"]:
        result = result_of(desk.files, editions[0])
        post(notices_of(issue, editions[0].revision, result, desk.district.palette, desk.address), desk.tell)
    if plan["status"] != Status.REVISED:
        desk.runs.add(plan["month"], OUT, {"schema": 1, "run": run, "on": plan["timetable"]["provisional_on"]})
    desk.runs.add(run, FINISH, document)
    LOG.info("month published", extra={"run": run, "month": plan["month"]})
    return document


def _take_moved(run: str, plan: Mapping, parts: Mapping[str, dict], desk: Desk) -> bool:
    """Townships that sites have left since: computed once more with those sites, whose events of that time are theirs. Whether any was."""
    left: dict[str, set[str]] = {}
    for code in plan["townships"]:
        for other, site_ids in parts[TOWNSHIP + code]["elsewhere"].items():
            left.setdefault(other, set()).update(site_ids)
    for other, site_id in _gone_beyond(plan, desk):
        left.setdefault(other, set()).add(site_id)
    missing = [code for code in sorted(set(left).intersection(plan["townships"])) if MOVED + code not in parts]
    for code in missing:
        desk.runs.add(run, MOVED + code, _partial(code, plan, desk, sorted(left[code])))
    return bool(missing)


def _gone_beyond(plan: Mapping, desk: Desk) -> Iterator[tuple[str, str]]:
    """Where sites stood before whose cards stand in a township that this month did not have: a later code, another district."""
    for code in sorted({township.code for township in desk.district.townships} - set(plan["townships"])):
        for facts in desk.sources.facts_of(code):
            yield from ((other, facts["site_id"]) for other in sorted(townships_of(facts) - {code}))


def _partial(township: str, plan: Mapping, desk: Desk, left: Sequence[str] = ()) -> dict:
    month = plan["month"]
    facts = chain(desk.sources.facts_of(township), desk.sources.facts_by_id(left))
    entry, known_at = desk.district.township(township, clock.last_day(month)), clock.parse_instant(plan["known_at"])
    events, rules = desk.sources.events_of(township), month_rules(desk.district, month)
    partial = compute_partial(entry, facts, events, month, known_at, rules)
    return with_objections(partial, events, clock.parse_instant(plan["decided_by"]), rules.index)


def _plan(run: str, desk: Desk) -> dict:
    plan = desk.runs.find(run, PLAN)
    if plan is None:
        raise NotFound("no such run", run=run)
    return plan


def _done(parts: Iterable[str]) -> set[str]:
    return {part.removeprefix(TOWNSHIP) for part in parts if part.startswith(TOWNSHIP)}


def stack_desk(settings: Settings) -> Desk:
    """The desk of a stack."""
    return Desk(
        governed_district(settings.table_prefix, settings.district), StackSources(settings.table_prefix), StackRuns(settings.table_prefix),
        bucket_files(settings.files_bucket), queue_sender(settings.month_queue_url), settings.code_version,
        queue_sender(settings.notice_queue_url), settings.public_base_url, KmsSigner(settings.release_key) if settings.release_key else None,
    )  # fmt: skip
