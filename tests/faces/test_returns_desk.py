"""The returns desk: what is missing and until when, the own index before the freeze; own area only, and every look on record."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest
from event_builders import fact, step

from chalicelib import clock
from chalicelib.access.identity import Identity
from chalicelib.errors import BadInput, Forbidden, NotFound
from chalicelib.index.office import Office
from chalicelib.index.sources import MemorySources

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))
from test_index_monthly import FACTS, JUNE, SMALL, TOWNSHIPS  # noqa: E402

OWN = TOWNSHIPS[0]
INSPECTOR = Identity("t-1", "township", OWN)


@dataclass
class Lines:
    lines: list = field(default_factory=list)

    def write(self, line) -> None:
        self.lines.append(line)


def office(*events, who: Identity = INSPECTOR, day: int = 2) -> Office:
    now = datetime(2020, 7, day, 9, 0, tzinfo=clock.SHANGHAI)
    return Office(who, SMALL, MemorySources(FACTS, {OWN: list(events)}), Lines(), now)


def returned(**fields):
    return fact("monthly_return", "2020-06-30", subject=OWN, sub_item="ZR1", month=JUNE, **{"numerator": 1, "attachment": "A-1", **fields})


def states(made: Office) -> dict[str, str]:
    return {row["code"]: row["state"] for row in made.returns(JUNE, OWN)["items"]}


def test_everything_that_people_report_is_listed_with_where_it_stands() -> None:
    first = returned()
    assert set(states(office()).values()) == {"missing"} and {"ZR1", "ZR5", "PX4", "CX2"} <= set(states(office()))
    assert states(office(first))["ZR1"] == "waiting"
    assert states(office(first, step("monthly_return_confirmed", first, "2020-07-01")))["ZR1"] == "confirmed"


def test_the_desk_says_until_when() -> None:
    book = office().returns(JUNE, OWN)
    assert (book["open"], book["timetable"]["freeze_at"]) == (True, "2020-07-03T09:59:59.999Z")
    assert office(day=4).returns(JUNE, OWN)["open"] is False


def test_a_confirmed_return_raises_the_own_index_before_the_freeze() -> None:
    first = returned()
    before = office().preview(JUNE, OWN)
    after = office(first, step("monthly_return_confirmed", first, "2020-07-01")).preview(JUNE, OWN)
    assert float(after["raw"]) - float(before["raw"]) == pytest.approx(3.0)
    assert "ZR1" in {entry["code"] for entry in before["lost"]} - {entry["code"] for entry in after["lost"]}
    assert "rank" not in after


def test_own_area_only_and_every_look_is_on_record() -> None:
    made = office()
    made.returns(JUNE, OWN), made.preview(JUNE, OWN)
    assert [(line.action, line.subject, line.what) for line in made.audit.lines] == [
        ("read", f"T:{OWN}", "returns 2020-06"), ("read", f"T:{OWN}", "preview 2020-06"),
    ]  # fmt: skip
    for who in (Identity("t-2", "township", TOWNSHIPS[1]), Identity("e", "enterprise", OWN), Identity("a", "admin")):
        with pytest.raises(Forbidden):
            office(who=who).returns(JUNE, OWN)
    assert office(who=Identity("d", "district")).returns(JUNE, OWN)["township"] == OWN


@pytest.mark.parametrize(("month", "error"), [("2020-13", BadInput), ("x", BadInput), ("2020-08", BadInput)])
def test_a_month_that_is_none_or_has_not_begun_is_refused(month: str, error: type) -> None:
    with pytest.raises(error):
        office().returns(month, OWN)


def test_an_unknown_township_is_not_found() -> None:
    with pytest.raises(NotFound):
        replace(office(who=Identity("d", "district"))).returns(JUNE, "999999999")
