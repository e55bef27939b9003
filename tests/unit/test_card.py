"""The public card: what anyone may see, nothing else, ready made."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest

import chalicelib.grading.card as module
from chalicelib import labels
from chalicelib.grading.card import build_card
from chalicelib.grading.judge import grade
from chalicelib.grading.rulebook import rules_change_after, rules_on
from chalicelib.register.district import load_district
from chalicelib.supervision.facts import fold
from tests.event_builders import SITE, busy_site, fact, hazard, registration, step

ON = date(2020, 6, 20)
SCHEMA = json.loads(Path(module.__file__).with_name("card.schema.json").read_text("utf-8"))
RULES = rules_on(load_district("demo"), ON)


def card_of(*events, on=ON, rules=RULES):
    facts = fold([event for event in events if event.scope == "site"], [event for event in events if event.scope == "enterprise"])
    card = build_card(facts, grade(facts, rules, on) if rules else None, on)
    if card is not None:
        jsonschema.validate(card.document, SCHEMA)
    return card


def document_of(*events, on=ON):
    return card_of(*events, on=on).document


def test_the_schema_itself_is_sound_and_closed():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["additionalProperties"] is False and set(SCHEMA["required"]) == set(SCHEMA["properties"]) - {"axis_titles"}


def test_an_ordinary_site_shows_its_grade_and_how_good_the_evidence_is():
    document = document_of(*busy_site())
    assert document["grade"] == "blue" and document["on"] == "2020-06-20" and document["review_on"] == "2020-07-01"
    assert (document["last_inspection_on"], document["last_self_check_on"], document["evidence_on"]) == ("2020-06-01",) * 3
    assert document["axes"]["E"] == "97.7" and document["coverage"] == "100.0"
    assert document["rule_set"] == RULES.identity()
    assert (document["vetoes"], document["caps"], document["flags"], document["open_hazards"]) == (0, 0, [], 0)


def test_the_public_sees_no_score_no_item_and_no_text_of_a_hazard():
    secret = "配电箱后方私拉电线"
    events = [*busy_site(), hazard(item="E04", description=secret, deadline_on="2020-07-30"), fact("complaint", text="举报内容")]
    card = card_of(*events)
    text = json.dumps(card.document, ensure_ascii=False)
    assert card.score is not None and "score" not in card.document
    assert secret not in text and "举报内容" not in text and "E04" not in text and "o1" not in text
    assert card.document["open_hazards"] == 1


def test_before_registration_there_is_no_card():
    assert card_of(fact("complaint")) is None
    assert card_of(*registration(on="2020-06-21")) is None


def test_a_site_never_assessed_is_grey_without_coverage_e9():
    document = document_of(*registration())
    assert (document["grade"], document["coverage"], document["evidence_on"]) == ("none", "0.0", None)
    assert set(document["axes"]) == set(labels.AXIS) and set(document["axes"].values()) == {None}


def test_a_district_without_a_rule_set_gives_grey_cards():
    card = card_of(*busy_site(), rules=None)
    assert (card.grade, card.score, card.review_on, card.rule_set) == ("none", None, None, "none")
    assert (card.document["rule_set"], card.document["coverage"], card.document["last_inspection_on"]) == (None, None, "2020-06-01")


def test_vetoes_and_caps_are_counted_and_not_named():
    accident = fact("accident", "2020-06-10", deaths=1, serious_injuries=1, light_injuries=0, responsibility="pending")
    card = card_of(*busy_site(), accident)
    assert (card.document["grade"], card.document["vetoes"], card.document["caps"]) == ("red", 1, 1)
    assert json.loads(card.outcome)["vetoes"] == ["V01"], "the history names them"


def test_an_appeal_is_shown_until_it_is_decided():
    appeal = fact("appeal", "2020-06-10", source="self", text="与事实不符")
    decided = step("appeal_decided", appeal, "2020-06-18", outcome="rejected")
    assert document_of(*busy_site(), appeal)["flags"] == ["appeal"]
    assert document_of(*busy_site(), appeal, decided)["flags"] == []


def test_an_override_is_shown_as_such():
    override = fact("override", "2020-06-10", grade="orange", reason="专项", legal_basis="条例", signers=["a", "b"], until_on="2020-12-31")
    document = document_of(*busy_site(), override)
    assert (document["grade"], document["flags"]) == ("orange", ["override"])


def test_flags_have_the_words_the_scan_page_knows():
    from chalicelib.code.words import FLAG as SPOKEN

    assert set(module.FLAG.values()) | {"appeal", "override"} <= set(SPOKEN)


@pytest.mark.parametrize(
    ("events", "plate"),
    [
        ([], {"issue": None, "revoked": []}),
        ([("plate_issued", {"issue": 1})], {"issue": 1, "revoked": []}),
        ([("plate_issued", {"issue": 1}), ("plate_issued", {"issue": 2})], {"issue": 2, "revoked": []}),
        (
            [("plate_issued", {"issue": 1}), ("plate_issued", {"issue": 2}), ("plate_revoked", {"issue": 2, "reason": "遗失"})],
            {"issue": 2, "revoked": [2]},
        ),
    ],
)
def test_the_plate_is_the_newest_issue_and_revoked_ones_are_named(events, plate):
    card = card_of(*registration(), *(fact(kind, "2020-01-05", **fields) for kind, fields in events))
    assert card.document["plate"] == plate and card.issue == plate["issue"]


def test_hazards_closed_dismissed_or_withdrawn_are_not_open():
    open_one, dismissed, wrong = (hazard(deadline_on="2020-07-30", key=key) for key in ("x", "y", "z"))
    events = [
        open_one, dismissed, wrong,
        step("hazard_dismissed", dismissed, "2020-06-02", reason="误报"),
        fact("void", "2020-06-02", voids=wrong.event_id, reason="录错"),
    ]  # fmt: skip
    assert document_of(*busy_site(), *events)["open_hazards"] == 1


def test_evidence_is_an_inspectors_or_experts_look_never_the_firms_own():
    checks = [fact("self_check", "2020-06-15", source="self", coverage="full", items={}), hazard(on="2020-06-16", source="self")]
    assert document_of(*busy_site(), *checks)["evidence_on"] == "2020-06-01"
    expert = fact("assessment", "2020-06-17", source="expert", coverage="partial", items={})
    assert document_of(*busy_site(), *checks, expert)["evidence_on"] == "2020-06-17"


def test_a_desk_review_is_evidence_and_no_inspection():
    desk = fact("assessment", "2020-06-17", coverage="full", items={}, desk_review=True)
    document = document_of(*busy_site(), desk)
    assert (document["evidence_on"], document["last_inspection_on"]) == ("2020-06-17", "2020-06-01")


def test_coverage_is_the_share_of_points_an_inspector_valued_within_the_term():
    old = [*registration(on="2016-01-01"), fact("assessment", "2017-06-20", coverage="full", items={})]
    assert document_of(*old, on=date(2020, 6, 19))["coverage"] == "100.0", "36 months for a site of low inherent risk"
    assert document_of(*old, on=date(2020, 6, 20))["coverage"] == "0.0"
    fresh = fact("assessment", "2020-06-01", coverage="partial", items={"E05": {}, "W01": {}})
    share = (RULES.items["E05"].points + RULES.items["W01"].points) / sum(item.points for item in RULES.settable.values())
    assert document_of(*old, fresh)["coverage"] == f"{share * 100:.1f}"


def test_the_term_is_twelve_months_where_the_inherent_risk_is_high():
    events = [*registration(on="2018-01-01", inherent_class=3), fact("assessment", "2019-06-20", coverage="full", items={})]
    assert [document_of(*events, on=date(2020, 6, day))["coverage"] for day in (19, 20)] == ["100.0", "0.0"]


def test_the_review_date_is_the_earliest_of_rules_facts_and_rule_sets():
    events = busy_site()
    facts = fold([event for event in events if event.scope == "site"], ())
    judgement = grade(facts, RULES, ON)
    assert build_card(facts, judgement, ON).review_on == "2020-07-01"
    assert build_card(facts, judgement, ON, rules_change_on=date(2020, 6, 25)).review_on == "2020-06-25"
    assert card_of(*events, fact("inspection", "2020-06-23", officers=[])).review_on == "2020-06-23"


def test_the_next_rule_set_is_known_from_the_district():
    district = load_district("demo")
    first = district.rule_sets["grading"][0].effective_from
    assert rules_change_after(district, date(2000, 1, 1)) == first
    assert rules_on(district, date(2000, 1, 1)) is None


def test_township_state_and_name_are_those_of_the_day():
    events = [
        *registration(),
        fact("site_state_changed", "2020-06-10", state="closed"),
        fact("site_moved", "2020-06-11", township="330110002"),
    ]
    document = document_of(*events)
    assert (document["state"], document["township"], document["grade"]) == ("closed", "330110002", "none")
    assert document_of(*events, on=date(2020, 6, 9))["state"] == "operating"
    assert card_of(*events).site_id == SITE
