"""Sub-items of 专项整治 (ZX) and 监管执法 (JG): inspections against plans, rechecks, complaints, publication."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from chalicelib.clock import add_days
from chalicelib.index.model import Measure, State
from chalicelib.index.month import Month, SiteMonth
from chalicelib.index.records import Hazard, Record, hazards, standing, steps
from chalicelib.index.structure import SubItem


def sector_plan(month: Month, item: SubItem) -> Measure:
    """ZX1–3: inspections of the sector this year against the year's plan; no site of the sector = not applicable."""
    if not any(item.sector in site.risk.inherent for site in month.in_register):
        return month.measure(item, 0, 0)
    done = sum(item.sector in record.get("sectors", ()) for record in month.site_records("inspection", month.year_first))
    return _against_plan(month, item, done, item.sector)


def year_plan(month: Month, item: SubItem) -> Measure:
    """JG1: planned inspections done this year against the year's plan."""
    done = sum(record.get("planned") is not False for record in month.site_records("inspection", month.year_first))
    return _against_plan(month, item, done, None)


def _against_plan(month: Month, item: SubItem, done: int, sector: str | None) -> Measure:
    plans = {record.get("sector"): record for record in month.own("annual_plan") if record["year"] == month.year}
    if sector is None and None not in plans and plans:
        return month.measure(item, done, sum(record["inspections"] for record in plans.values()))
    if sector not in plans:
        return Measure(item.code, State.NOT_REPORTED)
    return month.measure(item, done, plans[sector]["inspections"])


def campaign_closed(month: Month, item: SubItem) -> Measure:
    """ZX4: of the campaign's hazards due this month, those closed."""
    due = (hazard for hazard in due_hazards(month) if hazard.campaign)
    return month.share_of_records(item, ((hazard.id, bool(hazard.state.closed_on)) for hazard in due))


def due_hazards(month: Month) -> Iterator[Hazard]:
    """Hazards whose deadline lies in the month, at sites that were here that day."""
    for site in month.sites:
        if "hazard_found" in site.facts["records"]:
            for hazard in hazards(site.facts, month.last):
                if month.due_here(hazard.state.deadline_on) and month.is_here(site, hazard.state.deadline_on):
                    yield hazard


def orders_closed(month: Month, item: SubItem) -> Measure:
    """ZX5: supervision orders due this month, closed by their day."""
    due = (record for record in month.own("supervision_order") if month.due_here(record["due_on"]))
    return month.share_of_records(
        item, ((r["id"], any(s["on"] <= r["due_on"] for s in steps(r, "supervision_order_closed", month.last))) for r in due)
    )


def inspected(colour_of: str, since: str) -> Callable[[Month, SubItem], Measure]:
    """JG2, JG3: sites of this colour when the quota was fixed, inspected since."""
    colour = {"colour_month_before": "red", "colour_quarter_before": "orange"}[colour_of]

    def measure(month: Month, item: SubItem) -> Measure:
        first = getattr(month, since)

        def is_inspected(site: SiteMonth) -> bool:
            return any(record["on"] >= first for record in standing(site.facts, "inspection", month.last))

        group = [site for site in month.in_register if getattr(site, colour_of) == colour]
        return month.share_of_sites(item, group, is_inspected)

    return measure


def quality(month: Month, item: SubItem) -> Measure:
    """JG4: inspection records checked this month, those that conform."""
    return month.share_of_records(item, ((r["id"], r["conforming"]) for r in month.site_records("inspection_quality_checked", month.first)))


def rechecked(month: Month, item: SubItem) -> Measure:
    """JG5: hazards found by government or experts, due this month, that were rechecked."""
    due = (hazard for hazard in due_hazards(month) if hazard.found_by != "self")
    return month.share_of_records(item, ((hazard.id, hazard.rechecked) for hazard in due))


def random_tasks(month: Month, item: SubItem) -> Measure:
    """JG6: double-random tasks due this month, done by an inspection that names them."""
    done, tasks = set(), []
    for site in month.sites:
        if "double_random_task" in site.facts["records"]:
            done |= {record.get("double_random_task") for record in standing(site.facts, "inspection", month.last)}
            tasks += [r["id"] for r in standing(site.facts, "double_random_task", month.last) if month.due_here(r["due_on"])]
    return month.share_of_records(item, ((task, task in done) for task in tasks))


def complaints(month: Month, item: SubItem) -> Measure:
    """JG7: complaints due this month, decided by their day."""
    due = []
    for record in month.site_records("complaint", ""):
        day = _complaint_due(month, record)
        if month.due_here(day):
            due.append((record["id"], any(step["on"] <= day for step in steps(record, "complaint_decided", month.last))))
    return month.share_of_records(item, due)


def _complaint_due(month: Month, record: Record) -> str:
    days = month.rules.limits["complaint_days"]
    return record.get("due_on") or add_days(date.fromisoformat(record["on"]), days).isoformat()


def published(month: Month, item: SubItem) -> Measure:
    """JG9: results due for publication this month, published by their day."""
    due = (record for record in month.site_records("result_published", "") if month.due_here(record["due_on"]))
    return month.share_of_records(item, ((r["id"], bool(r.get("published_on")) and r["published_on"] <= r["due_on"]) for r in due))
