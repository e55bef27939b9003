"""Vetoes: code → first free day of each cause. Caps: (code, colour, first free day) (12.33 - 12.44)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.second_judge.adjustments import penalties
from tests.second_judge.items import effective
from tests.second_judge.site import BY_ACT, DAY, Record, Site, day, first_assessed, full_assessments, plus_months
from tests.second_judge.stories import accidents, open_major, overdue, refused


def vetoes(site: Site) -> dict[str, list[date]]:
    found = {
        "V01": [plus_months(one.on, 6) for one in accidents(site) if one.deaths >= 1],
        "V02": [plus_months(one.on, 12) for one in accidents(site) if one.level >= 1],
        "V03": [plus_months(day(one["on"]), 12) for one in site.of("concealment_established")],
        "V04": [BY_ACT for one in open_major(site) if overdue(site, one) or refused(site, one)],
        "V05": [end for one in site.of("stop_order") for end in stop_order_end(site, one)],
        "V06": [plus_months(day(one["on"]), 6) for one in site.of("obstruction_established")],
        "V07": [BY_ACT for one in site.of("unlicensed_activity_found") if not site.steps(one, "unlicensed_activity_corrected")],
        "V08": [listing_end(site, one) for one in site.of("dishonesty_listed")],
        "V09": chemical_vetoes(site),
    }
    holding = {code: [end for end in ends if end > site.on] for code, ends in found.items()}
    return {code: ends for code, ends in holding.items() if ends}


def stop_order_end(site: Site, order: Record) -> list[date]:
    """The resumption day, or 12 months after it when production during the order was established (12.36)."""
    lifted = site.steps(order, "stop_order_lifted")
    if not lifted:
        return [BY_ACT]
    resumed = day(lifted[0]["on"])
    return [plus_months(resumed, 12) if site.steps(order, "production_during_stop") else resumed]


def listing_end(site: Site, listing: Record) -> date:
    """On delisting, a fixed date, or at the latest 36 months after listing (12 under the rule before 2023-10-01) (12.36)."""
    listed = day(listing["on"])
    ends = [plus_months(listed, 36 if listed >= date(2023, 10, 1) else 12)]
    if "until_on" in listing:
        ends.append(day(listing["until_on"]))
    ends += [day(step["on"]) for step in site.steps(listing, "dishonesty_delisted")]
    return min(ends)


def chemical_vetoes(site: Site) -> list[date]:
    """19号: producers and dealers with storage only (12.35, 12.37)."""
    if site.profile().get("chemical_type") not in ("production", "trade_with_storage"):
        return []
    ends = [BY_ACT for one in site.of("direct_red_condition_found") if not site.steps(one, "direct_red_condition_cleared")]
    if unlicensed_workers(site):
        ends.append(BY_ACT)
    happened = accidents(site)
    ends += [plus_months(one.on, 36) for one in happened if one.level >= 2]
    ends += older_of_latest_two([one.on for one in happened if one.level == 1], 36)
    ends += older_of_latest_two([one.on for one in happened if one.level == 0 and one.deaths >= 1], 12)
    return ends


def older_of_latest_two(days: list[date], months: int) -> list[date]:
    return [plus_months(sorted(days)[-2], months)] if len(days) >= 2 else []


def unlicensed_workers(site: Site) -> bool:
    said = effective(site, "B03")
    return said is not None and said.value is not None and said.findings.get("unlicensed", 0) >= 1


def caps(site: Site, axes: dict[str, Fraction | None]) -> list[tuple[str, str, date]]:
    found = [
        *cap_c01(site), *cap_c02(site), *cap_c03(site), *cap_c04(site), *cap_c05(site), *cap_c06(site), *cap_c07(site), *cap_c08(axes),
    ]  # fmt: skip
    return [cap for cap in found if cap[2] > site.on]


def cap_c01(site: Site) -> list[tuple[str, str, date]]:
    """An open major hazard in its term that the enterprise did not itself report; V04 stands alone (12.34)."""
    return [
        ("C01", "orange", BY_ACT) for one in open_major(site) if one["by"] != "self" and not overdue(site, one) and not refused(site, one)
    ]


def cap_c02(site: Site) -> list[tuple[str, str, date]]:
    """Each accident alone: three or more seriously injured red for 12 months, else orange for 6 (12.38)."""
    red = [("C02", "red", plus_months(one.on, 12)) for one in accidents(site) if one.serious >= 3]
    return red + [("C02", "orange", plus_months(one.on, 6)) for one in accidents(site) if 1 <= one.serious < 3]


def cap_c03(site: Site) -> list[tuple[str, str, date]]:
    """Every penalty decision; ends when the second newest leaves its window (12.39)."""
    return [("C03", "yellow", end) for end in older_of_latest_two([day(one["on"]) for one in penalties(site)], 12)]


def is_zero(site: Site, code: str) -> bool:
    said = effective(site, code)
    return said is not None and said.value == 0


def cap_c04(site: Site) -> list[tuple[str, str, date]]:
    """W05 = 0, P02 = 0 for whatever reason, or one unlicensed worker (12.40)."""
    return [("C04", "orange", BY_ACT)] if is_zero(site, "W05") or is_zero(site, "P02") or unlicensed_workers(site) else []


def cap_c05(site: Site) -> list[tuple[str, str, date]]:
    """W01 = 0; an expired licence, worse when legally required (12.41)."""
    found = [("C05", "yellow", BY_ACT)] if is_zero(site, "W01") else []
    expired = [one for one, last in licences(site) if last < site.on]
    return found + [("C05", "orange" if one.get("legally_required") else "yellow", BY_ACT) for one in expired]


def licences(site: Site) -> list[tuple[Record, date]]:
    """Of each licence number the record that lasts longest, with its last good day; a revoked one is good until the day before."""
    longest: dict[str, tuple[Record, date]] = {}
    for one in site.of("certificate"):
        if one["type"] != "licence":
            continue
        revoked = site.steps(one, "certificate_revoked")
        last = day(revoked[0]["on"]) - DAY if revoked else day(one["valid_to"])
        number = one.get("number", one["id"])
        if number not in longest or last > longest[number][1]:
            longest[number] = (one, last)
    return list(longest.values())


def self_check_due(site: Site) -> date | None:
    """The day C06 begins: 92 days after the last self-check, or after the first assessment if there was none (12.42)."""
    checked = site.of("self_check")
    last = day(checked[-1]["on"]) if checked else first_assessed(site)
    return None if last is None else last + 92 * DAY


def cap_c06(site: Site) -> list[tuple[str, str, date]]:
    due = self_check_due(site)
    return [("C06", "yellow", BY_ACT)] if due is not None and site.on >= due else []


def assessment_due(site: Site) -> date | None:
    """The day C07 begins: 12 months after the last full assessment for inherent grade 3 and 4, 36 for others (12.42)."""
    assessed = full_assessments(site)
    return plus_months(day(assessed[-1]["on"]), 12 if higher_risk(site) else 36) if assessed else None


def cap_c07(site: Site) -> list[tuple[str, str, date]]:
    due = assessment_due(site)
    return [("C07", "yellow", BY_ACT)] if due is not None and site.on >= due else []


def cap_c08(axes: dict[str, Fraction | None]) -> list[tuple[str, str, date]]:
    """An axis with nothing applicable is ignored (12.22)."""
    return [("C08", "yellow", BY_ACT)] if any(value is not None and value < 60 for value in axes.values()) else []


def higher_risk(site: Site) -> bool:
    """Inherent grade 3 or 4 in any sector (table 6.1): its rows 3 and 4, a filed result, or the register's own class."""
    known = site.profile()
    special, risky = known.get("special_premises", []), known.get("higher_risk_industries", [])
    dusty = known.get("dust_workers") is None or known["dust_workers"] >= 10
    crowded = known.get("staff") is None or known["staff"] >= 100
    shared = known.get("tenants") is None or known["tenants"] >= 3
    filed = [one for one in site.of("major_hazard_source_filed") if not site.steps(one, "major_hazard_source_removed")]
    return bool(
        (known.get("inherent_class") or 0) >= 3
        or filed
        or [one["colour"] for one in site.of("risk_graded")][-1:] in (["red"], ["orange"])
        or known.get("key_process")
        or known.get("inhalation_toxic")
        or {"metal_smelting", "ammonia_refrigeration", "shipbuilding"} & set(special)
        or ("combustible_dust" in special and dusty)
        or known.get("confined_space_toxic")
        or known.get("solvent_spraying")
        or known.get("key_fire_unit")
        or (known.get("labour_intensive") and crowded)
        or (known.get("premises") == "plant_in_plant" and shared)
        or risky
    )
