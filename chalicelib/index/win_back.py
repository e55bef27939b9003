"""The cheapest points to win back: what is missing of every sub-item, counted in cases, and the fewest cases to a goal.

One case is one thing to do (a paper to sign, a hazard to close, a return to hand in). What a case wins is what the judge's own formula
gives with one case more; points are those of the ledger: before K, scaled to their indicator. What happened (deaths, injuries,
concealment) cannot be undone and is never on the list.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, combinations

from chalicelib.index.formulas import share_of
from chalicelib.index.model import IndicatorScore, Measure, State, SubItemScore, TownshipScore
from chalicelib.index.structure import BOUNDED, IndexRules, SubItem

NEVER = "never"
GOAL = 5_00  # hundredths: the five points of the page's question
NOTHING, WHOLE = Fraction(0), Fraction(1)
Run = tuple[int, Fraction]  # so many cases in a row, each winning so much


@dataclass(frozen=True, slots=True)
class Ask:
    """What one sub-item asks. The first ``idle`` cases win nothing by themselves; then come ``runs`` in turn (exact hundredths)."""

    code: str
    idle: int
    runs: tuple[Run, ...]

    @property
    def is_slow(self) -> bool:
        """Whether the beginning wins less than what comes after it."""
        return self.idle > 0 or (len(self.runs) > 1 and self.runs[0][1] < self.runs[1][1])

    @property
    def cases(self) -> int:
        return self.idle + sum(count for count, _ in self.runs)

    @property
    def points(self) -> Fraction:
        return sum((count * gain for count, gain in self.runs), NOTHING)

    @property
    def per_case(self) -> Fraction:
        return self.points / self.cases


@dataclass(frozen=True, slots=True)
class Plan:
    """The fewest cases that win at least a goal: by sub-item the cases and the exact points (hundredths) they win."""

    steps: dict[str, int]
    gains: dict[str, Fraction]

    @property
    def cases(self) -> int:
        return sum(self.steps.values())

    @property
    def points(self) -> Fraction:
        return sum(self.gains.values(), NOTHING)


def win_back(score: TownshipScore, month: str, rules: IndexRules) -> tuple[Ask, ...]:
    """Every sub-item with points to win back, most points per case first, ties in table order."""
    rows = {item.code: item for item in rules.sub_items}
    asks = (ask_of(rows[item.code], item, indicator, month) for indicator in score.indicators for item in indicator.sub_items)
    return tuple(sorted((ask for ask in asks if ask is not None), key=lambda ask: -ask.per_case))


def ask_of(row: SubItem, item: SubItemScore, indicator: IndicatorScore, month: str) -> Ask | None:
    """What one sub-item asks; None when nothing is lost, nothing can be done, or its counts are of another month."""
    if item.share is None or item.share == WHOLE or row.recovers == NEVER or item.is_carried:
        return None
    scale = Fraction(item.full * indicator.weight, indicator.applicable)
    if item.state is State.NOT_REPORTED:  # one return to hand in, when the duty itself was done
        return Ask(item.code, 0, ((1, scale),))
    if row.formula == "level":
        return Ask(item.code, 0, ((1, (next_level(row, item.share) - item.share) * scale),))
    idle, runs = runs_of(lambda cases: share_after(row, item.measure, cases, month))
    return Ask(item.code, idle, tuple((count, gain * scale) for count, gain in runs))


def next_level(row: SubItem, share: Fraction) -> Fraction:
    return min(step for _, step in row.levels if step > share)


def share_after(row: SubItem, measure: Measure, cases: int, month: str) -> Fraction:
    """The share with so many cases done: first what zeroes the sub-item, then its numerator towards the goal."""
    zeroing = min(cases, measure.condition) if row.condition else 0
    rest = cases - zeroing
    if row.direction == "down":
        numerator = max(NOTHING, measure.numerator - rest)
    elif row.mean:
        numerator = measure.numerator + (measure.denominator - measure.numerator) * Fraction(min(rest, missing(measure)), missing(measure))
    else:
        numerator = min(measure.numerator + rest, measure.denominator) if row.formula in BOUNDED else measure.numerator + rest
    share = share_of(row, replace(measure, numerator=Fraction(numerator), condition=measure.condition - zeroing), month)
    return WHOLE if share is None else share


def missing(measure: Measure) -> int:
    """How many sites pull a mean down."""
    return max(1, measure.case_count)


def runs_of(share: Callable[[int], Fraction]) -> tuple[int, tuple[Run, ...]]:
    """Cases that win nothing, then runs of equal gains: between its first and its last case every formula is a straight line."""
    began, end = share(0), 1
    while share(end) != WHOLE:
        end *= 2
    total = bisect_left(range(end), WHOLE, key=share)
    idle = bisect_left(range(total), True, key=lambda cases: share(cases) > began) - 1
    ends = [(1, share(idle + 1) - began)]
    if total > idle + 1:
        between = total - idle - 2
        if between:
            ends.append((between, (share(total - 1) - share(idle + 1)) / between))
        ends.append((1, WHOLE - share(total - 1)))
    return idle, tuple(ends)


def fewest_cases(asks: Sequence[Ask], goal: int = GOAL) -> Plan | None:
    """The fewest cases that win at least ``goal`` hundredths (all there is, if that is less). None with nothing to win.

    After a slow beginning no run of a sub-item wins more than the one before it, so for each choice of the slow ones that are begun
    the largest gains are the fewest cases.
    """
    if not asks:
        return None
    wanted = min(Fraction(goal), sum((ask.points for ask in asks), NOTHING))
    slow, quick = [ask for ask in asks if ask.is_slow], [ask for ask in asks if not ask.is_slow]
    choices = chain.from_iterable(combinations(slow, size) for size in range(len(slow) + 1))
    plans = (plan_with(begun, quick, wanted) for begun in choices)
    return min((plan for plan in plans if plan.points >= wanted), key=lambda plan: plan.cases)


def plan_with(begun: Sequence[Ask], quick: Sequence[Ask], wanted: Fraction) -> Plan:
    """A plan that makes the slow beginnings of some sub-items and then takes the largest gains first."""
    steps = {ask.code: ask.idle + 1 for ask in begun}
    gains = {ask.code: ask.runs[0][1] for ask in begun}
    left = wanted - sum(gains.values(), NOTHING)
    runs = [(gain, count, ask.code) for ask in quick for count, gain in ask.runs]
    runs += [(gain, count, ask.code) for ask in begun for count, gain in ask.runs[1:]]
    for gain, count, code in sorted(runs, key=lambda run: -run[0]):
        if left <= 0:
            break
        needed = left / gain
        taken = min(count, -(-needed.numerator // needed.denominator))
        steps[code] = steps.get(code, 0) + taken
        gains[code] = gains.get(code, NOTHING) + taken * gain
        left -= taken * gain
    return Plan(steps, gains)
