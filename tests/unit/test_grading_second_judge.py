"""Two judges that share no code agree on every number of thousands of random sites (``tests/second_judge.py``)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from chalicelib.clock import parse_instant
from chalicelib.grading.judge import grade
from chalicelib.grading.rules import MODEL_2020, load_rule_set
from tests.random_sites import RandomSite
from tests.second_judge import BY_ACT, judge, worst

RULES = load_rule_set(MODEL_2020)


def end_of(text: str | None) -> date:
    return BY_ACT if text is None else date.fromisoformat(text)


def one_line_each(causes: list[tuple[str, str, date]]) -> list[tuple[str, str, date]]:
    """Several causes of one code: the worst colour, the latest end (12.33)."""
    codes = sorted({code for code, _, _ in causes})
    return [
        (code, worst([colour for name, colour, _ in causes if name == code]), max(end for name, _, end in causes if name == code))
        for code in codes
    ]


def first_judgement(site: RandomSite, on: date, known_at: str | None) -> dict:
    """The first judge's document in the second judge's shape."""
    instant = None if known_at is None else parse_instant(known_at)
    said = grade(site.facts, RULES, on, instant).to_document()
    points = {one["code"]: Fraction(one["points"]) for one in said["adjustments"]}
    return {
        "state": said["state"],
        "grade": said["grade"],
        "score": None if said["score"] is None else Fraction(said["score"]),
        "axes": {axis: None if value is None else Fraction(value) for axis, value in said["axes"].items()},
        "items": {one["item"]: (None if one["value"] is None else Fraction(one["value"]), one["status"]) for one in said["items"]},
        "adjustments": {code: value for code, value in points.items() if value},
        "vetoes": one_line_each([(one["code"], one["grade"], end_of(one["end"])) for one in said["vetoes"]]),
        "caps": one_line_each([(one["code"], one["grade"], end_of(one["end"])) for one in said["caps"]]),
        "overrides": sorted((one["grade"], end_of(one["end"])) for one in said["overrides"]),
        "flags": sorted(one["text"] for one in said["flags"]),
        "missing": [one["item"] for one in said["missing"]],
        "review_on": None if said["review_on"] is None else date.fromisoformat(said["review_on"]),
    }


def second_judgement(site: RandomSite, on: date, known_at: str | None) -> dict:
    said = judge(site.facts, on, known_at)
    points = {**{code: -value for code, value in said.pop("minus").items()}, **said.pop("plus")}
    return {
        **said,
        "adjustments": points,
        "vetoes": one_line_each([(code, "red", end) for code, end in said["vetoes"].items()]),
        "caps": one_line_each(said["caps"]),
        "overrides": sorted(said["overrides"]),
        "flags": sorted(said["flags"]),
    }


def differences(seed: int) -> list[tuple]:
    """(seed, day, field, first, second) wherever the two differ; the sites' days with and without a cut-off of knowledge."""
    site = RandomSite(seed)
    found = []
    for on, known_at in [(site.days[0], None), (site.days[1], None), (site.days[0], site.known_at)]:
        first, second = first_judgement(site, on, known_at), second_judgement(site, on, known_at)
        found += [(seed, on.isoformat(), known_at, name, first[name], second[name]) for name in first if first[name] != second[name]]
    return found


def test_the_two_judges_agree_on_random_sites():
    assert [found for seed in range(300) for found in differences(seed)] == []


@pytest.mark.full
def test_the_two_judges_agree_on_ten_thousand_random_sites():
    assert [found for seed in range(1000, 11000) for found in differences(seed)] == []
