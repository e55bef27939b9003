"""From the log to the colour: events, folded, judged. What was delivered twice or voided is one fact or none."""

from __future__ import annotations

import random
from datetime import date

from chalicelib.clock import parse_instant
from chalicelib.grading.judge import grade
from chalicelib.grading.model import Grade
from chalicelib.supervision.facts import fold
from tests.builders import RULES, codes
from tests.event_builders import ENTERPRISE, fact

AS_OF = date(2020, 6, 20)
IN_ORDER = [
    fact("site_registered", "2019-01-02", source="system", enterprise_id=ENTERPRISE, name="示例厂", township="330110001", inherent_class=3),
    fact("assessment", "2019-12-01", coverage="full", items={}),
    fact("assessment", "2020-06-01", coverage="full", items={}, not_applicable=["P04"]),
    *(fact("self_check", on, source="self", coverage="full", items={}) for on in ("2020-03-10", "2020-04-10", "2020-05-10", "2020-06-01")),
    fact("completeness_measured", "2020-06-01", source="system", filled=30, required=30),
]


def judged(*events, known_at=None):
    company = [event for event in events if event.scope == "enterprise"]
    return grade(fold([*IN_ORDER, *(event for event in events if event.scope == "site")], company), RULES, AS_OF, known_at)


def test_a_site_in_order_is_blue():
    assert (judged().score, judged().grade) == (1000, Grade.BLUE)


def test_the_same_event_delivered_twice_and_in_any_order_is_one_fact():
    events = [*IN_ORDER, fact("penalty", "2020-05-01", procedure="general")]
    once = grade(fold(events), RULES, AS_OF).to_document()
    mixed = events + events
    random.Random(1).shuffle(mixed)
    assert once["score"] == "97.0"
    assert grade(fold(mixed), RULES, AS_OF).to_document() == once


def test_a_void_takes_a_fact_away_from_the_instant_it_was_known():
    death = fact("accident", "2020-05-01", deaths=1, serious_injuries=0, light_injuries=0, responsibility="pending")
    void = fact("void", "2020-06-10", voids=death.event_id, reason="自然死亡", signers=["a", "b"])
    assert judged(death).grade is Grade.RED
    assert judged(death, void).grade is Grade.BLUE
    assert judged(death, void, known_at=parse_instant("2020-06-09T00:00:00Z")).grade is Grade.RED


def test_steps_and_facts_of_the_enterprise_reach_the_site():
    hazard = fact("hazard_found", "2020-05-01", source="township", level="major", deadline_on="2020-05-20")
    closed = fact("hazard_closed", "2020-06-18", caused_by=hazard.event_id, officers=["a", "b"])
    hidden = fact("concealment_established", "2020-06-01", conduct="concealed")
    assert codes(judged(hazard, hidden).vetoes) == ["V03", "V04"]
    assert codes(judged(hazard, closed, hidden).vetoes) == ["V03"]
