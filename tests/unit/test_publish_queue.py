"""Messages worked off one by one: what a passing fault meets goes back to the queue, the others go on."""

from __future__ import annotations

import json

import pytest

from chalicelib.errors import BadInput, Unavailable
from chalicelib.publish.queue import each_message


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
