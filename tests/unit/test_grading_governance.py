"""Rule sets come into force by two people: one drafts, the effect is worked out, another enacts at least seven days ahead (domain §13.9)."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.grading.governance import drafting_problems, drafts_of, enacting_problems, governed
from chalicelib.grading.judge import grade
from chalicelib.grading.model import Grade
from chalicelib.grading.rulebook import rules_change_after, rules_on
from chalicelib.grading.rules import MODEL_2020, load_rule_set
from chalicelib.grading.shadow import shadow_report
from chalicelib.register.district import load_district
from chalicelib.supervision.model import Actor, make_event
from chalicelib.supervision.vocabulary import problems
from tests.builders import RULES, facts

DEMO = load_district("demo")
STRICTER = MODEL_2020.read_text("utf-8").replace('version = "1.0.0"', 'version = "1.1.0"').replace('blue = "90.0"', 'blue = "98.0"')
STRICT = load_rule_set(STRICTER.encode())
REPORT = "sha256:" + "a" * 64


def event(kind: str, on: str, who: str = "drafter", *, caused_by: str | None = None, **payload: object):
    return make_event(
        kind, "demo", occurred_on=on, known_at=f"{on}T02:00:00.000Z", actor=Actor(who, "district"), source="district", payload=payload,
        key=f"{kind}{on}{who}{payload.get('effective_from')}", caused_by=caused_by,
    )  # fmt: skip


DRAFT = event("rule_set_drafted", "2020-06-01", rule_set=STRICT.id, version=STRICT.version, hash=STRICT.hash, effective_from="2020-06-01", content=STRICTER)
SHADOW = event("rule_set_shadowed", "2020-06-02", caused_by=DRAFT.event_id, judged_on="2020-06-02", report=REPORT, sites=9, moves={"blue>yellow": 2})


def enactment(on: str = "2020-06-03", who: str = "enacter", effective_from: str = "2020-06-10", report: str = REPORT):
    return event("rule_set_enacted", on, who, caused_by=DRAFT.event_id, effective_from=effective_from, report=report)


def in_force(*more) -> str:
    return drafts_of([DRAFT, *more])[0].in_force_from


def test_drafted_by_one_enacted_by_another_with_its_report_it_judges_from_its_day() -> None:
    district = governed(DEMO, [DRAFT, SHADOW, enactment()])
    assert rules_on(district, date(2020, 6, 9)).hash == RULES.hash
    assert rules_on(district, date(2020, 6, 10)).hash == STRICT.hash
    assert rules_change_after(district, date(2020, 6, 3)) == date(2020, 6, 10)
    assert rules_on(DEMO, date(2020, 6, 10)).hash == RULES.hash, "the folder is as it was"


def test_all_these_events_may_stand_in_the_log() -> None:
    for one in (DRAFT, SHADOW, enactment()):
        assert problems(one) == []


def test_the_drafter_cannot_enact_whichever_way_the_event_came_into_the_log() -> None:
    own = enactment(who="drafter")
    assert [problem.column or problem.place for problem in enacting_problems(own, DRAFT, [DRAFT, SHADOW])] == ["actor"]
    assert in_force(SHADOW, own) == ""
    assert in_force(SHADOW, own, enactment("2020-06-04", effective_from="2020-06-11")) == "2020-06-11", "another person still may"


@pytest.mark.parametrize(("effective_from", "stands"), [("2020-06-09", False), ("2020-06-10", True), ("2020-06-03", False)])
def test_seven_days_lie_between_enactment_and_effect(effective_from: str, stands: bool) -> None:
    assert bool(in_force(SHADOW, enactment(effective_from=effective_from))) is stands


@pytest.mark.parametrize(
    "standing",
    [
        (enactment(),),
        (SHADOW, enactment(report="sha256:" + "b" * 64)),
        (event("rule_set_shadowed", "2020-06-04", caused_by=DRAFT.event_id, judged_on="2020-06-04", report=REPORT, sites=9, moves={}), enactment()),
        (SHADOW, event("rule_set_withdrawn", "2020-06-02", caused_by=DRAFT.event_id, reason="有误"), enactment()),
    ],
    ids=["no report", "another report", "a report made afterwards", "withdrawn before"],
)
def test_without_a_standing_draft_and_its_report_nothing_comes_into_force(standing) -> None:
    assert in_force(*standing) == ""


def test_a_draft_says_what_it_holds() -> None:
    assert drafting_problems(DRAFT) == []
    lying = event("rule_set_drafted", "2020-06-01", rule_set="x", version="1", hash=REPORT, effective_from="2020-06-01", content=STRICTER)
    assert [problem.column for problem in drafting_problems(lying)] == ["rule_set", "version", "hash"]
    broken = event(
        "rule_set_drafted", "2020-06-01", rule_set="x", version="1", hash=REPORT, effective_from="2020-06-01",
        content=STRICTER.replace('cap = "3"', 'cap = "three"', 1).replace('signers = 2', 'signers = "two"'),
    )  # fmt: skip
    assert {problem.place for problem in drafting_problems(broken)} == {"override", "adjustments.R01"}


def test_the_shadow_report_says_who_changes_colour_and_why() -> None:
    good, middling = facts(), {**facts({"E05": {"defect": 5}}), "site_id": "4" * 16}
    report = shadow_report([middling, good], RULES, STRICT, date(2020, 6, 20))
    assert (report["sites"], report["moves"], report["before"], report["after"]) == (2, {"blue>yellow": 1}, {"blue": 2}, {"blue": 1, "yellow": 1})
    (changed,) = report["changed"]
    assert (changed["site_id"], changed["before"]["grade"], changed["after"]["grade"], changed["by_score"]) == ("4" * 16, "blue", "yellow", False)
    assert shadow_report([good, middling], RULES, STRICT, date(2020, 6, 20)) == report
    assert grade(middling, STRICT, date(2020, 6, 20)).grade is Grade.YELLOW
