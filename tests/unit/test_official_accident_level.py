"""国务院令第493号, article 3, under the rule set's own levels: every threshold, unknown figures, and the terms of reporting."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.clock import SHANGHAI
from chalicelib.errors import BadInput, BadRuleSet
from chalicelib.grading.case import so_far
from chalicelib.grading.official.accident_level import MODEL, Casualties, casualties_of, judge, load_terms, report_by, supplement_ends
from chalicelib.grading.rules import MODEL_2020, load_rule_set

LEVELS = load_rule_set(MODEL_2020).levels
TERMS = load_terms()
WAN = 1_000_000  # fen
ORDER = ["特别重大", "重大", "较大", "一般"]


def level(deaths, injured, loss_wan, poisoned=0):
    return judge(Casualties(deaths, injured, None if loss_wan is None else loss_wan * WAN, poisoned), LEVELS)


@pytest.mark.parametrize(
    ("figures", "title"),
    [
        ((0, 0, 0), "一般"), ((2, 9, 999), "一般"), ((3, 0, 0), "较大"), ((0, 10, 0), "较大"), ((0, 0, 1000), "较大"), ((9, 49, 4999), "较大"),
        ((10, 0, 0), "重大"), ((2, 50, 0), "重大"), ((0, 0, 5000), "重大"), ((29, 99, 9999), "重大"),
        ((30, 0, 0), "特别重大"), ((0, 100, 0), "特别重大"), ((0, 0, 10000), "特别重大"),
    ],
)  # fmt: skip
def test_each_threshold_includes_itself_and_the_highest_figure_decides(figures, title: str) -> None:
    verdict = level(*figures)
    assert (verdict.level.title, verdict.at_least.title, verdict.unknown) == (title, title, ())


def test_the_rule_sets_levels_are_those_of_article_3() -> None:
    assert [(each.title, each.deaths, each.serious_injuries, each.loss_fen // WAN) for each in LEVELS] == [
        ("特别重大", 30, 100, 10000), ("重大", 10, 50, 5000), ("较大", 3, 10, 1000), ("一般", 0, 0, 0),
    ]  # fmt: skip


def test_a_fen_below_a_threshold_is_below_it() -> None:
    assert judge(Casualties(0, 0, 1000 * WAN - 1), LEVELS).level.title == "一般"


@pytest.mark.parametrize(
    ("figures", "at_least", "unknown"),
    [
        ((None, 0, 0), "一般", ("deaths",)),
        ((None, 10, 0), "较大", ("deaths",)),
        ((5, None, None), "较大", ("serious_injuries", "loss_fen")),
        ((29, 99, None), "重大", ("loss_fen",)),
        ((None, None, None), "一般", ("deaths", "serious_injuries", "loss_fen")),
        ((0, 49, 0, None), "较大", ("poisoned",)),
    ],
)
def test_an_unknown_figure_is_not_nought(figures, at_least: str, unknown) -> None:
    verdict = level(*figures)
    assert (verdict.level, verdict.at_least.title, verdict.unknown) == (None, at_least, unknown)
    assert verdict.to_document()["title"] == f"待定（不低于{at_least}）"
    assert len(verdict.reasons) == 1 + len(unknown)


def test_a_certain_gravest_level_stands_beside_an_unknown() -> None:
    """A1: deaths unknown, 100 seriously injured."""
    verdict = level(None, 100, None)
    assert (verdict.level.title, verdict.to_document()["level"]) == ("特别重大", "extraordinary")


def test_acute_poisoning_counts_as_serious_injury() -> None:
    assert level(0, 9, 0, 1).level.title == "较大"
    assert level(0, 60, 0, 40).level.title == "特别重大"


def test_the_reason_names_the_figures_that_reach_the_level() -> None:
    assert level(3, 50, 100).reasons == ("重伤（含急性工业中毒）50人：重大",)
    assert level(3, 0, 1000).reasons == ("死亡3人、直接经济损失1000万元：较大",)


@pytest.mark.parametrize("bad", [-1, 1.0, "3", True])
def test_every_wrong_figure_is_named(bad: object) -> None:
    with pytest.raises(BadInput) as refusal:
        judge(Casualties(bad, bad, bad, bad), LEVELS)
    assert [problem.place for problem in refusal.value.problems] == ["deaths", "serious_injuries", "loss_fen", "poisoned"]


FIGURE = st.integers(0, 120)


@settings(max_examples=200, deadline=None)
@given(st.tuples(FIGURE, FIGURE, st.integers(0, 12000)), st.tuples(FIGURE, FIGURE, st.integers(0, 12000)))
def test_more_of_anything_is_never_lighter(one, more) -> None:
    graver = [left + right for left, right in zip(one, more)]
    assert ORDER.index(level(*graver).level.title) <= ORDER.index(level(*one).level.title)


@settings(max_examples=200, deadline=None)
@given(st.tuples(FIGURE, FIGURE, st.integers(0, 12000)), st.sets(st.integers(0, 2)))
def test_the_truth_is_never_lighter_than_the_bound(figures, hidden) -> None:
    veiled = level(*(None if place in hidden else figure for place, figure in enumerate(figures)))
    assert ORDER.index(level(*figures).level.title) <= ORDER.index(veiled.at_least.title)


# ── From a site's facts ────────────────────────────────────────────────────────────────────────────────────────────


def step(number: int, on: str, **figures: int) -> dict:
    return {"kind": "accident_updated", "id": f"U{number}", "on": on, "at": f"{on}T08:00:00.000Z", "by": "district", **figures}


def accident(*then: dict, **figures: int | None) -> dict:
    return {"id": "A1", "on": "2020-03-01", "at": "2020-03-01T08:00:00.000Z", "by": "district", **figures, "then": list(then)}


def known_on(day: str, record: dict) -> Casualties:
    return casualties_of(*so_far([record], day))


def test_figures_follow_the_updates_of_their_day() -> None:
    record = accident(step(1, "2020-03-02", deaths=2), step(2, "2020-03-10", deaths=3, loss_fen=5 * WAN), deaths=None, serious_injuries=1)
    assert known_on("2020-03-01", record) == Casualties(None, 1, None)
    assert known_on("2020-03-02", record) == Casualties(2, 1, None)
    assert known_on("2020-03-10", record) == Casualties(3, 1, 5 * WAN)
    assert judge(known_on("2020-03-10", record), LEVELS).level.title == "较大"


def test_a_withdrawn_update_does_not_count() -> None:
    void = {"id": "V1", "on": "2020-03-03", "at": "2020-03-03T08:00:00.000Z"}
    record = accident({**step(1, "2020-03-02", deaths=30), "void": void}, deaths=1, serious_injuries=0, loss_fen=0)
    assert judge(known_on("2020-03-04", record), LEVELS).level.title == "一般"


# ── Terms ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_head_of_the_unit_reports_within_an_hour() -> None:
    assert report_by(datetime(2020, 6, 1, 23, 30, tzinfo=SHANGHAI), TERMS) == datetime(2020, 6, 2, 0, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(("kind", "ends"), [("other", date(2020, 7, 1)), ("traffic", date(2020, 6, 8)), ("fire", date(2020, 6, 8))])
def test_later_deaths_are_added_for_thirty_or_seven_days(kind: str, ends: date) -> None:
    assert supplement_ends(date(2020, 6, 1), kind, TERMS) == ends


def test_an_unknown_kind_of_accident_is_refused() -> None:
    with pytest.raises(BadInput, match="flood"):
        supplement_ends(date(2020, 6, 1), "flood", TERMS)


def test_terms_without_a_source_are_refused() -> None:
    with pytest.raises(BadRuleSet, match="source"):
        load_terms(MODEL.read_bytes().replace(b'source = "', b'origin = "', 1))
