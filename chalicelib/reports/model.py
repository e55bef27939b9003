"""A report of the public: what a form may say, the receipt it gets, and how often one may report. Pure.

The log takes the content and never a person: telephone and identity numbers in the text are masked, the contact stands in
a table of its own and can be erased, and where a report came from is known for one day, as a keyed hash.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs

from chalicelib import ids
from chalicelib.access.append import Proposal, may_append
from chalicelib.access.identity import PUBLIC, SubjectFacts
from chalicelib.clock import add_days
from chalicelib.errors import BadInput, Forbidden, Problem, SafetyCodeError
from chalicelib.supervision.model import Actor, Event, make_event
from chalicelib.supervision.vocabulary import kind_of
from chalicelib.text import UNSEEN

MAX_BODY_BYTES = 16 * 1024
MAX_FIELDS = 10
TEXT = (5, 500)
MAX_CONTACT = 100
RECEIPT_LENGTH = 16
# Regulation on petitions (信访条例 2005, article 33): decided within 60 days of acceptance.
DUE_DAYS = 60
CONTACT_DAYS = 365
A_DAY = {"site": 20, "source": 5}
KINDS = {"hazard": "complaint", "error": "error_reported"}

# A mobile number; an identity number (18 figures that begin as a place of birth does: a credit code begins with 9, or has letters).
NUMBERS = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])|(?<![0-9])[1-8][0-9]{16}[0-9Xx](?![0-9Xx])")
MASK = "［号码已隐去］"


class TooManyReports(SafetyCodeError):
    """This site, or this visitor, has been heard often enough today."""

    status = 429
    code = "too-many-reports"


class NotFromAPerson(BadInput):
    """A field that no person sees was filled in."""

    code = "not-from-a-person"


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody sent. ``about`` is a key of :data:`KINDS`; ``contact`` may be empty and never enters the log."""

    plate: str
    about: str
    text: str
    contact: str


def fields_of(body: str | bytes) -> dict[str, str]:
    """The fields of a posted form, each once. BadInput if it is too large or no form."""
    raw = body.encode() if isinstance(body, str) else body
    if len(raw) > MAX_BODY_BYTES:
        raise BadInput([Problem("form", "", "", "内容过大")])
    try:
        found = parse_qs(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except (ValueError, UnicodeError):
        raise BadInput([Problem("form", "", "", "不是本页的表单")]) from None
    return {name: values[0] for name, values in found.items()}


def report_of(fields: Mapping[str, str]) -> Report:
    """The report of a form's fields; every fault at once."""
    if fields.get("website"):
        raise NotFromAPerson([Problem("form", "website", "", "此栏须留空")])
    text, contact = clean(fields.get("text", "")), clean(fields.get("contact", ""))
    problems = []
    if fields.get("about") not in KINDS:
        problems.append(Problem("form", "about", fields.get("about", "")[:20], "请选择反映隐患或信息有误"))
    if not TEXT[0] <= len(text) <= TEXT[1]:
        problems.append(Problem("form", "text", f"{len(text)} 字", f"请写 {TEXT[0]}–{TEXT[1]} 个字"))
    if len(contact) > MAX_CONTACT:
        problems.append(Problem("form", "contact", f"{len(contact)} 字", f"最多 {MAX_CONTACT} 个字"))
    if problems:
        raise BadInput(problems)
    return Report(fields.get("plate", ""), fields["about"], text, contact)


def clean(text: str) -> str:
    """Without control and direction characters, which could hide what is said; one kind of line end."""
    return UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def masked(text: str) -> str:
    """Without telephone and identity numbers."""
    return NUMBERS.sub(MASK, text)


def keyed(key: bytes, *parts: str) -> str:
    """A receipt's or a source's opaque name."""
    domain = hmac.digest(key, b"safety-code report", hashlib.sha256)
    return ids.base32(hmac.digest(domain, json.dumps(parts).encode(), hashlib.sha256), RECEIPT_LENGTH)


def receipt_of(key: bytes, site_id: str, report: Report, source: str, day: date) -> str:
    """The receipt number: the same report sent twice on a day has one; nobody can work out somebody else's."""
    return keyed(key, "receipt", site_id, report.about, report.text, report.contact, source, day.isoformat())


def spaced(receipt: str) -> str:
    """``XXXX-XXXX-XXXX-XXXX``, as it is shown."""
    return "-".join(receipt[at : at + 4] for at in range(0, len(receipt), 4))


def read_receipt(text: str) -> str:
    """The receipt number in what somebody typed, letters that look like figures read as those. BadInput if it cannot be one."""
    typed = re.sub(r"[\s-]", "", clean(text).upper()).translate(ids.LOOKALIKES)
    if len(typed) != RECEIPT_LENGTH or not set(typed) <= set(ids.ALPHABET):
        raise BadInput([Problem("form", "receipt", text[:40], f"回执编号是 {RECEIPT_LENGTH} 位字母和数字")])
    return typed


def counters(key: bytes, site_id: str, source: str, day: date) -> dict[str, int]:
    """What is counted for a report on a day, and how far: the names hold no address and cannot be joined across days.

    The source comes first, so that one that was heard often enough uses up nothing of the site's.
    """
    return {
        f"count#{day.isoformat()}#source#{keyed(key, 'source', source, day.isoformat())}": A_DAY["source"],
        f"count#{day.isoformat()}#site#{site_id}": A_DAY["site"],
    }


def fact_id(site_id: str, about: str, receipt: str) -> str:
    """The id of the fact that a report becomes. It tells nothing of the receipt."""
    return ids.event_id_of(ids.subject_of("site", site_id), KINDS[about], receipt)


def event_of(site_id: str, report: Report, receipt: str, day: str, at: str) -> Event:
    """The fact that enters the log. Forbidden if the write matrix does not let the public append it."""
    kind = KINDS[report.about]
    payload: dict[str, object] = {"text": masked(report.text)}
    if kind == "complaint":
        payload["due_on"] = add_days(date.fromisoformat(day), DUE_DAYS).isoformat()
    decision = may_append(PUBLIC, Proposal(kind, kind_of(kind).append, payload), SubjectFacts("site", site_id))
    if not decision.allowed:
        raise Forbidden("the public may not append this", reason=decision.reason)
    return make_event(
        kind, site_id, occurred_on=day, known_at=at, actor=Actor("public", "public"), source="report", payload=payload, key=receipt
    )


def state_of(facts: Mapping[str, object] | None, event_id: str, about: str) -> str:
    """What became of a report: ``received``, ``in_progress``, ``found_true``, ``not_found_true``, or ``void``."""
    records = (facts or {}).get("records", {}).get(KINDS[about], ())  # type: ignore[attr-defined]
    record = next((record for record in records if record["id"] == event_id), None)
    if record is None:
        return "received"
    if "void" in record:
        return "void"
    decided = [step for step in record.get("then", ()) if step["kind"] == "complaint_decided" and "void" not in step]
    if not decided:
        return "in_progress"
    return "found_true" if decided[-1]["found_true"] else "not_found_true"
