"""How whoever sent a report from the plate can be reached: for those who look into it, one report at a time, each time on the record.

The contact stands outside the log, can be erased by its sender, and is in no record, list or export; here alone it is opened.
"""

from __future__ import annotations

from typing import Protocol

from chalicelib.access.policy import visible
from chalicelib.code.desk import Desk
from chalicelib.code.site import site_subject
from chalicelib.errors import Forbidden, NotFound
from chalicelib.ids import subject_of
from chalicelib.reports.model import KINDS

GROUP = "reporters"


class Contacts(Protocol):
    """Contacts by the id of the report's fact, as :class:`chalicelib.reports.store.ReportTable`."""

    def find_contact(self, fact: str) -> str | None: ...


def open_contact(desk: Desk, contacts: Contacts, site_id: str, report_id: str) -> dict[str, object]:
    """The contact of one report; None where none was left, or it was erased. The look is written down before it is given, and so is an
    attempt that is refused. Forbidden; NotFound without such a report of this site."""
    facts, subject = desk.facts(site_id), subject_of("site", site_id)
    whose = site_subject(facts, desk.settings.day().isoformat())
    if GROUP not in visible({"site_id": site_id, GROUP: []}, desk.identity, whose).document:
        desk.note("refuse", subject, GROUP)
        raise Forbidden("who reported is not shown to you")
    reports = [record for kind in KINDS.values() for record in facts["records"].get(kind, ())]  # type: ignore[attr-defined]
    if not any(record["id"] == report_id for record in reports):
        raise NotFound("no such report of this site")
    desk.note("contact", subject, report_id)
    return {"report": report_id, "contact": contacts.find_contact(report_id)}
