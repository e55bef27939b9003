"""All sub-items of a township from its facts: which function measures which row of the metadata table."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.index import campaigns, duties, returns, risks
from chalicelib.index.model import Measure, State
from chalicelib.index.month import Month
from chalicelib.index.structure import SubItem

MEASURES: dict[str, Callable[[Month, SubItem], Measure]] = {
    "ZR2": duties.led_inspections,
    "ZR3": duties.signed,
    "ZR4": duties.item_above_zero("M01"),
    "ZR6": duties.late_returns,
    "ZR7": duties.completeness,
    "PX1": duties.summed("staff_qualified", "heads_passed", "heads_due"),
    "PX2": duties.summed("staff_qualified", "managers_passed", "managers_due"),
    "PX3": duties.summed("staff_qualified", "special_valid", "special_registered"),
    "ZX1": campaigns.sector_plan,
    "ZX2": campaigns.sector_plan,
    "ZX3": campaigns.sector_plan,
    "ZX4": campaigns.campaign_closed,
    "ZX5": campaigns.orders_closed,
    "FX1": duties.item_above_zero("H03"),
    "FX2": risks.self_checked,
    "FX3": risks.coded,
    "FX4": risks.warned,
    "FX5": risks.general_in_time,
    "FX6": risks.major_in_time,
    "FX7": duties.summed("responsible_persons_named", "in_place", "due"),
    "FX8": duties.item_above_zero("W02"),
    "JG1": campaigns.year_plan,
    "JG2": campaigns.inspected("colour_month_before", "first"),
    "JG3": campaigns.inspected("colour_quarter_before", "quarter_first"),
    "JG4": campaigns.quality,
    "JG5": campaigns.rechecked,
    "JG6": campaigns.random_tasks,
    "JG7": campaigns.complaints,
    "JG8": returns.untransferred,
    "JG9": campaigns.published,
    "SG1": risks.deaths,
    "SG2": risks.grave,
    "SG3": risks.seriously_injured,
    "SG4": risks.injuries,
    "SG5": risks.reported,
    "SG6": risks.measures_done,
    "CX1": duties.standardised,
    "CX2": returns.best_level,
    "CX3": duties.summed("video_link_measured", "connected", "due"),
    "CX4": duties.insured,
}


def measure_township(month: Month) -> tuple[Measure, ...]:
    """One measure per sub-item. A feed that failed this month gives *no data*; a row without a function is a return."""
    failed = {record["sub_item"] for record in month.own("feed_failed") if record["month"] == month.month}
    measures = []
    for item in month.rules.sub_items:
        if item.code in failed and item.source == "facts":
            measures.append(Measure(item.code, State.NO_DATA))
        else:
            measures.append(MEASURES.get(item.code, returns.returned)(month, item))
    return tuple(measures)
