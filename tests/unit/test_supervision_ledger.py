"""The ledger's chain: any change, deletion or reordering shows, wherever it is made."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.supervision.ledger import Head, entry_of, faults, head_after, is_ledgered, missing
from chalicelib.supervision.vocabulary import load_vocabulary
from tests.event_builders import SITE, busy_site, fact, hazard, step


def acts(count: int = 6) -> list:
    """Overrides, withdrawals and an appeal decision about one site."""
    appeal = fact("appeal", "2020-06-01", text="不服", source="self")
    made = [step("appeal_decided", appeal, "2020-06-10", outcome="rejected")]
    for number in range(1, count):
        if number % 2:
            made.append(
                fact("override", "2020-06-11", grade="red", reason=f"第{number}次", legal_basis="示例", signers=["d-2", "d-1"], until_on="2020-12-31")
            )
        else:
            made.append(fact("void", "2020-06-12", reason=f"第{number}次", signers=["d-1", "d-2"], voids=hazard().event_id))
    return made


def chain(events: list) -> tuple[list[dict], Head]:
    entries, head = [], Head()
    for event in events:
        entries.append(entry_of(event, head))
        head = head_after(entries[-1])
    return entries, head


EVENTS = acts()
ENTRIES, HEAD = chain(EVENTS)
LOG = {event.event_id: event for event in EVENTS}


def test_a_chain_as_it_was_written_has_no_fault() -> None:
    assert list(faults(ENTRIES, HEAD, LOG)) == []
    assert list(faults([], Head(), {})) == []


def test_an_entry_says_who_did_what_to_whom_and_who_signed() -> None:
    entry = ENTRIES[1]
    assert (entry["number"], entry["kind"], entry["subject"], entry["signers"]) == (2, "override", f"S:{SITE}", ["d-1", "d-2"])
    assert entry["previous"] == ENTRIES[0]["hash"] and ENTRIES[2]["about"] == EVENTS[2].voids


FIELDS = sorted(set(ENTRIES[1]) - {"schema"})


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("place", [0, 2, 5])
def test_a_changed_field_of_any_entry_shows(field: str, place: int) -> None:
    changed = copy.deepcopy(ENTRIES)
    changed[place][field] = 99 if field == "number" else ["x"] if field == "signers" else {"id": "x", "role": "district"} if field == "actor" else "x"
    assert list(faults(changed, HEAD, LOG))


@given(st.integers(0, 5))
def test_a_removed_entry_shows_the_last_one_too(place: int) -> None:
    assert list(faults(ENTRIES[:place] + ENTRIES[place + 1 :], HEAD, LOG))


@given(st.permutations(range(6)))
def test_another_order_shows(order: list[int]) -> None:
    shuffled = [ENTRIES[place] for place in order]
    assert bool(list(faults(shuffled, HEAD, LOG))) is (order != sorted(order))


def test_a_forged_entry_put_in_with_a_right_hash_breaks_the_link_after_it() -> None:
    forged = entry_of(acts()[1], head_after(ENTRIES[2]))
    assert list(faults([*ENTRIES[:3], forged, *ENTRIES[3:]], HEAD, {**LOG, forged["event_id"]: acts()[1]}))


def test_a_chain_rewritten_whole_differs_from_the_head_written_down_before() -> None:
    rewritten, head = chain(EVENTS[:1] + EVENTS[2:])
    assert list(faults(rewritten, head, LOG)) == [], "by itself it holds"
    assert HEAD.hash not in {entry["hash"] for entry in rewritten}, "so the head is to be written down elsewhere"
    assert [event.event_id for event in missing(EVENTS, rewritten)] == [EVENTS[1].event_id], "and the log still has the act"


def test_a_fact_changed_or_gone_in_the_log_shows() -> None:
    gone = {name: event for name, event in LOG.items() if event is not EVENTS[3]}
    assert "日志中已没有" in next(faults(ENTRIES, HEAD, gone))
    other = fact("override", "2020-06-11", grade="blue", reason="改", legal_basis="示例", signers=["d-1", "d-2"], until_on="2020-12-31")
    assert "与登记时不同" in next(faults(ENTRIES, HEAD, {**LOG, EVENTS[3].event_id: other}))


def test_acts_by_hand_are_ledgered_and_ordinary_facts_are_not() -> None:
    kinds = {name for name, kind in load_vocabulary().kinds.items() if kind.ledger}
    corrections = {"override", "void", "enterprise_void", "township_void", "appeal_decided"}
    assert kinds == corrections | {"rule_set_drafted", "rule_set_enacted", "rule_set_withdrawn", "import_signed"}
    assert not any(map(is_ledgered, busy_site()))
