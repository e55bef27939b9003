"""Words of grading: the grade, what was found, why, and the judgement that carries them.

Points are integers in hundredths, scores and axes integers in tenths, dates ISO text (they compare as text).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from chalicelib.grading.findings import Findings
    from chalicelib.grading.rules import RuleSet

RESULT_SCHEMA = 1
Named = TypeVar("Named", bound=tuple)


def maker(kind: type[Named]) -> Callable[[tuple], Named]:
    """The constructor of a named tuple that takes its fields as one tuple, in order and all of them.

    Half the time of the class's own call, which counts where a judge makes many.
    """
    return partial(tuple.__new__, kind)


class Grade(IntEnum):
    """The colour of a site: ``RED < ORANGE < YELLOW < BLUE``. ``NONE`` (未赋码) is no colour and is in no comparison."""

    RED = 0
    ORANGE = 1
    YELLOW = 2
    BLUE = 3
    NONE = 9

    @property
    def code(self) -> str:
        """The stored and public code: red, orange, yellow, blue, none."""
        return self.name.lower()

    @classmethod
    def of(cls, code: str) -> Grade:
        """The grade of a stored code. KeyError if there is none."""
        return cls[code.upper()]

    @classmethod
    def worst(cls, grades: Iterable[Grade]) -> Grade:
        """The worst colour of those given; ``NONE`` only when no colour is among them."""
        return min(grades, default=cls.NONE)


# Asked of an enumeration, a member costs as much as a small function.
NO_COLOUR = Grade.NONE


class Finding(NamedTuple):
    """``count`` times this clause of an item was found; ``lost`` in hundredths before the item's floor."""

    clause: str
    count: int
    lost: int


class ItemResult(NamedTuple):
    """The effective value of one item. ``status`` is one of valued, not_applicable, missing, nothing_due, not_done.

    ``value`` is None for not_applicable and missing. ``ratio`` is the pair of counts of a ratio item.
    """

    item: str
    points: int
    value: int | None
    status: str
    source: str = ""
    on: str = ""
    findings: tuple[Finding, ...] = ()
    evidence: tuple[str, ...] = ()
    ratio: tuple[int, int] | None = None


class Derived(NamedTuple):
    """The value of an item worked out from facts; ``status`` valued, nothing_due or not_done."""

    value: int
    status: str
    ratio: tuple[int, int] | None
    on: str
    evidence: tuple[str, ...]


class Occurrence(NamedTuple):
    """One fact that counts under an adjustment, until ``end`` ("" = as long as it lasts)."""

    evidence: str
    on: str
    count: int
    points: int
    end: str


class Adjustment(NamedTuple):
    """The occurrences of one R or A code; ``points`` in hundredths after its own cap, negative for a deduction."""

    code: str
    points: int
    uncapped: int
    occurrences: tuple[Occurrence, ...]


class Cause(NamedTuple):
    """Why a veto, cap, override or flag holds. ``end`` is the first free day, or "" when only an act ends it; ``ends`` says it in words."""

    code: str
    grade: Grade
    end: str
    evidence: tuple[str, ...]
    note: str = ""
    title: str = ""
    ends: str = ""


class Extra(NamedTuple):
    """A further deduction 追加扣 in an item's axis: what the rule says and what the axis still had to give."""

    item: str
    axis: str
    points: int
    taken: int


class Score(NamedTuple):
    """Step three: sums in hundredths per axis, the score in tenths; ``numerator / denominator`` is it before clamp and rounding."""

    tenths: int
    axes: Mapping[str, int | None]
    sums: Mapping[str, int]
    applicable: Mapping[str, int]
    extras: tuple[Extra, ...]
    deducted: int
    added: int
    added_uncut: int
    numerator: int
    denominator: int


class Judgement(NamedTuple):
    """What the judge says about one site on one day, with every reason. ``score`` in tenths, None without a score."""

    site_id: str
    on: str
    rules: RuleSet
    grade: Grade
    score: int | None
    score_grade: Grade
    axes: Mapping[str, int | None]
    findings: Findings
    adjustments: tuple[Adjustment, ...]
    vetoes: tuple[Cause, ...]
    caps: tuple[Cause, ...]
    overrides: tuple[Cause, ...]
    flags: tuple[Cause, ...]
    missing: tuple[str, ...]
    state: str
    review_on: str | None
    parts: Score | None

    @property
    def items(self) -> dict[str, ItemResult]:
        """Every item of the rule set with its effective value and where that came from."""
        from chalicelib.grading.document import item_results

        return item_results(self)

    def to_document(self) -> dict[str, object]:
        """The result as JSON (``result.schema.json``): points as text, everything in the rule set's order."""
        from chalicelib.grading.document import document_of

        return document_of(self)
