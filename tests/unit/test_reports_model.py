"""Reports of the public: what a form may say, what enters the log, what does not, and the receipt."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import ids
from chalicelib.errors import BadInput
from chalicelib.reports import model
from chalicelib.supervision.vocabulary import problems
from tests.event_builders import SITE

KEY, DAY, AT = b"k" * 32, date(2020, 7, 1), "2020-07-01T02:00:00.000Z"
FORM = {"plate": "X", "about": "hazard", "text": "二楼东侧安全出口被货物堵住", "contact": "", "website": ""}


def report(**changes: str) -> model.Report:
    return model.report_of({**FORM, **changes})


# ── The form 表单 ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_form_is_read_as_a_browser_sends_it() -> None:
    assert model.report_of(model.fields_of(urlencode(FORM))) == model.Report("X", "hazard", FORM["text"], "")


@pytest.mark.parametrize(
    ("changes", "columns"),
    [
        ({"text": "短"}, ["text"]),
        ({"text": "字" * 501}, ["text"]),
        ({"contact": "1" * 101}, ["contact"]),
        ({"about": "praise", "text": "", "contact": "1" * 101}, ["about", "text", "contact"]),
    ],
)
def test_everything_wrong_with_a_form_is_named_at_once(changes: dict, columns: list[str]) -> None:
    with pytest.raises(BadInput) as wrong:
        report(**changes)
    assert [problem.column for problem in wrong.value.problems] == columns


def test_a_field_that_no_person_sees_gives_a_machine_away() -> None:
    with pytest.raises(model.NotFromAPerson):
        report(website="https://spam.example")


@pytest.mark.parametrize("body", [b"x" * (model.MAX_BODY_BYTES + 1), b"text=%ff%fe", b"&".join(b"a%d=1" % at for at in range(40)), b"\xff"])
def test_what_is_no_form_of_ours_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        model.report_of(model.fields_of(body))


@given(st.text(max_size=600), st.text(max_size=120))
def test_whatever_is_typed_is_either_refused_or_a_fact_that_the_log_takes(text: str, contact: str) -> None:
    try:
        taken = report(text=text, contact=contact)
    except BadInput:
        return
    event = model.event_of(SITE, taken, "0" * 16, DAY.isoformat(), AT)
    assert problems(event) == []


def test_characters_that_hide_what_is_said_are_taken_out() -> None:
    assert report(text="通道\u202e被堵\u200b\x07了\r\n两处").text == "通道被堵了\n两处"


# ── The person 举报人 ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("number", ["13812345678", "33010619900101123X", "330106199001011234"])
def test_numbers_of_people_do_not_enter_the_log(number: str) -> None:
    event = model.event_of(SITE, report(text=f"请找他（{number}）核实，电话{number}。"), "0" * 16, DAY.isoformat(), AT)
    assert number not in str(event) and event.payload["text"].count(model.MASK) == 2


@pytest.mark.parametrize("number", ["91330110MA0000015C", "914403001922038216", "2020070112345", "12350"])
def test_credit_codes_and_other_figures_stay(number: str) -> None:
    assert number in model.masked(f"编号{number}的场所")


def test_the_contact_is_in_no_fact_and_no_receipt_tells_it() -> None:
    taken = report(contact="王先生 13812345678")
    event = model.event_of(SITE, taken, model.receipt_of(KEY, SITE, taken, "192.0.2.1", DAY), DAY.isoformat(), AT)
    assert "王先生" not in str(event) and "192.0.2.1" not in str(event)
    assert (event.actor.id, event.actor.role, event.source) == ("public", "public", "report")


def test_a_source_is_known_for_one_day_and_only_under_our_key() -> None:
    def source(key: bytes, day: date) -> str:
        return next(name for name in model.counters(key, SITE, "192.0.2.1", day) if "source" in name).rsplit("#", 1)[1]

    names = {source(KEY, DAY), source(KEY, date(2020, 7, 2)), source(b"o" * 32, DAY)}
    assert len(names) == 3 and not any("192" in name for name in names)
    assert source(KEY, DAY) == source(KEY, DAY)


# ── The receipt 回执 ────────────────────────────────────────────────────────────────────────────────────────────────
def test_sent_twice_on_a_day_it_is_one_report_and_anything_else_is_another() -> None:
    def receipt(key: bytes = KEY, source: str = "a", day: date = DAY, **changes: str) -> str:
        return model.receipt_of(key, SITE, report(**changes), source, day)

    assert receipt() == receipt()
    others = {receipt(), receipt(source="b"), receipt(day=date(2020, 7, 2)), receipt(text=FORM["text"] + "！"), receipt(b"o" * 32), receipt(about="error")}
    assert len(others) == 6


@given(st.text(ids.ALPHABET, min_size=16, max_size=16))
def test_a_receipt_is_found_however_it_is_typed(number: str) -> None:
    shown = model.spaced(number)
    assert len(shown) == 19
    for typed in (shown, shown.lower(), number, f" {shown} ", shown.replace("1", "l").replace("0", "o")):
        assert model.read_receipt(typed) == number


@pytest.mark.parametrize("typed", ["", "1234", "U" * 16, "../../cards", "0" * 17])
def test_what_cannot_be_a_receipt_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        model.read_receipt(typed)


# ── What becomes of it 办理 ─────────────────────────────────────────────────────────────────────────────────────────
def test_a_hazard_is_due_in_sixty_days_and_an_error_is_to_be_checked() -> None:
    hazard = model.event_of(SITE, report(), "0" * 16, "2020-07-01", AT)
    assert (hazard.kind, hazard.payload["due_on"]) == ("complaint", "2020-08-30")
    assert model.event_of(SITE, report(about="error"), "0" * 16, "2020-07-01", AT).kind == "error_reported"


@pytest.mark.parametrize(
    ("record", "state"),
    [
        (None, "received"),
        ({}, "in_progress"),
        ({"then": [{"kind": "complaint_decided", "found_true": True}]}, "found_true"),
        ({"then": [{"kind": "complaint_decided", "found_true": True}, {"kind": "complaint_decided", "found_true": False}]}, "not_found_true"),
        ({"then": [{"kind": "complaint_decided", "found_true": True, "void": {}}]}, "in_progress"),
        ({"void": {"id": "V"}}, "void"),
    ],
)
def test_a_receipt_leads_to_what_became_of_the_report(record: dict | None, state: str) -> None:
    records = {"complaint": [{"id": "other"}, *([{"id": "E", **record}] if record is not None else [])]}
    assert model.state_of({"records": records}, "E", "hazard") == state
    assert model.state_of(None, "E", "hazard") == "received"
