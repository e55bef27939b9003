"""POST /reports and /receipts: forms of the public, answered by a page. No script, no cookie, no sign-in.

A plain Lambda function of its own: it may append to the log and touch the reports' table, and read one card and one site's facts.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from chalicelib import clock
from chalicelib.code import scan, token
from chalicelib.config import Settings
from chalicelib.errors import NotFound, SafetyCodeError
from chalicelib.grading.store import FactsStore
from chalicelib.http import log_line
from chalicelib.proxy import Event, raw_body, visitor
from chalicelib.register.district import load_district
from chalicelib.reports import model, pages
from chalicelib.reports.store import ReportTable
from chalicelib.supervision.store import EventLog


def handle(event: Event, settings: Settings) -> dict[str, object]:
    """The gateway's answer to its proxy event."""
    district, language = load_district(settings.district), "zh"
    path = str(event.get("path") or "").rstrip("/").rsplit("/", 1)[-1]
    try:
        fields = model.fields_of(raw_body(event))
        language = "en" if fields.get("language") == "en" else "zh"
        status, page = 200, pages.receipt_page(ROUTES[path](fields, event, settings), district, language)
    except SafetyCodeError as error:
        status, page = error.status, pages.refusal_page(error, district, language)
    log_line("public form answered", event.get("requestContext"), form=path, status=status)  # type: ignore[arg-type]
    return {"statusCode": status, "headers": _headers(page), "body": page}


def receive(fields: Mapping[str, str], event: Event, settings: Settings) -> pages.Receipt:
    """Take a report in: counted, kept under its receipt, appended to the log. Sent again, it is the same report."""
    report = model.report_of(fields)
    seen = scan.find(scan.Asked(report.plate.upper(), "zh", ""), settings, scan.card_reader(settings.table_prefix))
    site_id, now, day = str(seen.card["site_id"]), settings.now(), settings.day()
    key, source, table = _key(settings), visitor(event), ReportTable(settings.table_prefix)
    receipt = model.receipt_of(key, site_id, report, source, day)
    kept = table.find(receipt)
    if kept is None:
        for name, most in model.counters(key, site_id, source, day).items():
            if not table.count(name, most, clock.utc_now()):
                raise model.TooManyReports("heard often enough today")
        document = {"site_id": site_id, "about": report.about, "day": day.isoformat(), "at": clock.instant_text(now), "plate": report.plate}
        document["fact"] = model.fact_id(site_id, report.about, receipt)
        kept = table.keep(receipt, document, report.contact, (clock.utc_now(), model.CONTACT_DAYS))
    fact = model.event_of(site_id, report, receipt, kept.document["day"], kept.document["at"])
    EventLog(settings.table_prefix).append([fact], clock.utc_now())
    return pages.Receipt(receipt, "received", report.about, kept.document["day"], kept.has_contact, report.plate)


def look_up(fields: Mapping[str, str], event: Event, settings: Settings) -> pages.Receipt:
    """What became of a report; with ``erase`` its contact is erased first. NotFound for a number that leads nowhere."""
    receipt, table = model.read_receipt(fields.get("receipt", "")), ReportTable(settings.table_prefix)
    kept = table.find(receipt)
    if kept is None:
        raise NotFound("no such receipt")
    erased = fields.get("erase") == "1"
    if erased:
        table.erase_contact(kept.document["fact"])
    document = kept.document
    about = document["about"]
    state = model.state_of(FactsStore(settings.table_prefix).find(document["site_id"]), document["fact"], about)
    return pages.Receipt(receipt, state, about, document["day"], kept.has_contact and not erased, document["plate"], erased)


ROUTES = {"reports": receive, "receipts": look_up}


def _key(settings: Settings) -> bytes:
    ring = token.parse_keys(settings.plate_keys)
    return ring.keys[ring.signer]


def _headers(page: str) -> dict[str, str]:
    style = scan.STYLE.search(page)
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode() if style else b"").digest()).decode()
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    }
