"""A report from a plate through the public's form: kept, appended, counted, looked up, erased; and nobody's name anywhere."""

from __future__ import annotations

import json
from datetime import date
from urllib.parse import urlencode

import pytest

from chalicelib.code.token import parse_keys, sign
from chalicelib.config import read_settings
from chalicelib.grading.regrade import Regrader
from chalicelib.register.district import load_district
from chalicelib.reports import model
from chalicelib.reports.store import ReportTable
from chalicelib.reports.views import handle
from chalicelib.supervision.store import EventLog
from tests.event_builders import SITE, busy_site, step
from tests.unit.test_reports_model import FORM

SECRET = "00112233445566778899aabbccddeeff"
PLATE = sign(SITE, 1, parse_keys(f"1:{SECRET}"))
DAY = date(2020, 7, 1)
CONTACT = "王先生 13812345678"


@pytest.fixture
def settings(tables):
    tables.clear()
    from chalicelib import clock

    EventLog(tables.prefix).append(busy_site(), clock.utc_now())
    Regrader(tables.prefix, load_district("demo")).regrade([SITE], DAY)
    return read_settings({"TABLE_PREFIX": tables.prefix, "PLATE_KEYS": f"1:{SECRET}", "TODAY": DAY.isoformat()})


def post(settings, path: str = "reports", *, source: str = "192.0.2.1", **fields: str) -> dict:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": f"{source}, 203.0.113.9"}
    return handle({"httpMethod": "POST", "path": f"/api/{path}", "headers": headers, "body": urlencode(fields)}, settings)


def send(settings, **changes: str) -> dict:
    return post(settings, **{**FORM, "plate": PLATE, **changes})


def number(answer: dict) -> str:
    assert answer["statusCode"] == 200, answer["body"]
    return answer["body"].split('class="number num">')[1].split("<")[0]


def complaints(tables) -> list:
    return [event for event in EventLog(tables.prefix).list_events(f"S:{SITE}") if event.kind in model.KINDS.values()]


def test_a_report_is_a_fact_with_a_receipt_and_the_contact_stands_apart(tables, settings, capfd, caplog) -> None:
    answer = send(settings, contact=CONTACT)
    (event,) = complaints(tables)
    assert event.payload == {"text": FORM["text"], "due_on": "2020-08-30"}
    (kept,) = [item for item in items(tables) if "contact" in item]
    assert kept["contact"]["S"] == CONTACT and kept["expires_at"]["N"] > "0"
    assert ReportTable(tables.prefix).find_contact(event.event_id) == CONTACT, "whoever looks into the report reaches its sender by the fact"
    others = [item for item in items(tables) if item != kept and "doc" not in item]
    said = caplog.text + "".join(capfd.readouterr()) + json.dumps(others, ensure_ascii=False)
    for secret in ("王先生", "13812345678", "192.0.2.1", FORM["text"], number(answer), PLATE):
        assert secret not in said
    (receipt,) = [item["receipt"]["S"] for item in items(tables) if "doc" in item]
    assert receipt == number(answer).replace("-", "") and receipt not in json.dumps(kept), "the receipt is the sender's alone"
    assert "王先生" not in answer["body"] and "单独保存" in answer["body"]


def test_sent_twice_it_is_one_report(tables, settings) -> None:
    assert number(send(settings)) == number(send(settings))
    assert len(complaints(tables)) == 1


def test_a_report_that_broke_off_before_the_log_is_completed_when_sent_again(tables, settings, monkeypatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(EventLog, "append", lambda *_: (_ for _ in ()).throw(model.TooManyReports("cut off")))
        send(settings)
    assert complaints(tables) == []
    send(settings)
    assert len(complaints(tables)) == 1


def test_a_receipt_leads_to_the_state_and_lets_the_contact_be_erased(tables, settings) -> None:
    from chalicelib import clock

    receipt = number(send(settings, contact=CONTACT))
    look = post(settings, "receipts", receipt=receipt.lower())
    assert "已收到" in look["body"] and "删除我的联系方式" in look["body"] and CONTACT not in look["body"]
    (event,) = complaints(tables)
    EventLog(tables.prefix).append([step("complaint_decided", event, "2020-07-01", found_true=True)], clock.utc_now())
    Regrader(tables.prefix, load_district("demo")).regrade([SITE], DAY)
    erased = post(settings, "receipts", receipt=receipt, erase="1")
    assert "查实" in erased["body"] and "联系方式已删除" in erased["body"]
    assert not any("contact" in item for item in items(tables)) and ReportTable(tables.prefix).find_contact(event.event_id) is None
    assert "没有保存任何联系方式" in post(settings, "receipts", receipt=receipt)["body"]


def test_one_source_is_heard_five_times_a_day_and_a_site_twenty_times(tables, settings) -> None:
    own = [send(settings, text=f"第 {at} 处灭火器过期")["statusCode"] for at in range(6)]
    assert own == [200] * 5 + [429]
    others = [send(settings, text=f"又一处 {at} 过期", source=f"198.51.100.{at}")["statusCode"] for at in range(16)]
    assert others == [200] * (20 - 5) + [429]
    assert len(complaints(tables)) == 20


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"plate": "X"}, 404),
        ({"plate": PLATE[:-1]}, 404),
        ({"plate": sign("0" * 16, 1, parse_keys(f"1:{SECRET}"))}, 404),
        ({"text": "短"}, 400),
        ({"website": "x"}, 400),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_refused_leaves_nothing(tables, settings, fields: dict, status: int, language: str) -> None:
    answer = send(settings, **fields, language=language)
    assert answer["statusCode"] == status
    assert ("没有保存" if language == "zh" else "Nothing was kept") in answer["body"]
    assert complaints(tables) == [] and items(tables) == []


def test_html_in_every_field_is_shown_as_nothing_and_kept_as_text(tables, settings) -> None:
    evil = '<script>alert("x")</script>'
    answers = [send(settings, text=evil, contact=evil), send(settings, about=evil, text=evil), post(settings, "receipts", receipt=evil)]
    assert not any("<script" in answer["body"] for answer in answers)
    assert complaints(tables)[0].payload["text"] == evil
    for answer in answers:
        assert "form-action 'self'" in answer["headers"]["Content-Security-Policy"] and answer["headers"]["Cache-Control"] == "no-store"


def test_an_unknown_receipt_and_a_counter_s_name_lead_nowhere(tables, settings) -> None:
    send(settings)
    assert post(settings, "receipts", receipt="0" * 16)["statusCode"] == 404
    assert post(settings, "receipts", receipt=f"count#{DAY}#site#{SITE}")["statusCode"] == 400


def items(tables) -> list[dict]:
    return tables.emulator.client("dynamodb").scan(TableName=tables.name("reports"))["Items"]
