"""The whole chain on the deployed stack: import, scan, sign in, append, and the page changes."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path

import pytest

from chalicelib import clock, ids
from chalicelib.code.token import parse_keys, sign
from chalicelib.supervision.model import Actor, Event
from chalicelib.supervision.store import EventLog
from infra.local import demo
from infra.local.progress import Progress
from tests.aws import Stack
from tests.stack.test_failures import dead_letters, quarantine

AS_OF = date(2020, 6, 30)
PATIENCE_SECONDS = 60


def cards(stack: Stack) -> dict[str, dict]:
    return {card["site_id"]: card for card in demo.list_cards(stack.deployed)}


def path_of(stack: Stack, site_id: str, issue: int = 1) -> str:
    return f"/C/{sign(site_id, issue, parse_keys(stack.deployed.parameters['PlateKeys']))}"


def a_site(stack: Stack, grade: str) -> dict:
    return next(card for card in cards(stack).values() if card["grade"] == grade and card["issue"] == 1)


def test_every_site_of_the_import_has_a_card_and_the_colours_differ(stack: Stack) -> None:
    found = cards(stack)
    assert len(found) == 90
    assert {"blue", "yellow", "red"} <= {card["grade"] for card in found.values()}
    assert (dead_letters(stack), quarantine(stack)) == (0, [])


def test_importing_again_brings_nothing_new(stack: Stack, tmp_path: Path) -> None:
    before = cards(stack)
    again = demo.import_district(stack.deployed, tmp_path, sites=90, as_of=AS_OF, progress=Progress())
    assert (again, stack.new_events > 1000) == (0, True)
    assert cards(stack) == before


@pytest.mark.parametrize("grade", ["blue", "yellow", "red"])
def test_a_plate_shows_its_sites_page_through_the_cdn(stack: Stack, grade: str) -> None:
    card = a_site(stack, grade)
    status, headers, body = stack.get(path_of(stack, card["site_id"]))
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert card["name"] in body.decode()


def test_a_forged_plate_is_refused(stack: Stack) -> None:
    path = path_of(stack, a_site(stack, "blue")["site_id"])
    forged = path[:-1] + ("0" if path[-1] != "0" else "1")
    assert stack.get(forged)[0] == 404


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/index.html", 200), ("/api/health", 200), ("/method.html", 200)])
def test_the_cdn_serves_files_and_api_at_one_address(stack: Stack, path: str, status: int) -> None:
    answer = stack.get(path)
    assert answer[0] == status
    assert answer[1]["x-content-type-options"] == "nosniff"


def test_an_appended_event_changes_the_page(stack: Stack) -> None:
    """A fatal accident is a veto: the blue page must turn red. How quickly is measured by ``./dev bench freshness``."""
    site_id = a_site(stack, "blue")["site_id"]
    path = path_of(stack, site_id)
    before = stack.get(path)[2]
    began = time.monotonic()
    EventLog(stack.deployed.name).append([fatal_accident(site_id)], clock.utc_now())
    while stack.get(path)[2] == before:
        assert time.monotonic() - began < PATIENCE_SECONDS, stack.pump.tally
        time.sleep(0.05)
    assert cards(stack)[site_id]["grade"] == "red"


def fatal_accident(site_id: str) -> Event:
    subject = ids.subject_of("site", site_id)
    return Event(
        event_id=ids.event_id_of(subject, "accident", "stack-test"),
        kind="accident",
        scope="site",
        subject_id=site_id,
        occurred_on=AS_OF.isoformat(),
        known_at=f"{AS_OF}T08:00:00.000Z",
        actor=Actor("stack-test", "district"),
        source="district",
        payload={"deaths": 1, "serious_injuries": 0, "light_injuries": 0, "responsibility": "responsible"},
    )


@pytest.mark.parametrize("role", ["enterprise", "township", "district", "expert", "admin"])
def test_every_role_signs_in_with_its_own_group(stack: Stack, role: str) -> None:
    import jwt

    claims = jwt.decode(stack.token(role), options={"verify_signature": False})
    assert claims["token_use"] == "id"
    assert role in claims["cognito:groups"]


def test_without_a_sign_in_the_api_is_closed(stack: Stack) -> None:
    site_id = a_site(stack, "yellow")["site_id"]
    assert stack.get(f"/api/sites/{site_id}")[0] in (401, 403)


def test_stale_cards_are_found_without_the_stream(stack: Stack) -> None:
    assert demo.regrade_stale(stack.deployed, time.time() - 3600) == 0


def test_a_month_is_run_by_the_queue_and_a_second_run_changes_nothing(stack: Stack) -> None:
    demo.run_month(stack.deployed, "2020-06", Progress())
    first = stack.get("/index/current.json")
    demo.run_month(stack.deployed, "2020-06", Progress())
    assert first[0] == 200
    assert stack.get("/index/current.json")[2] == first[2]
    assert stack.get("/index/")[0] == stack.get("/map/")[0] == 200


def test_leaderboard_archive_and_objections_desk_say_the_same_of_a_month(stack: Stack) -> None:
    demo.run_month(stack.deployed, "2020-06", Progress())
    result = json.loads(stack.get("/index/2020-06/r1/index.json")[2])["publication"]
    front, archive = (stack.get(path)[2].decode() for path in ("/index/", "/index/months.html"))
    (entry,) = [each for each in json.loads(stack.get("/index/current.json")[2])["months"] if each["month"] == "2020-06"]
    assert entry["status"] == result["status"] == "provisional" and "公示稿" in front and "公示稿" in archive
    for role in ("township", "district"):
        clock = json.loads(stack.get("/api/months/2020-06/objections", stack.token(role))[2])["clock"]
        assert (clock["is_out"], clock["is_open"], clock["day"]) == (True, True, 1)
        assert all(clock[day] == result[day] for day in ("freeze_at", "provisional_on", "objections_until", "final_on"))


def test_the_schedules_functions_run_in_the_stack(stack: Stack) -> None:
    counts = demo.invoke(stack.deployed, "SweepFunctionName", demo.scheduled_event(stack.deployed))
    assert (counts["failed"], counts["quarantined"]) == (0, 0)
    demo.run_month(stack.deployed, "2020-06", Progress())
    begun = demo.invoke(stack.deployed, "MonthStartFunctionName", demo.scheduled_event(stack.deployed))
    due = [run["run"] for run in begun["runs"] if run["month"] == "2020-06"]
    assert due == [], "June's provisional index came out under the calendar's own name, and its final one is not due yet"
