"""Messages worked off one by one: what a passing fault meets goes back to the queue, the others go on."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from chalicelib.errors import BadInput, Unavailable
from chalicelib.publish.queue import MOST_TRIES, each_message


def messages(*names: str) -> dict:
    return {"Records": [{"messageId": f"m-{name}", "body": json.dumps({"job": name})} for name in names]}


def test_only_what_met_a_passing_fault_comes_back() -> None:
    done = []

    def work(message: dict) -> None:
        if message["job"] == "b":
            raise Unavailable("busy")
        done.append(message["job"])

    assert each_message(messages("a", "b", "c"), work) == {"batchItemFailures": [{"itemIdentifier": "m-b"}]}
    assert done == ["a", "c"]


def test_another_fault_is_not_swallowed() -> None:
    def work(message: dict) -> None:
        raise BadInput("never")

    with pytest.raises(BadInput):
        each_message(messages("a"), work)


@pytest.mark.parametrize("fault", [Unavailable("away"), ValueError("broken")])
def test_a_message_that_fails_on_its_last_try_is_given_up_and_one_before_is_not(fault: Exception) -> None:
    def work(message):
        raise fault

    for tries, expected in ((MOST_TRIES - 1, []), (MOST_TRIES, [{"name": "a"}])):
        given_up = []
        event = {"Records": [{"messageId": "m", "body": '{"name": "a"}', "attributes": {"ApproximateReceiveCount": str(tries)}}]}
        with suppress(ValueError):
            each_message(event, work, given_up.append)
        assert given_up == expected


def test_a_message_that_goes_well_on_its_last_try_is_not_given_up() -> None:
    event = {"Records": [{"messageId": "m", "body": "{}", "attributes": {"ApproximateReceiveCount": str(MOST_TRIES)}}]}
    given_up = []
    assert each_message(event, lambda message: None, given_up.append) == {"batchItemFailures": []} and given_up == []
