"""Two judges that share no code agree on every number of thousands of random sites (``tests/second_judge.py``)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from chalicelib.clock import parse_instant
from chalicelib.grading.judge import grade
from chalicelib.grading.rules import MODEL_2020, RuleSet, load_rule_set
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


def first_judgement(site: RandomSite, on: date, known_at: str | None, rules: RuleSet = RULES) -> dict:
    """The first judge's document in the second judge's shape."""
    instant = None if known_at is None else parse_instant(known_at)
    said = grade(site.facts, rules, on, instant).to_document()
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


def differences(seed: int, rules: RuleSet = RULES) -> list[tuple]:
    """(seed, day, field, first, second) wherever the two differ; the sites' days with and without a cut-off of knowledge."""
    site = RandomSite(seed)
    found = []
    for on, known_at in [(site.days[0], None), (site.days[1], None), (site.days[0], site.known_at)]:
        first, second = first_judgement(site, on, known_at, rules), second_judgement(site, on, known_at)
        found += [(seed, on.isoformat(), known_at, name, first[name], second[name]) for name in first if first[name] != second[name]]
    return found


def test_the_two_judges_agree_on_random_sites():
    assert [found for seed in range(300) for found in differences(seed)] == []


# A number of the rule set changed by the least step: the rule's code, the line as it is, the line as it would be.
WRONG_NUMBERS = [
    ("R01", 'points = "0.5"', 'points = "0.4"'),
    ("R02", "months = 12", "months = 13"),
    ("R03", "months = 36", "months = 35"),
    ("R04", 'cap = "20"', 'cap = "30"'),
    ("R05", 'points = "5"', 'points = "4"'),
    ("R06", 'cap = "9"', 'cap = "10"'),
    ("R07", "months = 12", "months = 11"),
    ("R08", 'cap = "5"', 'cap = "4"'),
    ("R09", "months = 12", "months = 11"),
    ("R10", "months = 12", "months = 11"),
    ("A01", 'standardisation_2 = "3"', 'standardisation_2 = "4"'),
    ("A02", "months = 60", "months = 59"),
    ("A03", 'cap = "1"', 'cap = "2"'),
    ("V01", "months = 6", "months = 7"),
    ("V02", "months = 12", "months = 11"),
    ("V03", "months = 12", "months = 11"),
    ("V04", "officers = 2", "officers = 3"),
    ("V05", "months = 12", "months = 13"),
    ("V06", "months = 6", "months = 5"),
    ("V08", "from = 2023-10-01", "from = 2023-10-02"),
    ("V09", '"trade_with_storage"', '"trade_without_storage"'),
    ("C02", "below = 3", "below = 2"),
    ("C03", "at_least = 2", "at_least = 3"),
    ("C05", 'required_grade = "orange"', 'required_grade = "yellow"'),
    ("C06", "days = 92", "days = 91"),
    ("C07", "other_months = 36", "other_months = 35"),
    ("C08", 'below = "60.0"', 'below = "60.1"'),
]


@pytest.mark.full
@pytest.mark.parametrize(("code", "right", "wrong"), WRONG_NUMBERS)
def test_the_second_judge_would_notice_a_wrong_number_in_the_rule_set(code, right, wrong, tmp_path):
    text = MODEL_2020.read_text(encoding="utf-8")
    before, after = text.split(f'code = "{code}"', 1)
    assert right in after
    path = tmp_path / MODEL_2020.name
    path.write_text(f'{before}code = "{code}"{after.replace(right, wrong, 1)}', encoding="utf-8")
    rules = load_rule_set(path)
    assert any(differences(seed, rules) for seed in range(1000))


@pytest.mark.full
def test_the_two_judges_agree_on_ten_thousand_random_sites():
    assert [found for seed in range(1000, 11000) for found in differences(seed)] == []
