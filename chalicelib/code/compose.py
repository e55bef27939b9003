"""Composition: the stores behind the desk, and the real ones of a stack. Tests hand in their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Protocol

from chalicelib.access.audit import AuditLog
from chalicelib.config import Settings
from chalicelib.errors import Problem, Unavailable
from chalicelib.register.district import District, load_district
from chalicelib.supervision.model import Event

if TYPE_CHECKING:
    from chalicelib.grading.acceptance import Refuse
    from chalicelib.grading.rules import RuleSet
    from chalicelib.index.runs import RunBook


# How the district of an id is found: by its folder, or with what its log says was enacted since.
Find = Callable[[str], District]


class Log(Protocol):
    """The event log, as :class:`chalicelib.supervision.store.EventLog`."""

    def list_events(self, subject: str) -> tuple[Event, ...]: ...
    def append(self, events: Sequence[Event], now: datetime) -> object: ...


@dataclass(frozen=True, slots=True)
class ReadingLog:
    """The log of one request that only reads: each subject is asked for once and stays as it was then. It takes nothing in."""

    log: Log
    known: dict[str, tuple[Event, ...]] = field(default_factory=dict)

    def list_events(self, subject: str) -> tuple[Event, ...]:
        if subject not in self.known:
            self.known[subject] = self.log.list_events(subject)
        return self.known[subject]

    def append(self, events: Sequence[Event], now: datetime) -> object:
        raise TypeError("whoever appends reads the log anew")


class Cards(Protocol):
    """Public card documents, as :class:`chalicelib.grading.store.CardStore`."""

    def find(self, site_id: str) -> dict[str, object] | None: ...
    def list_township(self, township: str) -> list[dict[str, object]]: ...
    def walk_township(self, township: str, after: str, at_once: int) -> Iterator[dict[str, object]]: ...


class History(Protocol):
    """Visible changes, oldest first, as :class:`chalicelib.grading.store.HistoryStore`."""

    def list_lines(self, site_id: str) -> list[dict[str, object]]: ...


class Files(Protocol):
    """Files by their key, as :class:`chalicelib.code.store.StackFiles`."""

    def read(self, key: str) -> bytes: ...
    def first(self, key: str, count: int) -> bytes: ...
    def keep(self, key: str, kept: str, count: int, fits: Callable[[bytes], object]) -> bool: ...


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything outside that the desk uses.

    ``judge`` gives the result document of a site's facts on a day; ``refuse`` what the rules say against an event;
    ``rules`` the rule set in force on a day.
    """

    log: Log
    cards: Cards
    history: History
    audit: AuditLog
    files: Files
    judge: Callable[[Mapping[str, object], date], Mapping[str, object]]
    refuse: Refuse
    rules: Callable[[date], RuleSet]

    def reading(self) -> Stores:
        """The same stores for a request that only reads."""
        return replace(self, log=ReadingLog(self.log))


def compose(settings: Settings) -> Stores:
    """The stores of the stack in the settings."""
    from chalicelib.access.store import AuditTable
    from chalicelib.code.store import StackFiles
    from chalicelib.grading.store import CardStore, HistoryStore
    from chalicelib.grading.enacted import governed_district
    from chalicelib.index.runs import StackRuns
    from chalicelib.supervision.store import EventLog

    prefix = settings.table_prefix
    in_force = cache(lambda district_id: governed_district(prefix, district_id))
    return Stores(
        log=EventLog(prefix),
        cards=CardStore(prefix),
        history=HistoryStore(prefix),
        audit=AuditTable(prefix),
        files=StackFiles(settings.files_bucket),
        judge=judge_of(settings.district, in_force),
        refuse=with_months(refusal_of(settings.district, in_force), load_district(settings.district), EventLog(prefix), StackRuns(prefix)),
        rules=rules_of(settings.district, in_force),
    )


def judge_of(district_id: str, find: Find = load_district) -> Callable[[Mapping[str, object], date], Mapping[str, object]]:
    """The judge under the rule set that applies on the day. Unavailable while the district has none."""
    from chalicelib.grading.judge import grade

    rules = rules_of(district_id, find)

    def judge(facts: Mapping[str, object], on: date) -> Mapping[str, object]:
        return grade(facts, rules(on), on).to_document()

    return judge


def rules_of(district_id: str, find: Find = load_district) -> Callable[[date], RuleSet]:
    """The rule set of a day. Unavailable while the district has none."""
    from chalicelib.grading.rulebook import rules_on

    def rules(on: date) -> RuleSet:
        found = rules_on(find(district_id), on)
        if found is None:
            raise Unavailable("no rule set applies on this day", on=on.isoformat())
        return found

    return rules


def refusal_of(district_id: str, find: Find = load_district) -> Refuse:
    """What the rules of this district say against an event before it is recorded."""
    from chalicelib.grading.acceptance import refusals_in

    return lambda event: refusals_in(find(district_id))(event)


def with_months(refuse: Refuse, district: District, log: Log, runs: RunBook) -> Refuse:
    """The same, and what the index says of returns and objections: by themselves, and beside what stands in the township's log."""
    from chalicelib.index import acceptance
    from chalicelib.index.monthly import published

    indexed = acceptance.refusals_in(district)

    def refuse_months(event: Event) -> list[Problem]:
        found = refuse(event) + indexed(event)
        if found or event.kind not in acceptance.KINDS:
            return found
        return acceptance.beside_the_log(event, log.list_events(event.subject), district, published(runs))

    return refuse_months
