"""应急〔2018〕19号 as the guideline reads: every row, cap, bonus and direct-red condition; N1, N3, N5, N8, N10; what is unknown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import BadInput, BadRuleSet
from chalicelib.grading.model import Grade
from chalicelib.grading.official.chemicals_19 import diagnose
from chalicelib.grading.official.form_19 import MODEL, load_guideline

GUIDELINE = load_guideline()

# The guideline's table, written down a second time: row → (cap, {clause: (points each, at most once)}), points in tenths.
ROWS = {
    "major_source": (
        100,
        {"major_source_1": (100, False), "major_source_2": (80, False), "major_source_3": (60, False), "major_source_4": (40, False)},
    ),
    "substances": (50, {"explosives": (20, False), "inhalation_toxics": (20, False), "key_chemicals": (1, False)}),
    "processes": (100, {"hazardous_processes": (20, False)}),
    "fire_explosion": (50, {"class_a_places": (10, False), "class_b_places": (5, False), "tanks_beside_flame": (50, True)}),
    "surroundings": (100, {"outside_park": (30, True), "safety_distance_not_met": (100, True)}),
    "design": (100, {"first_use_unproved": (50, True), "reaction_risk_unassessed": (100, True)}),
    "equipment": (50, {"obsolete_equipment": (20, False), "special_equipment_unregistered": (20, False), "no_dual_power": (50, True)}),
    "controls": (
        100,
        {
            "process_not_automated": (100, True),
            "tanks_without_sis": (100, True),
            "tanks_without_cutoff": (50, True),
            "source_without_remote_alarm": (10, False),
            "gas_detectors_missing": (10, False),
            "electrics_not_explosion_proof": (10, False),
            "offices_in_unit": (50, False),
        },
    ),
    "staff": (
        150,
        {
            "heads_not_passed": (50, False),
            "officers_not_passed": (50, False),
            "officers_underqualified": (50, False),
            "managers_underqualified": (50, False),
            "no_safety_engineer": (30, True),
        },
    ),
    "management": (100, {"procedures_incomplete": (50, True), "special_work_unruled": (100, True), "posts_without_duty": (20, False)}),
    "accidents": (
        100,
        {"major_accidents": (100, False), "larger_accidents": (100, False), "fatal_accidents": (80, False), "public_accidents": (50, True)},
    ),
}
BONUSES = {
    "designed_by_class_a": 20,
    "heads_with_chemistry": 20,
    "own_fire_brigade": 30,
    "standardisation_1": 150,
    "standardisation_2": 50,
    "standardisation_3": 20,
    "five_years_without_accident": 50,
}
DIRECT = {
    "untested_new_process": 1,
    "undesigned_units": 1,
    "unqualified_special_workers": 1,
    "major_accidents": 1,
    "larger_accidents": 2,
    "fatal_accidents_1y": 2,
}
CLAUSES = [(row, code, points, once) for row, (_, clauses) in ROWS.items() for code, (points, once) in clauses.items()]
EACH = [(row, code, points) for row, code, points, once in CLAUSES if not once and row != "major_source"]
N1 = {
    "major_source_3": 1,
    "inhalation_toxics": 1,
    "key_chemicals": 3,
    "hazardous_processes": 1,
    "class_a_places": 2,
    "outside_park": True,
    "gas_detectors_missing": 2,
    "officers_not_passed": 1,
    "standardisation_2": True,
    "five_years_without_accident": True,
    "heads_with_chemistry": 1,
}


def judged(coverage: str = "full", **findings: int | bool | None):
    return diagnose(findings, coverage, GUIDELINE)


def total(rows: dict[str, dict[str, int]], bonus: int = 0) -> int:
    """The slow second reading of the table: tenths before the clamp."""
    taken = 0
    for row, (cap, clauses) in ROWS.items():
        found = {code: count for code, count in rows.get(row, {}).items() if count}
        if row == "major_source":
            taken += max((clauses[code][0] for code in found), default=0)
        else:
            taken += min(cap, sum(clauses[code][0] * count for code, count in found.items()))
    return 1000 - taken + bonus


def test_the_table_has_exactly_these_rows() -> None:
    shipped = {row.code: (row.cap, {clause.code: (clause.points, clause.once) for clause in row.clauses}) for row in GUIDELINE.rows}
    assert shipped == ROWS
    assert {clause.code: clause.points for row in GUIDELINE.bonuses for clause in row.clauses} == BONUSES
    assert {each.code: each.at_least for each in GUIDELINE.direct} == DIRECT
    assert sum(cap for cap, _ in ROWS.values()) == 1000


def test_every_number_names_its_source() -> None:
    for row in (*GUIDELINE.rows, *GUIDELINE.bonuses):
        assert row.source and all(clause.source and clause.tag in "VDM" for clause in row.clauses)
    assert all(each.source for each in GUIDELINE.direct)
    assert GUIDELINE.standard.hash.startswith("sha256:")
    assert [clause.code for clause in GUIDELINE.clauses.values() if clause.tag != "V"] == [
        "special_equipment_unregistered",
        "major_accidents",
    ]


@pytest.mark.parametrize(("row", "code", "points", "once"), CLAUSES)
def test_each_row_takes_its_points(row: str, code: str, points: int, once: bool) -> None:
    verdict = judged(**{code: 1})
    assert verdict.score == 1000 - points
    (taken,) = [result for result in verdict.rows if result.points]
    assert (taken.row.code, taken.points, [line.clause.code for line in taken.lines]) == (row, points, [code])
    assert any(taken.lines[0].clause.title in reason for reason in verdict.reasons)


@pytest.mark.parametrize(("row", "code", "points"), EACH)
def test_what_is_counted_runs_to_the_rows_cap(row: str, code: str, points: int) -> None:
    cap = ROWS[row][0]
    fit = cap // points
    assert judged(**{code: fit}).score == 1000 - points * fit
    over = judged(**{code: fit + 1})
    assert over.score == 1000 - cap
    (taken,) = [result for result in over.rows if result.points]
    assert taken.uncapped == points * (fit + 1) > taken.points == cap or points * (fit + 1) == cap


@pytest.mark.parametrize("code", [code for _, code, _, once in CLAUSES if once])
def test_what_holds_or_not_is_never_counted_twice(code: str) -> None:
    assert judged(**{code: True}).score == judged(**{code: 1}).score
    with pytest.raises(BadInput, match="0 or 1"):
        judged(**{code: 2})


@pytest.mark.parametrize(("code", "points"), BONUSES.items())
def test_bonuses_stand_outside_the_rows(code: str, points: int) -> None:
    """−30 in the staff row, cut to −15; the bonus is added to that."""
    assert judged(officers_not_passed=6, **{code: 1}).score == min(1000, 1000 - 150 + points)


def test_only_the_best_standardisation_counts() -> None:
    assert judged(officers_not_passed=3, standardisation_3=1, standardisation_2=1).score == 900
    assert judged(officers_not_passed=3, standardisation_3=1, standardisation_2=1, standardisation_1=1).score == 1000


@pytest.mark.parametrize(
    ("findings", "score", "grade"),
    [
        pytest.param(N1, 897, Grade.YELLOW, id="N1"),
        pytest.param({"officers_not_passed": 4}, 850, Grade.YELLOW, id="N3"),
        pytest.param({"unqualified_special_workers": 1}, 1000, Grade.RED, id="N5"),
        pytest.param({"officers_not_passed": 4, "heads_with_chemistry": 2}, 890, Grade.YELLOW, id="N8"),
        pytest.param(
            {"major_source_3": 1, "major_source_4": 1, "key_chemicals": 3, "process_not_automated": True}, 837, Grade.YELLOW, id="N10"
        ),
        pytest.param({}, 1000, Grade.BLUE, id="nothing found"),
    ],
)
def test_worked_examples(findings, score: int, grade: Grade) -> None:
    verdict = judged(**findings)
    assert (verdict.score, verdict.raw, verdict.grade) == (score, score, grade)


def test_two_sources_of_one_level_are_one_level() -> None:
    assert judged(major_source_3=2).score == 940


@pytest.mark.parametrize(
    ("key_chemicals", "rest", "score", "grade"),
    [
        (0, {"process_not_automated": 1}, 900, Grade.BLUE),
        (1, {"process_not_automated": 1}, 899, Grade.YELLOW),
        (0, {"process_not_automated": 1, "officers_not_passed": 3}, 750, Grade.YELLOW),
        (1, {"process_not_automated": 1, "officers_not_passed": 3}, 749, Grade.ORANGE),
        (0, {"process_not_automated": 1, "officers_not_passed": 3, "special_work_unruled": 1, "no_dual_power": 1}, 600, Grade.ORANGE),
        (1, {"process_not_automated": 1, "officers_not_passed": 3, "special_work_unruled": 1, "no_dual_power": 1}, 599, Grade.RED),
    ],
)
def test_thresholds_to_the_tenth(key_chemicals: int, rest, score: int, grade: Grade) -> None:
    verdict = judged(key_chemicals=key_chemicals, **rest)
    assert (verdict.score, verdict.grade) == (score, grade)


def test_above_a_hundred_is_shown_as_a_hundred_and_kept() -> None:
    verdict = judged(standardisation_1=1, own_fire_brigade=1)
    assert (verdict.score, verdict.raw, verdict.to_document()["raw"]) == (1000, 1180, "118.0")


def test_everything_at_its_worst_is_nought() -> None:
    worst = {code: 1 if once else 99 for _, code, _, once in CLAUSES}
    assert (judged(**worst).score, judged(**worst).raw) == (0, 0)


@pytest.mark.parametrize(("code", "least"), DIRECT.items())
def test_direct_red_begins_at_its_count_and_leaves_the_score(code: str, least: int) -> None:
    wider = {"fatal_accidents": 2} if code == "fatal_accidents_1y" else {}
    below = judged(**{code: least - 1}, **wider)
    reached = judged(**{code: least}, **wider)
    assert (below.direct_red, below.grade != Grade.RED) == ((), True)
    assert ([each.code for each in reached.direct_red], reached.grade) == ([code], Grade.RED)
    assert reached.score is not None and reached.score >= 900
    assert reached.reasons[0].startswith("直接判定红色")


def test_a_graver_accident_never_scores_better() -> None:
    assert (
        judged(major_accidents=1).score
        <= judged(larger_accidents=1).score
        <= judged(fatal_accidents=1).score
        <= judged(public_accidents=1).score
    )


# ── Unknown is not nought ──────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_looked_at_is_undecided_not_blue() -> None:
    verdict = judged("partial")
    assert (verdict.grade, verdict.score, verdict.best, verdict.worst) == (None, None, Grade.BLUE, Grade.RED)
    assert set(verdict.unknown) == set(GUIDELINE.counted)
    assert verdict.to_document()["grade"] is None


def test_an_unknown_count_may_be_the_whole_rest_of_its_row() -> None:
    verdict = judged(officers_not_passed=1, heads_not_passed=None)
    assert (verdict.highest, verdict.lowest, verdict.grade, verdict.best, verdict.worst) == (950, 850, None, Grade.BLUE, Grade.YELLOW)
    assert any("未查明" in reason for reason in verdict.reasons)


def test_an_unknown_condition_weighs_its_own_points_at_most() -> None:
    verdict = judged(outside_park=None)
    assert (verdict.highest, verdict.lowest, verdict.grade) == (1000, 970, Grade.BLUE)
    assert verdict.score is None


def test_an_unknown_in_a_full_row_changes_nothing() -> None:
    verdict = judged(officers_not_passed=3, heads_not_passed=None)
    assert (verdict.score, verdict.grade, verdict.unknown) == (850, Grade.YELLOW, ("heads_not_passed",))


def test_an_unknown_level_of_major_source_may_be_the_worst() -> None:
    verdict = judged(major_source_1=None, major_source_4=1)
    assert (verdict.lowest, verdict.highest) == (900, 960)
    assert judged(major_source_1=0, major_source_2=None, major_source_3=None).lowest == 920
    assert judged(major_source_4=None).lowest == 960


def test_an_unknown_bonus_may_lift() -> None:
    verdict = judged(officers_not_passed=3, standardisation_1=None)
    assert (verdict.lowest, verdict.highest, verdict.grade, verdict.best) == (850, 1000, None, Grade.BLUE)
    assert judged(officers_not_passed=3, heads_with_chemistry=None).highest == 1000


def test_an_unknown_direct_red_condition_leaves_it_open() -> None:
    verdict = judged(unqualified_special_workers=None)
    assert (verdict.grade, verdict.best, verdict.worst, verdict.score) == (None, Grade.BLUE, Grade.RED, 1000)
    assert any("特种作业人员" in reason for reason in verdict.reasons)


def test_one_direct_red_condition_settles_it_whatever_is_unknown() -> None:
    assert judged("partial", undesigned_units=1).grade is Grade.RED


# ── Refused ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(BadInput) as refusal:
        diagnose({"key_chemicals": -1, "typo": 1, "explosives": 1.5, "outside_park": 2, "class_a_places": "3"}, "some", GUIDELINE)
    places = {problem.place for problem in refusal.value.problems}
    assert places == {f"findings.{code}" for code in ("key_chemicals", "typo", "explosives", "outside_park", "class_a_places")} | {
        "coverage"
    }


@pytest.mark.parametrize("accident", ["major_accidents", "larger_accidents", "fatal_accidents", "public_accidents"])
def test_five_years_without_accident_cannot_stand_beside_one(accident: str) -> None:
    with pytest.raises(BadInput, match="cannot stand beside"):
        judged(five_years_without_accident=1, **{accident: 1})


def test_a_part_is_not_more_than_the_whole() -> None:
    with pytest.raises(BadInput, match="of which it is a part"):
        judged(fatal_accidents=1, fatal_accidents_1y=2)


@pytest.mark.parametrize(
    ("chemical_type", "applies"),
    [
        ("production", True),
        ("trade_with_storage", True),
        ("trade_without_storage", False),
        ("use", False),
        ("filling_station", False),
        (None, False),
    ],
)
def test_it_is_for_producers_and_dealers_with_storage(chemical_type: str | None, applies: bool) -> None:
    assert GUIDELINE.applies(chemical_type) is applies


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('points = "0.1"', 'points = "0.15"', "at most 1 decimals"),
        ('points = "0.1"', "points = 0.1", "as text"),
        ('yellow = "75"', 'yellow = "95"', "blue must be above yellow"),
        ('part_of = "fatal_accidents"', 'part_of = "deaths"', "not defined in this file"),
        ('code = "explosives"', 'code = "key_chemicals"', "stands twice"),
        ('start = "100"', 'start = "100"\nmystery = 1', "unknown key"),
        ('cap = "5"', 'cup = "5"', "unknown key"),
    ],
)
def test_a_table_that_does_not_hold_together_is_refused(old: str, new: str, problem: str) -> None:
    text = MODEL.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(BadRuleSet, match=problem):
        load_guideline(text.replace(old, new, 1).encode())


# ── Laws ───────────────────────────────────────────────────────────────────────────────────────────────────────────

SOME = st.fixed_dictionaries({}, optional={code: st.integers(0, 1 if once else 30) for _, code, _, once in CLAUSES})
GIVEN = st.fixed_dictionaries({}, optional={code: st.integers(0, 1) for code in BONUSES if code != "five_years_without_accident"})


def bonus_of(given: dict[str, int]) -> int:
    levels = [BONUSES[code] for code in given if code.startswith("standardisation") and given[code]]
    return max(levels, default=0) + sum(BONUSES[code] * count for code, count in given.items() if not code.startswith("standardisation"))


@settings(max_examples=150, deadline=None)
@given(found=SOME, bonuses=GIVEN)
def test_it_agrees_with_the_slow_reading(found: dict[str, int], bonuses: dict[str, int]) -> None:
    by_row: dict[str, dict[str, int]] = {}
    for row, code, _, _ in CLAUSES:
        by_row.setdefault(row, {})[code] = found.get(code, 0)
    verdict = judged(**found, **bonuses)
    expected = total(by_row, bonus_of(bonuses))
    assert verdict.raw == expected
    assert verdict.score == min(1000, max(0, expected))
    assert all(result.points <= result.row.cap for result in verdict.rows)
    assert 1000 - sum(result.points for result in verdict.rows) + sum(result.points for result in verdict.bonuses) == verdict.raw


@settings(max_examples=150, deadline=None)
@given(found=SOME, bonuses=GIVEN, more=st.sampled_from(CLAUSES))
def test_one_more_deduction_never_improves(found: dict[str, int], bonuses: dict[str, int], more) -> None:
    _, code, _, once = more
    before = judged(**found, **bonuses)
    after = judged(**{**found, code: 1 if once else found.get(code, 0) + 1}, **bonuses)
    assert after.score <= before.score
    assert after.grade <= before.grade


@settings(max_examples=150, deadline=None)
@given(found=SOME, bonuses=GIVEN, hidden=st.sets(st.sampled_from([*(code for _, code, _, _ in CLAUSES), *BONUSES])))
def test_the_truth_lies_within_what_an_unknown_leaves_open(found: dict[str, int], bonuses: dict[str, int], hidden: set[str]) -> None:
    known = judged(**found, **bonuses)
    veiled = judged(**{**found, **bonuses, **dict.fromkeys(hidden)})
    assert veiled.lowest <= known.score <= veiled.highest
    assert veiled.worst <= known.grade <= veiled.best
    assert veiled.grade in (None, known.grade)
