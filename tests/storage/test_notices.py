"""Notices on a real queue table, topic and secret: claimed by condition, published with what subscribers filter by."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest

from chalicelib.config import read_settings
from chalicelib.publish.notice import LEASE, Notice, StackNotices, handle_messages, stack_robots
from chalicelib.publish.messengers import Robot

NOW = datetime(2020, 7, 3, 10, 30, tzinfo=UTC)
NOTICE = Notice("index-2020-06-r1-330110001", "township", "330110001", "六月指数", ("第 3 名",))


@pytest.fixture
def topic(tables) -> Iterator[tuple[str, str]]:
    """A topic, and a queue that hears what is for one township."""
    sns, sqs, name = boto3.client("sns"), boto3.client("sqs"), f"notices-{secrets.token_hex(4)}"
    arn = sns.create_topic(Name=name)["TopicArn"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": queue_arn}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [allowed]})})
    filtered = {"FilterPolicy": json.dumps({"role": ["township"], "organisation": ["330110001"]}), "RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn, Attributes=filtered)
    yield arn, queue
    sns.delete_topic(TopicArn=arn)
    sqs.delete_queue(QueueUrl=queue)


def received(queue: str) -> list[str]:
    answer = boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return [message["Body"] for message in answer.get("Messages", [])]


def event(*notices: Notice) -> dict:
    from dataclasses import asdict

    return {"Records": [{"messageId": str(number), "body": json.dumps(asdict(notice))} for number, notice in enumerate(notices)]}


def test_a_township_hears_its_own_notice_once(tables, topic: tuple[str, str]) -> None:
    arn, queue = topic
    settings = read_settings({"TABLE_PREFIX": tables.prefix, "NOTICE_TOPIC": arn})
    other = Notice("index-2020-06-r1-330110002", "township", "330110002", "六月指数", ("第 4 名",))
    for _ in range(2):
        assert handle_messages(event(NOTICE, other), settings, NOW) == {"batchItemFailures": []}
    assert received(queue) == ["六月指数\n\n第 3 名"]


def test_a_claim_is_conditional_and_ends(tables) -> None:
    book, name = StackNotices(tables.prefix), secrets.token_hex(4)
    assert book.claim(name, "sns", NOW)
    assert not book.claim(name, "sns", NOW)
    assert book.claim(name, "sns", NOW + LEASE)
    book.done(name, "sns", NOW)
    assert not book.claim(name, "sns", NOW + 100 * LEASE)


def test_the_robots_are_read_from_the_secret(tables) -> None:
    rows = {"district": [{"messenger": "wecom", "url": "https://h/x"}]}
    arn = boto3.client("secretsmanager").create_secret(Name=f"r-{secrets.token_hex(4)}", SecretString=json.dumps(rows))["ARN"]
    assert stack_robots(arn) == {"district": (Robot("wecom", "https://h/x"),)}
    assert stack_robots("") == {}


def test_what_no_messenger_takes_goes_back_to_the_queue(tables) -> None:
    rows = {"district": [{"messenger": "wecom", "url": "http://127.0.0.1:9/send"}]}
    arn = boto3.client("secretsmanager").create_secret(Name=f"r-{secrets.token_hex(4)}", SecretString=json.dumps(rows))["ARN"]
    settings = read_settings({"TABLE_PREFIX": tables.prefix, "NOTICE_ROBOTS": arn})
    notice = Notice(f"n-{secrets.token_hex(4)}", "district", "", "题", ("文",))
    assert handle_messages(event(notice), settings, NOW) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
