"""The office behind the front end: a site's whole record, the work list, staff scans, and papers with numbers.

It stands on the desk (:mod:`chalicelib.code.desk`), which judges who may; here it is composed into what an inspector does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from chalicelib import clock, ids
from chalicelib.code import token
from chalicelib.code.desk import Desk
from chalicelib.code.proposal import content
from chalicelib.code.rows import PAGE_SIZE
from chalicelib.desk.papers import Paper, asked_paper, number_of, office_of, series_of
from chalicelib.desk.reminders import reminders
from chalicelib.desk.timeline import timeline
from chalicelib.desk.worklist import hazard_lines, work_row
from chalicelib.errors import BadInput, BadToken, Conflict, Forbidden, Problem
from chalicelib.supervision.model import Event

OFFICIALS = ("township", "district")


class Facts(Protocol):
    """Stored facts, as :class:`chalicelib.grading.store.FactsStore`."""

    def load(self, site_ids: Sequence[str]) -> dict[str, dict[str, object]]: ...


class Papers(Protocol):
    """Numbers of papers, as :class:`chalicelib.desk.store.PaperStore`."""

    def issue(self, series: str, numbered: Callable[[int], Sequence[Event]], doc: Mapping[str, object], now: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class Served:
    """A paper that stands: its number, its facts, and whether they are new."""

    number: str
    event_ids: list[str]
    new: bool


@dataclass(frozen=True, slots=True)
class Office:
    """One request's office: the desk of who asks, stored facts, numbers of papers."""

    desk: Desk
    facts: Facts
    papers: Papers

    def record(self, site_id: str, reveal: frozenset[str] = frozenset()) -> dict[str, object]:
        """The site as this person may see it, with every hazard it ever had and its whole story, newest first. Forbidden without reach."""
        desk = replace(self.desk, stores=self.desk.stores.reading())
        desk.reached(site_id)
        document = desk.site(site_id, reveal)
        # A paper is printed from it and signed: not a word of it may be missing.
        facts = desk.facts(site_id, text_length=None)
        day = desk.settings.day().isoformat()
        return {
            **document,
            "today": day,
            "enterprise_id": facts.get("enterprise_id"),
            "hazards": hazard_lines(facts, day, open_only=False),
            "reminders": [reminder.to_document() for reminder in reminders(facts, desk.settings.day())],
            "timeline": timeline(facts, str(document["audience"])),
        }

    def work(self, township: str, after: str, most: int = PAGE_SIZE) -> tuple[list[dict[str, object]], str | None]:
        """A page of a township's work list, and where it goes on; an expert's is the sites assigned to him. Forbidden outside one's
        area, and to administrators."""
        if self.desk.identity.role == "expert":
            return self._work_rows(self._assigned()), None
        if self.desk.identity.role not in OFFICIALS:
            raise Forbidden("no work list for this role")
        if not township:
            raise BadInput([Problem("query", "township", "", "必填：镇街编号")])
        page = self.desk.township_rows(township, None, after, most)
        return self._work_rows(page.rows), page.next

    def scanned(self, text: str) -> dict[str, object]:
        """The site behind a plate that a member of staff has scanned, written down as such. BadToken, Forbidden without reach."""
        current = self.desk.settings
        site_id, issue = token.verify(token.typed(text), token.parse_keys(current.plate_keys))
        self.desk.reached(site_id)
        card = self.desk.stores.cards.find(site_id)
        if card is None:
            raise BadToken("no card of this site")
        self.desk.note("scan", ids.subject_of("site", site_id), f"issue {issue}")
        valid = card["plate"]["issue"] or 1  # type: ignore[index]
        return {"site_id": site_id, "name": card["name"], "issue": issue, "valid": issue >= valid and issue not in (card["plate"].get("revoked") or ())}  # type: ignore[attr-defined,index]

    def serve(self, site_id: str, body: Mapping[str, object]) -> Served:
        """Record what a paper says under its next number: all of its facts and the number, or nothing.

        The same keys with the same content again is no change. BadInput, Forbidden, Conflict, NotFound as an append.
        """
        paper, bodies = asked_paper(body)
        subject = ids.subject_of("site", site_id)
        standing = self.desk.stores.log.list_events(subject)
        events = self._accepted(paper, site_id, bodies, standing)
        stood = self._stood(events, standing)
        if stood is not None:
            return Served(stood, [event.event_id for event in events], False)
        day = self.desk.settings.day().isoformat()
        series = series_of(paper, office_of(self.desk.identity.role, self.desk.identity.organisation), day)
        doc = {"paper": paper.title, "subject": subject, "events": [event.event_id for event in events], "on": day}
        self.desk.note("paper", subject, f"{series} {len(events)} events")

        def numbered(position: int) -> list[Event]:
            return [with_number(paper, event, number_of(series, position)) for event in events]

        return Served(number_of(series, self.papers.issue(series, numbered, doc, clock.utc_now())), doc["events"], True)  # type: ignore[arg-type]

    def _work_rows(self, rows: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
        facts = self.facts.load([str(row["site_id"]) for row in rows])
        day = self.desk.settings.day()
        rules = self.desk.stores.rules(day)
        return [work_row(row, facts.get(str(row["site_id"])), day.isoformat(), rules) for row in rows]

    def _assigned(self) -> list[dict[str, object]]:
        """The sites assigned to an expert as lines of a list; one without a card is left out."""
        found = [self.desk.stores.cards.find(site_id) for site_id in self.desk.own_sites()]
        return [{"site_id": card["site_id"], "name": card["name"], "grade": card["grade"], "as_of": card["on"], "township": card["township"]} for card in found if card]

    def _accepted(self, paper: Paper, site_id: str, bodies: Sequence[Mapping[str, object]], standing: Sequence[Event]) -> list[Event]:
        """Every fact of a paper, judged against what stands and the ones before it; the faults of all at once."""
        events: list[Event] = []
        found: list[Problem] = []
        for position, body in enumerate(bodies):
            try:
                event = self.desk.accepted("site", site_id, linked(body, events), [*standing, *events])
            except BadInput as error:
                found += [replace(problem, place=f"events[{position}]") for problem in error.problems]
                continue
            events.append(event)
        if found:
            raise BadInput(found)
        return events

    def _stood(self, events: Sequence[Event], standing: Sequence[Event]) -> str | None:
        """The number under which these facts stand already; None if none of them does. Conflict if they say something else."""
        known = {event.event_id: event for event in standing}
        again = [known[event.event_id] for event in events if event.event_id in known]
        if not again:
            return None
        numbers = {str(event.payload["number"]) for event in again if "number" in event.payload}
        same = [content(without_number(one)) for one in again] == [content(event) for event in events]
        if not same or len(numbers) != 1:
            raise Conflict("the keys stand with other content")
        return numbers.pop()


def linked(body: Mapping[str, object], before: Sequence[Event]) -> Mapping[str, object]:
    """A hazard found at an inspection names the inspection recorded with it."""
    inspections = [event.event_id for event in before if event.kind == "inspection"]
    payload = body.get("payload")
    if body.get("kind") != "hazard_found" or not inspections or not isinstance(payload, dict):
        return body
    return {**body, "payload": {**payload, "inspection": inspections[0]}}


def with_number(paper: Paper, event: Event, number: str) -> Event:
    return replace(event, payload={**event.payload, "number": number}) if event.kind == paper.carrier else event


def without_number(event: Event) -> Event:
    return replace(event, payload={name: value for name, value in event.payload.items() if name != "number"})

