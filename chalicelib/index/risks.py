"""Sub-items of 风险管控 (FX) and 事故防控 (SG): colours, self-checks, hazards in time, accidents and injuries."""

from __future__ import annotations

from datetime import date

from chalicelib.clock import add_months, parse_month
from chalicelib.index.campaigns import due_hazards
from chalicelib.index.model import Measure
from chalicelib.index.month import Month, SiteMonth
from chalicelib.index.records import Accident, accidents, hazards, standing, steps
from chalicelib.index.structure import SubItem

WARNING = ("red", "orange")
CONCEALED = "concealed"


def self_checked(month: Month, item: SubItem) -> Measure:
    """FX2: at least one self-check dated in the month."""

    def is_active(site: SiteMonth) -> bool:
        return any(record["on"] >= month.first for record in standing(site.facts, "self_check", month.last))

    return month.share_of_sites(item, month.in_register, is_active)


def coded(month: Month, item: SubItem) -> Measure:
    """FX3: a colour other than none on the last day."""
    return month.share_of_sites(item, month.in_register, lambda site: site.colour != "none")


def warned(month: Month, item: SubItem) -> Measure:
    """FX4: red and orange among the coded, on the last day; the cases are those sites."""
    with_code = [site for site in month.in_register if site.colour != "none"]
    cases = [site.site_id for site in with_code if site.colour in WARNING]
    return month.measure(item, len(cases), len(with_code), cases)


def general_in_time(month: Month, item: SubItem) -> Measure:
    """FX5: general hazards due this month, rectified in time."""
    due = (hazard for hazard in due_hazards(month) if not hazard.state.major)
    return month.share_of_records(item, ((hazard.id, hazard.state.in_time) for hazard in due))


def major_in_time(month: Month, item: SubItem) -> Measure:
    """FX6: major hazards due this month, closed in time; any one overdue on the last day zeroes it (``condition``)."""
    due = [hazard for hazard in due_hazards(month) if hazard.state.major]
    late = {hazard.id for hazard in due if not hazard.closed_in_time}
    overdue = {
        hazard.id
        for site in month.in_register
        if "hazard_found" in site.facts["records"]
        for hazard in hazards(site.facts, month.last)
        if hazard.state.major and hazard.state.overdue
    }
    return month.measure(item, len(due) - len(late), len(due), late | overdue, condition=len(overdue))


def month_accidents(month: Month) -> list[Accident]:
    """Accidents of the month at sites that were here that day."""
    return [
        accident
        for site in month.sites
        if "accident" in site.facts["records"]
        for accident in accidents(site.facts, month.last)
        if accident.on >= month.first and month.is_here(site, accident.on)
    ]


def deaths(month: Month, item: SubItem) -> Measure:
    """SG1: people killed in accidents of the month."""
    found = [accident for accident in month_accidents(month) if accident.deaths]
    return month.measure(item, sum(accident.deaths for accident in found), 0, [accident.id for accident in found])


def grave(month: Month, item: SubItem) -> Measure:
    """SG2: accidents of the month that are 较大 or above."""
    found = [accident.id for accident in month_accidents(month) if accident.is_grave(month.rules.limits)]
    return month.measure(item, len(found), 0, found)


def seriously_injured(month: Month, item: SubItem) -> Measure:
    """SG3: people seriously injured in accidents of the month."""
    found = [accident for accident in month_accidents(month) if accident.serious_injuries]
    return month.measure(item, sum(accident.serious_injuries for accident in found), 0, [accident.id for accident in found])


def injuries(month: Month, item: SubItem) -> Measure:
    """SG4: work injuries of the year to date against the same days of last year."""
    first, last = date(month.year, 1, 1), parse_month(month.month)[1]
    now = _cases(month, first, last)
    return month.measure(item, now, _cases(month, add_months(first, -12), add_months(last, -12)))


def _cases(month: Month, first: date, end: date) -> int:
    begin, until = first.isoformat(), end.isoformat()
    return sum(record["cases"] for record in month.site_records("work_injury", begin) if record["on"] < until)


def reported(month: Month, item: SubItem) -> Measure:
    """SG5: accidents of the month reported late, and concealment established in the month (``condition`` = 瞒报)."""
    late = {accident.id for accident in month_accidents(month) if accident.reported_late}
    established = {r["id"]: r["conduct"] for r in month.site_records("concealment_established", month.first)}
    concealed = sum(conduct == CONCEALED for conduct in established.values())
    return month.measure(item, len(late) + len(established), 0, late | set(established), condition=concealed)


def measures_done(month: Month, item: SubItem) -> Measure:
    """SG6: measures after accidents of the last year, implemented of those due (newest report of each accident)."""
    first = add_months(parse_month(month.month)[1], -month.rules.limits["sg6_months"]).isoformat()
    done = due = 0
    short = []
    for record in month.site_records("accident", first):
        reports = [step for step in steps(record, "accident_measures", month.last) if step["implemented"] <= step["due"]]
        if reports:
            done, due = done + reports[-1]["implemented"], due + reports[-1]["due"]
            short += [record["id"]] if reports[-1]["implemented"] < reports[-1]["due"] else []
    return month.measure(item, done, due, short)
