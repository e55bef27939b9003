"""What a signed-in person may ask of a site's grade: the way back, what a draft self-check would do, the proof. Nothing is stored.

Reach and the read matrix are the desk's (:mod:`chalicelib.code.desk`): whoever sees a case entire may see what follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib import clock
from chalicelib.code.desk import Desk, Receipt
from chalicelib.errors import BadInput, Forbidden, NotFound, Problem
from chalicelib.grading.appeals import appeals_of
from chalicelib.grading.governance import NOTICE_DAYS, Draft, drafts_of
from chalicelib.grading.judge import grade
from chalicelib.grading.losses import losses
from chalicelib.grading.official.site import official
from chalicelib.grading.outlook import calendar, first_recovery, standing_of, words_of, would_be
from chalicelib.grading.proof import proof_of
from chalicelib.grading.way_back import way_back
from chalicelib.ids import subject_of
from chalicelib.register.district import load_district

CASE = ("case",)
# A proof shows penalties and plant data with the rest of the facts.
WHOLE = ("radar", "case", "penalties", "secrets")


@dataclass(frozen=True, slots=True)
class GradeDesk:
    """One request's desk, for questions about a grade."""

    desk: Desk

    def way_back(self, site_id: str) -> dict[str, object]:
        """Every point lost with its reason and end, the smallest set of acts to each better grade, and what time alone changes."""
        facts, day = self.desk.case(site_id, CASE), self.desk.settings.day()
        rules = self.desk.stores.rules(day)
        found, words = way_back(facts, rules, day), words_of(rules, load_district(self.desk.settings.district).grade_words)
        result = found.now.to_document()
        appeals = appeals_of(facts, rules, day.isoformat())
        return {
            **found.to_document(words),
            **standing_of(found.now).to_document(),
            "rule_set": result["rule_set"],
            "review_on": result["review_on"],
            "losses": list(losses(result, facts, rules, first_recovery(facts, rules, day))),
            "calendar": [change.to_document(words) for change in calendar(facts, rules, day)],
            "appeal_terms": dict(rules.appeal),
            "appeals": [{**appeal.to_document(), "id": appeal.id, "day": appeal.day_number(day.isoformat())} for appeal in appeals],
        }

    def would_be(self, site_id: str, draft: Mapping[str, object]) -> dict[str, object]:
        """The grade as it is and as it would be after this self-check. BadInput names everything wrong with the draft."""
        facts, day = self.desk.case(site_id, CASE), self.desk.settings.day()
        rules = self.desk.stores.rules(day)
        found = grade(facts, rules, day)
        then = would_be(facts, rules, day, draft)
        return {
            "site_id": site_id,
            "on": day.isoformat(),
            "stored": False,
            "now": standing_of(found).to_document(),
            "then": standing_of(then).to_document(),
            "result": then.to_document(),
        }

    def official(self, site_id: str) -> dict[str, object]:
        """What 应急〔2018〕19号 and the accident levels say of the site, from its facts alone."""
        facts, day = self.desk.case(site_id, WHOLE), self.desk.settings.day()
        return official(facts, self.desk.stores.rules(day).levels, day.isoformat())

    def rules(self) -> dict[str, object]:
        """The rule set in force, and every draft with its shadow reports and its enactment. For staff."""
        self._staff()
        day = self.desk.settings.day()
        return {
            "on": day.isoformat(),
            "in_force": self.desk.stores.rules(day).identity(),
            "notice_days": NOTICE_DAYS,
            "drafts": [draft.to_document() for draft in self._drafts()],
        }

    def draft_text(self, draft_id: str) -> str:
        """The file of a draft as it was handed in. NotFound without such a draft."""
        self._staff()
        for draft in self._drafts():
            if draft.event.event_id == draft_id:
                return draft.content.decode("utf-8")
        raise NotFound("no such draft")

    def append_about_rules(self, body: Mapping[str, object]) -> Receipt:
        """A draft, a shadow report, an enactment, a withdrawal: judged like any other event, by the write matrix and the governance."""
        return self.desk.append("district", self.desk.settings.district, body)

    def _drafts(self) -> list[Draft]:
        return drafts_of(self.desk.stores.log.list_events(subject_of("district", self.desk.settings.district)))

    def _staff(self) -> None:
        if self.desk.identity.role not in ("township", "district", "expert", "admin"):
            raise Forbidden("for staff")

    def proof(self, site_id: str, query: Mapping[str, str]) -> dict[str, object]:
        """The proof of the grade on a day, by what was known at an instant; today by default."""
        on, known_at = asked(query, self.desk.settings.day())
        facts = self.desk.case(site_id, WHOLE)
        return proof_of(facts, self.desk.stores.rules(on), on, known_at, load_district(self.desk.settings.district))


def asked(query: Mapping[str, str], today: date) -> tuple[date, datetime | None]:
    """Day and instant of a question. BadInput names all that is wrong with them."""
    problems, on, known_at = [], today, None
    try:
        on = date.fromisoformat(query["on"]) if query.get("on") else today
    except ValueError:
        problems.append(Problem("query", "on", query["on"][:40], "须为日期，如 2020-06-20"))
    if on > today:
        problems.append(Problem("query", "on", on.isoformat(), f"日期在将来，今天是 {today}"))
    try:
        known_at = clock.parse_instant(query["known_at"]) if query.get("known_at") else None
    except ValueError:
        problems.append(Problem("query", "known_at", query["known_at"][:40], "须为带时区的时刻，如 2020-06-15T08:00:00+08:00"))
    if problems:
        raise BadInput(problems)
    return on, known_at
