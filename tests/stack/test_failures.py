"""What fails on the way from the log to the card, through the real pump: poison is set aside, a passing fault is tried again,
a lasting one becomes a dead letter, and a replay brings both back once the cause is gone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chalicelib import clock, ids
from chalicelib.supervision.model import Actor, Event, make_event
from chalicelib.supervision.store import EventLog
from infra.local import demo
from infra.local.replay import replay
from tests.aws import Stack

PATIENCE_SECONDS = 60


def spare_sites(stack: Stack) -> list[dict]:
    """Sites that no other test of the session looks at: the last of their township's, blue or yellow."""
    return [card for card in demo.list_cards(stack.deployed) if card["grade"] in ("blue", "yellow")][::-1]


def accident(site_id: str, key: str) -> Event:
    return make_event(
        "accident", site_id, occurred_on="2020-06-30", known_at="2020-06-30T08:00:00.000Z", actor=Actor("stack-test", "district"),
        source="district", key=key, payload={"deaths": 1, "serious_injuries": 0, "light_injuries": 0, "responsibility": "responsible"},
    )  # fmt: skip


def grade_of(stack: Stack, site_id: str) -> str:
    return next(card["grade"] for card in demo.list_cards(stack.deployed) if card["site_id"] == site_id)


def until(condition, said: object = "") -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, said
        time.sleep(0.05)


@contextmanager
def blinded(stack: Stack, output: str = "RegradeFunctionName") -> Iterator[None]:
    """While it lasts, the function is told of tables that do not exist: for it, the database is away."""
    client, name = stack.emulator.client("lambda"), stack.deployed.outputs[output]
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {**variables, "TABLE_PREFIX": "nowhere"}})
    try:
        yield
    finally:
        client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


def dead_letters(stack: Stack) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    queue = stack.deployed.outputs["RegradeDeadLettersUrl"]
    told = stack.emulator.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(told[name]) for name in names)


def quarantine(stack: Stack) -> list[dict]:
    lines = stack.emulator.client("dynamodb").scan(TableName=stack.deployed.outputs["QuarantineTable"])["Items"]
    return [json.loads(line["doc"]["S"]) for line in lines]


def test_a_fault_that_passes_is_tried_again_and_nothing_is_lost(stack: Stack) -> None:
    site_id = spare_sites(stack)[0]["site_id"]
    tally = stack.pump.tally
    invocations, discarded = tally.invocations, tally.discarded
    with blinded(stack):
        EventLog(stack.deployed.name).append([accident(site_id, "passing")], clock.utc_now())
        until(lambda: tally.invocations >= invocations + 2, tally)
        assert grade_of(stack, site_id) != "red"
    until(lambda: grade_of(stack, site_id) == "red", tally)
    assert stack.pump.wait_drained(time.time(), PATIENCE_SECONDS)
    assert (tally.discarded, dead_letters(stack), quarantine(stack)) == (discarded, 0, [])


def test_a_fault_that_lasts_becomes_a_dead_letter_and_the_others_go_on(stack: Stack) -> None:
    """Replayed too early it stays and says why; replayed when the cause is gone it is graded and the letter is taken out."""
    first, other = (card["site_id"] for card in spare_sites(stack)[:2])
    discarded = stack.pump.tally.discarded
    log = EventLog(stack.deployed.name)
    with blinded(stack):
        log.append([accident(first, "lasting")], clock.utc_now())
        until(lambda: dead_letters(stack) == 1, stack.pump.tally)
        assert stack.pump.tally.discarded == discarded + 1
        early = replay(stack.deployed)
        assert early.succeeded == 0
        assert [reason.partition(": ")[2] for reason in early.failed] == ["1 of 1 records failed"]
    assert dead_letters(stack) == 1
    log.append([accident(other, "afterwards")], clock.utc_now())
    until(lambda: grade_of(stack, other) == "red", stack.pump.tally)
    assert grade_of(stack, first) != "red"

    again = replay(stack.deployed)
    assert (again.succeeded, again.failed) == (1, ())
    assert (dead_letters(stack), grade_of(stack, first)) == (0, "red")


@pytest.fixture
def poison(stack: Stack) -> Iterator[tuple[Event, dict]]:
    """A record in the log of a real site that can never be an event, as a faulty writer might leave it: taken out at the end."""
    site_id = spare_sites(stack)[0]["site_id"]
    event = accident(site_id, "poison")
    key = {"subject": {"S": ids.subject_of("site", site_id)}, "event_id": {"S": event.event_id}}
    item = {**key, "schema": {"N": "1"}, "kind": {"S": "accident"}, "doc": {"S": '{"deaths": "one"}'}}
    dynamodb = stack.emulator.client("dynamodb")
    dynamodb.put_item(TableName=stack.deployed.outputs["EventsTable"], Item=item)
    yield event, key
    dynamodb.delete_item(TableName=stack.deployed.outputs["EventsTable"], Key=key)


def test_poison_is_set_aside_with_its_reason_and_comes_back_when_it_was_mended(stack: Stack, poison: tuple[Event, dict]) -> None:
    event, key = poison
    until(lambda: quarantine(stack), stack.pump.tally)
    assert stack.pump.wait_drained(time.time(), PATIENCE_SECONDS)
    (line,) = quarantine(stack)
    assert (line["subject"], line["event_id"]) == (key["subject"]["S"], key["event_id"]["S"])
    assert line["reason"]
    before = replay(stack.deployed)
    assert (before.succeeded, len(before.failed)) == (0, 1)
    assert line["reason"] in before.failed[0]
    assert quarantine(stack) == [line]
    assert dead_letters(stack) == 0, "poison is never retried"

    mend(stack, event, key)
    after = replay(stack.deployed)
    assert (after.succeeded, after.failed) == (1, ())
    assert quarantine(stack) == []
    assert grade_of(stack, event.subject_id) == "red"


def mend(stack: Stack, event: Event, key: dict) -> None:
    """The record as it should have been written."""
    dynamodb, table = stack.emulator.client("dynamodb"), stack.deployed.outputs["EventsTable"]
    dynamodb.delete_item(TableName=table, Key=key)
    EventLog(stack.deployed.name).append([event], clock.utc_now())
