"""Monthly returns of a township 填报: what stands, what is missing. A return counts only with its attachment and a second person's
confirmation (domain §5.2)."""

from __future__ import annotations

from chalicelib.clock import add_months, parse_month
from chalicelib.index.model import Measure, State
from chalicelib.index.month import Month
from chalicelib.index.records import Record, steps
from chalicelib.index.structure import SubItem

PERIOD_MONTHS = {"month": 1, "quarter": 3}


def confirmed(month: Month, item: SubItem) -> list[Record]:
    """Returns of this sub-item that are data for this month, attached and confirmed, oldest first."""
    months = _months(month, item)
    return [
        record
        for record in month.own("monthly_return", month.returns_until)
        if record["sub_item"] == item.code and record["month"] in months and is_proved(record, month.returns_until)
    ]


def is_reported(month: Month, item: SubItem) -> bool:
    return bool(confirmed(month, item))


def returned(month: Month, item: SubItem) -> Measure:
    """The newest confirmed return; without one the duty was not done: 未报, zero (domain §12.55)."""
    found = confirmed(month, item)
    if not found:
        return Measure(item.code, State.NOT_REPORTED)
    newest = max(found, key=lambda record: (record["month"], record["on"], record["at"], record["id"]))
    denominator = newest.get("denominator") or item.expected
    if item.denominator and not denominator:
        return Measure(item.code, State.NOT_REPORTED)
    return month.measure(item, newest["numerator"], denominator if item.denominator else 0, [newest["id"]])


def best_level(month: Month, item: SubItem) -> Measure:
    """CX2: the best level published this calendar year; none is 0, not missing (domain §12.67)."""
    shares = dict(item.levels)
    found = [record for record in confirmed(month, item) if record.get("level") in shares]
    best = max(found, key=lambda record: (shares[record["level"]], record["id"]), default=None)
    return month.measure(item, 0, 0, [best["id"]] if best else (), level=best["level"] if best else None)


def untransferred(month: Month, item: SubItem) -> Measure:
    """JG8: what the return admits, or what the transfer records show if that is more."""
    own = returned(month, item)
    shown = [r["id"] for r in month.own("case_transferred") if r["on"] >= month.first and r.get("due") and not r.get("transferred")]
    if own.state is State.VALUE and len(shown) <= own.numerator:
        return own
    return own if own.state is not State.VALUE else month.measure(item, len(shown), 0, shown)


def is_proved(record: Record, until: str) -> bool:
    """With an attachment (a reference of the return or a file as evidence) and confirmed by somebody else by that day. Only the
    confirmation's own event proves the second person; what a return says of itself (``confirmed_by``) does not."""
    is_attached = bool(record.get("attachment") or record.get("evidence"))
    return is_attached and next(steps(record, "monthly_return_confirmed", until), None) is not None


def _months(month: Month, item: SubItem) -> frozenset[str]:
    first = parse_month(month.month)[0]
    span = PERIOD_MONTHS.get(item.period, 12)
    begin = (first.month - 1) // span * span + 1
    start = first.replace(month=begin)
    return frozenset(add_months(start, step).isoformat()[:7] for step in range(first.month - begin + 1))
