"""Words of the index: what is measured, the four kinds of "no value", and what the judge returns.

Points and raw are integers in hundredths, the index in tenths, K in hundredths; quotients stay exact (Fraction)
until their one rounding (domain §12.1–2).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

TOTAL_POINTS = 100_00


class State(StrEnum):
    """What a sub-item has this month. Four kinds, never mixed (domain §12.55)."""

    VALUE = "value"
    NOT_APPLICABLE = "not_applicable"
    NO_DATA = "no_data"
    NOT_REPORTED = "not_reported"


@dataclass(frozen=True, slots=True)
class Carried:
    """The last published share of a sub-item whose feed failed, and the month it is from."""

    month: str
    share: Fraction


@dataclass(frozen=True, slots=True)
class Measure:
    """One sub-item of one township: the two counts, never a ratio (domain §12.4).

    ``numerator`` is a count; only the sum of shares of a ``mean`` sub-item is a Fraction. ``condition`` is the second
    count that zeroes or overrides (overdue, concealed). ``cases`` are opaque ids, cut; ``case_count`` is whole.
    """

    code: str
    state: State = State.VALUE
    numerator: int | Fraction = 0
    denominator: int = 0
    condition: int = 0
    level: str | None = None
    carried: Carried | None = None
    cases: tuple[str, ...] = ()
    case_count: int = 0


@dataclass(frozen=True, slots=True)
class TownshipMonth:
    """A township's input: ``sites`` is the N of the coefficient, ``measures`` one per sub-item in any order."""

    code: str
    name: str
    sites: int
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class SubItemScore:
    """A scored sub-item. ``share`` and ``points`` (hundredths) are None when it is left out; ``lost`` is scaled, hundredths."""

    code: str
    full: int
    measure: Measure
    state: State
    share: Fraction | None
    points: int | None
    lost: int = 0

    @property
    def is_carried(self) -> bool:
        return self.state is State.NO_DATA and self.share is not None


@dataclass(frozen=True, slots=True)
class IndicatorScore:
    """An indicator: the sum of its published sub-items, rescaled when some are left out. ``points`` None = wholly N/A."""

    code: str
    weight: int
    applicable: int
    points: int | None
    sub_items: tuple[SubItemScore, ...]
    exact_lost: Fraction

    @property
    def lost(self) -> int:
        return 0 if self.points is None else self.weight - self.points


@dataclass(frozen=True, slots=True)
class Override:
    """A reason that limits the colour without touching the value."""

    code: str
    colour: str
    count: int


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line from 100 down to the index, in ten-thousandths of a point; negative lines give back."""

    kind: str
    code: str
    amount: int


@dataclass(frozen=True, slots=True)
class TownshipScore:
    """A township's result. ``raw`` hundredths, ``coefficient`` hundredths, ``index`` tenths; None when nothing is applicable."""

    code: str
    name: str
    sites: int
    coefficient: int
    indicators: tuple[IndicatorScore, ...]
    raw: int | None
    index: int | None
    score_colour: str
    colour: str
    overrides: tuple[Override, ...]
    own_data: int
    applicable: int
    sufficient: bool
    rank: int | None = None

    @property
    def sub_items(self) -> tuple[SubItemScore, ...]:
        return tuple(item for indicator in self.indicators for item in indicator.sub_items)

    def exact_lost(self, indicator: str) -> Fraction:
        """Exact points lost in one indicator, for the order inside a tie."""
        return next(entry.exact_lost for entry in self.indicators if entry.code == indicator)
