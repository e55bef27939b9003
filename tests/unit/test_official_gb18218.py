"""GB 18218-2018 as the standard reads: every row of its tables, S and R, the edges of the levels, and what is unknown."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import BadInput, BadRuleSet
from chalicelib.grading.official.gb18218 import Holding, Unit, identify
from chalicelib.grading.official.substances import MODEL, load_tables

TABLES = load_tables()

# Table 1, written down a second time: critical quantity in tonnes by name.
TONNES = """
氨 10|二氧化氮 1|二氧化硫 20|氟 1|光气 0.3|环氧乙烷 10|甲醛（含量＞90%） 5|磷化氢 1|硫化氢 5|氯化氢 20|氯 5|煤气 20|一氧化碳 20|溴甲烷 10|氟化氢 1|TDI 100
氰化氢 1|三氧化硫 75|溴 20|MIC 0.75|硝酸铵（可燃物≤0.2%） 50|硝酸铵（可燃物＞0.2%） 5|1,3-丁二烯 5|二甲醚 50|甲烷 50|天然气 50|氯乙烯 50|氢 5|LPG 50
一甲胺 5|乙炔 1|乙烯 50|氧 200|苯 50|苯乙烯 500|丙酮 500|丙烯腈 50|二硫化碳 50|环己烷 500|环氧丙烷 10|甲苯 500|甲醇 500|汽油 200|乙醇 500|乙醚 10
乙酸乙酯 500|正己烷 500|过乙酸 10|白磷 50|烷基铝 1|戊硼烷 1|过氧化钾 20|过氧化钠 20|氯酸钾 100|氯酸钠 100|发烟硝酸 20|硝酸（含量＞70%） 100|硝酸胍 50|电石 100|钾 1|钠 10
"""
NAMED_TONNES = {
    name: Fraction(tonnes) for name, tonnes in (row.rsplit(" ", 1) for line in TONNES.split("\n") if line for row in line.split("|"))
}
# Table 3.
NAMED_BETA = {
    "一氧化碳": 2, "二氧化硫": 2, "氨": 2, "环氧乙烷": 2, "氯化氢": 3, "溴甲烷": 3, "氯": 4, "硫化氢": 5, "氟化氢": 5, "二氧化氮": 10,
    "氰化氢": 10, "光气": 20, "磷化氢": 20, "异氰酸甲酯": 20,
}  # fmt: skip
FLAMMABLE_GAS = {"氢", "甲烷", "天然气", "LPG", "乙炔", "乙烯", "氯乙烯", "1,3-丁二烯", "二甲醚", "一甲胺"}
FLAMMABLE_LIQUID = {"汽油", "甲醇", "乙醇", "苯", "甲苯", "丙酮", "环己烷", "乙酸乙酯", "正己烷"}
# Tables 2 and 4: class → (critical quantity, β).
CLASSES = {
    "J1": ("5", "4"), "J2": ("50", "1"), "J3": ("50", "2"), "J4": ("50", "2"), "J5": ("500", "1"),
    "W1.1": ("1", "2"), "W1.2": ("10", "2"), "W1.3": ("50", "2"), "W2": ("10", "1.5"), "W3": ("150", "1"), "W4": ("50", "1"),
    "W5.1": ("10", "1.5"), "W5.2": ("50", "1"), "W5.3": ("1000", "1"), "W5.4": ("5000", "1"),
    "W6.1": ("10", "1.5"), "W6.2": ("50", "1"), "W7.1": ("10", "1.5"), "W7.2": ("50", "1"),
    "W8": ("50", "1"), "W9.1": ("50", "1"), "W9.2": ("200", "1"), "W10": ("200", "1"), "W11": ("200", "1"),
}  # fmt: skip


def source(*holdings: tuple, exposed: int | None = 10):
    """The verdict on one unit that holds these (substance, tonnes, class symbols…)."""
    unit = Unit("一号罐区", tuple(Holding(name, tonnes, tuple(classes)) for name, tonnes, *classes in holdings))
    return identify([unit], exposed, TABLES)


# ── Every row ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "tonnes"), NAMED_TONNES.items())
def test_a_named_substance_is_a_major_source_from_its_quantity(name: str, tonnes: Fraction) -> None:
    at, below = source((name, tonnes)), source((name, tonnes - Fraction(1, 1000)))
    assert (at.major, at.units[0].s) == (True, 1)
    assert (below.major, below.level, below.units[0].r) == (False, None, None)


def test_no_row_is_left_untested() -> None:
    tested = {substance.code for name in NAMED_TONNES for substance in TABLES.by_name[name]}
    assert tested == {substance.code for substance in TABLES.substances}
    assert set(TABLES.classes) == set(CLASSES)


@pytest.mark.parametrize(("name", "beta"), NAMED_BETA.items())
def test_named_betas(name: str, beta: int) -> None:
    (line,) = source((name, 1)).units[0].lines
    assert (line.beta, line.beta_by, line.unknown) == (beta, name, ())


def test_only_table_3_has_named_betas() -> None:
    assert {substance.title for substance in TABLES.substances if substance.beta is not None} == set(NAMED_BETA)


@pytest.mark.parametrize(("names", "symbol", "beta"), [(FLAMMABLE_GAS, "W2", Fraction(3, 2)), (FLAMMABLE_LIQUID, "W5.3", 1)])
def test_class_betas_of_named_substances(names: set[str], symbol: str, beta: Fraction) -> None:
    for name in names:
        (line,) = source((name, 1)).units[0].lines
        assert (line.beta, line.beta_by, line.critical_tonnes) == (beta, symbol, NAMED_TONNES[name])


def test_only_these_have_a_class_of_their_own() -> None:
    with_class = {name for name in NAMED_TONNES if TABLES.by_name[name][0].classes}
    assert with_class == FLAMMABLE_GAS | FLAMMABLE_LIQUID


@pytest.mark.parametrize(("symbol", "figures"), CLASSES.items())
def test_an_unlisted_substance_takes_its_class(symbol: str, figures: tuple[str, str]) -> None:
    tonnes, beta = map(Fraction, figures)
    verdict = source(("某化学品", 3 * tonnes, symbol))
    assert (verdict.units[0].s, verdict.units[0].r, verdict.unknown) == (3, 3 * beta, ())
    assert source(("某化学品", tonnes - Fraction(1, 100), symbol)).major is False


@pytest.mark.parametrize(
    ("exposed", "alpha"),
    [(0, "0.5"), (1, "1"), (29, "1"), (30, "1.2"), (49, "1.2"), (50, "1.5"), (99, "1.5"), (100, "2"), (100000, "2")],
)
def test_alpha_by_exposed_persons(exposed: int, alpha: str) -> None:
    verdict = source(("氨", 40), exposed=exposed)
    assert (verdict.alpha, verdict.units[0].r) == (Fraction(alpha), 8 * Fraction(alpha))


def test_every_row_names_its_source() -> None:
    assert all(substance.source and substance.tag in "VDM" for substance in TABLES.substances)
    assert TABLES.standard.source == "GB 18218-2018"


# ── Worked examples and edges ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("exposed", "r", "level"), [(29, "8.0", 4), (30, "9.6", 4), (50, "12.0", 3)])
def test_forty_tonnes_of_ammonia(exposed: int, r: str, level: int) -> None:
    verdict = source(("氨", 40), exposed=exposed)
    (unit,) = verdict.units
    assert (unit.s, unit.r, verdict.level, verdict.at_least) == (4, Fraction(r), level, level)


def test_petrol_and_acetylene_below_one_are_not_graded() -> None:
    verdict = source(("汽油", 50), ("乙炔", "0.5"))
    (unit,) = verdict.units
    assert (unit.s, unit.r, verdict.major, verdict.level, verdict.at_least) == (Fraction(3, 4), None, False, None, None)


@pytest.mark.parametrize(
    ("tonnes", "r", "level"),
    [
        ("49.9", "9.98", 4),
        ("50", "10", 3),
        ("249.9", "49.98", 3),
        ("250", "50", 2),
        ("499.99", "99.998", 2),
        ("500", "100", 1),
        ("5000", "1000", 1),
    ],
)
def test_the_edges_of_the_levels(tonnes: str, r: str, level: int) -> None:
    verdict = source(("氨", tonnes))
    assert (verdict.units[0].r, verdict.level) == (Fraction(r), level)


def test_thirds_add_up_to_exactly_one() -> None:
    """Three times 10/30: a float would fall short of S = 1."""
    thirds = source(*[("氨", Fraction(10, 3))] * 3)
    assert (thirds.units[0].s, thirds.major) == (1, True)
    assert source(*[("光气", "0.1")] * 3).units[0].s == 1


def test_several_substances_add_up_with_their_own_betas() -> None:
    verdict = source(("氯", 5), ("汽油", 200), ("光气", "0.3"), exposed=100)
    assert (verdict.units[0].s, verdict.units[0].r, verdict.level) == (3, 2 * (4 + 1 + 20), 2)


def test_the_named_beta_goes_before_the_class() -> None:
    (line,) = source(("氯", 5, "J1", "W4")).units[0].lines
    assert (line.beta, line.beta_by, line.critical_tonnes) == (4, "氯", 5)
    (line,) = source(("氨", 5, "J1")).units[0].lines
    assert line.beta == 2


def test_the_named_quantity_goes_before_the_class() -> None:
    """Methane stands in table 1 with 50 t; its class W2 would say 10 t."""
    assert source(("甲烷", 10, "W2")).units[0].lines[0].critical_tonnes == 50


def test_several_rows_take_the_smallest_quantity() -> None:
    (line,) = source(("硝酸铵", 1)).units[0].lines
    assert (line.critical_tonnes, line.critical_by) == (5, "硝酸铵（可燃物＞0.2%）")
    (line,) = source(("某化学品", 1, "W5.3", "J3", "W9.2")).units[0].lines
    assert (line.critical_tonnes, line.critical_by, line.beta) == (50, "J3", 2)


def test_several_units_take_the_worst() -> None:
    units = [Unit("氨罐区", (Holding("氨", 40),)), Unit("氯库", (Holding("氯", 20),)), Unit("油库", (Holding("汽油", 1),))]
    verdict = identify(units, 10, TABLES)
    assert [(unit.major, unit.level) for unit in verdict.units] == [(True, 4), (True, 3), (False, None)]
    assert (verdict.major, verdict.level) == (True, 3)


def test_units_are_not_added_together() -> None:
    verdict = identify([Unit("东库", (Holding("氨", 6),)), Unit("西库", (Holding("氨", 6),))], 10, TABLES)
    assert verdict.major is False


def test_a_unit_that_holds_nothing_is_none() -> None:
    assert source().major is False


# ── Unknown is not nought ──────────────────────────────────────────────────────────────────────────────────────────


def test_unknown_exposure_is_a_major_source_without_a_level() -> None:
    verdict = source(("氨", 40), exposed=None)
    assert (verdict.major, verdict.level, verdict.at_least, verdict.units[0].r) == (True, None, 4, None)
    assert verdict.unknown == ("厂区外500米可能暴露人员数",)
    assert any("待定" in reason for reason in verdict.reasons)


def test_unknown_exposure_bounds_the_level_by_the_smallest_alpha() -> None:
    assert source(("氨", 200), exposed=None).at_least == 3
    assert source(("氨", 2000), exposed=None).at_least == 1
    assert source(("氨", 2000), exposed=None).level is None


def test_exposure_does_not_matter_below_one() -> None:
    verdict = source(("氨", 9), exposed=None)
    assert (verdict.major, verdict.unknown) == (False, ())


def test_an_unknown_quantity_leaves_it_open_or_only_the_level() -> None:
    below, above = source(("氨", 5), ("氯", None)), source(("氨", 40), ("氯", None))
    assert (below.major, below.level, below.at_least) == (None, None, None)
    assert (above.major, above.level, above.at_least) == (True, None, 4)
    assert below.unknown == above.unknown == ("一号罐区：氯数量",)


def test_a_substance_without_class_is_named_and_undecided() -> None:
    verdict = source(("某助剂", 3))
    assert (verdict.major, verdict.unknown) == (None, ("一号罐区：某助剂类别",))
    assert source(("某助剂", 3, "W5.1")).major is False
    assert source(("某助剂", 30, "W5.1")).major is True


def test_a_named_substance_without_class_is_a_source_without_a_level() -> None:
    """Styrene has its critical quantity, but no β of its own and no class in the shipped table."""
    verdict = source(("苯乙烯", 6000))
    assert (verdict.major, verdict.level, verdict.at_least, verdict.unknown) == (True, None, 3, ("一号罐区：苯乙烯类别",))
    assert source(("苯乙烯", 6000, "W5.3")).level == 3
    assert source(("苯乙烯", 400)).unknown == ()


def test_the_gravest_level_is_certain_whatever_else_is_unknown() -> None:
    verdict = source(("氨", 500), ("氯", None))
    assert (verdict.level, verdict.units[0].r) == (1, None)


def test_one_open_unit_leaves_the_site_open_unless_another_is_the_gravest() -> None:
    doubtful = Unit("西库", (Holding("氯", None),))
    held = identify([Unit("东库", (Holding("氨", 40),)), doubtful], 10, TABLES)
    gravest = identify([Unit("东库", (Holding("氨", 500),)), doubtful], 10, TABLES)
    none = identify([Unit("东库", (Holding("氨", 1),)), doubtful], 10, TABLES)
    assert (held.major, held.level, held.at_least) == (True, None, 4)
    assert (gravest.major, gravest.level) == (True, 1)
    assert (none.major, none.level) == (None, None)


def test_none_of_an_unlisted_substance_weighs_nothing() -> None:
    assert source(("某助剂", 0)).major is False


# ── Refused ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("bad", [-1, "-1", 0.3, "0,3", "1e3", "", "nan", True, "٣"])
def test_a_quantity_that_is_not_exact_is_refused(bad: object) -> None:
    with pytest.raises(BadInput, match="decimal text"):
        source(("氨", bad))


def test_all_problems_are_named_at_once() -> None:
    units = [Unit("库", (Holding("氨", -1), Holding("", 1), Holding("某助剂", 1, ("W99",)))), Unit("库", ())]
    with pytest.raises(BadInput) as refusal:
        identify(units, -5, TABLES)
    assert {problem.place for problem in refusal.value.problems} == {
        "exposed", "units.库", "units.库.1.tonnes", "units.库.2.substance", "units.库.3.classes",
    }  # fmt: skip


def test_no_unit_at_all_is_refused() -> None:
    with pytest.raises(BadInput, match="at least one unit"):
        identify([], 10, TABLES)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('tonnes = "0.3"', 'tonnes = "0"', "more than 0"),
        ('tonnes = "0.3"', "tonnes = 0.3", "as text"),
        ('classes = ["W2"]', 'classes = ["W0"]', "no such class"),
        ('code = "chlorine"', 'code = "ammonia"', "stands twice"),
        ('level = 2, title = "二级", at_least = "50"', 'level = 2, title = "二级", at_least = "500"', "gravest level"),
        ("persons = 0,", "persons = 5,", "0 last"),
    ],
)
def test_tables_that_do_not_hold_together_are_refused(old: str, new: str, problem: str) -> None:
    text = MODEL.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(BadRuleSet, match=problem):
        load_tables(text.replace(old, new, 1).encode())


def test_the_result_is_text() -> None:
    document = source(("氨", "12.5"), ("硝酸胍", 1, "W9.1")).to_document()
    (unit,) = document["units"]
    assert (unit["s"], unit["r"], unit["level"], document["alpha"]) == ("1.27", "2.52", 4, "1")
    assert [line["ratio"] for line in unit["lines"]] == ["1.25", "0.02"]


# ── Laws ───────────────────────────────────────────────────────────────────────────────────────────────────────────

QUANTITY = st.one_of(st.none(), st.integers(0, 2000), st.decimals(0, 2000, places=3).map(str))
NAMES = st.sampled_from(["氨", "氯", "光气", "汽油", "氢", "苯乙烯", "硝酸铵", "某助剂"])
HOLDINGS = st.lists(st.tuples(NAMES, QUANTITY), min_size=1, max_size=4)
EXPOSED = st.one_of(st.none(), st.integers(0, 200))


def gravity(verdict) -> tuple[bool, int]:
    """What is certain, as something that may only grow: a major source, and its level from below."""
    return verdict.major is True, -(verdict.at_least or 5)


@settings(max_examples=150, deadline=None)
@given(holdings=HOLDINGS, exposed=EXPOSED, name=NAMES, more=st.integers(1, 3000))
def test_more_of_anything_never_lowers_s_or_the_level(holdings, exposed, name: str, more: int) -> None:
    before, after = source(*holdings, exposed=exposed), source(*holdings, (name, more), exposed=exposed)
    assert after.units[0].s >= before.units[0].s
    assert gravity(after) >= gravity(before)


@settings(max_examples=150, deadline=None)
@given(holdings=HOLDINGS, exposed=st.integers(0, 200), hidden=st.sets(st.integers(0, 3)), veil=st.booleans())
def test_hiding_a_figure_never_makes_it_lighter_than_certain(holdings, exposed: int, hidden: set[int], veil: bool) -> None:
    full = source(*holdings, exposed=exposed)
    veiled = source(
        *[(name, None if place in hidden else tonnes) for place, (name, tonnes) in enumerate(holdings)], exposed=None if veil else exposed
    )
    assert gravity(veiled) <= gravity(full)
    assert not (veiled.major is False and full.major is not False)
    if veiled.level is not None and full.level is not None:
        assert veiled.level == full.level


@settings(max_examples=100, deadline=None)
@given(holdings=HOLDINGS, exposed=EXPOSED, order=st.randoms())
def test_the_order_does_not_matter(holdings, exposed, order) -> None:
    shuffled = list(holdings)
    order.shuffle(shuffled)
    one, other = source(*holdings, exposed=exposed), source(*shuffled, exposed=exposed)
    assert (one.major, one.level, one.at_least, one.units[0].s) == (other.major, other.level, other.at_least, other.units[0].s)


@settings(max_examples=100, deadline=None)
@given(holdings=HOLDINGS, fewer=st.integers(0, 200), more=st.integers(0, 200))
def test_more_exposed_persons_never_lower_the_level(holdings, fewer: int, more: int) -> None:
    fewer, more = sorted((fewer, more))
    assert gravity(source(*holdings, exposed=more)) >= gravity(source(*holdings, exposed=fewer))
