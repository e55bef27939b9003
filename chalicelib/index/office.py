"""The returns desk 填报: what a township has to report for a month, what is missing and until when, its own index as things stand; and
the objections 异议 to a month with their clock.

Entering, confirming, objecting and deciding are events like all others (``POST /townships/{code}/events``); this shows what they add up to. Every
look is an audit line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib import clock
from chalicelib.access.audit import AuditLog, audit_line
from chalicelib.access.identity import Identity
from chalicelib.errors import BadInput, Forbidden, Problem
from chalicelib.exact import HUNDREDTHS, text_of
from chalicelib.index.acceptance import PublishedOn, method_of
from chalicelib.index.document import read_input
from chalicelib.index.objections import Objection, objections_of
from chalicelib.index.present import counted_words
from chalicelib.index.result import township_document
from chalicelib.index.score import score
from chalicelib.index.sources import Sources
from chalicelib.index.structure import IndexRules, SubItem
from chalicelib.index.timetable import timetable_of, until_words
from chalicelib.index.township import compute_partial, month_rules
from chalicelib.register.district import District
from chalicelib.supervision.facts import fold
from chalicelib.workdays import missing_year, workdays_between

MISSING, WAITING, CONFIRMED = "missing", "waiting", "confirmed"


@dataclass(frozen=True, slots=True)
class Office:
    """One request: who asks, when, over which district and logs."""

    identity: Identity
    district: District
    sources: Sources
    audit: AuditLog
    now: datetime
    published_on: PublishedOn = lambda month: None

    def returns(self, month: str, township: str) -> dict[str, object]:
        """Every sub-item that people report, with what stands for the month, and the objections to it."""
        self._look(month, township, "returns")
        rules = method_of(self.district, month)
        table = timetable_of(month, rules)
        events = self.sources.events_of(township)
        records = fold(events)["records"] if events else {}
        rows = [_row(item, month, records.get("monthly_return", ())) for item in rules.sub_items if item.source == "return"]
        return {
            "month": month,
            "township": township,
            "timetable": table.to_document(),
            "until": until_words(table.freeze_at),
            "open": self.now <= table.freeze_at,
            "missing": sum(row["state"] != CONFIRMED for row in rows),
            "holidays_missing": missing_year(clock.day_of(self.now)),
            "items": rows,
        }

    def objections(self, month: str) -> dict[str, object]:
        """The objections that the asker may see (a township its own, the district all), their clock, and what a decision has to name."""
        known = {township.code: township.name for township in self.district.townships_on(self._begun(month))}
        own, of_all = self.identity.organisation, self.identity.role == "district"
        if not of_all and (self.identity.role != "township" or own not in known):
            raise Forbidden("outside your area")
        self._note(f"D:{self.district.id}" if of_all else f"T:{own}", f"objections {month}")
        codes = list(known) if of_all else [own]
        rules = method_of(self.district, month)
        titles = {item.code: item.title for item in rules.sub_items}
        found = [(code, each) for code in codes for each in self._objections_of(code, month)]
        return {
            "month": month,
            "clock": clock_of(month, rules, self.published_on(month), clock.day_of(self.now)),
            "items": [_words(item) for item in rules.sub_items],
            "objections": [{"township": code, "name": known[code], "title": titles[each.sub_item], **each.for_officials()} for code, each in found],
        }

    def _objections_of(self, township: str, month: str) -> list[Objection]:
        events = self.sources.events_of(township)
        return objections_of(fold(events)["records"], month, self.now) if events else []

    def preview(self, month: str, township: str) -> dict[str, object]:
        """The township's own index from what is known now: value and colour, no place, for the others are not finished either."""
        self._look(month, township, "preview")
        rules = month_rules(self.district, month)
        entry = self.district.township(township, clock.last_day(month))
        partial = compute_partial(entry, self.sources.facts_of(township), self.sources.events_of(township), month, self.now, rules)
        row = {"code": township, "name": entry.name, "sites": partial["sites"], "sub_items": partial["sub_items"]}
        (own,) = score(month, read_input({"month": month, "townships": [row]}, rules.index)[1], rules.index)
        document, items = township_document(own, rules.index), {item.code: item for item in rules.index.sub_items}
        counted = {entry["code"]: counted_words(entry, items[entry["code"]], month) for part in document["indicators"] for entry in part["sub_items"]}
        lost = [{**each, "title": items[each["code"]].title, "counted": counted[each["code"]]} for each in document["lost"]]
        return {"month": month, "township": township, **{name: document[name] for name in ("index", "raw", "colour")}, "lost": lost}

    def _look(self, month: str, township: str, what: str) -> None:
        """Own area or the whole district; a month that has begun. The look is written down before it is answered."""
        last = self._begun(month)
        if self.identity.role != "district" and (self.identity.role, self.identity.organisation) != ("township", township):
            raise Forbidden("outside your area")
        self.district.township(township, last)
        self._note(f"T:{township}", f"{what} {month}")

    def _begun(self, month: str) -> date:
        """The last day of a month that has begun."""
        try:
            first, last = clock.parse_month(month)[0], clock.last_day(month)
        except ValueError:
            raise BadInput([Problem("path", "month", month[:20], "须为 YYYY-MM")]) from None
        if first > clock.day_of(self.now):
            raise BadInput([Problem("path", "month", month, "月份尚未开始")])
        return last

    def _note(self, subject: str, what: str) -> None:
        self.audit.write(audit_line(self.identity, "read", subject, what, clock.utc_now()))


def clock_of(month: str, rules: IndexRules, came_out: date | None, today: date) -> dict[str, object]:
    """Where a month's objections stand in their calendar. ``day`` is the n-th working day since the provisional index, of ``days``;
    a decision counts in the final index when it is made by ``decide_by``, ``left`` working days from today (today included)."""
    table = timetable_of(month, rules, came_out)
    decide_by = clock.add_days(table.final_on, -1)
    return {
        **table.to_document(),
        "until": until_words(table.objections_until),
        "is_out": came_out is not None,
        "is_open": came_out is not None and came_out <= today <= table.objections_until,
        "day": workdays_between(table.provisional_on, today),
        "days": rules.limits["objection_workdays"],
        "decide_by": decide_by.isoformat(),
        "left": workdays_between(clock.add_days(today, -1), decide_by),
    }


def _words(item: SubItem) -> dict[str, object]:
    """What the counts of a sub-item are called, for whoever has to name them."""
    return {
        "code": item.code, "title": item.title, "numerator": item.numerator, "denominator": item.denominator, "expected": item.expected,
        "condition": item.condition, "levels": [level for level, _ in item.levels], "mean": item.mean,
    }  # fmt: skip


def _row(item: SubItem, month: str, records: Sequence[Mapping]) -> dict[str, object]:
    """A sub-item's newest return for the month and where it stands."""
    own = [record for record in records if record["sub_item"] == item.code and record["month"] == month and "void" not in record]
    newest = max(own, key=lambda record: (_is_confirmed(record), record["at"], record["id"]), default=None)
    state = MISSING if newest is None else CONFIRMED if _is_confirmed(newest) else WAITING
    shown = {name: newest[name] for name in ("id", "on", "numerator", "denominator", "level", "attachment") if name in newest} if newest else None
    if shown is not None:
        denominator = (shown.get("denominator") or item.expected) if item.denominator else None
        shown["counted"] = counted_words({"state": "value", **shown, "denominator": denominator}, item, month)
    return {
        "code": item.code, "title": item.title, "rule": item.rule, "points": text_of(item.points, HUNDREDTHS), "unit": item.unit,
        "numerator": item.numerator, "denominator": "" if item.expected else item.denominator, "levels": [level for level, _ in item.levels],
        "state": state, "return": shown,
    }  # fmt: skip


def _is_confirmed(record: Mapping) -> bool:
    return bool(record.get("confirmed_by")) or any(
        step["kind"] == "monthly_return_confirmed" and "void" not in step for step in record.get("then", ())
    )
