"""The search for the smallest set of acts that reaches a grade: what is needed anyway, then as few more as possible. Pure.

Only the judge decides whether a set reaches a grade. Bounds are used to leave sets out that cannot: what an act wins at
most (``Act.gain``) never depends on the others, so the sum of the greatest gains bounds every set of that size. A set is
called minimal when every smaller one is ruled out by the bound or by the judge; the search gives up proving after so many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from chalicelib.grading.actions import Act, Facts, applied
from chalicelib.grading.judge import grade
from chalicelib.grading.model import Grade, Judgement
from chalicelib.grading.rules import RuleSet

# Sets judged at most in one search, and places looked at when listing the sets of one size.
MOST_JUDGED = 120
MOST_PLACES = 1500

Chosen = frozenset[int]


class Trial:
    """What would be: judges the facts with any of the acts on one day, each set once. ``best``: the acts that together do most."""

    def __init__(self, facts: Facts, rules: RuleSet, on: date, acts: Sequence[Act]) -> None:
        self.facts, self.rules, self.on, self.acts = facts, rules, on, tuple(acts)
        self.seen: dict[Chosen, Judgement] = {}
        self.best = self._best()

    def pick(self, chosen: Chosen) -> list[Act]:
        return [self.acts[number] for number in sorted(chosen)]

    def judged(self, chosen: Chosen) -> Judgement:
        """The judgement with exactly these acts done."""
        judgement = self.seen.get(chosen)
        if judgement is None:
            judgement = self.seen[chosen] = grade(applied(self.facts, self.pick(chosen)), self.rules, self.on)
        return judgement

    def reaches(self, chosen: Chosen, colour: Grade) -> bool:
        judgement = self.judged(chosen)
        return judgement.grade is not Grade.NONE and judgement.grade >= colour

    def _best(self) -> Chosen:
        """All acts, but those that cost more than they win."""
        best = frozenset(range(len(self.acts)))
        for number, act in enumerate(self.acts):
            if act.uneven and merit(self.judged(best - {number})) > merit(self.judged(best)):
                best -= {number}
        return best


def merit(judgement: Judgement) -> tuple[int, int]:
    colour = -1 if judgement.grade is Grade.NONE else int(judgement.grade)
    return colour, -1 if judgement.score is None else judgement.score


class Demand(NamedTuple):
    """What must be won more: the sum of ``gains`` of the chosen acts must be ``need`` or more."""

    need: int
    gains: dict[int, int]


def least_of(rules: RuleSet, colour: Grade) -> int:
    """The lower edge of a colour in tenths."""
    return next(least for least, reached in rules.thresholds if reached is colour)


def smallest(trial: Trial, colour: Grade) -> tuple[Chosen, bool]:
    """The smallest set of acts that reaches the colour, among those the one of least effort, and whether it is proved smallest.

    The trial's ``best`` must reach it. An act without which even all the others do not reach it is in every such set.
    """
    needed = frozenset(number for number in trial.best if not trial.reaches(trial.best - {number}, colour))
    chosen, proved = (needed, True) if trial.reaches(needed, colour) else completed(trial, colour, needed)
    for number in sorted(chosen - needed, key=lambda number: -trial.acts[number].effort):
        if trial.reaches(chosen - {number}, colour):
            chosen -= {number}
    return chosen, proved and not any(act.uneven for act in trial.acts)


def completed(trial: Trial, colour: Grade, needed: Chosen) -> tuple[Chosen, bool]:
    """``needed`` and as few more acts as reach the colour, tried by size; whether every smaller size was ruled out."""
    demands = demands_of(trial, colour, needed)
    rest = sorted(trial.best - needed, key=lambda number: (-sum(demand.gains[number] for demand in demands), trial.acts[number].effort))
    judged, proved = 0, True
    for size in range(least_size(demands, rest), len(rest) + 1):
        sets, whole = sets_of(rest, size, demands)
        sets.sort(key=lambda more: sum(trial.acts[number].effort for number in more))
        for more in sets[: MOST_JUDGED - judged] or [tuple(rest[:size])]:
            judged += 1
            if trial.reaches(needed | frozenset(more), colour):
                return needed | frozenset(more), proved
        if trial.reaches(needed | frozenset(rest[:size]), colour):
            return needed | frozenset(rest[:size]), proved
        proved = proved and whole and judged < MOST_JUDGED
    return trial.best, False


def demands_of(trial: Trial, colour: Grade, needed: Chosen) -> list[Demand]:
    """What the score and the axes lack with only the needed acts done, exactly, in 1/10,000 of a hundredth of the whole.

    A shown figure is rounded half-up to tenths, so half a tenth below the edge is enough.
    """
    state, parts = trial.judged(needed), trial.judged(needed).parts
    if parts is None:
        return []
    others = sorted(trial.best - needed)
    whole, least = sum(parts.applicable.values()), least_of(trial.rules, colour)
    demands = []
    if state.score < least:
        gains = {number: won(trial, needed, number, whole) for number in others}
        demands.append(Demand((10 * least - 5) * whole - parts.numerator, gains))
    for axis, below in low_axes(state, colour).items():
        need = (10 * below - 5) * parts.applicable[axis] - 10_000 * parts.sums[axis]
        demands.append(Demand(need, {number: 10_000 * kept_in(trial, needed, number, axis) for number in others}))
    return demands


def won(trial: Trial, needed: Chosen, number: int, whole: int) -> int:
    """The most an act can win for the score beside the needed ones, whatever else is done.

    Shares of hazards in time are linear in an act, shares of first rechecks passed grow ever more slowly: both are measured.
    A deduction that is cut at its cap comes back only after some acts, so it is added in full.
    """
    act, state = trial.acts[number], trial.judged(needed)
    if not act.at_once:
        return 10_000 * act.gain.kept + act.gain.adjusted * whole
    cut = any(entry.points < 0 and entry.uncapped > -entry.points for entry in state.adjustments)
    measured = trial.judged(needed | {number}).parts.numerator - state.parts.numerator
    return measured + 10_000 * act.gain.kept + (act.gain.adjusted * whole if cut else 0)


def kept_in(trial: Trial, needed: Chosen, number: int, axis: str) -> int:
    """The most an act can win for an axis beside the needed ones, in hundredths."""
    act = trial.acts[number]
    if act.at_once:
        return trial.judged(needed | {number}).parts.sums[axis] - trial.judged(needed).parts.sums[axis] + act.gain.kept
    return act.gain.kept if act.gain.axis in (axis, "") else 0


def low_axes(state: Judgement, colour: Grade) -> dict[str, int]:
    """The axes that are too low where a cap on low axes forbids the colour, with the tenths they must reach."""
    held = {cause.code for cause in state.caps if cause.grade < colour}
    below = max((rule.params["below"] for rule in state.rules.caps if rule.mechanism == "axis_below" and rule.code in held), default=0)
    return {axis: below for axis, tenths in state.axes.items() if tenths is not None and tenths < below}


def least_size(demands: Iterable[Demand], rest: Sequence[int]) -> int:
    """No set of fewer acts can meet every demand; at least one act is lacking."""
    least = 1
    for demand in demands:
        total = size = 0
        for gain in sorted((demand.gains[number] for number in rest), reverse=True):
            if total >= demand.need:
                break
            total, size = total + gain, size + 1
        least = max(least, size)
    return least


def sets_of(rest: Sequence[int], size: int, demands: Sequence[Demand]) -> tuple[list[tuple[int, ...]], bool]:
    """The sets of this size that may meet every demand, and whether all of them were listed."""
    best_from = [suffix_best([demand.gains[number] for number in rest]) for demand in demands]
    found: list[tuple[int, ...]] = []
    places = 0
    stack: list[tuple[int, tuple[int, ...]]] = [(0, ())]
    while stack:
        place, taken = stack.pop()
        places += 1
        if places > MOST_PLACES or len(found) > MOST_JUDGED:
            return found, False
        lacking = size - len(taken)
        if not all(enough(demand, taken, lacking, best[place]) for demand, best in zip(demands, best_from, strict=True)):
            continue
        if not lacking:
            found.append(taken)
        elif len(rest) - place >= lacking:
            stack.append((place + 1, taken))
            stack.append((place + 1, (*taken, rest[place])))
    return found, True


def enough(demand: Demand, taken: Iterable[int], lacking: int, best: int) -> bool:
    return sum(demand.gains[number] for number in taken) + lacking * best >= demand.need


def suffix_best(gains: Sequence[int]) -> list[int]:
    """The greatest gain from each place on; nothing after the last."""
    best = [0]
    for gain in reversed(gains):
        best.append(max(best[-1], gain))
    return best[::-1]
