"""What falls due: 90, 30 and 7 days before a certificate ends and once it is over; each stage told once, by its id."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from event_builders import ENTERPRISE, fact, hazard, registration, step

from chalicelib.desk.remind import notices_of
from chalicelib.desk.reminders import reminders
from chalicelib.publish.notice import MemoryNotices
from chalicelib.supervision.facts import fold


def facts(*events) -> dict:
    register = registration()
    return fold([register[2], *events], register[:2])


def licence(valid_to: str, **more: object):
    return fact("certificate", "2020-01-02", type="licence", valid_from="2020-01-01", valid_to=valid_to, **more)


@pytest.mark.parametrize(
    ("today", "stage", "days"),
    [("2020-09-01", None, 121), ("2020-10-02", 90, 90), ("2020-12-01", 30, 30), ("2020-12-02", 30, 29), ("2020-12-24", 7, 7), ("2020-12-31", 7, 0), ("2021-01-01", 0, -1)],
)
def test_a_certificate_is_reminded_of_by_stages(today: str, stage: int | None, days: int) -> None:
    found = reminders(facts(licence("2020-12-31")), date.fromisoformat(today))
    assert [(one.stage, one.days, one.what) for one in found] == ([] if stage is None else [(stage, days, "licence")])


def test_one_that_was_renewed_or_revoked_is_not() -> None:
    old, new = licence("2020-12-31"), licence("2021-12-31")
    assert reminders(facts(old, new), date(2020, 12, 30)) == []
    assert reminders(facts(old, step("certificate_revoked", old, "2020-03-01")), date(2020, 12, 30)) == []


def test_each_number_is_a_certificate_of_its_own() -> None:
    """As the grade sees it (C05): another licence of the same type does not renew this one."""
    one, other, renewed = licence("2020-12-31", number="A1"), licence("2022-12-31", number="B2"), licence("2021-12-31", number="A1")
    assert [reminder.due_on for reminder in reminders(facts(one, other), date(2020, 12, 30))] == ["2020-12-31"]
    assert reminders(facts(one, other, renewed), date(2020, 12, 30)) == []


def test_a_hazard_is_reminded_of_while_it_is_the_enterprises_turn() -> None:
    found = hazard(deadline_on="2020-06-08", description="灭火器失效")
    assert [(one.stage, one.what) for one in reminders(facts(found), date(2020, 6, 7))] == [(1, "灭火器失效")]
    assert [one.stage for one in reminders(facts(found), date(2020, 6, 20))] == [0]
    assert reminders(facts(found, step("rectification_reported", found, "2020-06-06", source="self")), date(2020, 6, 7)) == []


def test_a_morning_that_is_repeated_tells_nobody_twice() -> None:
    known, book = [facts(licence("2020-12-31"))], MemoryNotices()
    told = []
    for day in (date(2020, 12, 24), date(2020, 12, 24), date(2020, 12, 25), date(2021, 1, 2)):
        for notice in notices_of(known, day, "https://aqm.example.cn"):
            told += [notice] if book.claim(notice.notice_id, "topic", datetime(2020, 12, day.day)) else []
            book.done(notice.notice_id, "topic", datetime(2020, 12, day.day))
    assert [(notice.audience, notice.title) for notice in told] == [(f"enterprise:{ENTERPRISE}", "证照到期提醒")] * 2
    assert "示例场所a：" in told[0].lines[0], "an enterprise may have several sites"
    assert "还有 7 天" in told[0].lines[0] and "已于 2020-12-31 到期" in told[1].lines[0]
    assert told[0].link.startswith("https://aqm.example.cn/desk/#/own/")
