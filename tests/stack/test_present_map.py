"""The present map on the deployed stack: a change in the log is on the public page in less than five minutes."""

from __future__ import annotations

import json
import time

import pytest

from chalicelib import clock
from chalicelib.supervision.store import EventLog
from infra.local import demo
from tests.aws import Stack
from tests.stack.test_whole_stack import a_site, fatal_accident

FIVE_MINUTES = 300


def present(stack: Stack, township: str) -> dict:
    status, headers, body = stack.get(f"/map/now/townships/{township}.json")
    assert status == 200, body
    assert headers["content-type"] == "application/json"
    return json.loads(body)["townships"][0]


def built(stack: Stack) -> dict:
    """One run of the function itself."""
    answer = demo.invoke(stack.deployed, "MapNowFunctionName", demo.scheduled_event(stack.deployed))
    assert not answer["busy"]
    return answer


def strike(stack: Stack) -> str:
    """A fatal accident at a blue site, graded; its township."""
    site = a_site(stack, "blue")
    EventLog(stack.deployed.name).append([fatal_accident(site["site_id"])], clock.utc_now())
    assert stack.pump.wait_drained(time.time(), 60)
    return site["township"]


def test_a_change_is_on_the_page_after_one_run(stack: Stack) -> None:
    built(stack)
    township = a_site(stack, "blue")["township"]
    before = present(stack, township)
    assert strike(stack) == township
    built(stack)
    after = present(stack, township)
    assert after["grades"]["red"] == before["grades"]["red"] + 1
    page = stack.get("/map/now/")[2].decode()
    assert "实时区域安全状况图" in page and "<script" not in page
    assert stack.get("/map/now/map.json")[0] == 200


def test_names_stay_in_the_staff_tree(stack: Stack) -> None:
    built(stack)
    for site in demo.list_cards(stack.deployed):
        assert site["site_id"] not in json.dumps(present(stack, site["township"]))


@pytest.mark.full
def test_the_schedule_does_it_alone_within_five_minutes(stack: Stack) -> None:
    built(stack)
    township = a_site(stack, "blue")["township"]
    before = present(stack, township)["grades"]["red"]
    strike(stack)
    stack.emulator.set_schedules(stack.deployed.name, running=True)
    began = time.monotonic()
    while present(stack, township)["grades"]["red"] == before:
        assert time.monotonic() - began < FIVE_MINUTES
        time.sleep(2)
    stack.emulator.set_schedules(stack.deployed.name, running=False)
