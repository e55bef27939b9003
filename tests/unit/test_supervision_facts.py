"""Facts are a site's log regrouped: complete, sorted, and the same however the log was delivered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.grading.case import so_far
from chalicelib.supervision.facts import TEXT_LENGTH, fold
from chalicelib.supervision.model import make_event, to_text
from chalicelib.supervision.site import site_on
from tests.event_builders import DISTRICT_OFFICER, ENTERPRISE, SITE, busy_site, enterprise_id, fact, hazard, registration, site_id, step


def split(events):
    return [event for event in events if event.scope == "site"], [event for event in events if event.scope == "enterprise"]


def facts_of(*events):
    return fold(*split(events))


WITHDRAWN = fact("penalty", "2020-05-01", key="p", procedure="general")
HISTORY = [
    *busy_site(),
    WITHDRAWN,
    fact("void", "2020-05-03", key="v", voids=WITHDRAWN.event_id, reason="录错企业"),
    fact("recheck", "2020-05-04", key="orphan", caused_by=f"{WITHDRAWN.event_id[:7]}{'0' * 18}", result="passed", officers=[]),
    fact("concealment_established", "2020-05-05", key="c", conduct="late_report"),
]


@given(st.permutations(HISTORY), st.lists(st.sampled_from(HISTORY), max_size=8))
def test_neither_order_nor_duplicates_matter(shuffled, again):
    assert facts_of(*shuffled, *again) == facts_of(*HISTORY)


@given(st.sets(st.sampled_from(range(len(HISTORY))), min_size=1))
def test_every_event_is_in_the_facts_once_with_its_whole_payload(chosen):
    events = [HISTORY[number] for number in sorted(chosen)]
    site_events, enterprise_events = split(events)
    if not site_events:
        return
    records = [record for kept in fold(site_events, enterprise_events)["records"].values() for record in kept]
    everything = {record["id"]: record for root in records for record in (root, *root.get("then", ()))}
    assert set(everything) == {event.event_id for event in events}
    for event in events:
        record = everything[event.event_id]
        assert (record["on"], record["at"], record["by"]) == (event.occurred_on, event.known_at, event.source)
        assert all(record[name] == value for name, value in event.payload.items())
        assert record.get("scope", "site") == event.scope


def test_the_heading_says_whose_facts_and_how_far():
    facts = facts_of(*busy_site())
    assert (facts["schema"], facts["site_id"], facts["enterprise_id"]) == (1, SITE, ENTERPRISE)
    assert facts["version"] == 11_000_002, "eleven events of the site, two of its enterprise"
    assert facts["known_at"] == "2020-06-06T08:00:00.000Z"


@given(st.permutations(HISTORY))
def test_the_version_only_grows_as_the_log_grows(events):
    versions = [facts_of(events[0], *busy_site()[:3])["version"]]
    for number in range(2, len(events)):
        versions.append(facts_of(*events[:number], *busy_site()[:3])["version"])
    assert versions == sorted(versions)


def test_steps_stand_under_their_root_in_order():
    (found,) = facts_of(*busy_site())["records"]["hazard_found"]
    assert [entry["kind"] for entry in found["then"]] == [
        "rectification_ordered", "rectification_reported", *sorted_pair(found),
    ]  # fmt: skip
    assert "rectification_ordered" not in facts_of(*busy_site())["records"]


def sorted_pair(found):
    """Recheck and closing carry the same instant: their ids decide."""
    return [entry["kind"] for entry in sorted(found["then"][2:], key=lambda entry: (entry["on"], entry["at"], entry["id"]))]


def test_a_step_without_its_root_stays_with_its_cause_named():
    (orphan,) = facts_of(*HISTORY)["records"]["recheck"]
    assert orphan["caused_by"].endswith("0" * 18)


def test_a_withdrawn_fact_stays_and_says_by_what_and_when():
    (penalty,) = facts_of(*HISTORY)["records"]["penalty"]
    void = next(event for event in HISTORY if event.kind == "void")
    assert penalty["void"] == {"id": void.event_id, "on": "2020-05-03", "at": void.known_at}
    assert facts_of(*HISTORY)["records"]["void"][0]["voids"] == WITHDRAWN.event_id


def test_a_step_can_be_withdrawn_too():
    found = hazard()
    closing = step("hazard_closed", found, "2020-06-03", officers=["o1"])
    records = facts_of(found, closing, fact("void", "2020-06-04", voids=closing.event_id, reason="误录"))["records"]
    assert records["hazard_found"][0]["then"][0]["void"]["on"] == "2020-06-04"
    assert "void" not in records["hazard_found"][0]


@given(st.sets(st.sampled_from(range(len(HISTORY))), min_size=1))
def test_facts_say_from_which_day_on_all_of_them_stand_in_order_and_nothing_when_one_is_withdrawn(chosen):
    folded = facts_of(*(HISTORY[number] for number in sorted(chosen | {2})))
    every = [one for found in folded["records"].values() for record in found for one in (record, *record.get("then", ()))]
    assert ("stands_from" in folded) == all("void" not in one for one in every)
    if "stands_from" in folded:
        assert folded["stands_from"] == max(one["on"] for one in every)
        in_order = {kind: so_far(found, folded["stands_from"]) for kind, found in folded["records"].items()}
        assert list(map(repr, in_order.values())) == list(map(repr, folded["records"].values()))


def test_of_several_voids_the_first_recorded_counts():
    late = fact("void", "2020-05-02", at="2020-05-09T00:00:00.000Z", voids=WITHDRAWN.event_id, reason="x")
    early = fact("void", "2020-05-04", at="2020-05-04T00:00:00.000Z", voids=WITHDRAWN.event_id, reason="x")
    (penalty,) = facts_of(late, WITHDRAWN, early)["records"]["penalty"]
    assert penalty["void"]["id"] == early.event_id


def test_a_void_cannot_be_voided():
    void = fact("void", "2020-05-02", voids=WITHDRAWN.event_id, reason="x")
    records = facts_of(WITHDRAWN, void, fact("void", "2020-05-03", voids=void.event_id, reason="y"))["records"]
    assert "void" in records["penalty"][0] and not any("void" in record for record in records["void"])


def test_the_opening_of_another_site_of_the_enterprise_does_not_concern_this_one():
    other = fact("site_opened", "2020-01-01", subject=ENTERPRISE, site_id=site_id("b"))
    assert facts_of(*registration(), other) == facts_of(*registration())


def test_events_of_two_sites_or_of_none_are_refused():
    with pytest.raises(ValueError, match="exactly one site"):
        facts_of(fact("complaint"), fact("complaint", subject=site_id("b")))
    with pytest.raises(ValueError, match="exactly one site"):
        facts_of(fact("enterprise_registered", name="示例"))


def test_long_prose_is_cut_in_the_facts_only():
    told = fact("complaint", text="长" * 2000)
    (record,) = facts_of(told)["records"]["complaint"]
    assert len(record["text"]) == TEXT_LENGTH and len(told.payload["text"]) == 2000


def test_the_register_of_a_site_is_the_fold_of_its_changes_by_the_day():
    moved = fact("site_moved", "2020-03-01", township="330110002", address="新址")
    stopped = fact("site_state_changed", "2020-04-01", state="suspended", reason="歇业")
    renamed = fact("site_changed", "2020-05-01", name="新名")
    facts = facts_of(renamed, stopped, moved, *registration(staff=12))
    assert site_on(facts, "2019-10-31") is None
    before, after = site_on(facts, "2020-02-29"), site_on(facts, "2020-05-01")
    assert (before["township"], before["state"], before["name"], before["staff"]) == ("330110001", "operating", "示例场所a", 12)
    assert (after["township"], after["state"], after["name"], after["staff"]) == ("330110002", "suspended", "新名", 12)
    assert "reason" not in after
    assert site_on(facts, "2020-05-01", known_at="2020-03-31T00:00:00.000Z")["state"] == "operating"


def test_a_site_without_a_credit_code_shows_its_enterprises():
    company = fact("enterprise_changed", "2020-01-01", uscc="91330110MA0000015C")
    assert site_on(facts_of(*registration(), company), "2020-06-01")["uscc"] == "91330110MA0000015C"
    assert site_on(facts_of(*registration(uscc="91330110MA00000237"), company), "2020-06-01")["uscc"] == "91330110MA00000237"
    assert site_on(facts_of(*registration()), "2020-06-01")["uscc"] is None


def test_a_site_that_bears_its_enterprises_code_bears_the_new_one():
    before, after, own = "91330110MA0000015C", "91330110MA00000237", "91330110MA0000007H"
    company = [fact("enterprise_changed", day, uscc=code) for day, code in (("2020-01-01", before), ("2020-06-01", after))]
    days = ("2020-05-31", "2020-06-01")
    assert [site_on(facts_of(*registration(uscc=before), *company), day)["uscc"] for day in days] == [before, after]
    assert [site_on(facts_of(*registration(uscc=own), *company), day)["uscc"] for day in days] == [own, own]


def test_an_event_id_follows_from_subject_kind_and_key_alone():
    one, same, other = fact("complaint", key="k"), fact("complaint", key="k", text="x"), fact("complaint", key="l")
    assert one.event_id == same.event_id != other.event_id
    assert to_text(one) != to_text(same)


def test_without_a_key_the_id_follows_from_the_content():
    def told(text):
        return make_event(
            "complaint", SITE, occurred_on="2020-06-01", known_at="2020-06-01T08:00:00.000Z",
            actor=DISTRICT_OFFICER, source="report", payload={"text": text},
        )  # fmt: skip

    assert told("x") == told("x") and told("x").event_id != told("y").event_id


def test_the_text_of_an_event_does_not_depend_on_the_order_of_its_fields():
    one = fact("rectification_ordered", key="k", caused_by=hazard(key="h").event_id, deadline_on="2020-06-08", number="A1")
    other = fact("rectification_ordered", key="k", caused_by=hazard(key="h").event_id, number="A1", deadline_on="2020-06-08")
    assert to_text(one) == to_text(other)


def test_ids_are_apart_for_different_enterprises():
    assert enterprise_id("a") != enterprise_id("b") != site_id("b")
