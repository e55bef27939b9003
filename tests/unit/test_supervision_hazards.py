"""The life of a hazard (domain §7.2, §12.30, §12.34), and that the judge's own fast reading of it agrees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import labels
from chalicelib.supervision.facts import fold
from chalicelib.supervision.hazards import OFFICERS_TO_CLOSE_MAJOR, deadline_of, state_of
from tests.builders import RULES, told_hazard
from tests.event_builders import fact, hazard, step

TWO = {"officers": ["o1", "o2"], "on_site": True}


def record_of(level, deadline_on, *steps):
    """A hazard found 2020-06-01 with steps (kind, day, fields)."""
    root = hazard(level, deadline_on)
    events = [step(kind, root, day, at=f"{day}T0{number}:00:00.000Z", **fields) for number, (kind, day, fields) in enumerate(steps)]
    return fold([root, *events])["records"]["hazard_found"][0]


def ordered(day, deadline):
    return ("rectification_ordered", day, {"deadline_on": deadline})


def reported(day):
    return ("rectification_reported", day, {})


def checked(day, result):
    return ("recheck", day, {"result": result, "officers": ["o1"]})


def closed(day, **by):
    return ("hazard_closed", day, by or {"officers": ["o1"]})


def extended(day, deadline, approved=True):
    return ("extension_decided", day, {"approved": approved, "deadline_on": deadline})


def test_a_general_hazard_walks_through_its_states():
    record = record_of(
        "general", "2020-06-08", ordered("2020-06-02", "2020-06-09"), ("rectification_started", "2020-06-03", {}),
        reported("2020-06-05"), checked("2020-06-06", "failed"), reported("2020-06-08"), checked("2020-06-10", "passed"), closed("2020-06-11"),
    )  # fmt: skip
    walk = {day: state_of(record, f"2020-06-{day:02d}").state for day in range(1, 12)}
    assert walk == {
        1: "registered", 2: "ordered", 3: "rectifying", 4: "rectifying", 5: "awaiting_recheck", 6: "rectifying",
        7: "rectifying", 8: "awaiting_recheck", 9: "awaiting_recheck", 10: "awaiting_recheck", 11: "closed",
    }  # fmt: skip
    assert set(walk.values()) <= set(labels.HAZARD_STATE)
    assert not any(state_of(record, f"2020-06-{day:02d}").overdue for day in range(1, 13))


def test_the_deadline_itself_is_still_good():
    record = record_of("general", "2020-06-10")
    assert [state_of(record, day).overdue for day in ("2020-06-10", "2020-06-11")] == [False, True]


@pytest.mark.parametrize(
    ("steps", "overdue"),
    [
        ([reported("2020-06-10")], False),
        ([reported("2020-06-10"), checked("2020-06-15", "failed")], True),
        ([], True),
        ([reported("2020-06-11")], True),
        ([reported("2020-06-10"), checked("2020-06-15", "failed"), reported("2020-06-16")], True),
        ([reported("2020-06-05"), checked("2020-06-07", "failed"), reported("2020-06-09")], False),
        ([closed("2020-06-10")], False),
        ([closed("2020-06-15")], False),
    ],
)
def test_overdue_on_the_twentieth_of_june_e40(steps, overdue):
    assert state_of(record_of("general", "2020-06-10", *steps), "2020-06-20").overdue is overdue


def test_an_extension_counts_only_if_approved_by_the_deadline():
    in_time = record_of("general", "2020-06-10", extended("2020-06-10", "2020-06-20"))
    late = record_of("general", "2020-06-10", extended("2020-06-11", "2020-06-20"))
    refused = record_of("general", "2020-06-10", extended("2020-06-09", "2020-06-20", approved=False))
    assert [deadline_of(record, "2020-06-30") for record in (in_time, late, refused)] == ["2020-06-20", "2020-06-10", "2020-06-10"]
    assert deadline_of(in_time, "2020-06-09") == "2020-06-10", "not before it was given"


def test_an_extension_never_shortens_and_an_order_may():
    assert deadline_of(record_of("general", "2020-06-10", extended("2020-06-05", "2020-06-07")), "2020-06-30") == "2020-06-10"
    assert deadline_of(record_of("general", "2020-06-10", ordered("2020-06-05", "2020-06-07")), "2020-06-30") == "2020-06-07"
    assert deadline_of(record_of("general", "2020-06-10", ordered("2020-06-11", "2020-07-30")), "2020-06-30") == "2020-06-10"


def test_a_major_hazard_is_closed_only_on_the_spot_by_two_officers_e7():
    def after(**by):
        return state_of(record_of("major", "2020-07-01", closed("2020-07-10", **by)), "2020-07-10")

    assert (after(**TWO).state, after(**TWO).closed_on, after(**TWO).overdue) == ("closed", "2020-07-10", False)
    for by in ({"officers": ["o1"], "on_site": True}, {"officers": ["o1", "o2"], "on_site": False}):
        assert (after(**by).state, after(**by).overdue) == ("registered", True), "void: it is as if nothing had happened"


def test_a_void_closing_can_be_followed_by_a_good_one():
    record = record_of("major", "2020-07-01", closed("2020-07-08"), closed("2020-07-10", **TWO))
    assert [state_of(record, day).open for day in ("2020-07-09", "2020-07-10")] == [True, False]


def test_refusal_holds_until_the_hazard_is_closed():
    record = record_of("major", "2020-07-01", ("rectification_refused", "2020-06-10", {}), closed("2020-06-20", **TWO))
    assert [state_of(record, day).refused for day in ("2020-06-09", "2020-06-10", "2020-06-19", "2020-06-20")] == [False, True, True, False]


def test_a_dismissed_hazard_is_over():
    record = record_of("general", "2020-06-10", ("hazard_dismissed", "2020-06-12", {"reason": "误报"}), reported("2020-06-13"))
    assert state_of(record, "2020-06-11").overdue
    after = state_of(record, "2020-06-20")
    assert (after.state, after.overdue, after.open) == ("dismissed", False, False)


def test_in_time_is_reported_or_closed_by_the_deadline_and_not_failed_since():
    def in_time(*steps):
        return state_of(record_of("general", "2020-06-10", *steps), "2020-06-30").in_time

    assert in_time(reported("2020-06-10")) and in_time(closed("2020-06-10"))
    assert not in_time(reported("2020-06-10"), checked("2020-06-12", "failed"), closed("2020-06-20"))
    assert not in_time(closed("2020-06-11"))


def test_what_was_not_known_or_is_withdrawn_does_not_count():
    root = hazard(deadline_on="2020-06-10")
    closing = step("hazard_closed", root, "2020-06-08", at="2020-06-12T00:00:00.000Z", officers=["o1"])
    void = fact("void", "2020-06-20", voids=closing.event_id, reason="误录")
    record = fold([root, closing, void])["records"]["hazard_found"][0]
    assert state_of(record, "2020-06-15", known_at="2020-06-11T00:00:00.000Z").overdue
    assert state_of(record, "2020-06-15", known_at="2020-06-13T00:00:00.000Z").state == "closed"
    assert state_of(record, "2020-06-15").state == "registered"


DAYS = st.integers(1, 28).map(lambda day: f"2020-06-{day:02d}")
STEPS = st.one_of(
    st.tuples(st.just("rectification_ordered"), DAYS, st.fixed_dictionaries({"deadline_on": DAYS})),
    st.tuples(st.just("rectification_started"), DAYS, st.just({})),
    st.tuples(st.just("rectification_reported"), DAYS, st.just({})),
    st.tuples(st.just("rectification_refused"), DAYS, st.just({})),
    st.tuples(st.just("extension_decided"), DAYS, st.fixed_dictionaries({"approved": st.booleans(), "deadline_on": DAYS})),
    st.tuples(
        st.just("recheck"), DAYS, st.fixed_dictionaries({"result": st.sampled_from(["passed", "failed"]), "officers": st.just(["o1"])})
    ),
    st.tuples(
        st.just("hazard_closed"),
        DAYS,
        st.fixed_dictionaries({"officers": st.sampled_from([["o1"], ["o1", "o2"]]), "on_site": st.booleans()}),
    ),
    st.tuples(st.just("hazard_dismissed"), DAYS, st.just({"reason": "误报"})),
)


@given(st.sampled_from(["general", "major"]), DAYS, st.lists(STEPS, max_size=7), DAYS)
def test_the_judges_own_reading_agrees(level, deadline_on, steps, on):
    record = record_of(level, deadline_on, *steps)
    mine, judge = state_of(record, on), told_hazard(record, on)
    assert RULES.officers == OFFICERS_TO_CLOSE_MAJOR
    assert mine.deadline_on == judge.deadline == deadline_of(record, on)
    assert mine.open == judge.open
    assert mine.overdue == judge.overdue(on)
    assert mine.closed_on == judge.closed
    assert mine.refused == (judge.refused and judge.open)
