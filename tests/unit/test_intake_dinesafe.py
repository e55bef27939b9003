"""A foreign register comes in by a mapping file alone: food premises of Toronto (200 rows, see fixtures/README.md)."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from intake_support import MemoryLog, bring_in

from chalicelib.errors import BadInput
from chalicelib.register.district import load_district

FIXTURE = Path(__file__).parent.parent / "fixtures" / "dinesafe_200.csv"
DINESAFE = load_district("dinesafe")
MAPPING = DINESAFE.folder / "mappings" / "dinesafe.toml"


@pytest.fixture(scope="module")
def log():
    log = MemoryLog()
    bring_in(log, FIXTURE, MAPPING, district=DINESAFE, today=date(2020, 12, 31))
    return log


@pytest.fixture(scope="module")
def rows():
    with FIXTURE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def distinct(rows, *columns):
    return {tuple(row[column] for column in columns) for row in rows}


def test_every_establishment_is_an_enterprise_with_a_site_and_a_plate(log, rows):
    count = len(distinct(rows, "Establishment ID"))
    for kind in ("enterprise_registered", "site_opened", "site_registered", "plate_issued"):
        assert len(log.of_kind(kind)) == count


def test_every_inspection_is_one_fact_however_many_rows_it_has(log, rows):
    assert len(log.of_kind("inspection")) == len(distinct(rows, "Inspection ID"))


def test_every_infraction_is_a_hazard_with_the_registers_own_words(log, rows):
    infractions = [row for row in rows if row["Infraction Details"].strip()]
    hazards = log.of_kind("hazard_found")
    assert len(hazards) == len(infractions)
    assert sum(hazard.payload.get("severity") == "crucial" for hazard in hazards) == sum(
        row["Severity"].startswith("C") for row in infractions
    )
    fines = sum(round(float(row["Amount Fined"]) * 100) for row in infractions if row["Amount Fined"])
    assert sum(hazard.payload.get("fine_fen", 0) for hazard in hazards) == fines > 0


def test_what_was_corrected_on_the_spot_is_a_step_of_its_hazard(log, rows):
    hazards = {hazard.event_id for hazard in log.of_kind("hazard_found")}
    steps = log.of_kind("rectification_reported")
    assert len(steps) == sum(row["Action"] == "Corrected During Inspection" for row in rows)
    assert {step.caused_by for step in steps} <= hazards


def test_the_inherent_class_and_the_place_survive(log, rows):
    classes = {(row["Establishment ID"], int(row["Min. Inspections Per Year"])) for row in rows}
    sites = log.of_kind("site_registered")
    assert sorted(site.payload["inherent_class"] for site in sites) == sorted(value for _, value in classes)
    assert all(43 < site.payload["latitude"] < 44 and -80 < site.payload["longitude"] < -79 for site in sites)


def test_it_is_graded_by_a_rule_set_of_its_own_from_the_day_of_its_first_record():
    assert DINESAFE.rule_set_on("grading", date(2019, 12, 31)) is None
    assert DINESAFE.rule_set_on("grading", date(2020, 1, 1)).path.name == "inspections-2020.toml"


def test_inspections_after_the_districts_day_are_refused_by_row():
    with pytest.raises(BadInput, match="Inspection Date · '2020-10-21' · 日期在将来"):
        bring_in(MemoryLog(), FIXTURE, MAPPING, district=DINESAFE)
