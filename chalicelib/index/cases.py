"""What a listed case 具体情形 is, in words for staff: the site it happened at, or the township's own paper with its days. Pure, no person named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from chalicelib.clock import parse_month
from chalicelib.index.model import Measure
from chalicelib.index.month import Month
from chalicelib.index.records import Record, steps
from chalicelib.index.structure import SubItem
from chalicelib.labels import ROLE

AT_SITES = (
    "hazard_found", "accident", "concealment_established", "inspection_quality_checked",
    "double_random_task", "complaint", "result_published",
)  # fmt: skip
# The township's own: what it is called, what was done with it first, and the step that answered it.
OWN = {
    "monthly_return": ("月报", "填报", "monthly_return_confirmed", "复核"),
    "supervision_order": ("督办", "交办", "supervision_order_closed", "办结"),
    "case_transferred": ("问题线索", "登记", "", ""),
    "index_objection": ("异议", "提出", "index_objection_decided", "决定"),
}
EVER = "9999-12-31"


def case_labels(month: Month, measures: Iterable[Measure]) -> dict[str, str]:
    """What each listed case stands for: of a site or of one of its events the site's name, of the township's own its words."""
    wanted = {case for measure in measures for case in measure.cases}
    # A return that is late (ZR6) is no record: its case is the sub-item.
    labels = {item.code: f"{item.code} {item.title}" for item in month.rules.sub_items if item.code in wanted}
    labels |= {case: words for case, words in own_labels(month.records, month.rules.sub_items) if case in wanted}
    names = {site.site_id: site.risk.name for site in month.sites}
    labels |= {case: name for case, name in names.items() if case in wanted}
    labels |= {case: names[site_id] for case, site_id in case_places(month, measures).items()}
    return dict(sorted(labels.items()))


def case_places(month: Month, measures: Iterable[Measure]) -> dict[str, str]:
    """Each listed case that is an event at a site → that site: where staff find it."""
    wanted = {case for measure in measures for case in measure.cases}
    return {
        row["id"]: site.site_id
        for site in month.sites
        for kind in AT_SITES
        for row in site.facts["records"].get(kind, ())
        if row["id"] in wanted
    }


def own_labels(records: Mapping[str, Iterable[Record]], items: Iterable[SubItem]) -> Iterator[tuple[str, str]]:
    """The township's own records in words: 宣传教育活动2020年6月月报（镇街2020-06-30填报，2020-07-01复核）."""
    titles = {item.code: item.title for item in items}
    for kind, (what, begun, answer, ended) in OWN.items():
        for record in records.get(kind, ()):
            first = f"{ROLE.get(record['by'], '')}{record['on']}{begun}"
            days = [first, *(f"{step['on']}{ended}" for step in steps(record, answer, EVER))]
            yield record["id"], f"{titles.get(record.get('sub_item', ''), '')}{_month_of(record)}{what}（{'，'.join(days)}）"


def _month_of(record: Record) -> str:
    if "month" not in record:
        return ""
    first = parse_month(str(record["month"]))[0]
    return f"{first.year}年{first.month}月"
