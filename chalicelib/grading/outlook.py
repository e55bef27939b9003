"""What time alone will do to a grade, and what a self-check not yet handed in would do. Pure; nothing is stored.

The judge names the next day on which a dated test flips (``review_on``); going from one such day to the next, and to every
day of a fact that is dated later, sees every change there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from chalicelib.errors import BadInput, Problem
from chalicelib.exact import TENTHS, text_of
from chalicelib.grading.actions import Act, Entry, Facts, Pen, applied, every_record
from chalicelib.grading.case import days_after
from chalicelib.grading.judge import grade
from chalicelib.grading.model import Grade, Judgement
from chalicelib.grading.rules import RuleSet, check_findings
from chalicelib.supervision.model import Actor, make_event
from chalicelib.supervision.vocabulary import problems

HORIZON_DAYS = 400
DRAFT = "self_check"


class Standing(NamedTuple):
    """What people see of a judgement. ``score`` in tenths."""

    grade: Grade
    score: int | None
    vetoes: tuple[str, ...]
    caps: tuple[str, ...]

    def to_document(self) -> dict[str, object]:
        score = None if self.score is None else text_of(self.score, TENTHS)
        return {"grade": self.grade.code, "score": score, "vetoes": list(self.vetoes), "caps": list(self.caps)}


class Change(NamedTuple):
    """On ``on`` the site changes from ``before`` to ``after`` if nothing happens until then."""

    on: str
    before: Standing
    after: Standing

    def to_document(self, words: Mapping[str, str]) -> dict[str, object]:
        return {"on": self.on, "before": self.before.to_document(), "after": self.after.to_document(), "text": self.text(words)}

    def text(self, words: Mapping[str, str]) -> str:
        """The change, in the district's words for the grades and the rule set's for codes: ``2021-03-14 变为黄码``, or what else changes."""
        parts = [f"变为{words[self.after.grade.code]}"] if self.after.grade is not self.before.grade else []
        if self.after.score != self.before.score:
            parts.append(f"得分 {self._score(self.before)} → {self._score(self.after)}")
        for word, was, now in (("一票否决", self.before.vetoes, self.after.vetoes), ("限级", self.before.caps, self.after.caps)):
            parts += [f"{word} {called(code, words)} 解除" for code in was if code not in now]
            parts += [f"{word} {called(code, words)} 生效" for code in now if code not in was]
        return f"{self.on} " + "，".join(parts)

    @staticmethod
    def _score(standing: Standing) -> str:
        return "—" if standing.score is None else text_of(standing.score, TENTHS)


def words_of(rules: RuleSet, grades: Mapping[str, str]) -> dict[str, str]:
    """The words of texts: a district's for the grades, the rule set's for the codes of adjustments, vetoes and caps; a code that stands
    for several things is called by all of them."""
    titles: dict[str, dict[str, None]] = {}
    for rule in (*rules.adjustments, *rules.vetoes, *rules.caps):
        titles.setdefault(rule.code, {})[rule.title] = None
    return {**grades, **{code: "或".join(names) for code, names in titles.items()}}


def called(code: str, words: Mapping[str, str]) -> str:
    """A code with what it is called, where ``words`` know that: ``C05 逾期未整改``."""
    return f"{code} {words[code]}" if code in words else code


def standing_of(judgement: Judgement) -> Standing:
    return Standing(
        judgement.grade,
        judgement.score,
        tuple(cause.code for cause in judgement.vetoes),
        tuple(cause.code for cause in (*judgement.caps, *judgement.overrides)),
    )


def walk(facts: Facts, rules: RuleSet, on: date, until: date) -> Iterator[Judgement]:
    """The judgements from ``on`` to ``until``, both included: on the first day, and on each on which anything may change."""
    later = sorted({record["on"] for record in every_record(facts) if record["on"] > on.isoformat()})
    day: str | None = on.isoformat()
    while day is not None and day <= until.isoformat():
        judgement = grade(facts, rules, date.fromisoformat(day))
        yield judgement
        while later and later[0] <= day:
            later.pop(0)
        day = min([next_day for next_day in (judgement.review_on, *later[:1]) if next_day], default=None)


def calendar(facts: Facts, rules: RuleSet, on: date, horizon_days: int = HORIZON_DAYS) -> list[Change]:
    """What changes by itself within so many days after ``on``: grade, score, vetoes and caps before and after each day."""
    until = date.fromisoformat(days_after(on.isoformat(), horizon_days))
    changes: list[Change] = []
    before: Standing | None = None
    for judgement in walk(facts, rules, on, until):
        after = standing_of(judgement)
        if before is not None and after != before:
            changes.append(Change(judgement.on, before, after))
        before = after
    return changes


def first_recovery(facts: Facts, rules: RuleSet, on: date, horizon_days: int = HORIZON_DAYS) -> dict[str, str]:
    """The first day on which each item worked out from facts loses less than on ``on``, if nothing happens until then."""
    until = date.fromisoformat(days_after(on.isoformat(), horizon_days))
    days: dict[str, str] = {}
    lost: dict[str, int] = {}
    for judgement in walk(facts, rules, on, until):
        items = judgement.items
        values = {code: items[code].value for code in rules.derived if items[code].value is not None}
        lost = lost or {code: value for code, value in values.items() if value < rules.items[code].points}
        for code in lost:
            if code not in days and values.get(code, 0) > lost[code]:
                days[code] = judgement.on
    return days


def would_be(facts: Facts, rules: RuleSet, on: date, draft: Mapping[str, object]) -> Judgement:
    """The judgement if the enterprise handed in this self-check (its payload) on ``on``. Nothing is kept.

    BadInput names everything that is wrong with the draft.
    """
    day = on.isoformat()
    found = draft_problems(draft, rules, day)
    if found:
        raise BadInput(found)
    entry = Entry(DRAFT, Pen(facts, day).write("draft", "self", **draft))
    return grade(applied(facts, [Act(DRAFT, "", "", 0, day, (entry,))]), rules, on)


def draft_problems(draft: Mapping[str, object], rules: RuleSet, day: str) -> list[Problem]:
    """What the log would refuse about the payload, and clauses that the rule set does not know."""
    if not isinstance(draft, Mapping):
        return [Problem("draft", "", type(draft).__name__, "内容必须是一组字段")]
    nobody = Actor("draft", "enterprise")
    event = make_event(
        DRAFT, "0" * 16, occurred_on=day, known_at=f"{day}T15:59:59.999Z", actor=nobody, source="self", payload=dict(draft), key="draft"
    )
    found = [Problem("draft", problem.column, problem.value, problem.reason) for problem in problems(event)]
    if found:
        return found
    return check_findings(rules, draft["items"]) + [
        Problem("covers", "", code, "没有这个可自查的项目") for code in draft.get("covers", ()) if code not in rules.settable
    ]
