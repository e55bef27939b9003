"""One month on hand-made data for each of the 45 sub-items: from facts or a confirmed return to its two counts, its points and its cases.

The finer edges of each one are in ``test_index_measure``; here every row of the metadata table is shown to be measured and scored.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from event_builders import fact, site_id, step
from month_builders import JUNE, RULES, accident, at, closed, partial, plan, returned, site, story

from chalicelib.exact import text_of
from chalicelib.index.document import read_input
from chalicelib.index.model import SubItemScore
from chalicelib.index.score import score
from chalicelib.supervision.model import Event

Scene = tuple[list[dict], tuple[Event, ...]]


def scored(scene: Scene) -> dict[str, SubItemScore]:
    """The township's sub-items, through the same documents as a published month."""
    facts, events = scene
    made = partial(*facts, events=events)
    row = {key: made[key] for key in ("name", "sites", "sub_items")} | {"code": made["township"]}
    return {item.code: item for item in score(JUNE, read_input({"month": JUNE, "townships": [row]}, RULES.index)[1], RULES.index)[0].sub_items}


def of_sites(make: Callable[[str], list[Event]], **fields: object) -> Scene:
    """Sites a and b of which only a has done it."""
    return [site("a", *make("a"), **fields), site("b", **fields)], ()


def of_township(*events: Event) -> Scene:
    return [site("a")], events


def staff(part: str) -> Scene:
    names = ("heads_due", "heads_passed", "managers_due", "managers_passed", "special_registered", "special_valid")
    return of_sites(lambda name: [at(name, "staff_qualified", **{n: 4 if n.startswith(part) and n.endswith(("due", "registered")) else 3 if n.startswith(part) else 0 for n in names})])


def inspections(sector: str, **fields: object) -> Scene:
    event = at("a", "inspection", officers=["1"], sectors=[sector])
    return [site("a", event, **fields)], (plan(4, sector=sector),)


def hazards(*stories: list[Event]) -> Scene:
    return [site("a", *(event for events in stories for event in events))], ()


IN_TIME, LATE = {"hazard_closed": closed("2020-06-20", 2)}, {"hazard_closed": closed("2020-06-25", 2)}


def two_hazards(**fields: object) -> Scene:
    """Two due on the 20th, at two sites; one was closed that day, the other five days later."""
    return [site("a", *story("a", **fields, **IN_TIME)), site("b", *story("b", **fields, **LATE))], ()  # type: ignore[arg-type]


def orders() -> Scene:
    first, second = (fact("supervision_order", f"2020-05-2{n}", due_on="2020-06-10") for n in (0, 1))
    return of_township(first, second, step("supervision_order_closed", first, "2020-06-10"))


def red_last_month() -> Scene:
    done = at("a", "inspection", officers=["1"])
    return [site("a", at("a", "obstruction_established", "2020-05-31"), done), site("b", at("b", "obstruction_established", "2020-05-31"))], ()


def orange_last_quarter() -> Scene:
    def orange(name: str, *more: Event) -> dict:
        return site(name, at(name, "hazard_found", "2020-03-20", level="major", deadline_on="2020-12-31"), *more)

    return [orange("a", at("a", "inspection", "2020-04-02", officers=["1"])), orange("b")], ()


def random_tasks() -> Scene:
    task, other = (at("a", "double_random_task", "2020-06-01", due_on=f"2020-06-2{n}") for n in (0, 1))
    return [site("a", task, other, at("a", "inspection", officers=["1"], double_random_task=task.event_id))], ()


def complaints() -> Scene:
    first, second = (at("a", "complaint", f"2020-06-0{n}", due_on="2020-06-15") for n in (1, 2))
    return [site("a", first, second, step("complaint_decided", first, "2020-06-15", found_true=False))], ()


def measures_after_accident() -> Scene:
    event = accident(on="2019-07-01")
    return [site("a", event, step("accident_measures", event, "2020-06-01", due=4, implemented=3))], ()


def injured(**fields: object) -> Scene:
    return [site("a", accident(**fields))], ()


def zero(item: str, kind: str) -> Scene:
    """Sites a and b of which only a's item is above nought."""
    return [site("a"), site("b", at("b", "assessment", coverage="partial", items={item: {kind: 40}}))], ()


def standard(name: str) -> list[Event]:
    return [at(name, "certificate", "2019-06-01", type="standardisation_3", valid_from="2019-06-01", valid_to="2020-06-30")]


def insurance(name: str) -> list[Event]:
    return [at(name, "insurance", "2019-07-01", type="safety_liability", valid_from="2019-07-01", valid_to="2020-06-30")]


ALL_RETURNS = tuple(
    event
    for item in RULES.index.sub_items
    if item.source == "return" and item.period != "year"
    for event in returned(item.code, 0, denominator=1)
)
SELF_CHECK = {"source": "self", "coverage": "partial", "items": {}}

# code → (scene, numerator, denominator, points, cases)
TABLE: dict[str, tuple[Scene, object, int, str, int]] = {
    "ZR1": (of_township(*returned("ZR1", 1)), 1, 1, "3.00", 1),
    "ZR2": (of_sites(lambda n: [at(n, "inspection", officers=["1"], led_by_leader=True)]), 1, 1, "2.00", 0),
    "ZR3": (of_sites(lambda n: [at(n, "responsibility_signed", year=2020)]), 1, 2, "1.50", 1),
    "ZR4": (zero("M01", "post_missing"), 1, 2, "1.00", 1),
    "ZR5": (of_township(*returned("ZR5", 3, denominator=4)), 3, 4, "1.50", 1),
    "ZR6": (of_township(*ALL_RETURNS[:-2]), 1, 0, "0.50", 1),
    "ZR7": (of_sites(lambda n: [at(n, "completeness_measured", filled=1, required=2)]), "3/2", 2, "1.50", 1),
    "PX1": (staff("heads"), 3, 4, "2.25", 1),
    "PX2": (staff("managers"), 3, 4, "1.50", 1),
    "PX3": (staff("special"), 3, 4, "1.50", 1),
    "PX4": (of_township(*returned("PX4", 3, denominator=8)), 3, 8, "1.50", 1),
    "PX5": (of_township(*returned("PX5", 2)), 2, 1, "1.00", 1),
    "ZX1": (inspections("HAZARDOUS_CHEMICALS", chemical_type="use"), 1, 4, "1.50", 0),
    "ZX2": (inspections("SPECIAL_PREMISES", special_premises=["spraying"]), 1, 4, "1.50", 0),
    "ZX3": (inspections("FIRE_SAFETY"), 1, 4, "1.50", 0),
    "ZX4": (hazards(story("a", campaign=True, hazard_closed=closed("2020-06-20")), story("a", campaign=True, deadline="2020-06-21")), 1, 2, "1.50", 1),
    "ZX5": (orders(), 1, 2, "1.00", 1),
    "ZX6": (of_township(*returned("ZX6", 1)), 1, 0, "0.50", 1),
    "FX1": (zero("H03", "no_list"), 1, 2, "1.50", 1),
    "FX2": (of_sites(lambda n: [at(n, "self_check", "2020-06-30", **SELF_CHECK)]), 1, 2, "1.50", 1),
    "FX3": (([site("a"), site("b", assessed=False)], ()), 1, 2, "1.00", 1),
    "FX4": (([site("red", at("red", "obstruction_established")), *(site(f"{n:02d}") for n in range(24))], ()), 1, 25, "2.40", 1),
    "FX5": (two_hazards(), 1, 2, "1.50", 1),
    "FX6": (two_hazards(level="major"), 1, 2, "1.50", 1),
    "FX7": (of_sites(lambda n: [at(n, "responsible_persons_named", due=3, in_place=2)]), 2, 3, "0.67", 1),
    "FX8": (zero("W02", "missing"), 1, 2, "0.50", 1),
    "JG1": (([site("a", at("a", "inspection", officers=["1"]))], (plan(4),)), 1, 4, "2.00", 0),
    "JG2": (red_last_month(), 1, 2, "1.50", 1),
    "JG3": (orange_last_quarter(), 1, 2, "1.00", 1),
    "JG4": (of_sites(lambda n: [at(n, "inspection_quality_checked", conforming=flag) for flag in (True, True, False)]), 2, 3, "1.33", 1),
    "JG5": (hazards(story("a", hazard_closed=closed("2020-06-25")), story("a", deadline="2020-06-21")), 1, 2, "1.50", 1),
    "JG6": (random_tasks(), 1, 2, "1.00", 1),
    "JG7": (complaints(), 1, 2, "1.00", 1),
    "JG8": (of_township(*returned("JG8", 1)), 1, 0, "0.50", 1),
    "JG9": (of_sites(lambda n: [at(n, "result_published", due_on="2020-06-20", **more) for more in ({"published_on": "2020-06-20"}, {})]), 1, 2, "0.50", 1),
    "SG1": (injured(deaths=1), 1, 0, "3.00", 1),
    "SG2": (injured(deaths=3), 1, 0, "0.00", 1),
    "SG3": (injured(serious_injuries=1), 1, 0, "1.00", 1),
    "SG4": (of_sites(lambda n: [at(n, "work_injury", day, cases=count) for day, count in (("2019-05-01", 2), ("2020-05-01", 3))]), 3, 2, "1.00", 0),
    "SG5": (injured(reported_late=True), 1, 0, "0.00", 1),
    "SG6": (measures_after_accident(), 3, 4, "0.75", 1),
    "CX1": (of_sites(standard, standardisation_due=True), 1, 2, "1.00", 1),
    "CX2": (of_township(*returned("CX2", 1, level="provincial")), 0, 0, "0.60", 1),
    "CX3": (of_sites(lambda n: [at(n, "video_link_measured", due=4, connected=3, online=3)]), 3, 4, "0.75", 1),
    "CX4": (of_sites(insurance, liability_insurance_due=True), 1, 2, "0.50", 1),
}  # fmt: skip


def test_every_row_of_the_table_has_its_month() -> None:
    assert list(TABLE) == [item.code for item in RULES.index.sub_items] and len(TABLE) == 45


@pytest.mark.parametrize("code", TABLE)
def test_the_sub_item_is_measured_and_scored(code: str) -> None:
    scene, numerator, denominator, points, cases = TABLE[code]
    item = scored(scene)[code]
    measure = item.measure
    assert (str(measure.numerator), measure.denominator, measure.case_count) == (str(numerator), denominator, cases)
    assert item.points is not None and text_of(item.points, 100) == points
    assert len(measure.cases) == cases, "the cases are named"


@pytest.mark.parametrize("code", [item.code for item in RULES.index.sub_items])
def test_without_facts_it_is_not_applicable_not_reported_or_full_but_never_a_guess(code: str) -> None:
    row, item = next(row for row in RULES.index.sub_items if row.code == code), scored(([site("a")], ()))[code]
    if row.source == "return" and row.formula != "level" or code in ("JG1", "ZX3"):
        assert (item.state.value, item.points) == ("not_reported", 0), "a duty without its return or its plan"
    elif item.points is None:
        assert item.state.value == "not_applicable" and row.not_applicable
    else:
        assert item.state.value == "value" and code in WITH_ONE_SITE


WITH_ONE_SITE = {"ZR2", "ZR3", "ZR4", "ZR6", "ZR7", "FX1", "FX2", "FX3", "FX4", "FX8", "SG1", "SG2", "SG3", "SG4", "SG5", "CX2"}


@pytest.mark.parametrize("code", [item.code for item in RULES.index.sub_items if item.source == "facts"])
def test_a_failed_feed_makes_each_sub_item_from_facts_no_data(code: str) -> None:
    failed = fact("feed_failed", "2020-06-30", sub_item=code, month=JUNE)
    item = scored(([site("a")], (failed,)))[code]
    assert (item.state.value, item.points) == ("no_data", None)


def test_the_cases_are_the_sites_and_records_to_look_at() -> None:
    assert scored(TABLE["ZR3"][0])["ZR3"].measure.cases == (site_id("b"),)
    (late,) = scored(TABLE["FX5"][0])["FX5"].measure.cases
    assert late == TABLE["FX5"][0][0][1]["records"]["hazard_found"][0]["id"]
