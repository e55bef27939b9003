"""The month's run: schedule → a message per township → partial results under the run → the last one in publishes.

Every step may be repeated: parts are written once, the finish is worked out from the parts, a release from its inputs.
Two runs at once have two run ids and do not mix; on the same facts they publish the same bytes.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

import orjson

from chalicelib import clock
from chalicelib.config import Settings
from chalicelib.errors import BadInput, NotFound, Unavailable
from chalicelib.index.finish import publish_month
from chalicelib.index.runs import FINISH, MOVED, PLAN, TOWNSHIP, RunBook, StackRuns
from chalicelib.index.sources import Sources, StackSources
from chalicelib.index.structure import IndexRules
from chalicelib.index.township import compute_partial, month_rules, townships_of
from chalicelib.publish.files import FileStore, bucket_files
from chalicelib.publish.queue import Send, queue_sender
from chalicelib.grading.enacted import governed_district
from chalicelib.register.district import District

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """All that a run touches: its district, where it reads, writes down, sends and publishes."""

    district: District
    sources: Sources
    runs: RunBook
    files: FileStore
    send: Send
    code_version: str


def handle_schedule(settings: Settings) -> dict:
    """00:30 Shanghai on the 1st: start the run of the last closed month."""
    now = settings.now()
    return start(clock.previous_month(clock.month_of(clock.day_of(now))), stack_desk(settings), now)


def handle_message(event: Mapping, settings: Settings) -> dict:
    """Messages of one township each. A transient fault is given back to the queue; anything else too, until it is dead-lettered."""
    failures = []
    desk = stack_desk(settings)
    for record in event["Records"]:
        message = orjson.loads(record["body"])
        try:
            take_township(message["run"], message["township"], desk)
        except Unavailable as fault:
            LOG.warning("township put back", extra={"run": message["run"], "township": message["township"], "code": fault.code})
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def start(month: str, desk: Desk, now: datetime, known_at: datetime | None = None, run: str | None = None) -> dict:
    """Write the plan and send a message per township. A given ``run`` is taken up again: its plan stands, its messages go out anew.

    ``known_at`` orders a revision with later knowledge; by default facts count as known at the freeze. BadInput for a month
    that is not over.
    """
    end = clock.parse_month(month)[1]
    if clock.day_of(now) < end:
        raise BadInput(f"{month} is not over")
    townships = [township.code for township in desk.district.townships_on(clock.last_day(month))]
    if not townships:
        raise NotFound("no township in that month", month=month)
    run = run or f"{month}#{secrets.token_hex(6)}"
    instant = known_at or freeze_of(month, now, month_rules(desk.district, month).index)
    desk.runs.add(run, PLAN, {"schema": 1, "month": month, "known_at": clock.instant_text(instant), "townships": townships})
    plan = _plan(run, desk)
    waiting = sorted(set(plan["townships"]) - _done(desk.runs.list_parts(run)))
    desk.send([{"run": run, "township": code} for code in waiting])
    if not waiting:
        finish(run, desk)
    return {"run": run, "month": plan["month"], "known_at": plan["known_at"], "townships": len(plan["townships"])}


def freeze_of(month: str, now: datetime, rules: IndexRules) -> datetime:
    """The instant by which facts must be recorded: the returns' deadline (24:00), or now if that has not come."""
    end = datetime.combine(clock.parse_month(month)[1], datetime.min.time(), clock.SHANGHAI)
    return min(now, end + timedelta(days=rules.limits["return_days"]) - timedelta(milliseconds=1))


def take_township(run: str, township: str, desk: Desk) -> None:
    """One township's part, unless it stands already; then the finish, if this was the last one."""
    plan = _plan(run, desk)
    if township not in plan["townships"]:
        raise BadInput("not a township of this run", run=run, township=township)
    part = TOWNSHIP + township
    if desk.runs.find(run, part) is None:
        desk.runs.add(run, part, _partial(township, plan, desk))
    parts = desk.runs.list_parts(run)
    if FINISH not in parts and _done(parts) == set(plan["townships"]):
        finish(run, desk)


def finish(run: str, desk: Desk) -> dict:
    """Publish from the partial results and write the finish down; repeating it publishes the same bytes again."""
    plan = _plan(run, desk)
    _take_moved(run, plan, desk)
    parts = desk.runs.list_parts(run)
    partials = [parts.get(MOVED + code) or parts[TOWNSHIP + code] for code in plan["townships"]]
    rules = month_rules(desk.district, plan["month"])
    editions = publish_month(plan["month"], partials, desk.district, rules, desk.files, desk.code_version)
    document = {
        "schema": 1,
        "month": plan["month"],
        "releases": [
            {"kind": e.kind, "revision": e.revision, "manifest_sha256": e.manifest_sha256, "is_current": e.is_current} for e in editions
        ],
    }
    desk.runs.add(run, FINISH, document)
    LOG.info("month published", extra={"run": run, "month": plan["month"]})
    return document


def _take_moved(run: str, plan: Mapping, desk: Desk) -> None:
    """Townships that sites have left since: computed once more with those sites, whose events of that time are theirs."""
    parts = desk.runs.list_parts(run)
    left: dict[str, set[str]] = {}
    for code in plan["townships"]:
        for other, site_ids in parts[TOWNSHIP + code]["elsewhere"].items():
            left.setdefault(other, set()).update(site_ids)
    for other, site_id in _gone_beyond(plan, desk):
        left.setdefault(other, set()).add(site_id)
    for code in sorted(set(left).intersection(plan["townships"])):
        if MOVED + code not in parts:
            desk.runs.add(run, MOVED + code, _partial(code, plan, desk, sorted(left[code])))


def _gone_beyond(plan: Mapping, desk: Desk) -> Iterator[tuple[str, str]]:
    """Where sites stood before whose cards stand in a township that this month did not have: a later code, another district."""
    for code in sorted({township.code for township in desk.district.townships} - set(plan["townships"])):
        for facts in desk.sources.facts_of(code):
            yield from ((other, facts["site_id"]) for other in sorted(townships_of(facts) - {code}))


def _partial(township: str, plan: Mapping, desk: Desk, left: Sequence[str] = ()) -> dict:
    month = plan["month"]
    facts = chain(desk.sources.facts_of(township), desk.sources.facts_by_id(left))
    entry, known_at = desk.district.township(township, clock.last_day(month)), clock.parse_instant(plan["known_at"])
    return compute_partial(entry, facts, desk.sources.events_of(township), month, known_at, month_rules(desk.district, month))


def _plan(run: str, desk: Desk) -> dict:
    plan = desk.runs.find(run, PLAN)
    if plan is None:
        raise NotFound("no such run", run=run)
    return plan


def _done(parts: Mapping[str, object]) -> set[str]:
    return {part.removeprefix(TOWNSHIP) for part in parts if part.startswith(TOWNSHIP)}


def stack_desk(settings: Settings) -> Desk:
    """The desk of a stack."""
    return Desk(
        governed_district(settings.table_prefix, settings.district), StackSources(settings.table_prefix), StackRuns(settings.table_prefix),
        bucket_files(settings.files_bucket), queue_sender(settings.month_queue_url), settings.code_version,
    )  # fmt: skip
