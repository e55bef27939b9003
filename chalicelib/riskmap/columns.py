"""The map of very many sites: columns in, levels and colours out, in memory that does not grow with the number of sites. Pure; numpy inside.

Chunks of sites are added to one tally of integers per township and sector; the tally is all that is kept. What comes out agrees with
:mod:`assess` to the last digit (a test holds them together); reasons down to the sites are asked of :mod:`assess`, township by township.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from chalicelib.exact import TENTHS
from chalicelib.riskmap.model import COLOURS, GOVERNANCE_OF, Statistics
from chalicelib.riskmap.rules import RiskRules

if TYPE_CHECKING:
    from numpy import ndarray

GRADE_CODES = ("none", *COLOURS)  # 0 none, 1 blue … 4 red: a grade's number is its governance level
KINDS, RED = 5, 4


@dataclass(frozen=True, slots=True)
class SiteColumns:
    """Operating sites: ``township`` (number of it), ``levels`` (sites × sectors, 0 = not in it), ``grade`` (GRADE_CODES),
    ``score_tenths`` (any number where there is none), ``vetoed``."""

    township: ndarray
    levels: ndarray
    grade: ndarray
    score_tenths: ndarray
    has_score: ndarray
    vetoed: ndarray


@dataclass(frozen=True, slots=True)
class MapColumns:
    """Per township and sector I, G (0 = none), R in tenths (−1 = none), colour; per township T in tenths (−1) and colour. Colours by GRADE_CODES."""

    inherent: ndarray
    governance: ndarray
    risk_tenths: ndarray
    colour: ndarray
    combined_tenths: ndarray
    combined_colour: ndarray


class Tally:
    """Sites by township, sector, level and grade, and the sums of their scores. Adding chunks in any order, in any cut, gives the same."""

    def __init__(self, townships: int, rules: RiskRules) -> None:
        import numpy

        self.rules, self.shape = rules, (townships, len(rules.sectors))
        self.cells = numpy.zeros((*self.shape, KINDS, KINDS), numpy.int64)  # by level (0: not in the sector) and grade (0: none)
        self.scores = numpy.zeros(self.shape, numpy.int64)

    def add(self, sites: SiteColumns) -> None:
        """One chunk of sites, each in one township. Two counts a sector: sums of whole numbers, exact in float64 up to 2⁵³."""
        import numpy

        townships = self.shape[0]
        score = numpy.where(sites.grade > 0, _counted_scores(numpy, sites, self.rules.veto_score_tenths), 0).astype(numpy.float64)
        graded, place = sites.township * KINDS**2 + sites.grade, sites.township * KINDS
        for sector in range(self.shape[1]):
            level = sites.levels[:, sector]
            counted = numpy.bincount(graded + KINDS * level, minlength=townships * KINDS**2)
            summed = numpy.bincount(place + level, score, townships * KINDS).reshape(townships, KINDS)
            self.cells[:, sector] += counted.reshape(townships, KINDS, KINDS)
            self.scores[:, sector] += summed[:, 1:].sum(1).astype(numpy.int64)

    def finish(self, statistics: Mapping[tuple[int, str], Statistics] | None = None) -> MapColumns:
        """The map. ``statistics`` by township number and sector code, where there are any."""
        import numpy

        members = self.cells[:, :, 1:]
        sites, coded = members.sum((2, 3)), members[..., 1:].sum((2, 3))
        pulled = (self.cells * _pulling(numpy, self.rules)).any((2, 3))
        inherent = _inherent(numpy, self.cells.sum(3), sites, self.rules)
        governance = _governance(numpy, coded, members[..., RED].sum(2), self.scores, self.rules)
        for (township, code), figures in (statistics or {}).items():
            sector = [entry.code for entry in self.rules.sectors].index(code)
            if governance[township, sector]:
                governance[township, sector] = _with_statistics(int(governance[township, sector]), figures, self.rules)
        assessed = governance > 0
        risk, colour = _coupled(numpy, inherent, governance, assessed, self.rules)
        colour = _raised(numpy, colour, pulled & assessed, self.rules.steps["site_pull_up"].colour)
        combined, whole = _combined(numpy, risk, assessed, self.rules)
        return MapColumns(inherent, governance, risk, colour, combined, whole)


def _counted_scores(numpy, sites: SiteColumns, veto_tenths: int) -> ndarray:
    score = numpy.where(sites.has_score, sites.score_tenths, veto_tenths)
    return numpy.where(sites.vetoed, numpy.minimum(score, veto_tenths), score).astype(numpy.int64)


def _pulling(numpy, rules: RiskRules) -> ndarray:
    """Whether a site of this level and grade pulls its sector up."""
    table = numpy.zeros((KINDS, KINDS), bool)
    for level in (1, 2, 3, 4):
        for grade in GOVERNANCE_OF.values():
            table[level, grade] = rules.coupling.value(level, grade) >= rules.steps["site_pull_up"].limit
    return table


def _inherent(numpy, levels: ndarray, sites: ndarray, rules: RiskRules) -> ndarray:
    """v = (highest + mean) / 2 against its thresholds, on whole numbers: (highest × n + sum) against threshold × 2n."""
    scale = lcm(*(value.denominator for value in (*rules.risk_values, *rules.inherent_thresholds)))
    levels = levels * numpy.array([0, 1, 1, 1, 1])
    worth = numpy.array([0] + [int(value * scale) for value in rules.risk_values], numpy.int64)
    total = (levels * worth).sum(2)
    top = (numpy.arange(5) * (levels > 0)).max(2)
    both = worth[top] * sites + total
    level = 1 + sum((both >= int(limit * scale) * 2 * sites).astype(numpy.int64) for limit in rules.inherent_thresholds)
    step = rules.steps["top_site"]
    level = numpy.where(top >= int(step.limit), numpy.maximum(level, step.effect), level)
    return numpy.where(sites > 0, level, 0)


def _governance(numpy, coded: ndarray, red: ndarray, scores: ndarray, rules: RiskRules) -> ndarray:
    """The mean rounded half-up to tenths, then its thresholds, then the share of red sites."""
    some = numpy.maximum(coded, 1)
    mean = (2 * scores + some) // (2 * some)
    level = 4 - sum((mean >= int(limit * TENTHS)).astype(numpy.int64) for limit in rules.governance_thresholds)
    share = rules.steps["red_share"]
    many = red * share.limit.denominator > coded * share.limit.numerator
    level = numpy.where(many, numpy.maximum(level, share.effect), level)
    return numpy.where(coded > 0, level, 0)


def _with_statistics(level: int, figures: Statistics, rules: RiskRules) -> int:
    steps = rules.steps
    level = max(level, steps["death"].effect if figures.deaths else 0, steps["grave_accident"].effect if figures.grave_accidents else 0)
    now, before = figures.injuries, figures.injuries_before
    if now is not None and before is not None and now > before * (1 + steps["injuries"].limit):
        level = min(4, level + steps["injuries"].effect)
    due, online = figures.video_due, figures.video_online
    if due and online is not None and Fraction(online, due) < steps["video"].limit:
        level = min(4, level + steps["video"].effect)
    return level


def _coupled(numpy, inherent: ndarray, governance: ndarray, assessed: ndarray, rules: RiskRules) -> tuple[ndarray, ndarray]:
    values, colours = numpy.full((5, 5), -1, numpy.int64), numpy.zeros((5, 5), numpy.int64)
    for i in (1, 2, 3, 4):
        for g in (1, 2, 3, 4):
            values[i, g] = int(rules.coupling.value(i, g) * TENTHS)
            colours[i, g] = GRADE_CODES.index(rules.coupling.colour(i, g))
    return numpy.where(assessed, values[inherent, governance], -1), numpy.where(assessed, colours[inherent, governance], 0)


def _raised(numpy, colour: ndarray, where: ndarray, floor: str) -> ndarray:
    return numpy.where(where, numpy.maximum(colour, GRADE_CODES.index(floor)), colour)


def _combined(numpy, risk: ndarray, assessed: ndarray, rules: RiskRules) -> tuple[ndarray, ndarray]:
    """T = Σ w·R ÷ Σ w over the sectors that have an R, one decimal half-up; a red sector of some weight pulls the colour up."""
    scale = lcm(*(sector.weight.denominator for sector in rules.sectors))
    weight = numpy.array([int(sector.weight * scale) for sector in rules.sectors], numpy.int64)
    kept = assessed * weight
    total = numpy.maximum(kept.sum(1), 1)
    value = (2 * (kept * risk).sum(1) + total) // (2 * total)
    there = kept.sum(1) > 0
    colour = 1 + sum((value >= int(limit * TENTHS)).astype(numpy.int64) for limit in rules.township_thresholds)
    step = rules.steps["sector_pull_up"]
    red = ((kept > 0) & (risk >= int(step.limit * TENTHS))).any(1)
    colour = _raised(numpy, colour, red, step.colour)
    return numpy.where(there, value, -1), numpy.where(there, colour, 0)
