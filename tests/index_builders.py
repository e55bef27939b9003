"""Townships' months made by hand: everything done, but for what a test says; and any legal month at random."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from hypothesis import Phase
from hypothesis import strategies as st

from chalicelib.index.model import Carried, Measure, State, TownshipMonth
from chalicelib.index.rules import MODEL_2020, load_rules

RULES = load_rules(MODEL_2020)
ITEMS = {item.code: item for item in RULES.sub_items}
# A failing month is not made smaller: its counts are small as it is, and shrinking 45 sub-items takes minutes.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
JUNE = "2020-06"


def full(code: str) -> Measure:
    """A measure that earns full points."""
    item = ITEMS[code]
    if item.formula in ("deduct", "zero_if_any", "growth", "inverse"):
        return Measure(code, numerator=0, denominator=10 if item.formula in ("growth", "inverse") else 0)
    if item.formula == "level":
        return Measure(code, level="national")
    return Measure(code, numerator=12, denominator=12)


def at_share(code: str, numerator: int, denominator: int) -> Measure:
    return Measure(code, numerator=numerator, denominator=denominator)


def township(*measures: Measure, sites: int = 400, code: str = "330110001") -> TownshipMonth:
    given_codes = {measure.code for measure in measures}
    rest = tuple(full(item) for item in ITEMS if item not in given_codes)
    return TownshipMonth(code, "测试街道", sites, measures + rest)


def no_data(code: str, *, month: str | None = None, share: str = "1") -> Measure:
    return Measure(code, State.NO_DATA, carried=Carried(month, Fraction(share)) if month else None)


def measures_of(code: str) -> st.SearchStrategy[Measure]:
    """Any legal measure of one sub-item."""
    item = ITEMS[code]
    if item.formula == "level":
        return st.sampled_from([Measure(code), *(Measure(code, level=level) for level, _ in item.levels)])
    counts = st.integers(0, 40)
    if item.formula in ("ratio", "ratio_unless", "inverse"):
        values = st.tuples(counts, counts).map(lambda pair: at_share(code, min(pair), max(pair)))
    else:
        values = st.tuples(counts, counts).map(lambda pair: at_share(code, *pair))
    kinds = [
        values,
        st.just(Measure(code, State.NOT_REPORTED)),
        st.just(no_data(code)),
        st.just(no_data(code, month="2020-05", share="2/3")),
    ]
    return st.one_of(*kinds, *([st.just(Measure(code, State.NOT_APPLICABLE))] if item.not_applicable else []))


TOWNSHIPS = st.builds(
    lambda measures, sites, code: TownshipMonth(code, "某街道", sites, tuple(measures)),
    st.tuples(*(measures_of(code) for code in ITEMS)), st.integers(0, 1200), st.text("0123456789", min_size=9, max_size=9),
)  # fmt: skip


def random_measure(code: str, random: Random) -> Measure:
    """Any legal measure of one sub-item, quickly; the counts favour edges."""
    item, kind = ITEMS[code], random.random()
    if kind < 0.12:
        return Measure(code, State.NOT_REPORTED) if kind < 0.06 else no_data(code, month=random.choice([None, "2020-03", "2020-05"]), share="2/3")
    if item.formula == "level":
        return Measure(code, level=random.choice([None, *(level for level, _ in item.levels)]))
    counts = sorted(random.choice([0, 1, 2, 3, 10, 37]) for _ in range(2))
    if item.formula not in ("ratio", "ratio_unless", "inverse"):
        random.shuffle(counts)
    return Measure(code, numerator=counts[0], denominator=counts[1], condition=int(bool(item.condition) and random.random() < 0.2))


def random_district(seed: int, count: int = 5) -> list[TownshipMonth]:
    """Townships with codes 0, 1, 2, … and sites around the edges of K."""
    random = Random(seed)
    sites = [0, 99, 100, 299, 300, 499, 500, 799, 800, 4000]
    return [
        TownshipMonth(str(number), "某街道", random.choice(sites), tuple(random_measure(code, random) for code in ITEMS)) for number in range(count)
    ]
