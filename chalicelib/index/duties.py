"""Sub-items of 责任落实 (ZR), 培训教育 (PX) and 争先创优 (CX) that stand in the facts."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from chalicelib.index.model import Measure
from chalicelib.index.month import Month, SiteMonth
from chalicelib.index.records import newest, standing, steps
from chalicelib.index.returns import is_reported
from chalicelib.index.structure import SubItem

STANDARDISATION = "standardisation_"


def led_inspections(month: Month, item: SubItem) -> Measure:
    """ZR2: inspections led by a township leader in the month."""
    return month.measure(item, sum(bool(record.get("led_by_leader")) for record in month.site_records("inspection", month.first)), 1)


def signed(month: Month, item: SubItem) -> Measure:
    """ZR3: a responsibility paper signed for this year."""

    def is_signed(site: SiteMonth) -> bool:
        return any(record["year"] == month.year for record in standing(site.facts, "responsibility_signed", month.last))

    return month.share_of_sites(item, month.in_register, is_signed)


def item_above_zero(code: str) -> Callable[[Month, SubItem], Measure]:
    """ZR4, FX1, FX8: the effective value of an assessment item is above 0; never assessed counts as not (domain §12.63)."""

    def measure(month: Month, item: SubItem) -> Measure:
        return month.share_of_sites(item, month.in_register, lambda site: bool((found := site.items.get(code)) and found.value))

    return measure


def late_returns(month: Month, item: SubItem) -> Measure:
    """ZR6: returns that were due for the month and did not stand confirmed at the freeze."""
    due = [entry for entry in month.rules.sub_items if entry.source == "return" and entry.period != "year"]
    late = [entry.code for entry in due if not is_reported(month, entry)]
    return month.measure(item, len(late), 0, late)


def completeness(month: Month, item: SubItem) -> Measure:
    """ZR7: the mean completeness of the sites in the register; a site never measured counts 0."""
    total, incomplete = Fraction(0), []
    for site in month.in_register:
        record = newest(site.facts, "completeness_measured", month.last)
        share = Fraction(min(record["filled"], record["required"]), record["required"]) if record else Fraction(0)
        total += share
        if share < 1:
            incomplete.append(site.site_id)
    return month.measure(item, total, len(month.in_register), incomplete)


def summed(kind: str, numerator: str, denominator: str) -> Callable[[Month, SubItem], Measure]:
    """PX1–3, FX7, CX3: the newest counts of each site in the register, added up. Counts that contradict themselves are not used."""

    def measure(month: Month, item: SubItem) -> Measure:
        done = due = 0
        short = []
        for site in month.in_register:
            usable = [r for r in standing(site.facts, kind, month.last) if r[numerator] <= r[denominator]]
            if not usable:
                continue
            done += usable[-1][numerator]
            due += usable[-1][denominator]
            if usable[-1][numerator] < usable[-1][denominator]:
                short.append(site.site_id)
        return month.measure(item, done, due, short)

    return measure


def standardised(month: Month, item: SubItem) -> Measure:
    """CX1: of the sites that must reach the standard, those with a certificate in force."""
    due = [site for site in month.in_register if site.profile.get("standardisation_due")]
    return month.share_of_sites(item, due, lambda site: _certified(site, month.last))


def _certified(site: SiteMonth, on: str) -> bool:
    return any(
        record["type"].startswith(STANDARDISATION) and record["valid_from"] <= on <= record["valid_to"]
        and next(steps(record, "certificate_revoked", on), None) is None
        for record in standing(site.facts, "certificate", on)
    )  # fmt: skip


def insured(month: Month, item: SubItem) -> Measure:
    """CX4: of the sites that must insure, those with safety liability insurance in force."""

    def is_insured(site: SiteMonth) -> bool:
        policies = standing(site.facts, "insurance", month.last)
        return any(r["type"] == "safety_liability" and r["valid_from"] <= month.last <= r["valid_to"] for r in policies)

    return month.share_of_sites(item, (site for site in month.in_register if site.profile.get("liability_insurance_due")), is_insured)
