"""The demo district: invented, marked as such, the same every time, and alive in every kind of fact and colour."""

from __future__ import annotations

import csv
import math
from collections import Counter
from datetime import date

import pytest
from intake_support import DEMO, MemoryLog

from chalicelib import clock
from chalicelib.errors import BadInput, NotFound
from chalicelib.grading.judge import grade
from chalicelib.grading.rules import check_findings, load_rule_set
from chalicelib.intake.rows import ROLE_OF_SOURCE
from chalicelib.register.uscc import check_code
from chalicelib.supervision.facts import fold
from chalicelib.supervision.vocabulary import load_vocabulary
from infra.synthetic.district import SIZES, write
from infra.synthetic.load import import_tables
from infra.synthetic.sites import NEVER_ISSUED, SMALL_TOWNSHIPS, credit_code, make_sites

AS_OF = date(2020, 5, 31)
RULES = load_rule_set(DEMO.rule_set_on("grading", AS_OF).path)
# Kinds of the vocabulary that never occur in the demo, each with its reason.
NO_TABLE = "a rule set comes into force at the district's own desk, with its shadow report; no office sends that as a table"
NOT_TOLD = dict.fromkeys(("rule_set_drafted", "rule_set_shadowed", "rule_set_enacted", "rule_set_withdrawn"), NO_TABLE) | dict.fromkeys(
    ("index_objection", "index_objection_decided"), "objections answer what a month's run publishes, which no generator knows"
) | {"inspection_joined": "an officer signs it himself at the desk; the demo's inspections come in by tables that name both"} | {"import_signed": "it answers an official's upload; the demo comes in by the command"}
# Told of some sites only: seen in a district a little larger.
PLATES = {"plate_printed", "plate_mounted", "plate_damaged", "plate_replaced"}


@pytest.fixture(scope="module")
def summary(tmp_path_factory):
    return write(tmp_path_factory.mktemp("small"), district=DEMO, sites=SIZES["small"], as_of=AS_OF)


def imported(summary) -> MemoryLog:
    log = MemoryLog()
    for _ in import_tables(summary, log, district=DEMO, id_key=b"key", today=AS_OF, now=clock.utc_now()):
        pass
    return log


@pytest.fixture(scope="module")
def log(summary):
    return imported(summary)


@pytest.fixture(scope="module")
def middle(tmp_path_factory):
    """A district large enough for shares to mean something."""
    return imported(write(tmp_path_factory.mktemp("middle"), district=DEMO, sites=1500, as_of=AS_OF))


def judgements(log: MemoryLog, on: date) -> dict[str, object]:
    by_subject: dict[str, list] = {}
    for event in log.events.values():
        by_subject.setdefault(event.subject, []).append(event)
    owners = {event.subject: f"E:{event.payload['enterprise_id']}" for event in log.of_kind("site_registered")}
    return {site: grade(fold(by_subject[site], by_subject[owner]), RULES, on) for site, owner in owners.items()}


def test_same_arguments_same_bytes(summary, tmp_path):
    again = write(tmp_path, district=DEMO, sites=SIZES["small"], as_of=AS_OF)
    assert [path.read_bytes() for path, _ in again.files] == [path.read_bytes() for path, _ in summary.files]


def test_another_seed_is_another_district(summary, tmp_path):
    other = write(tmp_path, district=DEMO, sites=SIZES["small"], as_of=AS_OF, seed=7)
    assert other.files[0][0].read_bytes() != summary.files[0][0].read_bytes()


def test_the_small_district_is_three_townships_of_thirty_sites(log):
    townships = Counter(event.payload["township"] for event in log.of_kind("site_registered"))
    assert sorted(townships.values()) == [30] * SMALL_TOWNSHIPS


def test_every_kind_of_fact_is_told(log):
    missing = set(load_vocabulary().kinds) - set(NOT_TOLD) - {event.kind for event in log.events.values()}
    # Steps that only chance tells are seen in a district a little larger.
    assert missing <= {"extension_requested", "extension_decided", "rectification_refused", "hazard_dismissed"} | PLATES


def test_a_larger_district_tells_every_kind(middle):
    assert set(load_vocabulary().kinds) - {event.kind for event in middle.events.values()} == set(NOT_TOLD)


def test_sources_of_all_roles_speak(log):
    assert {event.source for event in log.events.values()} == set(ROLE_OF_SOURCE)


def test_nothing_lies_after_the_day_it_stands_at_or_before_its_site(log):
    opened = {event.subject: event.occurred_on for event in log.of_kind("site_registered")}
    for event in log.events.values():
        assert opened.get(event.subject, "2000-01-01") <= event.occurred_on <= AS_OF.isoformat()


def test_names_are_marked_and_codes_are_from_the_block_never_issued():
    made = make_sites(DEMO, SIZES["full"], AS_OF, 1)
    assert all("示例" in site.enterprise_name for site in made)
    codes = {site.uscc for site in made if site.uscc}
    assert all(code.startswith(NEVER_ISSUED) and check_code(code).valid for code in codes)
    assert sum(not check_code(code).warning for code in codes) > 900
    by_code = {site.uscc: site.enterprise_number for site in made if site.uscc}
    assert len(by_code) == len(set(by_code.values()))


def test_the_first_invented_codes_are_those_of_the_reference():
    assert [credit_code(number) for number in (2, 3, 4)] == ["91330110MA0000015C", "91330110MA00000237", "91330110MA00000312"]


def test_every_site_lies_in_the_disc_of_its_township():
    for site in make_sites(DEMO, 1500, AS_OF, 1):
        north = (site.latitude - site.township.latitude) * 111_320
        east = (site.longitude - site.township.longitude) * 111_320 * math.cos(math.radians(site.township.latitude))
        assert math.hypot(north, east) <= site.township.label_radius_m


def test_the_full_district_has_the_counts_of_the_invented_table():
    made = make_sites(DEMO, SIZES["full"], AS_OF, 1)
    counts = Counter(site.township.code for site in made)
    assert (len(made), len(counts), min(counts.values()), max(counts.values())) == (8800, 20, 58, 928)
    assert 8400 <= len({site.enterprise_number for site in made}) <= 8600


def test_findings_use_the_clauses_of_the_standard(middle):
    for kind in ("assessment", "self_check"):
        for event in middle.of_kind(kind):
            assert not check_findings(RULES, event.payload["items"], tuple(event.payload.get("not_applicable", ())))


def test_every_colour_and_grey_has_its_share(middle):
    colours = Counter(judgement.grade.code for judgement in judgements(middle, AS_OF).values())
    share = {code: 100 * count / colours.total() for code, count in colours.items()}
    assert 50 <= share["blue"] <= 68
    assert 18 <= share["yellow"] <= 32
    assert 5 <= share["orange"] <= 13
    assert 1.5 <= share["red"] <= 6
    assert 2.5 <= share["none"] <= 8


def test_townships_differ(middle):
    by_township: dict[str, Counter] = {}
    towns = {event.subject: event.payload["township"] for event in middle.of_kind("site_registered")}
    for site, judgement in judgements(middle, AS_OF).items():
        by_township.setdefault(towns[site], Counter())[judgement.grade.code] += 1
    shares = {code: counts["blue"] / counts.total() for code, counts in by_township.items() if counts.total() >= 40}
    assert max(shares.values()) - min(shares.values()) > 0.15


def test_events_per_site_are_about_ten(middle):
    assert 9 <= sum(event.scope != "township" for event in middle.events.values()) / 1500 <= 12


def months_of(log: MemoryLog, kind: str) -> list[int]:
    """How many events of a kind each of the 24 months has, oldest first."""
    counts = Counter(event.occurred_on[:7] for event in log.of_kind(kind))
    days = (clock.add_months(AS_OF.replace(day=1), -back) for back in range(23, -1, -1))
    return [counts[clock.month_of(day)] for day in days]


def test_self_checks_and_inspections_lie_in_all_of_the_two_years(middle):
    checks, visits = months_of(middle, "self_check"), months_of(middle, "inspection")
    assert min(checks[1:]) > 0 and min(visits) > 0
    assert sum(checks[-3:]) < 0.65 * sum(checks) and sum(visits[-4:]) < 0.55 * sum(visits)
    halves = [sum(checks[place : place + 6]) for place in (0, 6, 12, 18)]
    assert halves == sorted(halves), "more and more sites check themselves on the platform"


def test_months_have_their_seasons(middle):
    """Nobody is out around the Spring Festival; 安全生产月 is in June. The last February is near the end, where visits follow trouble."""
    visits, checks = months_of(middle, "inspection"), months_of(middle, "self_check")
    june, february = (0, 12), (8, 20)
    assert sum(visits[month] for month in june) > 2 * visits[february[0]]
    assert all(2 * checks[month] < checks[month - 1] + checks[month + 1] for month in february)


def test_some_are_found_with_the_same_again_and_again(middle):
    again = [event for event in middle.of_kind("hazard_found") if event.payload.get("repeat_of")]
    roots = {event.payload["repeat_of"] for event in again}
    assert len(again) > 0.06 * len(middle.of_kind("hazard_found"))
    assert any(event.event_id in roots for event in again), "a repetition is repeated"


def test_townships_tell_of_two_years(middle):
    """Every return behind the sub-items, the plans and the orders from above, month by month."""
    returns = {event.payload["month"] for event in middle.of_kind("monthly_return")}
    assert (len(returns), min(returns), max(returns)) == (24, "2018-06", "2020-05")
    assert {event.payload["year"] for event in middle.of_kind("annual_plan")} == {2019, 2020}
    assert len({event.occurred_on[:7] for event in middle.of_kind("supervision_order")}) >= 20


@pytest.mark.parametrize("as_of", [date(2020, 2, 29), date(2021, 1, 31), date(2022, 3, 5), date(2024, 12, 1)])
def test_the_district_can_stand_at_any_day(tmp_path, as_of):
    summary = write(tmp_path, district=DEMO, sites=SIZES["small"], as_of=as_of, seed=as_of.toordinal())
    log = MemoryLog()
    done = list(import_tables(summary, log, district=DEMO, id_key=b"key", today=as_of, now=clock.utc_now()))
    assert sum(table.new for table in done) == len(log.events)
    opened = {event.subject: event.occurred_on for event in log.of_kind("site_registered")}
    assert all(opened.get(event.subject, "") <= event.occurred_on <= as_of.isoformat() for event in log.events.values())
    colours = {judgement.grade.code for judgement in judgements(log, as_of).values()}
    assert colours == {"red", "orange", "yellow", "blue", "none"}


def test_tables_have_the_columns_they_promise(summary):
    for path, name in summary.files:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert len(rows) == summary.rows[name] + 1
        assert {len(row) for row in rows} == {len(rows[0])}


def test_a_day_without_a_standard_is_refused(tmp_path):
    with pytest.raises((NotFound, BadInput)):
        write(tmp_path, district=DEMO, sites=90, as_of=date(2015, 1, 31))


def test_who_carries_on_the_road_is_in_a_sector_that_weighs_nothing_yet(middle):
    """Shown on the map and explained, without moving a township's colour (weight 0 in the method)."""
    registered = [event.payload for event in middle.events.values() if event.kind == "site_registered"]
    carriers = [payload for payload in registered if payload.get("further_sectors")]
    assert 5 < len(carriers) < 0.1 * len(registered)
    assert {code for payload in carriers for code in payload["further_sectors"]} == {"road_traffic"}
    assert all(payload["industry"].startswith("G") for payload in carriers)
