"""The vocabulary file holds together, and an event that does not fit it is refused with every problem named."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import labels
from chalicelib.errors import BadInput
from chalicelib.supervision.facts import fold
from chalicelib.supervision.model import Actor, from_document, to_document
from chalicelib.supervision.site import ENVELOPE
from chalicelib.supervision.vocabulary import FILE, json_schema, kind_of, load_vocabulary, problems, scope_of
from tests.event_builders import busy_site, enterprise_id, fact, hazard, site_id, step

KINDS = sorted(load_vocabulary().kinds)
REACHES = {"own", "area", "any", "assigned", "public"}


def columns(event):
    return [problem.column for problem in problems(event)]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_complete(name):
    kind, types = kind_of(name), load_vocabulary().types
    assert kind.scope in ("site", "enterprise", "township", "district") and kind.title and kind.reads
    assert all(field.type in types for field in kind.fields.values())
    assert set(kind.append) <= set(labels.ROLE) and set(kind.append.values()) <= REACHES
    assert all(scope_of(root) == kind.scope for root in kind.follows), "a step stands in the log of what it follows"
    named = [name for pair in kind.at_most.items() for name in pair if name != "occurred_on"]
    assert len({types[kind.fields[name].type]["type"] for name in named}) <= 1 and not any(kind.fields[name].optional for name in named)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_gives_a_valid_json_schema(name):
    schema = json_schema(name)
    jsonschema.Draft7Validator.check_schema(schema)
    assert schema["additionalProperties"] is False


def test_no_payload_field_hides_what_the_facts_keep_about_a_record():
    kept = {"id", "on", "at", "by", "kind", "scope", "then", "void", "evidence", "place", "caused_by", "voids"}
    taken = {field for name in KINDS for field in kind_of(name).fields}
    assert not kept & taken
    assert kept <= ENVELOPE


def test_the_file_has_one_void_kind_per_scope():
    voids = {kind_of(name).scope for name in KINDS if kind_of(name).voids}
    assert voids == {"site", "enterprise", "township"}
    assert tomllib.loads(FILE.read_text("utf-8"))["schema"] == 1


@pytest.mark.parametrize("event", busy_site(), ids=lambda event: event.kind)
def test_ordinary_facts_are_accepted(event):
    assert problems(event) == []
    assert from_document(to_document(event)) == event


def test_every_problem_of_a_payload_is_named_with_its_value_and_why():
    event = fact("hazard_found", level="huge", deadline_on="2020-02-31", fine_fen=-1, colour="red", special_campaign="yes")
    found = {problem.column: (problem.value, problem.reason) for problem in problems(event)}
    assert found == {
        "payload.colour": ("red", "没有这个字段"),
        "payload.level": ("huge", "只能是 general、major 之一"),
        "payload.deadline_on": ("2020-02-31", "日期不存在"),
        "payload.fine_fen": ("-1", "不得小于 0"),
        "payload.special_campaign": ("yes", "类型不正确"),
    }
    assert all(problem.place == event.event_id for problem in problems(event))


@pytest.mark.parametrize(
    ("kind", "payload", "column"),
    [
        ("completeness_measured", {"filled": 11, "required": 10}, "payload.filled"),
        ("responsible_persons_named", {"due": 1, "in_place": 2}, "payload.in_place"),
        ("video_link_measured", {"due": 2, "connected": 2, "online": 3}, "payload.online"),
        ("insurance", {"type": "work_injury", "valid_from": "2020-06-02", "valid_to": "2020-06-01"}, "payload.valid_from"),
        ("hazard_found", {"level": "general", "deadline_on": "2019-01-01"}, "payload.occurred_on"),
    ],
)
def test_a_part_above_its_whole_is_refused_and_never_clipped(kind, payload, column):
    assert columns(fact(kind, **payload)) == [column]


def test_a_part_equal_to_its_whole_is_accepted():
    assert columns(fact("completeness_measured", filled=10, required=10)) == []


def test_a_field_left_out_is_named():
    assert columns(fact("hazard_found", level="general")) == ["payload.deadline_on"]


def test_an_unknown_kind_is_one_problem_and_no_crash():
    assert columns(replace(fact("complaint"), kind="rumour")) == ["kind"]
    with pytest.raises(BadInput):
        scope_of("rumour")


def test_unknown_is_not_zero_where_the_vocabulary_says_so():
    unknown = fact("accident", deaths=None, serious_injuries=None, light_injuries=0, responsibility="pending")
    assert problems(unknown) == []
    assert columns(fact("work_injury", cases=None)) == ["payload.cases"]


def test_html_is_just_text():
    assert problems(fact("complaint", text="<script>alert('x')</script> & '; DROP TABLE")) == []


def test_a_fact_may_not_happen_after_it_was_recorded_by_the_shanghai_day():
    at_eleven = fact("complaint", "2020-06-02", at="2020-06-01T15:59:59.999Z")
    at_midnight = replace(at_eleven, known_at="2020-06-01T16:00:00.000Z")
    assert columns(at_eleven) == ["occurred_on"]
    assert problems(at_midnight) == [], "16:00 UTC is the next day in Shanghai"


def test_planned_and_validity_dates_may_lie_ahead():
    assert problems(fact("certificate", type="licence", valid_from="2020-01-01", valid_to="2030-01-01")) == []


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"scope": "enterprise"}, "scope"),
        ({"subject_id": "not-an-id"}, "subject_id"),
        ({"occurred_on": "2020-6-1"}, "occurred_on"),
        ({"occurred_on": "2020-02-30"}, "occurred_on"),
        ({"occurred_on": 20200601}, "occurred_on"),
        ({"known_at": "2020-06-01T08:00:00+08:00"}, "known_at"),
        ({"known_at": "2020-06-01T24:00:00.000Z"}, "known_at"),
        ({"source": "gossip"}, "source"),
        ({"source": ["self"]}, "source"),
        ({"actor": Actor("", "district")}, "actor"),
        ({"actor": Actor("u", "king")}, "actor"),
        ({"evidence": ("x" * 201,)}, "evidence"),
        ({"evidence": tuple("e" for _ in range(51))}, "evidence"),
        ({"place": {"a": [1]}}, "place"),
        ({"schema": 2}, "schema"),
        ({"payload": ["text"]}, "payload"),
        ({"caused_by": "somebody"}, "caused_by"),
        ({"voids": "something"}, "voids"),
    ],
)
def test_a_broken_envelope_is_named(change, column):
    assert columns(replace(fact("complaint"), **change)) == [column]


def test_an_event_id_belongs_to_its_subject():
    stolen = replace(fact("complaint"), event_id=fact("complaint", subject=site_id("b")).event_id)
    assert columns(stolen) == ["event_id"]


def test_a_step_names_its_root_in_the_same_log():
    root = hazard()
    assert problems(step("rectification_started", root, "2020-06-02")) == []
    assert columns(replace(step("rectification_started", root, "2020-06-02"), caused_by=None)) == ["caused_by"]
    elsewhere = hazard(subject=site_id("b"))
    assert columns(replace(step("rectification_started", root, "2020-06-02"), caused_by=elsewhere.event_id)) == ["caused_by"]


def test_a_void_names_what_it_withdraws_in_the_same_log():
    wrong = fact("complaint")
    assert problems(fact("void", voids=wrong.event_id, reason="重复")) == []
    assert columns(fact("void", reason="重复")) == ["voids"]
    company = fact("enterprise_void", subject=enterprise_id("a"), voids=wrong.event_id, reason="重复")
    assert columns(company) == ["voids"], "an enterprise's void cannot reach into a site's log"


def test_findings_that_would_not_fit_an_item_of_the_table_are_refused():
    items = {f"X{number}": {f"clause-{clause}": 1 for clause in range(100)} for number in range(300)}
    assert columns(fact("assessment", coverage="full", items=items)) == ["payload"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(KINDS), st.data())
def test_no_payload_whatever_makes_the_checks_crash(name, data):
    fields = st.sampled_from([*kind_of(name).fields, "other"])
    payload = data.draw(st.dictionaries(fields, JSON, max_size=4))
    event = replace(fact("complaint"), kind=name, payload=payload)
    assert all(problem.column and problem.reason for problem in problems(event))


@given(st.dictionaries(st.sampled_from([*to_document(fact("complaint")), "voids", "evidence", "place"]), JSON, max_size=4))
def test_no_document_whatever_makes_reading_crash(changes):
    try:
        event = from_document({**to_document(fact("complaint", text="x")), **changes})
    except ValueError:
        return
    if not problems(event):
        assert fold([event])["site_id"] == event.subject_id
