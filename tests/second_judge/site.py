"""The rule set's items, calendar arithmetic, and the facts of a site that count on a day."""

from __future__ import annotations

import calendar
import tomllib
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

RULE_SET = Path(__file__).parents[2] / "chalicelib" / "grading" / "rulesets" / "model-2020.toml"
TABLE = tomllib.loads(RULE_SET.read_text(encoding="utf-8"))
ITEMS = {item["code"]: item for item in TABLE["items"]}
AXES = ("P", "E", "W", "B", "M", "H")
ORDER = ("red", "orange", "yellow", "blue")
GOVERNMENT_OR_EXPERT = ("township", "district", "expert")
OFFICIAL = (*GOVERNMENT_OR_EXPERT, "system")
BY_ACT = date.max
DAY = timedelta(days=1)
Record = dict


def day(text: str) -> date:
    return date.fromisoformat(text)


def plus_months(anchor: date, months: int) -> date:
    """In one step, clamped to the month's end (12.8)."""
    year, month = anchor.year, anchor.month + months
    while month > 12:
        year, month = year + 1, month - 12
    while month < 1:
        year, month = year - 1, month + 12
    return date(year, month, min(anchor.day, calendar.monthrange(year, month)[1]))


def within(on: date, anchor: date, months: int) -> bool:
    """``on`` in ``[anchor, anchor + months)``."""
    return anchor <= on < plus_months(anchor, months)


def half_up(value: Fraction, places: int) -> Fraction:
    """The magnitude is rounded, the sign put back (nothing published here is negative)."""
    shifted = abs(value) * 10**places
    whole = shifted.numerator // shifted.denominator
    if shifted - whole >= Fraction(1, 2):
        whole += 1
    return Fraction(whole if value >= 0 else -whole, 10**places)


def worst(colours: list[str]) -> str:
    return min(colours, key=ORDER.index)


class Site:
    """The records of a facts document that are dated by ``on`` and known by ``known_at``; withdrawn ones are gone (12.6, 12.7)."""

    def __init__(self, facts: Record, on: date, known_at: str | None) -> None:
        self.on = on
        self.known_at = known_at
        self.records = facts["records"]

    def counts(self, record: Record) -> bool:
        if day(record["on"]) > self.on:
            return False
        if self.known_at is not None and record["at"] > self.known_at:
            return False
        void = record.get("void")
        return void is None or (self.known_at is not None and void["at"] > self.known_at)

    def of(self, *kinds: str) -> list[Record]:
        found = [record for kind in kinds for record in self.records.get(kind, []) if self.counts(record)]
        return sorted(found, key=lambda record: (record["on"], record["at"], record["id"]))

    def steps(self, record: Record, *kinds: str) -> list[Record]:
        found = [step for step in record.get("then", []) if step["kind"] in kinds and self.counts(step)]
        return sorted(found, key=lambda step: (step["on"], step["at"], step["id"]))

    def profile(self) -> Record:
        """The register's fields as of the day: the newest value of each."""
        fields: Record = {}
        for record in self.of("site_registered", "site_changed", "site_state_changed"):
            fields.update({name: value for name, value in record.items() if name not in ("id", "on", "at", "by", "evidence", "place")})
        if self.of("site_merged"):
            fields["state"] = "merged"
        return fields


def full_assessments(site: Site) -> list[Record]:
    """A full government or expert assessment, never the firm's own or an informer's word (12.44); a desk review counts (12.42)."""
    return [found for found in site.of("assessment") if found["coverage"] == "full" and found["by"] in OFFICIAL]


def first_assessed(site: Site) -> date | None:
    found = full_assessments(site)
    return day(found[0]["on"]) if found else None
