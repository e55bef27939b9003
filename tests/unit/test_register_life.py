"""Enterprises and sites over time: renamed, moved, suspended, resumed, closed, merged. No fact is lost, none counts twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock
from chalicelib.errors import BadInput
from chalicelib.grading.card import build_card
from chalicelib.grading.judge import grade
from chalicelib.registry.merge import Act, merge_events
from chalicelib.riskmap.profile import profile_of
from chalicelib.supervision.facts import fold
from chalicelib.supervision.kin import kin_of
from chalicelib.supervision.site import names_of, site_on
from tests.builders import RULES
from tests.event_builders import DISTRICT_OFFICER, TOWNSHIP, busy_site, enterprise_id, fact, site_id

DAY = date(2020, 6, 20)
FATAL = {"deaths": 1, "serious_injuries": 0, "light_injuries": 0, "responsibility": "responsible"}


def act(on: str = "2020-06-10", key: str = "merge") -> Act:
    return Act(DISTRICT_OFFICER, "district", on, f"{on}T09:00:00.000Z", key, "重复建档")


def reader(events):
    def events_of(subject):
        return tuple(event for event in events if event.subject == subject)

    return events_of


def merged(events, gone, into, scope="site", on="2020-06-10", key="merge"):
    return [*events, *merge_events(scope, gone, into, act(on, key), reader(events))]


def facts_of(events, name="a"):
    kin = kin_of(site_id(name), reader(events))
    return fold(kin.site, kin.enterprise, kin.absorbed)


def judged(events, name="a", on=DAY, known_at=None):
    return grade(facts_of(events, name), RULES, on, known_at)


# ── One site ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_site_is_suspended_resumed_and_closed_and_its_code_goes_and_comes_back():
    events = [
        *busy_site(),
        fact("site_state_changed", "2020-06-08", state="suspended"),
        fact("site_state_changed", "2020-06-12", state="operating"),
        fact("site_state_changed", "2020-06-16", state="closed"),
    ]
    colours = [judged(events, on=date(2020, 6, day)).grade.code for day in (7, 8, 11, 12, 15, 16)]
    assert colours == ["blue", "none", "none", "blue", "blue", "none"]


def test_a_site_that_bears_its_enterprises_name_is_renamed_with_it_and_keeps_its_former_names():
    named = fact("enterprise_changed", "2020-06-05", name="示例新名", subject=enterprise_id("a"))
    own = fact("site_changed", "2020-01-02", name="示例企业a")
    facts = facts_of([*busy_site(), own, named])
    assert site_on(facts, "2020-06-04")["name"] == "示例企业a"
    assert site_on(facts, "2020-06-05")["name"] == "示例新名"
    assert names_of(facts, "2020-06-20") == ["示例场所a", "示例企业a", "示例新名"]


def test_a_site_with_a_name_of_its_own_keeps_it():
    named = fact("enterprise_changed", "2020-06-05", name="示例新名", subject=enterprise_id("a"))
    assert site_on(facts_of([*busy_site(), named]), "2020-06-20")["name"] == "示例场所a"


def test_a_site_that_moved_stands_in_the_new_township_from_that_day():
    events = [*busy_site(), fact("site_moved", "2020-06-10", township="330110010", address="示例路1号")]
    facts = facts_of(events)
    assert [site_on(facts, day)["township"] for day in ("2020-06-09", "2020-06-10")] == [TOWNSHIP, "330110010"]
    assert judged(events).grade is judged(busy_site()).grade, "a move changes no code"


def test_a_position_ends_with_the_address_it_belonged_to():
    placed = fact("site_changed", "2020-06-01", longitude=120.02, latitude=30.29, datum="WGS-84")
    moved = fact("site_moved", "2020-06-10", township="330110010", address="示例路1号")
    facts = facts_of([*busy_site(), placed, moved])
    assert [site_on(facts, day)["longitude"] for day in ("2020-06-09", "2020-06-10")] == [120.02, None]
    reform = fact("site_moved", "2020-06-10", township="330110010")
    assert site_on(facts_of([*busy_site(), placed, reform]), "2020-06-10")["longitude"] == 120.02, "a reform moves no building"
    there = fact("site_moved", "2020-06-10", township="330110010", address="示例路1号", longitude=120.1, latitude=30.3, datum="WGS-84")
    assert site_on(facts_of([*busy_site(), placed, there]), "2020-06-10")["longitude"] == 120.1


# ── Two records of one site ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def doubled():
    """Site a with a duplicate record b that has the fatal accident."""
    return [*busy_site(), *busy_site("b"), fact("accident", "2020-05-02", subject=site_id("b"), key="fatal", **FATAL)]


def test_what_happened_to_the_duplicate_happened_to_the_site(doubled):
    events = merged(doubled, site_id("b"), site_id("a"))
    assert judged(doubled).grade.code == "blue"
    after = judged(events)
    assert (after.grade.code, [veto.code for veto in after.vetoes]) == ("red", ["V01"]), "a merge washes nothing away"


def test_the_duplicate_has_no_code_any_more_and_says_where_it_went(doubled):
    events = merged(doubled, site_id("b"), site_id("a"))
    facts = facts_of(events, "b")
    card = build_card(facts, grade(facts, RULES, DAY), DAY)
    assert (card.grade, card.document["state"], card.document["merged_into"]) == ("none", "merged", site_id("a"))
    assert profile_of(facts, DAY.isoformat())["state"] == "merged", "out of every count of the map and the index"
    assert card.document["open_hazards"] == 0


def test_every_fact_is_told_by_exactly_one_of_the_two_whatever_was_known(doubled):
    events = merged(doubled, site_id("b"), site_id("a"))
    both = [facts_of(events, name) for name in "ab"]
    for instant, where in (("2020-06-10T08:59:59.999Z", 1), ("2020-06-10T09:00:00.000Z", 0)):
        told = [accidents_known(facts, instant) for facts in both]
        assert [len(found) for found in told] == [int(place == where) for place in (0, 1)]


def accidents_known(facts, instant):
    found = facts["records"].get("accident", [])
    return [record for record in found if record["at"] <= instant and not ("void" in record and record["void"]["at"] <= instant)]


def test_what_was_known_before_the_merge_stays_as_it_was(doubled):
    events = merged(doubled, site_id("b"), site_id("a"))
    before = clock.parse_instant("2020-06-10T08:00:00.000Z")
    for name in "ab":
        assert judged(events, name, known_at=before).grade == judged(doubled, name, known_at=before).grade


def test_the_register_of_the_duplicate_does_not_override_the_sites_own(doubled):
    events = [*merged(doubled, site_id("b"), site_id("a")), fact("site_changed", "2020-06-12", subject=site_id("b"), name="示例旧名")]
    assert site_on(facts_of(events), "2020-06-20")["name"] == "示例场所a"


def test_a_late_step_on_the_duplicates_hazard_reaches_the_site(doubled):
    found = fact("hazard_found", "2020-06-02", subject=site_id("b"), key="open", level="general", deadline_on="2020-06-30")
    events = merged([*doubled, found], site_id("b"), site_id("a"))
    closing = fact("hazard_closed", "2020-06-15", subject=site_id("b"), caused_by=found.event_id, officers=["o1"])
    hazards = {record["id"]: record for record in facts_of([*events, closing])["records"]["hazard_found"]}
    assert hazards[found.event_id]["of"] == f"S:{site_id('b')}"
    assert [then["kind"] for then in hazards[found.event_id]["then"]] == ["hazard_closed"]


def test_voiding_the_merge_gives_everything_back(doubled):
    events = merged(doubled, site_id("b"), site_id("a"))
    going = next(event for event in events if event.kind == "site_merged")
    undone = [*events, fact("void", "2020-06-15", subject=site_id("b"), voids=going.event_id, reason="误并", signers=["o1", "o2"])]
    assert judged(undone).grade == judged(doubled).grade
    assert [veto.code for veto in judged(undone, "b").vetoes] == ["V01"]


def test_the_version_only_grows_through_merge_and_return(doubled):
    events = merged(doubled, site_id("b"), site_id("a"))
    going = next(event for event in events if event.kind == "site_merged")
    undone = [*events, fact("void", "2020-06-15", subject=site_id("b"), voids=going.event_id, reason="误并")]
    for name in "ab":
        versions = [facts_of(known, name)["version"] for known in (doubled, events, undone)]
        assert versions == sorted(versions) and versions[0] < versions[1]


def test_records_merged_one_after_the_other_end_in_the_last(doubled):
    events = merged(merged([*doubled, *busy_site("c")], site_id("b"), site_id("a")), site_id("a"), site_id("c"), on="2020-06-12", key="next")
    assert [judged(events, name).grade.code for name in "abc"] == ["none", "none", "red"]
    between = clock.parse_instant("2020-06-11T00:00:00.000Z")
    assert [judged(events, name, known_at=between).grade.code for name in "abc"] == ["red", "none", "blue"]


def test_two_records_merged_into_each_other_are_merged_into_nothing():
    """Two officers at once: no fact may vanish in the ring."""
    base = [*busy_site(), *busy_site("b")]
    ring = [*merged(base, site_id("b"), site_id("a")), *merge_events("site", site_id("a"), site_id("b"), act(key="other"), reader(base))]
    for name in "ab":
        assert (judged(ring, name).grade, judged(ring, name).state) == (judged(base, name).grade, "operating")
        assert site_on(facts_of(ring, name), "2020-06-20")["state"] == "operating"


@pytest.mark.parametrize(
    ("gone", "into", "reason"), [("a", "a", "自己"), ("a", "x", "没有这个场所"), ("x", "a", "没有这个场所"), ("c", "b", "已并入"), ("b", "c", "须先作废")]
)
def test_a_merge_that_cannot_be_is_refused_with_its_reason(doubled, gone, into, reason):
    events = merged([*doubled, *busy_site("c")], site_id("b"), site_id("a"))
    with pytest.raises(BadInput) as refused:
        merge_events("site", site_id(gone), site_id(into), act(key="again"), reader(events))
    assert reason in refused.value.problems[0].reason


def test_the_same_request_again_is_the_same_facts(doubled):
    events = merged(doubled, site_id("b"), site_id("a"))
    again = merge_events("site", site_id("b"), site_id("a"), act(), reader(events))
    assert {event.event_id for event in again} <= {event.event_id for event in events}


# ── Two enterprises ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def companies():
    """Enterprise b, on the list of the gravely dishonest, is merged into enterprise a."""
    listed = fact("dishonesty_listed", "2020-05-01", subject=enterprise_id("b"), key="listed")
    return [*busy_site(), *busy_site("b"), listed]


def test_a_merged_enterprise_brings_its_sites_and_what_it_answers_for(companies):
    events = merged(companies, enterprise_id("b"), enterprise_id("a"), "enterprise")
    assert [veto.code for veto in judged(companies).vetoes] == []
    assert [[veto.code for veto in judged(events, name).vetoes] for name in "ab"] == [["V08"], ["V08"]]
    assert facts_of(events, "b")["enterprise_id"] == enterprise_id("a")


def test_from_the_merger_on_the_site_bears_the_credit_code_of_its_new_enterprise(companies):
    code = fact("enterprise_changed", "2019-12-01", subject=enterprise_id("a"), uscc="91330110MA0000015C")
    old = fact("enterprise_changed", "2020-01-01", subject=enterprise_id("b"), uscc="91330110MA00000237")
    facts = facts_of(merged([*companies, code, old], enterprise_id("b"), enterprise_id("a"), "enterprise"), "b")
    assert [site_on(facts, day)["uscc"][-2:] for day in ("2020-06-09", "2020-06-10")] == ["37", "5C"]


def test_the_acquirers_name_and_code_are_not_those_of_the_one_it_took_in(companies):
    old = fact("enterprise_changed", "2020-06-15", subject=enterprise_id("b"), uscc="91330110MA00000237")
    facts = facts_of(merged([*companies, old], enterprise_id("b"), enterprise_id("a"), "enterprise"))
    assert site_on(facts, "2020-06-20")["uscc"] is None


# ── Laws ────────────────────────────────────────────────────────────────────────────────────────────────────────────

NAMES = "abcd"
BASE = [event for name in NAMES for event in busy_site(name)] + [
    fact("accident", "2020-05-02", subject=site_id(name), key=f"accident {name}", **FATAL) for name in "bd"
]
EDGES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=5, unique=True)


def raced(edges):
    """Merges that were each asked for before anybody saw the others: every ring and chain can come about."""
    made = []
    for number, (gone, into) in enumerate(edges):
        if gone != into:
            made += merge_events("site", site_id(gone), site_id(into), act(f"2020-06-{1 + number:02d}", f"m{number}"), reader(BASE))
    return made


@given(EDGES)
def test_however_records_are_merged_every_accident_stands_at_exactly_one_site(edges):
    events = [*BASE, *raced(edges)]
    shown = {name: facts_of(events, name) for name in NAMES}
    standing = [record["id"] for facts in shown.values() for record in facts["records"].get("accident", []) if "void" not in record]
    assert sorted(standing) == sorted(event.event_id for event in BASE if event.kind == "accident")
    for facts in shown.values():
        if any("void" not in record for record in facts["records"].get("accident", [])):
            assert site_on(facts, "2020-06-20")["state"] == "operating", "a site that holds facts has a code"


@given(EDGES, st.randoms(use_true_random=False))
def test_merged_logs_may_come_in_any_order_and_twice(edges, random):
    events = [*BASE, *raced(edges)]
    mixed = [*events, *random.sample(events, 5)]
    random.shuffle(mixed)
    for name in NAMES:
        assert facts_of(mixed, name) == facts_of(events, name)


@given(st.lists(st.tuples(st.integers(0, 25), st.sampled_from(["330110001", "330110010", "330110005"])), max_size=5), st.randoms(use_true_random=False))
def test_moves_in_any_order_leave_the_site_where_the_last_one_says(moves, random):
    moved = [fact("site_moved", (date(2020, 5, 1) + timedelta(days=days)).isoformat(), key=f"move {n}", township=code) for n, (days, code) in enumerate(moves)]
    events = [*busy_site(), *moved, *moved]
    random.shuffle(events)
    last = max(moved, key=lambda event: (event.occurred_on, event.known_at, event.event_id), default=None)
    assert site_on(facts_of(events), "2020-06-20")["township"] == (last.payload["township"] if last else TOWNSHIP)
