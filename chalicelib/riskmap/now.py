"""The present map: every other minute the townships whose sites were regraded are judged anew and the pages of "now" replaced.

Worked out from the facts as they stand, so that a run repeated, killed or overtaken changes nothing: the note of what was
built is written last. One run at a time, by a lease; a run that has no time left publishes what it has, the next one goes on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import orjson

from chalicelib import clock
from chalicelib.config import Settings
from chalicelib.errors import NotFound
from chalicelib.grading.changes import SETTLED_AFTER, ChangeBook
from chalicelib.grading.judge import grade
from chalicelib.grading.enacted import governed_district
from chalicelib.grading.rulebook import rules_on
from chalicelib.grading.store import CardStore, FactsStore
from chalicelib.publish.files import FileStore, bucket_files
from chalicelib.publish.release import find_file, list_releases
from chalicelib.register.district import District
from chalicelib.riskmap.assess import assess_site, assess_township
from chalicelib.riskmap.pages import NOW, render_now
from chalicelib.riskmap.rules import load_risk_rules

NAME = "map-now"
BUDGET_SECONDS = 75.0  # for judging; the function's time-out leaves room for the pages
LEASE = timedelta(seconds=150)  # longer than the function may run
MAP_FILE = "map.json"
LOG = logging.getLogger(__name__)

Document = Mapping[str, object]


@dataclass(frozen=True)
class Desk:
    """All that a run touches. ``code_version`` is part of what a page is made of: new code draws every page anew."""

    district: District
    changes: ChangeBook
    cards: CardStore
    facts: FactsStore
    files: FileStore
    code_version: str


@dataclass(frozen=True, slots=True)
class Moment:
    """The day to judge, the instant the pages show, and the real instant by which changes are settled."""

    day: date
    shown: datetime
    instant: datetime


def handle_schedule(settings: Settings) -> dict[str, object]:
    """The scheduled entrance."""
    prefix = settings.table_prefix
    desk = Desk(
        governed_district(prefix, settings.district), ChangeBook(prefix), CardStore(prefix), FactsStore(prefix),
        bucket_files(settings.files_bucket), settings.code_version,
    )  # fmt: skip
    return refresh(desk, Moment(settings.day(), settings.now(), settings.instant()))


def refresh(desk: Desk, moment: Moment, budget_seconds: float = BUDGET_SECONDS) -> dict[str, object]:
    """Bring the present map up to date: how many townships were due, which were built, whether another run is at it."""
    instant = clock.instant_text(moment.instant)
    if not desk.changes.take_lease(NAME, instant, clock.instant_text(moment.instant + LEASE)):
        return {"busy": True, "due": 0, "built": []}
    try:
        return _refresh(desk, moment, budget_seconds)
    finally:
        desk.changes.end_lease(NAME)


def _refresh(desk: Desk, moment: Moment, budget_seconds: float) -> dict[str, object]:
    if desk.district.rule_set_on("riskmap", moment.day) is None or desk.district.rule_set_on("grading", moment.day) is None:
        return {"busy": False, "due": 0, "built": []}
    codes = [township.code for township in desk.district.townships_on(moment.day)]
    note = _note(desk, moment.day)
    stamps = desk.changes.stamps(codes)
    due = [code for code in codes if _is_due(note["townships"].get(code), stamps.get(code, ""), moment.instant)]
    built: dict[str, Document] = {}
    deadline = time.monotonic() + budget_seconds
    for code in due:
        if built and time.monotonic() > deadline:
            break
        built[code] = _build(desk, code, moment.day, note["left"])
        note["townships"][code] = _entry(note["townships"].get(code), stamps.get(code, ""), moment.instant)
    if built:
        _publish(desk, moment, codes, built)
        desk.changes.save_note(NAME, note)
        LOG.info("present map built", extra={"built": len(built), "due": len(due)})
    return {"busy": False, "due": len(due), "built": sorted(built)}


def _note(desk: Desk, day: date) -> dict:
    """What was built so far; on another day, with other rules or other code everything is due. Sites that left stay known."""
    rules = [desk.district.rule_set_on(judge, day).file for judge in ("grading", "riskmap")]  # type: ignore[union-attr]
    edition = [day.isoformat(), desk.code_version, *rules]
    note = desk.changes.find_note(NAME)
    if note.get("edition") == edition:
        return note
    return {"schema": 1, "edition": edition, "townships": {}, "left": note.get("left", {})}


def _is_due(entry: Mapping | None, stamp: str, instant: datetime) -> bool:
    """A stamp not seen before, or seen but not yet looked at after everything marked by it must have been saved."""
    if entry is None or entry["stamp"] != stamp:
        return True
    return not entry["settled"] and clock.parse_instant(entry["seen_at"]) + SETTLED_AFTER <= instant


def _entry(entry: Mapping | None, stamp: str, instant: datetime) -> dict[str, object]:
    """A stamp seen for the first time is settled by a later look; the absence of one needs no second look."""
    if entry is not None and entry["stamp"] == stamp:
        return {**entry, "settled": True}
    return {"stamp": stamp, "seen_at": clock.instant_text(instant), "settled": not stamp}


def _build(desk: Desk, code: str, day: date, left: dict[str, list[str]]) -> Document:
    """The township judged on this day from its sites' facts and those of sites that left it.

    Whoever stood elsewhere before is noted in ``left`` for that township; the regrade marks it with every change of the site.
    """
    graded = rules_on(desk.district, day)
    rules = load_risk_rules(desk.district.rule_set_on("riskmap", day).path)  # type: ignore[union-attr]
    site_ids = [str(row["site_id"]) for row in desk.cards.list_township(code)] + left.get(code, [])
    sites = []
    for facts in desk.facts.load(site_ids).values():
        sites.append(assess_site(facts, grade(facts, graded, day), day, rules, code))
        for other in _elsewhere(facts, code):
            left[other] = sorted({*left.get(other, ()), str(facts["site_id"])})
    return assess_township(code, sites, day, rules).to_document()


def _elsewhere(facts: Mapping, code: str) -> set[str]:
    records = (facts["records"].get(kind, ()) for kind in ("site_registered", "site_moved"))
    return {record["township"] for group in records for record in group if "void" not in record} - {code}


def _publish(desk: Desk, moment: Moment, codes: Iterable[str], built: Mapping[str, Document]) -> None:
    """Pages of the townships that were built, then the pages over all of them, the public front page last of all."""
    documents = [document for code in codes if (document := built.get(code) or _standing(desk.files, code)) is not None]
    month, previous = _last_month(desk.files)
    rendered = render_now(moment.shown, documents, desk.district, set(built), month, previous)
    for scope in sorted(rendered["staff"]):
        _put_all(desk.files, f"staff/{scope}/map/{NOW}/", rendered["staff"][scope])
    _put_all(desk.files, f"public/map/{NOW}/", rendered["public"])


def _put_all(files: FileStore, root: str, content: Mapping[str, bytes]) -> None:
    for path in sorted(content, key=lambda path: (path == "index.html", "/" not in path, path)):
        files.put(root + path, content[path])


def _standing(files: FileStore, code: str) -> Document | None:
    """A township as it was built before; its staff twin is the document itself."""
    body = files.find(f"staff/district/map/{NOW}/townships/{code}.json")
    return None if body is None else orjson.loads(body)["townships"][0]


def _last_month(files: FileStore) -> tuple[str | None, Sequence[Document] | None]:
    """The newest published month and its documents, to compare with."""
    months = list_releases(files, "map")
    if not months:
        return None, None
    body = find_file(files, "map", max(months), MAP_FILE)
    if body is None:
        raise NotFound("a released map without its data", month=max(months))
    return max(months), orjson.loads(body)["townships"]
