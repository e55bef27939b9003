"""Whoever an appeal waits for, and whoever filed it, is told: from the log's stream, so that no step of one can be missed.

A filing is told to the township, which gives its opinion; the opinion to the district, which decides; the decision to the enterprise. Nothing
of what was said is in a notice: it may go to a messenger, and stands behind the sign-in. Every event passes here; what a notice needs is
loaded only when there is one to give.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from chalicelib import clock
from chalicelib.config import Settings
from chalicelib.desk.words import vocabulary_words
from chalicelib.grading.appeals import PENDING, REJECTED, UNDER_REVIEW, UPHELD, Appeal, appeals_of
from chalicelib.grading.rules import RuleSet
from chalicelib.publish.notice import Notice, post
from chalicelib.publish.queue import Send, queue_sender
from chalicelib.supervision.facts import fold
from chalicelib.supervision.kin import kin_of
from chalicelib.supervision.model import Event
from chalicelib.supervision.site import site_on

FILED, OPINION, DECIDED = "appeal", "appeal_opinion", "appeal_decided"
# Where an appeal stands while its step is news: a stream that comes late, or again, asks nobody for what has been done.
NEWS = {FILED: (PENDING,), OPINION: (UNDER_REVIEW,), DECIDED: (UPHELD, REJECTED)}
# Whoever brings an old log in tells nobody.
TOLD = timedelta(days=31)


@dataclass(frozen=True)
class Teller:
    """Tells of appeals. ``events_of`` gives the log of a subject, ``rules`` the rule set in force, ``now`` is the stack's instant."""

    events_of: Callable[[str], tuple[Event, ...]]
    rules: Callable[[], RuleSet | None]
    tell: Send
    now: datetime
    address: str = ""

    def hear(self, event: Event) -> None:
        """Put a notice on the queue if the event is a step of an appeal. Heard twice it is told once, by its id. Unavailable when it
        must be heard again."""
        if event.kind not in NEWS or clock.parse_instant(event.known_at) < self.now - TOLD:
            return
        day = clock.day_of(self.now).isoformat()
        kin, rules = kin_of(event.subject_id, cache(self.events_of)), self.rules()
        facts = fold(kin.site, kin.enterprise, kin.absorbed)
        root = event.event_id if event.kind == FILED else event.caused_by
        appeal = next((one for one in appeals_of(facts, rules, day) if one.id == root), None) if rules else None
        if appeal is not None and appeal.state in NEWS[event.kind]:
            post([notice_of(event, appeal, facts, day, self.address)], self.tell)


def notice_of(event: Event, appeal: Appeal, facts: Mapping[str, object], day: str, address: str = "") -> Notice:
    """The notice of one step of an appeal. Pure."""
    site, site_id = site_on(facts, day) or {}, str(facts["site_id"])
    name, about = str(site.get("name") or site_id), f"appeal-{event.event_id}"
    case = f"{address}/desk/#/appeal/{site_id}/{appeal.id}"
    if event.kind == FILED:
        lines = (f"{name}：{appeal.filed_on} 提出申诉。{_until('镇街意见期限', appeal.opinion_due_on)}",)
        return Notice(about, "township", str(site.get("township") or ""), "企业申诉待提意见", lines, case)
    if event.kind == OPINION:
        lines = (f"{name}：{appeal.filed_on} 提出的申诉，镇街已提意见。{_until('决定期限', appeal.decision_due_on)}",)
        return Notice(about, "district", "", "企业申诉待决定", lines, case)
    lines = (f"{name}：{appeal.filed_on} 提出的申诉已有决定：{vocabulary_words()['value'][event.payload['outcome']]}。理由登录后可见。",)
    return Notice(about, "enterprise", str(facts.get("enterprise_id") or ""), "申诉已有决定", lines, f"{address}/desk/#/voice/{site_id}")


def _until(term: str, due_on: str | None) -> str:
    return f"{term} {due_on}。" if due_on else ""


def stack_hear(settings: Settings) -> Callable[[Event], None]:
    """What the stream's function hands every event to: steps of appeals, and decided objections to the index."""
    from chalicelib.grading.enacted import governed_district
    from chalicelib.grading.rulebook import rules_on
    from chalicelib.index.verdicts import stack_hear as objections
    from chalicelib.supervision.store import EventLog

    def rules() -> RuleSet | None:
        return rules_on(governed_district(settings.table_prefix, settings.district), settings.day())

    send = queue_sender(settings.notice_queue_url)
    of_appeals = Teller(EventLog(settings.table_prefix).list_events, rules, send, settings.now(), settings.public_base_url).hear
    of_objections = objections(settings)

    def hear(event: Event) -> None:
        of_appeals(event)
        of_objections(event)

    return hear
