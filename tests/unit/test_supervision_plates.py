"""Plates at the gate: issued, printed, mounted, damaged, replaced, revoked; and what is due."""

from __future__ import annotations

import itertools

import pytest

from chalicelib import labels
from chalicelib.supervision.facts import fold
from chalicelib.supervision.plates import DUE, STATE_OF_KIND, plate_on
from tests.event_builders import fact, registration

STORY = [
    ("plate_issued", "2020-01-02", 1),
    ("plate_printed", "2020-01-05", 1),
    ("plate_mounted", "2020-01-09", 1),
    ("plate_damaged", "2020-03-01", 1),
    ("plate_replaced", "2020-03-04", 1),
    ("plate_revoked", "2020-05-01", 1),
    ("plate_issued", "2020-05-01", 2),
    ("plate_printed", "2020-05-03", 2),
    ("plate_mounted", "2020-05-06", 2),
]


def facts_of(story=STORY):
    return fold([*(event for event in registration() if event.scope == "site"), *(fact(kind, on, issue=issue) for kind, on, issue in story)], ())


@pytest.mark.parametrize(
    ("on", "issue", "state", "since", "due"),
    [
        ("2020-01-01", None, "none", "", "issue"),
        ("2020-01-02", 1, "issued", "2020-01-02", "print"),
        ("2020-01-05", 1, "printed", "2020-01-05", "mount"),
        ("2020-02-01", 1, "mounted", "2020-01-09", ""),
        ("2020-03-03", 1, "damaged", "2020-03-01", "replace"),
        ("2020-04-30", 1, "mounted", "2020-03-04", ""),
        ("2020-05-02", 2, "issued", "2020-05-01", "print"),
        ("2020-12-31", 2, "mounted", "2020-05-06", ""),
    ],
)
def test_a_plate_s_life_by_the_day(on: str, issue: int | None, state: str, since: str, due: str) -> None:
    assert plate_on(facts_of(), on).to_document() == {"issue": issue, "state": state, "since": since, "due": due}


def test_what_happens_to_an_old_issue_changes_nothing_of_the_new_one() -> None:
    late = [*STORY, ("plate_damaged", "2020-06-01", 1), ("plate_revoked", "2020-06-02", 1)]
    assert plate_on(facts_of(late), "2020-12-31") == plate_on(facts_of(), "2020-12-31")


def test_the_order_in_which_facts_came_in_does_not_matter() -> None:
    wanted = plate_on(facts_of(), "2020-04-30")
    assert {plate_on(facts_of(list(order)), "2020-04-30") for order in itertools.islice(itertools.permutations(STORY), 0, 5000, 97)} == {wanted}


def test_a_revoked_plate_without_a_new_one_is_to_be_replaced() -> None:
    assert plate_on(facts_of(STORY[:6]), "2020-12-31").due == "replace"


def test_every_state_and_every_duty_has_its_word() -> None:
    assert set(labels.PLATE_STATE) == {*STATE_OF_KIND.values(), "none"} == set(DUE)
    assert set(labels.PLATE_DUE) == set(DUE.values())
