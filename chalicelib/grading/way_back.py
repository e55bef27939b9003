"""The way back 距蓝码: for each better grade the smallest set of acts that reaches it, by judging what would be. Pure.

Every answer is the judge's own: an act is a set of hypothetical facts (:mod:`.actions`), a set of acts reaches a grade when
the judge says so over the facts with them. Where no set of acts helps today, time must pass too: the answer is then the first
day on which acts and the running duties (a self-check every month) reach the grade. Points missing: domain §12.47.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from chalicelib import clock
from chalicelib.exact import TENTHS, text_of
from chalicelib.grading.actions import Act, Facts, applied, stands_from, together
from chalicelib.grading.case import next_month
from chalicelib.grading.catalogue import catalogue
from chalicelib.grading.judge import grade
from chalicelib.grading.model import Cause, Grade, Judgement
from chalicelib.grading.outlook import calendar, called, walk, would_be
from chalicelib.grading.register import OPERATING
from chalicelib.grading.rules import RuleSet
from chalicelib.grading.search import Trial, least_of, smallest

# How far ahead is looked for a day: longer than any window of the shipped rules; an answer beyond it is said to be missing.
HORIZON_MONTHS = 48
DUTY = "其间按月完成企业自查"


class Wait(NamedTuple):
    """What only time removes: a veto, cap, override or adjustment and its first free day ("" = only known by the judge's day)."""

    code: str
    end: str


class Way(NamedTuple):
    """How to reach ``grade``: these acts, then wait until ``on`` (the day of asking = no wait; "" = not within the horizon).

    ``short``: tenths from the shown score to the grade's lower edge, None without a score. ``remove``: vetoes and caps in the
    way. ``minimal``: proved that no smaller set of catalogued acts will do. ``result``: the judgement then.
    """

    grade: Grade
    short: int | None
    remove: tuple[str, ...]
    acts: tuple[Act, ...]
    on: str
    waits: tuple[Wait, ...]
    duties: tuple[str, ...]
    minimal: bool
    result: Judgement | None

    def to_document(self, words: Mapping[str, str]) -> dict[str, object]:
        result = self.result
        return {
            "grade": self.grade.code,
            "points_missing": None if self.short is None else text_of(self.short, TENTHS),
            "remove": list(self.remove),
            "acts": [act.to_document() for act in self.acts],
            "on": self.on or None,
            "waits": [{"code": wait.code, "title": words.get(wait.code, ""), "end": wait.end or None} for wait in self.waits],
            "duties": list(self.duties),
            "minimal": self.minimal,
            "result": result and {"grade": result.grade.code, "score": None if result.score is None else text_of(result.score, TENTHS)},
            "text": self.text(words),
        }

    def text(self, words: Mapping[str, str]) -> str:
        """The distance, in the district's words for the grades and the rule set's for codes: ``距蓝码 2.8 分，须消除 C05``."""
        points = f" {text_of(self.short, TENTHS)} 分" if self.short else ""
        remove = f"，须消除 {'、'.join(called(code, words) for code in self.remove)}" if self.remove else ""
        return f"距{words[self.grade.code]}{points}{remove}；{self._advice()}"

    def _advice(self) -> str:
        if not self.on:
            return "在可预见的期限内没有办法达到"
        done = f"完成 {len(self.acts)} 项" if self.acts else ""
        if not self.waits:
            return f"{done}即可达到"
        return f"{done}并等到 {self.on}" if done else f"只能等待，至 {self.on}"


class WayBack(NamedTuple):
    """The ways from a judgement to each better grade, the nearest first; none where the register alone decides."""

    now: Judgement
    ways: tuple[Way, ...]

    def to_document(self, words: Mapping[str, str]) -> dict[str, object]:
        now = self.now
        return {"site_id": now.site_id, "on": now.on, "grade": now.grade.code, "ways": [way.to_document(words) for way in self.ways]}


def way_back(facts: Facts, rules: RuleSet, on: date) -> WayBack:
    """The ways from the grade on ``on`` to each better one. Facts as the judge takes them; they are not changed."""
    now = grade(facts, rules, on)
    if now.grade is Grade.NONE and now.state != OPERATING:
        return WayBack(now, ())
    better = [colour for _, colour in reversed(rules.thresholds) if now.grade is Grade.NONE or colour > now.grade]
    if not better:
        return WayBack(now, ())
    trial = Trial(facts, rules, on, catalogue(facts, now))
    ways = {colour: way_of(now, trial, colour) for colour in better if trial.reaches(trial.best, colour)}
    later = [colour for colour in better if colour not in ways]
    if later:
        ways |= {way.grade: way for way in waited(now, trial, later)}
    return WayBack(now, tuple(ways[colour] for colour in better))


def way_of(now: Judgement, trial: Trial, colour: Grade, waits: tuple[Wait, ...] = (), duties: tuple[str, ...] = ()) -> Way:
    chosen, minimal = smallest(trial, colour)
    acts = tuple(sorted(trial.pick(chosen), key=lambda act: (act.on, act.effort, act.name)))
    short, remove = distance(now, colour)
    return Way(colour, short, remove, acts, trial.on.isoformat(), waits, duties, minimal, trial.judged(chosen))


def distance(now: Judgement, colour: Grade) -> tuple[int | None, tuple[str, ...]]:
    """Tenths to the colour's lower edge, and the codes of the vetoes, caps and overrides that forbid it."""
    short = None if now.score is None else max(0, least_of(now.rules, colour) - now.score)
    return short, tuple(cause.code for cause in against(now, colour))


def against(judgement: Judgement, colour: Grade) -> Iterator[Cause]:
    yield from judgement.vetoes
    yield from (cause for cause in (*judgement.caps, *judgement.overrides) if cause.grade < colour)


def waited(now: Judgement, trial: Trial, colours: list[Grade]) -> Iterator[Way]:
    """For each colour the first day on which everything that can be done, and time, reach it.

    What counts from its own day is done today; the rest by the day reached, so that an assessment then finds what stands then.
    """
    until = clock.add_months(trial.on, HORIZON_MONTHS)
    base = with_duties(trial.facts, trial.on, until)
    today, at_once = trial.judged(trial.best), [act for act in trial.pick(trial.best) if act.at_once]
    after = applied(base, at_once)
    open_colours = list(colours)
    for judgement in walk(after, trial.rules, trial.on, until):
        if not open_colours:
            return
        if judgement.on == now.on or any(cause.end for cause in against(judgement, open_colours[0])):
            continue
        then = Trial(base, trial.rules, date.fromisoformat(judgement.on), [*at_once, *catalogue(after, judgement)])
        for colour in [colour for colour in open_colours if then.reaches(then.best, colour)]:
            open_colours.remove(colour)
            yield with_wait(way_of(now, then, colour, waits(today, then.judged(then.best), colour)), trial)
    yield from (Way(colour, *distance(now, colour), (), "", (), (), False, None) for colour in open_colours)


def with_wait(way: Way, trial: Trial) -> Way:
    """The way with the running duties named, if it does not hold without them."""
    alone = grade(applied(trial.facts, way.acts), trial.rules, date.fromisoformat(way.on))
    return way if reached(alone, way.grade) else way._replace(duties=(DUTY,))


def reached(judgement: Judgement, colour: Grade) -> bool:
    return judgement.grade is not Grade.NONE and judgement.grade >= colour


def with_duties(facts: Facts, on: date, until: date) -> Facts:
    """The facts with a self-check, all in order, on the first day of every month to come."""
    day, duties = next_month(on.isoformat()), []
    while day <= until.isoformat():
        duties.append(
            {"id": f"what-if-duty-{day}", "on": day, "at": f"{day}T00:00:00.000Z", "by": "self", "coverage": "partial", "items": {}}
        )
        day = next_month(day)
    records = {**facts["records"], "self_check": together(facts["records"].get("self_check", ()), duties)}
    return {**facts, "records": records, **stands_from(facts, (duty["on"] for duty in duties))}


def waits(today: Judgement, then: Judgement, colour: Grade) -> tuple[Wait, ...]:
    """What has gone by ``then`` of what still stands against the colour today although everything was done."""
    still = {cause.code for cause in against(then, colour)}
    found = [Wait(cause.code, cause.end) for cause in against(today, colour) if cause.code not in still]
    if today.score is None or today.score < least_of(today.rules, colour):
        found += lapsed(today, then)
    return tuple(found) or (Wait("", then.on),)


def lapsed(today: Judgement, then: Judgement) -> Iterable[Wait]:
    """Deductions of which something lapses between two days."""
    for entry in today.adjustments:
        ends = [occurrence.end for occurrence in entry.occurrences if occurrence.end and occurrence.end <= then.on]
        if entry.points < 0 and ends:
            yield Wait(entry.code, max(ends))


__all__ = ["Wait", "Way", "WayBack", "calendar", "way_back", "would_be"]
