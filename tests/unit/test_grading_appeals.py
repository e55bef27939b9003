"""Appeals: 10 working days to file, 3 for the township's opinion, 5 for the decision (domain §13.10); the right of reply."""

from __future__ import annotations

import pytest

from chalicelib.grading.appeals import appeals_of, filing_problems, open_appeal, published_reply
from chalicelib.grading.card import build_card
from chalicelib.workdays import UnknownHolidays
from tests.builders import AS_OF, RULES, day, facts, judged, record, step


def appealed(*steps, on: str = "2020-06-17"):
    return facts(appeal=[record(on, "self", text="对处罚有异议", id="APPEAL", then=list(steps))])


OPINION = step("appeal_opinion", "2020-06-19", "township", text="情况属实")


def appeal_on(site, on: str):
    return appeals_of(site, RULES, on)[-1]


@pytest.mark.parametrize(
    ("steps", "on", "state"),
    [
        ((), "2020-06-17", "pending"),
        ((OPINION,), "2020-06-18", "pending"),
        ((OPINION,), "2020-06-19", "under_review"),
        ((OPINION, step("appeal_decided", "2020-06-28", outcome="upheld")), "2020-06-28", "upheld"),
        ((OPINION, step("appeal_decided", "2020-06-28", outcome="rejected")), "2020-06-29", "rejected"),
        ((step("appeal_withdrawn", "2020-06-18", "self"),), "2020-06-18", "withdrawn"),
        ((step("appeal_withdrawn", "2020-06-18", "self"), OPINION), "2020-06-20", "withdrawn"),
    ],
)
def test_an_appeal_goes_from_pending_to_review_to_its_outcome(steps, on: str, state: str) -> None:
    assert appeal_on(appealed(*steps), on).state == state


def test_its_clock_skips_the_dragon_boat_festival_and_works_the_sunday_for_it() -> None:
    appeal = appeal_on(appealed(), "2020-06-17")
    assert appeal.opinion_due_on == "2020-06-22" and appeal.decision_due_on == "2020-06-30"
    assert appeal.days == ("2020-06-18", "2020-06-19", "2020-06-22", "2020-06-23", "2020-06-24", "2020-06-28", "2020-06-29", "2020-06-30")


@pytest.mark.parametrize(
    ("on", "number"),
    [("2020-06-17", 0), ("2020-06-18", 1), ("2020-06-21", 2), ("2020-06-27", 5), ("2020-06-28", 6), ("2020-06-30", 8), ("2020-07-01", 9)],
)
def test_the_page_can_say_which_of_the_eight_working_days_it_is(on: str, number: int) -> None:
    assert appeal_on(appealed(), "2020-06-17").day_number(on) == number


def test_where_the_holidays_are_not_known_no_day_is_guessed() -> None:
    appeal = appeal_on(appealed(on="2035-06-17"), "2035-06-18")
    assert (appeal.days, appeal.decision_due_on, appeal.day_number("2035-06-18")) == (None, None, None)
    assert appeal.clock()["days"] == []


@pytest.mark.parametrize(("filed_on", "late"), [("2020-06-17", False), ("2020-07-01", False), ("2020-07-02", True)])
def test_an_appeal_is_filed_within_ten_working_days(filed_on: str, late: bool) -> None:
    assert bool(filing_problems(RULES, "2020-06-16", filed_on)) is late


def test_an_unknown_year_refuses_the_filing_by_name() -> None:
    with pytest.raises(UnknownHolidays, match="2031"):
        filing_problems(RULES, "2031-06-16", "2031-06-18")


def test_the_colour_does_not_move_while_an_appeal_runs() -> None:
    accused = facts(accident=[record("2020-05-01", deaths=1, serious_injuries=0, light_injuries=0, responsibility="pending")])
    contested = {**accused, "records": {**accused["records"], **{"appeal": appealed()["records"]["appeal"]}}}
    assert judged(contested).grade is judged(accused).grade and judged(contested).score == judged(accused).score
    assert [flag.code for flag in judged(contested).flags] == ["appeal"]


def test_the_card_shows_where_an_open_appeal_stands_and_nothing_of_its_text() -> None:
    site = appealed(OPINION)
    card = build_card(site, judged(site), AS_OF)
    assert card.document["appeal"] == {"filed_on": "2020-06-17", "stage": "district", "days": list(appeal_on(site, "2020-06-20").days)}
    assert "异议" not in str(card.document)
    closed = appealed(OPINION, step("appeal_decided", "2020-06-20", outcome="rejected"))
    assert build_card(closed, judged(closed), AS_OF).document["appeal"] is None
    assert open_appeal(closed, RULES, "2020-06-19").state == "under_review"


def test_a_reply_is_public_only_once_an_authority_has_published_it() -> None:
    words = record("2020-06-10", "self", text="已停用该设备并更换", id="REPLY")
    assert published_reply(facts(reply=[words]), "2020-06-20") is None
    shown = facts(reply=[{**words, "then": [step("reply_published", "2020-06-12", "township")]}])
    assert published_reply(shown, "2020-06-11") is None
    assert published_reply(shown, "2020-06-12") == {"on": "2020-06-10", "text": "已停用该设备并更换"}
    assert build_card(shown, judged(shown), day("2020-06-20")).document["reply"]["text"] == "已停用该设备并更换"
