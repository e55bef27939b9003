"""Regrades sites: log → facts → judge → card. Called by the stream for what happened, by the sweep for what time changed.

Everything is worked out anew from the log, so that a record delivered twice, late or out of order changes nothing. What
can never succeed goes to quarantine with its reason and counts as done; only transient faults are reported back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chalicelib.config import Settings
from chalicelib.errors import BadInput, Unavailable
from chalicelib.grading.card import build_card
from chalicelib.grading.changes import ChangeBook
from chalicelib.grading.enacted import governed_district
from chalicelib.grading.judge import grade
from chalicelib.grading.rulebook import rules_change_after, rules_on
from chalicelib.grading.saving import Regraded, Saver
from chalicelib.grading.trend import trend_of
from chalicelib.ids import subject_of
from chalicelib.register.district import District
from chalicelib.supervision.chain import LedgerStore
from chalicelib.supervision.facts import fold
from chalicelib.supervision.kin import kin_of, owner_of, subjects_above, subjects_around
from chalicelib.supervision.model import Event
from chalicelib.supervision.quarantine import QuarantineStore
from chalicelib.supervision.shelf import Shelf
from chalicelib.supervision.store import EventLog, Rejected, event_of

QUEUE = "regrade"
OPENED = "site_opened"
SITES_AT_ONCE = 200
# What bad data makes a pure function raise; a programming error of ours looks the same and is replayed after the repair.
NEVER = (BadInput, ValueError, LookupError, TypeError, ArithmeticError)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of the sites asked for. ``failed`` could not be done now and must be asked for again."""

    written: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    def __add__(self, other: Done) -> Done:
        return Done(
            self.written + other.written,
            self.unchanged + other.unchanged,
            self.quarantined + other.quarantined,
            self.failed + other.failed,
        )


class Regrader:
    """Regrades sites of one stack in one district."""

    def __init__(self, table_prefix: str, district: District) -> None:
        self.log = EventLog(table_prefix)
        self.saver = Saver(table_prefix)
        self.changes = ChangeBook(table_prefix)
        self.quarantine = QuarantineStore(table_prefix)
        self.ledger = LedgerStore(table_prefix)
        self.district = district

    def sites_of(self, enterprise_ids: Iterable[str], shelf: Shelf) -> dict[str, set[str]]:
        """The sites of each enterprise and its family, by their own logs; an enterprise that cannot be read now is left out."""
        subjects = {enterprise_id: subject_of("enterprise", enterprise_id) for enterprise_id in enterprise_ids}
        shelf.fetch_kin(subjects.values())
        return {
            enterprise_id: {
                event.payload["site_id"]
                for one in subjects_around(subject, shelf.events)
                for event in shelf.events(one)
                if event.kind == OPENED
            }
            for enterprise_id, subject in subjects.items()
            if shelf.holds(subject)
        }

    def regrade(
        self, site_ids: Iterable[str], day: date, triggers: Mapping[str, Iterable[str]] | None = None, shelf: Shelf | None = None
    ) -> Done:
        """Regrade these sites as of ``day``. A site without any event is unchanged. Repeating it is no change."""
        shelf = shelf or Shelf(self.log)
        wanted = sorted(set(site_ids))
        done = Done()
        for start in range(0, len(wanted), SITES_AT_ONCE):
            done += self._regrade_some(wanted[start : start + SITES_AT_ONCE], day, triggers or {}, shelf)
        for rejected in shelf.rejected():
            self.set_aside(rejected)
        return done

    def judge(self, site_id: str, day: date, shelf: Shelf, triggers: Iterable[str] = ()) -> Regraded | None:
        """The site as its log says, not saved; None without any event. Raises what :data:`NEVER` names for bad facts."""
        kin = kin_of(site_id, shelf.events)
        if not kin.site:
            return None
        facts = fold(kin.site, kin.enterprise, kin.absorbed)
        rules = rules_on(self.district, day)
        judgement = grade(facts, rules, day) if rules is not None else None
        trend = trend_of(facts, day, lambda end: rules_on(self.district, end))
        return Regraded(facts, build_card(facts, judgement, day, rules_change_after(self.district, day), trend), tuple(triggers))

    def repair(self, site_ids: Iterable[str], day: date, shelf: Shelf) -> Done:
        """Replace the stored documents of sites, already read, by what the log says, whatever version they claim."""
        results = [self.judge(site_id, day, shelf) for site_id in sorted(site_ids)]
        known = [result for result in results if result is not None]
        self.changes.touch(townships_of(known))
        saved = self.saver.mend(known)
        return Done(saved.written, saved.unchanged + saved.overtaken, tuple(saved.refused))

    def set_aside(self, rejected: Rejected) -> None:
        """Quarantine a record of the log that is no event."""
        log.warning("record quarantined", extra={"subject": rejected.subject, "event_id": rejected.event_id})
        line = f"{rejected.subject}#{rejected.event_id}"
        self.quarantine.add(QUEUE, line, rejected.reason, subject=rejected.subject, event_id=rejected.event_id)

    def _regrade_some(self, site_ids: Sequence[str], day: date, triggers: Mapping[str, Iterable[str]], shelf: Shelf) -> Done:
        failed = self.read(site_ids, shelf)
        heirs = {site_id: self.heirs(site_id, shelf) for site_id in site_ids if site_id not in failed}
        more = sorted(set().union(*heirs.values()) - set(site_ids)) if heirs else []
        failed |= self.read(more, shelf)
        done = self._save([site_id for site_id in (*site_ids, *more) if site_id not in failed], day, triggers, shelf)
        undone = failed | set(done.failed)
        # Who could not pass its facts on is not done either.
        undone |= {site_id for site_id, his in heirs.items() if his & undone}
        return Done(done.written, done.unchanged, done.quarantined, tuple(sorted(undone)))

    def heirs(self, site_id: str, shelf: Shelf) -> set[str]:
        """The sites that this one was ever merged into: what happens to it is, or was, theirs."""
        return {subject[2:] for subject in subjects_above(subject_of("site", site_id), shelf.events)[1:]}

    def _save(self, site_ids: Sequence[str], day: date, triggers: Mapping[str, Iterable[str]], shelf: Shelf) -> Done:
        """Judge and save sites that could be read whole."""
        results, wrong = [], {}
        for site_id in site_ids:
            try:
                results.append(self.judge(site_id, day, shelf, triggers.get(site_id, ())))
            except NEVER as error:
                wrong[site_id] = f"{type(error).__name__}: {error}"
        known = [result for result in results if result is not None]
        empty = tuple(set(site_ids) - set(wrong) - {result.facts["site_id"] for result in known})
        try:
            self.changes.touch(townships_of(known))
            saved = self.saver.save(known)
        except Unavailable:
            return Done(unchanged=empty, failed=tuple(result.facts["site_id"] for result in known) + tuple(wrong))
        wrong |= saved.refused
        for site_id, reason in wrong.items():
            log.warning("site quarantined", extra={"site_id": site_id})
            self.quarantine.add(QUEUE, subject_of("site", site_id), reason, subject=subject_of("site", site_id))
        return Done(saved.written, saved.unchanged + saved.overtaken + empty, tuple(wrong))

    def read(self, site_ids: Sequence[str], shelf: Shelf) -> set[str]:
        """Read the sites, their enterprises and the kin of both; the sites that cannot be read whole now."""
        subjects = {site_id: subject_of("site", site_id) for site_id in site_ids}
        shelf.fetch_kin(subjects.values())
        failed = {site_id for site_id, subject in subjects.items() if not shelf.holds(subject)}
        owners = {site_id: owner_of(shelf.events(subject)) for site_id, subject in subjects.items() if site_id not in failed}
        companies = {site_id: subject_of("enterprise", owner) for site_id, owner in owners.items() if owner}
        shelf.fetch_kin(companies.values())
        return failed | {site_id for site_id, company in companies.items() if not shelf.holds(company)}


def townships_of(results: Iterable[Regraded]) -> set[str]:
    """Every township these sites stand in or ever stood in: what happened there stays there (domain §12.12)."""
    records = (result.facts["records"].get(kind, ()) for result in results for kind in ("site_registered", "site_moved"))
    return {record["township"] for group in records for record in group}


def handle_stream(
    event: Mapping[str, object], settings: Settings, regrader: Regrader | None = None, hear: Callable[[Event], None] = lambda event: None
) -> dict[str, list[dict[str, str]]]:
    """A batch of stream records: every site concerned once. Returns ``batchItemFailures`` for exactly the records to repeat.

    ``hear`` is handed every event, for what else follows from it, and again when it raised Unavailable.
    """
    records = {record["dynamodb"]["SequenceNumber"]: record for record in event["Records"] if record.get("eventName") != "REMOVE"}
    try:
        regrader = regrader or Regrader(settings.table_prefix, governed_district(settings.table_prefix, settings.district))
    except Unavailable:
        return {"batchItemFailures": [{"itemIdentifier": number} for number in records]}
    appended: dict[str, Event] = {}
    failed: set[str] = set()
    for number, record in records.items():
        taken = event_of(record["dynamodb"].get("NewImage", {}))
        if not isinstance(taken, Rejected):
            appended[number] = taken
            continue
        try:
            regrader.set_aside(taken)
        except Unavailable:
            failed.add(number)
    unentered = _unentered(regrader, appended)
    entered = {number: taken for number, taken in appended.items() if number not in unentered}
    failed |= unentered | _regrade_appended(regrader, entered, settings.day()) | _undone(hear, appended)
    return {"batchItemFailures": [{"itemIdentifier": number} for number in records if number in failed]}


def _undone(act: Callable[[Event], object], appended: Mapping[str, Event]) -> set[str]:
    """The numbers of the events for which the act could not be done now."""
    undone = set()
    for number, event in appended.items():
        try:
            act(event)
        except Unavailable:
            undone.add(number)
    return undone


def _unentered(regrader: Regrader, appended: Mapping[str, Event]) -> set[str]:
    """Acts by hand go into the ledger before they move a colour. What could not be entered now, with all else of its subject."""
    subjects = {appended[number].subject for number in _undone(lambda event: regrader.ledger.enter([event]), appended)}
    return {number for number, event in appended.items() if event.subject in subjects}


def _regrade_appended(regrader: Regrader, appended: Mapping[str, Event], day: date) -> set[str]:
    """The sequence numbers of events whose sites could not all be regraded now.

    A site whose stored facts hold all its events of this batch was regraded with them before (a record delivered again,
    or an earlier batch that found the whole log): it is left alone.
    """
    shelf = Shelf(regrader.log)
    wide = {event.subject_id for event in appended.values() if event.scope == "enterprise" and event.kind != OPENED}
    opened = regrader.sites_of(wide, shelf)
    concerned = {number: _sites(event, opened) for number, event in appended.items()}
    triggers: dict[str, set[str]] = {}
    for number, sites in concerned.items():
        for site_id in sites or ():
            triggers.setdefault(site_id, set()).add(appended[number].event_id)
    try:
        behind = triggers.keys() - regrader.saver.facts.holding(triggers)
        failed = set(regrader.regrade(behind, day, triggers, shelf).failed)
    except Unavailable:
        return set(appended)
    return {number for number, sites in concerned.items() if sites is None or sites & failed}


def _sites(event: Event, opened: Mapping[str, set[str]]) -> set[str] | None:
    """The sites an event concerns; None if its enterprise could not be read."""
    if event.scope == "site":
        return {event.subject_id}
    if event.scope == "enterprise":
        return {event.payload["site_id"]} if event.kind == OPENED else opened.get(event.subject_id)
    return set()
