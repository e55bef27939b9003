"""The judge of the index against the worked examples I1–I24 and the laws it must keep (domain §5, §10, §12.55–67)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_builders import ITEMS, JUNE, NO_SHRINKING, RULES, TOWNSHIPS, at_share, no_data, township

from chalicelib.errors import BadInput
from chalicelib.exact import text_of
from chalicelib.index.document import read_input
from chalicelib.index.explain import FINE, ledger, lost_indicators, lost_points
from chalicelib.index.formulas import share_of
from chalicelib.index.model import IndicatorScore, Measure, State, TownshipMonth
from chalicelib.index.score import index_of, rank, raw_of, score, score_indicator, score_township

def indicator_of(code: str, points: int) -> IndicatorScore:
    weight = next(indicator.points for indicator in RULES.indicators if indicator.code == code)
    return IndicatorScore(code, weight, weight, points, (), Fraction(weight - points))


def points_of(indicator: str, *measures: Measure) -> str:
    shape = next(entry for entry in RULES.indicators if entry.code == indicator)
    result = score_indicator(JUNE, shape, {m.code: m for m in township(*measures).measures}, RULES)
    assert result.points is not None
    return text_of(result.points, 100)


def test_a_township_with_everything_done_has_exactly_100() -> None:
    result = score_township(JUNE, township(), RULES)
    assert (result.raw, result.index, result.colour) == (10000, 1000, "blue")
    assert lost_points(result) == () and ledger(result) == ()


def test_i1_raw_coefficient_index_colour_and_the_order_of_lost_points() -> None:
    indicators = tuple(
        indicator_of(c, p) for c, p in zip(("ZR", "PX", "ZX", "FX", "JG", "SG", "CX"), (1350, 920, 1200, 1710, 1800, 1200, 350))
    )
    raw, k = raw_of(indicators), RULES.coefficient_of(620)
    assert (raw, k) == (8530, 101)
    assert index_of(raw, k) == 862 and RULES.colour_of(862) == "yellow"
    lost = [(entry.code, text_of(entry.lost, 100)) for entry in lost_indicators(indicators)]
    assert lost == [("ZX", "3.00"), ("SG", "3.00"), ("FX", "2.90"), ("JG", "2.00"), ("ZR", "1.50"), ("CX", "1.50"), ("PX", "0.80")]
    assert sum(entry.lost for entry in indicators) == 1470


def test_i1_through_the_whole_judge() -> None:
    result = score_township(
        JUNE,
        township(
            at_share("ZR1", 1, 2), at_share("PX1", 11, 15), at_share("ZX1", 0, 12), at_share("FX1", 1, 30), at_share("JG6", 0, 5),
            Measure("SG1", numerator=1), Measure("CX2"), at_share("CX4", 1, 2), sites=620,
        ),
        RULES,
    )  # fmt: skip
    assert [text_of(i.points, 100) for i in result.indicators] == ["13.50", "9.20", "12.00", "17.10", "18.00", "12.00", "3.50"]
    assert (result.raw, result.coefficient, result.index, result.score_colour) == (8530, 101, 862, "yellow")


def test_i6_no_chemical_sites_rescales_the_indicator() -> None:
    assert points_of("ZX", at_share("ZX1", 0, 0), Measure("ZX4", numerator=1, denominator=5)) == "12.00"


def test_i9_a_death_leaves_the_value_and_caps_the_colour() -> None:
    result = score_township(JUNE, township(Measure("SG1", numerator=1), at_share("FX1", 0, 7), at_share("JG6", 0, 2)), RULES)
    assert next(item.points for item in result.sub_items if item.code == "SG1") == 300
    assert (result.index, result.score_colour, result.colour) == (920, "blue", "orange")
    assert [override.code for override in result.overrides] == ["fatal_accident"]


def test_i11_ties_share_their_rank() -> None:
    base = score_township(JUNE, township(), RULES)
    ranked = rank([replace(base, code=code, index=index) for code, index in (("d", 880), ("b", 905), ("a", 920), ("c", 905))])
    assert [(entry.code, entry.rank) for entry in ranked] == [("a", 1), ("b", 2), ("c", 2), ("d", 4)]


def test_i12_a_rescaled_indicator_is_rounded_before_the_sum() -> None:
    applicable = [at_share("JG1", 0, 0), at_share("JG2", 0, 0), at_share("JG3", 0, 0)]  # 9 of 20 points
    got = [at_share("JG4", 0, 1), at_share("JG5", 1, 3), at_share("JG6", 0, 1), Measure("JG8", numerator=0)]  # 4 of 11
    assert points_of("JG", *applicable, *got, at_share("JG7", 1, 2), at_share("JG9", 1, 1)) == "7.27"
    assert index_of(7227, 99) == 715


def test_i14_an_old_share_is_not_carried_but_left_out_and_marked() -> None:
    result = score_township(JUNE, township(at_share("SG6", 0, 0), no_data("SG4", month="2020-03", share="1/2")), RULES)
    sg = next(indicator for indicator in result.indicators if indicator.code == "SG")
    assert text_of(sg.points, 100) == "15.00" and sg.applicable == 1200
    assert [item.code for item in sg.sub_items if item.state is State.NO_DATA and item.share is None] == ["SG4"]


@pytest.mark.parametrize(("month", "points"), [("2020-05", 100), ("2020-04", 100), ("2020-03", None)])
def test_a_failed_feed_carries_the_last_share_two_months_at_most(month: str, points: int | None) -> None:
    result = score_township(JUNE, township(no_data("SG4", month=month, share="1/2")), RULES)
    item = next(item for item in result.sub_items if item.code == "SG4")
    assert item.points == points and item.is_carried == (points is not None)


@pytest.mark.parametrize(("not_applicable", "own", "ranked"), [(0, 23, True), (0, 22, False), (5, 20, True), (5, 19, False)])
def test_i15_half_of_the_applicable_sub_items_need_their_own_data(not_applicable: int, own: int, ranked: bool) -> None:
    ratios = [code for code, item in ITEMS.items() if item.not_applicable]
    others = [code for code in ITEMS if code not in ratios[:not_applicable]]
    measures = [Measure(code, State.NOT_APPLICABLE) for code in ratios[:not_applicable]]
    measures += [no_data(code, month="2020-05") for code in others[own:]]
    result = score(JUNE, [township(*measures)], RULES)[0]
    assert (result.own_data, result.applicable) == (own, 45 - not_applicable)
    assert (result.sufficient, result.rank, result.colour) == ((True, 1, "blue") if ranked else (False, None, "none"))
    assert result.index == 1000, "the value is worked out all the same"


@pytest.mark.parametrize(("now", "before", "points"), [(3, 2, 100), (1, 0, 0), (0, 0, 200), (5, 2, 0), (2, 3, 200)])
def test_i17_injuries_against_last_year(now: int, before: int, points: int) -> None:
    result = score_township(JUNE, township(at_share("SG4", now, before)), RULES)
    assert next(item.points for item in result.sub_items if item.code == "SG4") == points


def test_i19_a_numerator_above_its_denominator_is_refused() -> None:
    rows = {code: {"no_value": "no_data"} for code in ITEMS} | {"PX1": {"numerator": 11, "denominator": 10}}
    with pytest.raises(BadInput, match="numerator above denominator"):
        read_input({"month": JUNE, "townships": [{"code": "1", "name": "甲", "sites": 1, "sub_items": rows}]}, RULES)


@pytest.mark.parametrize(("done", "share"), [(5, Fraction(5, 6)), (7, Fraction(1))])
def test_i20_progress_of_the_year_plan(done: int, share: Fraction) -> None:
    assert share_of(ITEMS["PX4"], at_share("PX4", done, 12), JUNE) == share


def test_jg3_is_measured_against_the_month_of_the_quarter() -> None:
    april, may, june = (share_of(ITEMS["JG3"], at_share("JG3", 2, 6), month) for month in ("2020-04", "2020-05", "2020-06"))
    assert (april, may, june) == (Fraction(1), Fraction(1, 2), Fraction(1, 3))


def test_i23_and_i24_one_cap_and_one_rounding() -> None:
    assert text_of(index_of(9950, RULES.coefficient_of(900)), 10) == "100.0"
    assert text_of(index_of(7542, 99), 10) == "74.7"


@pytest.mark.parametrize(
    ("sites", "k"), [(0, 98), (99, 98), (100, 99), (299, 99), (300, 100), (499, 100), (500, 101), (799, 101), (800, 102)]
)
def test_the_lower_edge_of_a_band_belongs_to_it(sites: int, k: int) -> None:
    assert RULES.coefficient_of(sites) == k


@pytest.mark.parametrize(
    ("index", "colour"), [(900, "blue"), (899, "yellow"), (800, "yellow"), (799, "orange"), (600, "orange"), (599, "red")]
)
def test_colours_by_the_published_index(index: int, colour: str) -> None:
    assert RULES.colour_of(index) == colour


@pytest.mark.parametrize(
    ("measure", "points"),
    [
        (at_share("FX4", 5, 100), 200), (at_share("FX4", 10, 100), 0), (at_share("FX4", 11, 100), 0),
        (Measure("FX6", numerator=3, denominator=3), 300), (Measure("FX6", numerator=3, denominator=3, condition=1), 0),
        (Measure("FX6", condition=1), 0), (Measure("ZR6", numerator=1), 50), (Measure("ZR6", numerator=3), 0),
        (Measure("SG1", numerator=2), 0), (Measure("SG3", numerator=1), 100), (Measure("SG2", numerator=1), 0),
        (Measure("SG5", condition=1), 0), (Measure("CX2", level="municipal"), 40), (Measure("CX2"), 0),
        (Measure("ZR7", numerator=Fraction(17, 2), denominator=10), 170), (at_share("ZR3", 1, 3), 100), (at_share("ZR1", 5, 1), 300),
    ],
)  # fmt: skip
def test_every_formula_of_the_table(measure: Measure, points: int) -> None:
    result = score_township(JUNE, township(measure), RULES)
    assert next(item.points for item in result.sub_items if item.code == measure.code) == points


def test_a_duty_not_done_is_zero_and_shown_as_such() -> None:
    result = score_township(JUNE, township(Measure("ZR1", State.NOT_REPORTED)), RULES)
    item = next(item for item in result.sub_items if item.code == "ZR1")
    assert (item.points, item.lost, item.state) == (0, 300, State.NOT_REPORTED)
    assert result.own_data == 44


def test_an_indicator_that_is_wholly_not_applicable_rescales_the_total() -> None:
    codes = [item.code for item in RULES.sub_items if item.parent == "CX"]
    measures = [Measure(code, State.NOT_APPLICABLE) for code in codes] + [Measure("SG1", numerator=1)]
    result = score_township(JUNE, township(*measures), RULES)
    assert result.raw == 9684  # 92 × 100 ÷ 95
    assert next(entry.points for entry in result.indicators if entry.code == "CX") is None
    assert {line.kind for line in ledger(result)} == {"sub_item", "not_applicable", "rounding"}


def test_overrides_are_all_listed_and_the_worst_counts() -> None:
    result = score_township(JUNE, township(Measure("SG1", numerator=3), Measure("SG2", numerator=1), Measure("SG5", condition=1)), RULES)
    assert [override.code for override in result.overrides] == ["fatal_accident", "grave_accident", "concealment"]
    assert (result.score_colour, result.colour, result.index) == ("blue", "red", 900)


def test_inside_a_tie_fewer_accident_points_lost_come_first_then_the_code() -> None:
    injured = township(Measure("SG3", numerator=1), code="330110001")
    late = township(at_share("JG9", 0, 5), code="330110003")
    same = township(at_share("JG9", 0, 5), code="330110002")
    ranked = score(JUNE, [injured, late, same], RULES)
    assert [(entry.code, entry.rank) for entry in ranked] == [("330110002", 1), ("330110003", 1), ("330110001", 1)]


def test_insufficient_data_stands_last_without_rank() -> None:
    blind = township(*(no_data(code) for code in list(ITEMS)[:30]), code="330110001")
    ranked = score(JUNE, [blind, township(Measure("SG1", numerator=2), code="330110009")], RULES)
    assert [(entry.code, entry.rank) for entry in ranked] == [("330110009", 1), ("330110001", None)]


def test_nothing_at_all_has_no_index() -> None:
    result = score_township(JUNE, township(*(no_data(code) for code in ITEMS)), RULES)
    assert (result.raw, result.index, result.colour, result.rank) == (None, None, "none", None)


@settings(max_examples=60, deadline=None)
@given(TOWNSHIPS)
def test_ledgers_sum_exactly(entry: TownshipMonth) -> None:
    result = score_township(JUNE, entry, RULES)
    if result.index is not None:
        assert sum(line.amount for line in ledger(result)) == 100 * FINE - result.index * (FINE // 10)
    for indicator in result.indicators:
        assert indicator.points is None or 0 <= indicator.points <= indicator.weight


@settings(max_examples=40, deadline=None)
@given(TOWNSHIPS, st.integers(0, 5), st.integers(1, 5))
def test_more_deaths_are_never_better(entry: TownshipMonth, deaths: int, more: int) -> None:
    def with_deaths(count: int) -> TownshipMonth:
        return replace(entry, measures=tuple(Measure("SG1", numerator=count) if m.code == "SG1" else m for m in entry.measures))

    fewer, worse = (score_township(JUNE, with_deaths(count), RULES) for count in (deaths, deaths + more))
    order = ("red", "orange", "yellow", "blue")
    assert worse.index <= fewer.index
    if fewer.colour in order and worse.colour in order:
        assert order.index(worse.colour) <= order.index(fewer.colour)


@settings(max_examples=15, deadline=None)
@given(st.lists(TOWNSHIPS, min_size=2, max_size=5, unique_by=lambda entry: entry.code), st.randoms(use_true_random=False))
def test_the_order_of_townships_and_of_measures_changes_nothing(entries: list[TownshipMonth], random) -> None:
    expected = score(JUNE, entries, RULES)
    random.shuffle(entries)
    shuffled = [replace(entry, measures=tuple(random.sample(entry.measures, len(entry.measures)))) for entry in entries]
    assert [(e.code, e.rank, e.index, e.colour) for e in score(JUNE, shuffled, RULES)] == [
        (e.code, e.rank, e.index, e.colour) for e in expected
    ]


@settings(max_examples=40, deadline=None, phases=NO_SHRINKING)
@given(TOWNSHIPS, st.sampled_from(sorted(ITEMS)))
def test_not_reporting_is_never_better(entry: TownshipMonth, code: str) -> None:
    silent = replace(entry, measures=tuple(Measure(code, State.NOT_REPORTED) if m.code == code else m for m in entry.measures))
    told, untold = score_township(JUNE, entry, RULES), score_township(JUNE, silent, RULES)
    assert (untold.index or 0) <= (told.index or 0) or told.index is None
    assert untold.own_data <= told.own_data and untold.applicable >= told.applicable


@settings(max_examples=40, deadline=None, phases=NO_SHRINKING)
@given(TOWNSHIPS, st.sampled_from(sorted(code for code, item in ITEMS.items() if item.direction == "down" and item.formula != "level")))
def test_one_more_of_what_should_not_be_is_never_better(entry: TownshipMonth, code: str) -> None:
    measure = next(m for m in entry.measures if m.code == code)
    if measure.state is State.VALUE and (ITEMS[code].formula != "inverse" or measure.numerator < measure.denominator):
        more = replace(entry, measures=tuple(replace(m, numerator=m.numerator + 1) if m is measure else m for m in entry.measures))
        assert score_township(JUNE, more, RULES).index <= score_township(JUNE, entry, RULES).index


@settings(max_examples=40, deadline=None, phases=NO_SHRINKING)
@given(TOWNSHIPS, st.sampled_from(sorted(code for code, item in ITEMS.items() if item.formula in ("ratio", "ratio_unless", "plan"))))
def test_one_more_thing_done_is_never_worse(entry: TownshipMonth, code: str) -> None:
    measure = next(m for m in entry.measures if m.code == code)
    if measure.state is State.VALUE and measure.numerator < measure.denominator:
        more = replace(entry, measures=tuple(replace(m, numerator=m.numerator + 1) if m is measure else m for m in entry.measures))
        assert score_township(JUNE, more, RULES).index >= score_township(JUNE, entry, RULES).index


@settings(max_examples=20, deadline=None, phases=NO_SHRINKING)
@given(st.lists(TOWNSHIPS, min_size=2, max_size=5, unique_by=lambda entry: entry.code))
def test_equal_indices_share_a_place_and_the_next_place_counts_them(entries: list[TownshipMonth]) -> None:
    ranked = [entry for entry in score(JUNE, entries, RULES) if entry.sufficient]
    assert [entry.rank for entry in ranked] == [1 + sum(other.index > entry.index for other in ranked) for entry in ranked]
