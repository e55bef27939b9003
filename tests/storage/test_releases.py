"""Runs, messages and releases on real tables, a real queue and a real bucket of the session's endpoint."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from event_builders import busy_site, fact, site_id

from chalicelib import bulk, clock
from chalicelib.config import read_settings
from chalicelib.errors import NotFound
from chalicelib.index.monthly import handle_message, queue_sender, stack_desk, start
from chalicelib.index.runs import FINISH, StackRuns
from chalicelib.index.sources import StackSources
from chalicelib.publish.files import BRIEF, IMMUTABLE, BucketFiles
from chalicelib.publish.release import Edition, Trees, claim_revision, publish, verify
from chalicelib.supervision.facts import fold
from chalicelib.supervision.store import EventLog
from chalicelib.tables import Cards, Facts, table_name

JUNE, JULY_FIRST = "2020-06", datetime(2020, 7, 1, 0, 30, tzinfo=clock.SHANGHAI)
TOWNSHIP = "330110001"


@pytest.fixture(scope="module")
def bucket(tables) -> Iterator[BucketFiles]:
    client = tables.emulator.client("s3")
    name = f"test-{secrets.token_hex(6)}"
    client.create_bucket(Bucket=name, **location(tables.emulator.region))
    yield BucketFiles(name, client)
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
        for entry in page.get("Contents", ()):
            client.delete_object(Bucket=name, Key=entry["Key"])
    client.delete_bucket(Bucket=name)


@pytest.fixture(scope="module")
def queue(tables) -> Iterator[str]:
    client = tables.emulator.client("sqs")
    url = client.create_queue(QueueName=f"test-{secrets.token_hex(6)}")["QueueUrl"]
    yield url
    client.delete_queue(QueueUrl=url)


@pytest.fixture(scope="module")
def notices(tables) -> Iterator[str]:
    client = tables.emulator.client("sqs")
    url = client.create_queue(QueueName=f"test-{secrets.token_hex(6)}")["QueueUrl"]
    yield url
    client.delete_queue(QueueUrl=url)


def location(region: str) -> dict:
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}


@pytest.fixture(scope="module")
def stack_settings(tables, bucket: BucketFiles, queue: str, notices: str):
    return read_settings(
        {
            "TABLE_PREFIX": tables.prefix, "DISTRICT": "demo", "FILES_BUCKET": bucket.bucket, "MONTH_QUEUE_URL": queue,
            "NOTICE_QUEUE_URL": notices, "CODE_VERSION": "c1",
        }  # fmt: skip
    )


def put_site(prefix: str, name: str) -> None:
    """A card key and a fact document, as the regrade job leaves them."""
    events = busy_site(name, TOWNSHIP)
    facts = fold([event for event in events if event.scope == "site"], [event for event in events if event.scope == "enterprise"])
    client = bulk.client()
    key = {"site_id": {"S": facts["site_id"]}}
    client.put_item(TableName=table_name(prefix, Cards), Item={**key, "township": {"S": TOWNSHIP}, "grade": {"S": "blue"}})
    client.put_item(TableName=table_name(prefix, Facts), Item={**key, "doc": {"S": orjson.dumps(facts).decode()}})


def test_the_first_write_of_a_part_stands(tables) -> None:
    runs = StackRuns(tables.prefix)
    assert runs.add("r", "a", {"n": 1}) and not runs.add("r", "a", {"n": 2})
    runs.add("r", "b", {"n": 3})
    assert runs.find("r", "a") == {"n": 1} and runs.find("r", "c") is None
    assert runs.list_parts("r") == {"a": {"n": 1}, "b": {"n": 3}} and runs.list_parts("other") == {}
    assert runs.list_names("r") == {"a", "b"} and runs.list_names("other") == set()


def test_sources_page_through_a_township(tables) -> None:
    for number in range(105):
        put_site(tables.prefix, f"page-{number}")
    sources = StackSources(tables.prefix)
    found = {facts["site_id"] for facts in sources.facts_of(TOWNSHIP)}
    assert found == {site_id(f"page-{number}") for number in range(105)}
    assert list(sources.facts_of("330110002")) == []
    event = fact("annual_plan", "2020-01-05", subject=TOWNSHIP, year=2020, inspections=24)
    EventLog(tables.prefix).append([event], clock.utc_now())
    assert [each.event_id for each in sources.events_of(TOWNSHIP)] == [event.event_id]


def test_released_keys_are_immutable_and_carry_their_type_and_age(bucket: BucketFiles) -> None:
    assert bucket.add("public/x/a.html", b"1") and not bucket.add("public/x/a.html", b"2")
    head = bucket.client.head_object(Bucket=bucket.bucket, Key="public/x/a.html")
    assert (bucket.find("public/x/a.html"), head["ContentType"], head["CacheControl"]) == (b"1", "text/html; charset=utf-8", IMMUTABLE)
    bucket.put("public/x/current.json", b"1")
    bucket.put("public/x/current.json", b"2")
    assert bucket.find("public/x/current.json") == b"2"
    assert bucket.client.head_object(Bucket=bucket.bucket, Key="public/x/current.json")["CacheControl"] == BRIEF
    assert bucket.find("public/none") is None
    assert list(bucket.list_keys("public/x/")) == ["public/x/a.html", "public/x/current.json"]


def test_a_release_in_a_bucket_is_verified_file_by_file(bucket: BucketFiles) -> None:
    edition = Edition("index", "2019-01", "sha256:a", (), "c1")
    done = publish(bucket, claim_revision(bucket, edition), Trees({"index.html": b"<p>"}, {"district": {"index.html": b"<p>s"}}))
    assert done.revision == 1 and verify(bucket, "index", "2019-01") == []
    assert claim_revision(bucket, edition).revision == 1 and claim_revision(bucket, replace(edition, inputs="sha256:b")).revision == 2
    bucket.put("public/index/2019-01/r1/index.html", b"<p>changed")
    assert verify(bucket, "index", "2019-01", 1) == ["index.html: changed"]
    with pytest.raises(NotFound):
        verify(bucket, "index", "2018-12")


def test_a_whole_month_through_queue_tables_and_bucket(tables, bucket: BucketFiles, queue: str, stack_settings) -> None:
    put_site(tables.prefix, "month")
    desk = stack_desk(stack_settings)
    begun = start(JUNE, desk, JULY_FIRST)
    deliver(tables.emulator.client("sqs"), queue, stack_settings)
    finish = desk.runs.find(begun["run"], FINISH)
    assert [(release["kind"], release["is_current"]) for release in finish["releases"]] == [("index", True), ("map", True)]
    assert verify(bucket, "index", JUNE) == verify(bucket, "map", JUNE) == []
    document = orjson.loads(bucket.find(f"public/index/{JUNE}/r1/index.json"))
    assert [row["code"] for row in document["townships"]] == [TOWNSHIP]
    assert bucket.find("public/index/index.html") == bucket.find(f"public/index/{JUNE}/r1/index.html")
    again = start(JUNE, desk, JULY_FIRST)
    deliver(tables.emulator.client("sqs"), queue, stack_settings)
    assert again["run"] != begun["run"] and desk.runs.find(again["run"], FINISH) == finish


def deliver(client, queue: str, settings) -> None:
    """What Lambda does with the queue: hand over, delete what did not fail."""
    while messages := client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        records = [{"messageId": message["MessageId"], "body": message["Body"]} for message in messages]
        assert handle_message({"Records": records}, settings) == {"batchItemFailures": []}
        for message in messages:
            client.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def test_a_transient_fault_gives_the_message_back(tables, stack_settings) -> None:
    broken = replace(stack_settings, table_prefix="absent")
    record = {"messageId": "m1", "body": '{"run":"r","township":"330110001"}'}
    assert handle_message({"Records": [record]}, broken) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}


def test_messages_go_out_ten_at_a_time(tables, queue: str) -> None:
    queue_sender(queue)([{"run": "r", "township": str(number)} for number in range(25)])
    client, seen = tables.emulator.client("sqs"), set()
    while messages := client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            seen.add(orjson.loads(message["Body"])["township"])
            client.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert seen == {str(number) for number in range(25)}


def test_the_schedule_starts_what_is_due_in_the_last_closed_month(stack_settings) -> None:
    from chalicelib.index.phases import handle_schedule

    (begun,) = handle_schedule(replace(stack_settings, today=datetime(2020, 7, 6, tzinfo=UTC).date()))["runs"]
    assert (begun["run"], begun["townships"], begun["status"]) == ("2020-06#provisional", 20, "provisional")
