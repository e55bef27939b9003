"""The ledger in its table: written before a colour moves, once whatever is delivered again, by many at a time; tampering shows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib import clock
from chalicelib.config import read_settings
from chalicelib.errors import Unavailable
from chalicelib.grading.regrade import Regrader, handle_stream
from chalicelib.register.district import load_district
from chalicelib.supervision.chain import LedgerStore
from chalicelib.supervision.store import EventLog
from infra import cli
from tests.event_builders import SITE, busy_site, fact, stream_batch


def override(number: int):
    return fact("override", "2020-06-20", key=f"o-{number}", grade="red", reason=f"第{number}次", legal_basis="示例", signers=["d-1", "d-2"], until_on="2020-12-31")


@pytest.fixture
def prefix(tables):
    tables.clear()
    return tables.prefix


@pytest.fixture
def entered(prefix):
    """A site with three overrides, taken in by the stream."""
    log, acts = EventLog(prefix), [override(number) for number in range(3)]
    log.append([*busy_site(), *acts], clock.utc_now())
    settings = read_settings({"TABLE_PREFIX": prefix, "TODAY": "2020-06-30"})
    batch = stream_batch(log.table, acts)
    assert handle_stream(batch, settings) == {"batchItemFailures": []}
    assert handle_stream(batch, settings) == {"batchItemFailures": []}
    return acts


def verify(prefix: str, capsys, *more: str) -> tuple[int, str]:
    capsys.readouterr()
    code = cli.main(["ledger", "verify", "--table-prefix", prefix, *more])
    return code, capsys.readouterr().out


def items(tables, part: str):
    found = tables.emulator.client("dynamodb").query(
        TableName=tables.name("ledger"), KeyConditionExpression="part = :p", ExpressionAttributeValues={":p": {"S": part}}
    )
    return found["Items"]


def test_the_stream_enters_each_act_once_and_the_chain_holds(tables, entered, capsys) -> None:
    store = LedgerStore(tables.prefix)
    assert sorted(entry["event_id"] for entry in store.entries()) == sorted(act.event_id for act in entered)
    code, told = verify(tables.prefix, capsys, "--whole-log", "--expect", store.head().hash)
    assert (code, "3 entries, 0 faults" in told) == (0, True)


def test_a_changed_entry_a_removed_one_and_a_shortened_chain_are_found(tables, entered, capsys) -> None:
    dynamodb, table, kept = tables.emulator.client("dynamodb"), tables.name("ledger"), items(tables, "chain")
    tampered = {**kept[1], "doc": {"S": kept[1]["doc"]["S"].replace("d-2", "d-9")}}
    dynamodb.put_item(TableName=table, Item=tampered)
    assert verify(tables.prefix, capsys)[0] == 1
    dynamodb.put_item(TableName=table, Item=kept[1])
    assert verify(tables.prefix, capsys)[0] == 0
    for place in range(3):
        key = {name: kept[place][name] for name in ("part", "name")}
        dynamodb.delete_item(TableName=table, Key=key)
        assert verify(tables.prefix, capsys)[0] == 1, f"entry {place + 1} removed"
        dynamodb.put_item(TableName=table, Item=kept[place])
    swapped = [{**kept[0], "doc": kept[1]["doc"]}, {**kept[1], "doc": kept[0]["doc"]}]
    for item in swapped:
        dynamodb.put_item(TableName=table, Item=item)
    assert verify(tables.prefix, capsys)[0] == 1


def test_a_chain_cut_short_with_its_head_is_found_by_the_log_and_by_a_head_written_down(tables, entered, capsys) -> None:
    dynamodb, table, before = tables.emulator.client("dynamodb"), tables.name("ledger"), LedgerStore(tables.prefix).head()
    for part in ("chain", "event", "head"):
        for item in items(tables, part):
            dynamodb.delete_item(TableName=table, Key={name: item[name] for name in ("part", "name")})
    assert verify(tables.prefix, capsys)[0] == 0, "an empty chain holds by itself"
    assert verify(tables.prefix, capsys, "--expect", before.hash)[0] == 1
    code, told = verify(tables.prefix, capsys, "--whole-log")
    assert code == 1 and told.count("没有登记") == 3
    assert cli.main(["ledger", "catch-up", "--table-prefix", tables.prefix]) == 0
    assert verify(tables.prefix, capsys, "--whole-log")[0] == 0


def test_a_fact_changed_in_the_log_is_found(tables, entered, capsys) -> None:
    dynamodb, log = tables.emulator.client("dynamodb"), tables.name("events")
    key = {"subject": {"S": f"S:{SITE}"}, "event_id": {"S": entered[0].event_id}}
    item = dynamodb.get_item(TableName=log, Key=key)["Item"]
    dynamodb.put_item(TableName=log, Item={**item, "doc": {"S": item["doc"]["S"].replace('"red"', '"orange"')}})
    code, told = verify(tables.prefix, capsys)
    assert code == 1 and "与登记时不同" in told


def test_many_writers_at_once_make_one_chain(prefix, capsys) -> None:
    acts = [override(number) for number in range(24)]
    EventLog(prefix).append([*busy_site(), *acts], clock.utc_now())
    with ThreadPoolExecutor(8) as pool:
        new = list(pool.map(lambda act: LedgerStore(prefix).enter([act, acts[0]]), acts))
    assert sum(new) == 24
    assert [entry["number"] for entry in LedgerStore(prefix).entries()] == list(range(1, 25))
    assert verify(prefix, capsys)[0] == 0


def test_no_colour_moves_by_hand_while_the_ledger_cannot_be_written(prefix) -> None:
    log, act = EventLog(prefix), override(1)
    log.append([*busy_site(), act], clock.utc_now())
    regrader = Regrader(prefix, load_district("demo"))

    class Broken:
        def enter(self, events):
            if any(event.kind == "override" for event in events):
                raise Unavailable("no ledger")

    whole, regrader.ledger = regrader.ledger, Broken()
    settings = read_settings({"TABLE_PREFIX": prefix, "TODAY": "2020-06-30"})
    answer = handle_stream(stream_batch(log.table, [act]), settings, regrader)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]} and regrader.saver.cards.find(SITE) is None
    regrader.ledger = whole
    assert handle_stream(stream_batch(log.table, [act]), settings, regrader) == {"batchItemFailures": []}
    assert regrader.saver.cards.find(SITE)["grade"] == "red"
