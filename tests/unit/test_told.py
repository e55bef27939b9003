"""Steps of an appeal are told to whoever has the next one to take, and the decision to whoever filed it, without its prose."""

from __future__ import annotations

from datetime import UTC, datetime

from event_builders import ENTERPRISE, SITE, TOWNSHIP, fact, registration, step

from chalicelib.desk.told import Teller
from chalicelib.supervision.model import Event
from tests.builders import RULES

FILED = fact("appeal", "2020-06-17", source="self", text="当天没有停用该设施")
OPINION = step("appeal_opinion", FILED, "2020-06-19", source="township", text="情况属实")


def decided(outcome: str) -> Event:
    return step("appeal_decided", FILED, "2020-06-24", outcome=outcome, text="监控证明没有停用")


def heard(*log: Event, now: datetime = datetime(2020, 6, 24, 9, tzinfo=UTC), rules: object = RULES, late: bool = False) -> list[dict]:
    """What is told when each event of a log comes along the stream, the last one twice; ``late``: when all of them stand already."""
    told: list[dict] = []
    whole, standing = (*registration(), *log), []
    if late:
        standing = list(whole)
    teller = Teller(lambda subject: tuple(each for each in standing if each.subject == subject), lambda: rules, told.extend, now, "https://aq.test")
    for event in (*whole, whole[-1]):
        standing += [] if late else [event]
        teller.hear(event)
    return told


def test_each_step_is_told_to_whoever_has_the_next_and_the_decision_to_whoever_filed() -> None:
    filed, opinion, decision, again = heard(FILED, OPINION, made := decided("upheld"))
    assert decision == again and decision["notice_id"] == f"appeal-{made.event_id}", "told once, by its id"
    assert [(each["role"], each["organisation"]) for each in (filed, opinion, decision)] == [("township", TOWNSHIP), ("district", ""), ("enterprise", ENTERPRISE)]
    assert "镇街意见期限 2020-06-22" in filed["lines"][0] and "决定期限 2020-06-30" in opinion["lines"][0] and "申诉成立" in decision["lines"][0]
    assert filed["link"] == opinion["link"] == f"https://aq.test/desk/#/appeal/{SITE}/{FILED.event_id}"
    assert decision["link"] == f"https://aq.test/desk/#/voice/{SITE}"
    assert not any(word in str([filed, opinion, decision]) for word in ("停用", "属实", "监控"))
    assert "申诉不成立" in heard(FILED, decided("rejected"))[-1]["lines"][0]


def test_nobody_is_told_of_what_is_no_step_or_long_past_or_where_no_rules_give_terms() -> None:
    assert heard() == [] and heard(step("appeal_withdrawn", FILED, "2020-06-18", source="self")) == []
    assert [each["title"] for each in heard(FILED, OPINION, decided("upheld"), late=True)] == ["申诉已有决定"] * 2, "what has been done is asked of nobody"
    assert heard(FILED, now=datetime(2020, 9, 1, tzinfo=UTC)) == [] and heard(FILED, rules=None) == []
