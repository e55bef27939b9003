"""The present map on real tables: what changed is drawn anew, nothing else is, and no crash or race loses a change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from chalicelib import clock
from chalicelib.errors import Unavailable
from chalicelib.grading.changes import SETTLED_AFTER, ChangeBook
from chalicelib.grading.regrade import Regrader
from chalicelib.publish.files import MemoryFiles
from chalicelib.register.district import load_district
from chalicelib.riskmap.now import LEASE, NAME, Desk, Moment, refresh
from tests.event_builders import TOWNSHIP, busy_site, fact, registration

DAY = date(2020, 6, 20)
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
OTHER = "330110102"


class Recorder(MemoryFiles):
    """Files in memory that remember in which order keys were put."""

    def put(self, key: str, body: bytes) -> None:
        self.__dict__.setdefault("order", []).append(key)
        super().put(key, body)


class Muted(ChangeBook):
    """Marks nothing."""

    def touch(self, townships):
        pass


@pytest.fixture
def desk(tables) -> Desk:
    tables.clear()
    regrader = Regrader(tables.prefix, load_district("demo"))
    return Desk(regrader.district, regrader.changes, regrader.saver.cards, regrader.saver.facts, Recorder(), "v1")


@pytest.fixture
def regrader(tables, desk) -> Regrader:
    return Regrader(tables.prefix, desk.district)


def at(minutes: float = 0, day: date = DAY) -> Moment:
    shown = datetime(day.year, day.month, day.day, 10, 0, tzinfo=clock.SHANGHAI) + timedelta(minutes=minutes)
    return Moment(day, shown, START + timedelta(minutes=minutes))


def happen(regrader: Regrader, *events, day: date = DAY) -> None:
    regrader.log.append(list(events), START)
    regrader.regrade({event.subject_id for event in events if event.scope == "site"}, day)


def document(desk: Desk, code: str = TOWNSHIP) -> dict:
    return orjson.loads(desk.files.find(f"staff/district/map/now/townships/{code}.json"))["townships"][0]


def test_the_first_run_builds_every_township_and_the_second_none(desk, regrader):
    happen(regrader, *busy_site())
    codes = [township.code for township in desk.district.townships_on(DAY)]
    assert refresh(desk, at())["built"] == sorted(codes)
    assert document(desk)["sites"] == 1 and document(desk, OTHER)["sites"] == 0
    assert refresh(desk, at(2))["built"] == []


def test_the_front_page_comes_last(desk, regrader):
    happen(regrader, *busy_site())
    refresh(desk, at())
    order = desk.files.order
    assert order[-1] == "public/map/now/index.html"
    assert order.index("staff/district/map/now/townships/330110001.json") < order.index("public/map/now/map.json")


def test_a_change_is_on_the_next_page_and_only_its_township_is_built(desk, regrader):
    happen(regrader, *busy_site())
    refresh(desk, at())
    refresh(desk, at(4))
    before = document(desk)
    happen(regrader, fact("accident", "2020-06-15", deaths=1, serious_injuries=0, light_injuries=0, responsibility="responsible"))
    desk.files.order.clear()
    assert refresh(desk, at(6))["built"] == [TOWNSHIP]
    after = document(desk)
    assert (before["grades"]["red"], after["grades"]["red"]) == (0, 1)
    assert {key.split("/")[-1].split(".")[0] for key in desk.files.order if "/townships/" in key} == {TOWNSHIP}
    assert "2020-06-20 10:06" in desk.files.find("public/map/now/index.html").decode()


def test_a_mark_is_looked_at_again_when_every_save_behind_it_is_over(desk, regrader):
    """The regrade marks before it saves: a run in between sees the mark and not yet the change."""
    happen(regrader, *busy_site())
    refresh(desk, at()), refresh(desk, at(4))
    desk.changes.touch([TOWNSHIP])
    assert refresh(desk, at(6))["built"] == [TOWNSHIP]
    assert document(desk)["grades"]["red"] == 0
    regrader.changes = Muted(desk.changes.table_prefix)  # the mark stands; the save comes now
    happen(regrader, fact("accident", "2020-06-15", deaths=1, serious_injuries=0, light_injuries=0, responsibility="responsible"))
    assert refresh(desk, at(7))["built"] == []
    assert refresh(desk, at(6 + SETTLED_AFTER.total_seconds() / 60))["built"] == [TOWNSHIP]
    assert document(desk)["grades"]["red"] == 1
    assert refresh(desk, at(30))["built"] == []


def test_a_mark_is_settled_after_the_regrade_can_still_be_running():
    config = orjson.loads((Path(__file__).parents[2] / ".chalice/config.json").read_bytes())
    limits = config["stages"]["live"]["lambda_functions"]
    assert SETTLED_AFTER.total_seconds() > limits["regrade"]["lambda_timeout"]
    assert LEASE.total_seconds() > limits["map_now"]["lambda_timeout"]


def test_a_new_day_new_code_and_new_rules_build_everything(desk, regrader):
    happen(regrader, *busy_site())
    refresh(desk, at())
    refresh(desk, at(4))
    assert len(refresh(desk, at(6, DAY + timedelta(days=1)))["built"]) == 20
    assert document(desk)["on"] == "2020-06-21"
    assert len(refresh(replace(desk, code_version="v2"), at(8, DAY + timedelta(days=1)))["built"]) == 20


def test_a_run_without_time_publishes_what_it_has_and_the_next_goes_on(desk, regrader):
    """Of a district of six townships, to the last."""
    happen(regrader, *busy_site())
    desk = replace(desk, district=replace(desk.district, townships=desk.district.townships[:6]))
    first = refresh(desk, at(), budget_seconds=0)
    assert (first["due"], len(first["built"])) == (6, 1)
    assert desk.files.find("public/map/now/index.html")
    built = set(first["built"])
    for minute in range(1, 6):
        built |= set(refresh(desk, at(minute / 100), budget_seconds=0)["built"])
    assert len(built) == 6
    assert refresh(desk, at(0.3), budget_seconds=0)["built"] == []


def test_one_run_at_a_time_and_a_dead_one_is_outlived(desk, regrader):
    happen(regrader, *busy_site())
    assert desk.changes.take_lease(NAME, clock.instant_text(START), clock.instant_text(START + LEASE))
    assert refresh(desk, at(1))["busy"] is True
    assert refresh(desk, at(LEASE.total_seconds() / 60))["busy"] is False
    assert refresh(desk, at(3))["busy"] is False


def test_killed_before_its_note_a_run_is_repeated_with_the_same_pages(desk, regrader):
    happen(regrader, *busy_site())

    class Dying(ChangeBook):
        def save_note(self, name, document):
            raise Unavailable("killed")

    with pytest.raises(Unavailable):
        refresh(replace(desk, changes=Dying(desk.changes.table_prefix)), at())
    seen = dict(desk.files.files)
    assert len(refresh(desk, at())["built"]) == 20
    assert desk.files.files == seen


def test_an_accident_is_drawn_where_the_site_was_that_day(desk, regrader):
    accident = fact("accident", "2020-06-10", deaths=1, serious_injuries=0, light_injuries=0, responsibility="responsible")
    happen(regrader, *busy_site(), accident)
    refresh(desk, at()), refresh(desk, at(4))
    happen(regrader, fact("site_moved", "2020-06-15", township=OTHER))
    assert refresh(desk, at(6))["built"] == sorted([TOWNSHIP, OTHER])
    refresh(desk, at(9))
    assert (document(desk)["sites"], document(desk, OTHER)["sites"]) == (0, 1)
    later = fact("accident_determined", "2020-06-18", caused_by=accident.event_id, responsibility="not_responsible")
    happen(regrader, later)
    assert TOWNSHIP in refresh(desk, at(12))["built"]


def test_a_site_of_an_unknown_township_marks_it_and_disturbs_nobody(desk, regrader):
    happen(regrader, *registration(7, township="999999"))
    assert desk.changes.stamps(["999999"])
    assert len(refresh(desk, at())["built"]) == 20
