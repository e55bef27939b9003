"""The desk behind the API: what a signed-in person reads and appends, judged by the matrices and written down.

Stores come in by :class:`~chalicelib.code.compose.Stores`. The audit line of an act is written before the
act's answer leaves, and a refused attempt to append leaves one too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from chalicelib import clock, ids
from chalicelib.access.append import REASONS, Decision, Proposal, may_append, may_append_together
from chalicelib.access.audit import audit_line
from chalicelib.access.identity import Identity
from chalicelib.access.policy import SubjectFacts, View, audience_of, sees_all, visible
from chalicelib.code import rows, site
from chalicelib.code.compose import Stores
from chalicelib.code.photos import keep_photos
from chalicelib.code.proposal import asked, content, involved, refuse_merged, root_of
from chalicelib.code.remedy import DECIDED, ended_once, people_in, remedy, stands_already
from chalicelib.code.terms import against
from chalicelib.config import Settings
from chalicelib.errors import BadInput, Conflict, Forbidden, NotFound
from chalicelib.register.district import load_district
from chalicelib.supervision.facts import TEXT_LENGTH, fold
from chalicelib.supervision.kin import kin_of, owner_of, subjects_below
from chalicelib.supervision.model import Actor, Event, make_event
from chalicelib.supervision.vocabulary import Kind, kind_of, problems

STAFF = ("township", "district", "expert")
Proposed = tuple[Kind, Event, Event | None, SubjectFacts]
SOURCE_OF_ROLE = {"enterprise": "self", "township": "township", "district": "district", "expert": "expert"}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an append: the event's id, and whether it is new or stood there already."""

    event_id: str
    new: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """One request's desk: who is asking, on what day, over which stores; and, for an act that two sign, who signs beside him."""

    identity: Identity
    stores: Stores
    settings: Settings
    second: Identity | None = None

    # ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────
    def site(self, site_id: str, reveal: frozenset[str] = frozenset()) -> dict[str, object]:
        """The site as this person may see it. NotFound without such a site. Staff views and reveals are audited."""
        facts, day = self.facts(site_id), self.settings.day()
        card = self.stores.cards.find(site_id)
        document = site.site_document(facts, self.stores.judge(facts, day), card, day.isoformat())
        view = visible(document, self.identity, site.site_subject(facts, day.isoformat()), reveal)
        self._note_looks(site_id, view)
        return view.document

    def history(self, site_id: str) -> list[dict[str, object]]:
        """Every visible change of a site's card, oldest first. Forbidden to whoever sees no more of it than the public."""
        self.reached(site_id)
        return self.stores.history.list_lines(site_id)

    def reached(self, site_id: str) -> SubjectFacts:
        """The site, if this person's reach includes it. NotFound, or Forbidden."""
        subject = self._site_subject(site_id)
        if audience_of(self.identity, subject) in ("public", "admin"):
            raise Forbidden("outside your reach")
        return subject

    def township_rows(self, township: str, grade: str | None, after: str, most: int = rows.PAGE_SIZE) -> rows.Page:
        """A page of at most so many of a township's sites for its inspectors, the district and the administrator (who sees no scores).

        Ordered by site id, beginning behind ``after``; with ``grade`` only those. Forbidden outside one's area.
        """
        reaches = self.identity.role in ("district", "admin") or (
            self.identity.role == "township" and self.identity.organisation == township
        )
        if not reaches:
            raise Forbidden("outside your area")
        columns = [name for name in rows.COLUMNS if name != "score" or self.identity.role != "admin"]
        found = self.stores.cards.walk_township(township, after, most + 1)
        wanted = (row for row in found if grade in (None, row["grade"]))
        return rows.page_of(list(islice(wanted, most + 1)), columns, most)

    def own_sites(self) -> list[str]:
        """The site ids of an enterprise, or those assigned to an expert."""
        if self.identity.role == "enterprise":
            return self._sites_of(self.identity.organisation)
        return sorted(part for part in self.identity.organisation.replace(",", " ").split() if len(part) == ids.SITE_ID_LENGTH)

    def release(self, key: str, scope: str) -> bytes:
        """A file of the staff tree: a township's own scope for its inspectors, every scope for the district."""
        if not (self.identity.role == "district" or (self.identity.role == "township" and self.identity.organisation == scope)):
            raise Forbidden("outside your area")
        self.note("release", f"T:{scope}", key)
        return self.stores.files.read(key)

    def note(self, action: str, subject: str, what: str) -> None:
        """Write an audit line."""
        self.stores.audit.write(audit_line(self.identity, action, subject, what, clock.utc_now()))

    def case(self, site_id: str, groups: Sequence[str]) -> dict[str, object]:
        """The facts of a site, for whoever sees these groups of it entire. NotFound, or Forbidden; a look by staff is audited."""
        facts = self.facts(site_id)
        if not sees_all(self.identity, site.site_subject(facts, self.settings.day().isoformat()), groups):
            raise Forbidden("outside your reach")
        if self.identity.role in STAFF:
            self.note("read", ids.subject_of("site", site_id), " ".join(groups))
        return facts

    def _note_looks(self, site_id: str, view: View) -> None:
        """Every staff scan is a log entry; so is every look at a group that is shown only on the record."""
        subject = ids.subject_of("site", site_id)
        if view.audited:
            self.note("reveal", subject, " ".join(view.audited))
        if self.identity.role in STAFF:
            self.note("read", subject, str(view.document["audience"]))

    def _site_subject(self, site_id: str) -> SubjectFacts:
        return site.site_subject(self.facts(site_id), self.settings.day().isoformat())

    def facts(self, site_id: str, text_length: int | None = TEXT_LENGTH) -> dict[str, object]:
        """The site's facts from the log itself: what was appended a moment ago is in them. ``text_length`` None: prose whole."""
        kin = kin_of(site_id, cache(self.stores.log.list_events))
        if owner_of(kin.site) is None:
            raise NotFound("no such site")
        return fold(kin.site, kin.enterprise, kin.absorbed, text_length=text_length)

    # ── Appending ────────────────────────────────────────────────────────────────────────────────────────────────
    def append(self, scope: str, subject_id: str, body: Mapping[str, object]) -> Receipt:
        """Append one event to a subject, with what it brings about. The same key with the same content again is no change.

        BadInput names everything wrong with it; Forbidden says which rule refuses; Conflict: the key stands with other
        content; NotFound: no such subject.
        """
        standing = self.stores.log.list_events(ids.subject_of(scope, subject_id))
        return self._keep(self.brought_about(scope, subject_id, body, standing), standing)

    def brought_about(self, scope: str, subject_id: str, body: Mapping[str, object], standing: Sequence[Event]) -> list[Event]:
        """The event that a body asks for and those that it brings about, all judged; nothing is written. Errors as :meth:`append`."""
        event = self.accepted(scope, subject_id, body, standing)
        bodies = remedy(event, root_of(kind_of(event.kind), event, standing), standing)
        return [event, *(self.accepted(scope, subject_id, each, standing, people_in(bodies)) for each in bodies)]

    def accepted(
        self, scope: str, subject_id: str, body: Mapping[str, object], standing: Sequence[Event], named: frozenset[str] = frozenset()
    ) -> Event:
        """The event that a body asks for, judged by every rule against what stands; nothing is written but that its photos are
        kept. It names nobody but who signs it and ``named``. Errors as :meth:`append`."""
        kind, event, root, subject = self._asked(scope, subject_id, body, standing)
        refuse_merged(kind, event, standing)
        decision = self._decision(kind, event, root, subject, named)
        if not decision.allowed:
            if self.second is None:  # where two sign, their office writes down which of them was refused
                self.note("refuse", event.subject, f"{kind.name} {decision.reason}")
            raise Forbidden("this fact may not be appended by you", reason=decision.reason, sentence=REASONS[decision.reason])
        found = problems(event) or [*self.stores.refuse(event), *against(event, root, standing, self.stores, self.settings.day())]
        if found or (found := keep_photos(event, self.stores.files)):
            raise BadInput(found)
        return event

    def decision(self, scope: str, subject_id: str, body: Mapping[str, object], standing: Sequence[Event]) -> Decision:
        """Whether the write matrix and its rules let this person (and the second one) append this. Errors of the frame, NotFound."""
        return self._decision(*self._asked(scope, subject_id, body, standing))

    def _asked(self, scope: str, subject_id: str, body: Mapping[str, object], standing: Sequence[Event]) -> Proposed:
        kind, key = asked(body, scope)
        subject = self._subject(scope, subject_id, standing)
        event = self._event(kind, subject_id, key, body)
        root = root_of(kind, event, standing)
        judged = replace(subject, involved=involved(root, standing)) if kind.name == DECIDED else subject
        return kind, ended_once(event, root, standing), root, judged

    def _decision(self, kind: Kind, event: Event, root: Event | None, subject: SubjectFacts, named: frozenset[str] = frozenset()) -> Decision:
        facts = {**root.payload, "actor": root.actor.id} if root else {}
        proposal = Proposal(kind.name, kind.append, event.payload, facts)
        if self.second is None:
            return may_append(self.identity, proposal, subject, named)
        return may_append_together(self.identity, self.second, proposal, subject, named)

    def _keep(self, events: Sequence[Event], standing: Sequence[Event]) -> Receipt:
        """Append all together, unless they stand already. Two at once with one key: the second finds what the first wrote."""
        first, known = events[0], {event.event_id: event for event in standing}
        if not all(event.event_id in known for event in events):
            for event in events:
                self.note("append", event.subject, event.kind)
            try:
                self.stores.log.append(events, clock.utc_now())
                return Receipt(first.event_id, True)
            except Conflict:
                known = {event.event_id: event for event in self.stores.log.list_events(first.subject)}
        if any(event.event_id not in known or content(known[event.event_id]) != content(event) for event in events):
            raise stands_already(first)
        return Receipt(first.event_id, False)

    def _event(self, kind: Kind, subject_id: str, key: str, body: Mapping[str, object]) -> Event:
        now = self.settings.now()
        identity = self.identity
        return make_event(
            kind.name,
            subject_id,
            occurred_on=str(body.get("occurred_on") or clock.day_of(now).isoformat()),
            known_at=now,
            actor=Actor(identity.subject, identity.role, identity.organisation, identity.enforcement_certificate),
            source=SOURCE_OF_ROLE.get(identity.role, "report"),
            payload=body.get("payload", {}),  # type: ignore[arg-type]
            key=f"{identity.subject}|{key}",
            caused_by=body.get("caused_by"),
            voids=body.get("voids"),
            evidence=tuple(body.get("evidence") or ()),  # type: ignore[arg-type]
            place=body.get("place"),
        )

    def _subject(self, scope: str, subject_id: str, standing: Sequence[Event]) -> SubjectFacts:
        if scope == "site":
            return self._site_subject(subject_id)
        if scope == "district":
            return SubjectFacts("district", subject_id)
        if scope == "township":
            load_district(self.settings.district).township(subject_id, self.settings.day())
            return SubjectFacts("township", subject_id, townships=frozenset({subject_id}))
        if not any(event.kind == "enterprise_registered" for event in standing):
            raise NotFound("no such enterprise")
        cards = [card for card in map(self.stores.cards.find, self._sites_of(subject_id)) if card]
        return SubjectFacts("enterprise", subject_id, subject_id, frozenset(str(card["township"]) for card in cards))

    def _sites_of(self, enterprise_id: str) -> list[str]:
        """The sites of an enterprise and of those that were merged into it."""
        events_of = cache(self.stores.log.list_events)
        family = subjects_below(ids.subject_of("enterprise", enterprise_id), events_of)
        return sorted({str(event.payload["site_id"]) for one in family for event in events_of(one) if event.kind == "site_opened"})
