"""Telling people: a notice goes once to the SNS topic and once to each group robot of its audience.

Whoever has something to say puts notices on the queue (:func:`post`); one function delivers them and is the only one that
can read the robots' addresses. Every notice has an id, each channel is claimed by a conditional write: a notice posted or
delivered twice is read once. What a channel does not take comes back from the queue and goes to that channel alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import bulk, clock
from chalicelib.config import Settings
from chalicelib.errors import Unavailable
from chalicelib.publish.messengers import Robot, post_json, read_robots, tell
from chalicelib.publish.queue import Send
from chalicelib.tables import Notices, table_name

LOG = logging.getLogger(__name__)
# As long as a delivery may take; then another one may try again.
LEASE = timedelta(seconds=60)
SUBJECT_LENGTH = 90
Channel = Callable[["Notice"], None]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something one audience should know. ``notice_id`` makes it unique for ever: ``index-2020-06-r1-330110001``.

    ``role`` is district, township or enterprise; ``organisation`` a township's code or an enterprise's id, empty for the
    district. ``lines`` are Markdown; no names of persons, for a messenger is somebody else's computer.
    """

    notice_id: str
    role: str
    organisation: str
    title: str
    lines: tuple[str, ...]
    link: str = ""

    @property
    def audience(self) -> str:
        """The key of the robots' configuration: ``district``, ``township:330110001``."""
        return f"{self.role}:{self.organisation}" if self.organisation else self.role

    @property
    def text(self) -> str:
        return "\n".join([*self.lines, *([f"[查看详情]({self.link})"] if self.link else [])])


def post(notices: Iterable[Notice], send: Send) -> None:
    """Put notices on the queue. Unavailable if it did not take them all; posting again is harmless."""
    send([asdict(notice) for notice in notices])


def read_notice(body: str) -> Notice:
    """The notice of a queue's message."""
    document = orjson.loads(body)
    return Notice(**{**document, "lines": tuple(document["lines"])})


class NoticeBook(Protocol):
    """Which notice went where."""

    def claim(self, notice_id: str, channel: str, now: datetime) -> bool:
        """Take a delivery on; False when it is done or another one is at it."""
        ...

    def done(self, notice_id: str, channel: str, now: datetime) -> None: ...


@dataclass
class MemoryNotices:
    """The book in memory."""

    until: dict[tuple[str, str], datetime | None] = field(default_factory=dict)

    def claim(self, notice_id: str, channel: str, now: datetime) -> bool:
        until = self.until.get((notice_id, channel), now)
        if until is None or until > now:
            return False
        self.until[notice_id, channel] = now + LEASE
        return True

    def done(self, notice_id: str, channel: str, now: datetime) -> None:
        self.until[notice_id, channel] = None


@dataclass(frozen=True)
class StackNotices:
    """The ``notices`` table of a stack. ``claimed_until`` is absent once a channel has taken the notice."""

    table_prefix: str

    def claim(self, notice_id: str, channel: str, now: datetime) -> bool:
        item = self._item(notice_id, channel, {"state": "claimed"})
        item["claimed_until"] = {"S": clock.instant_text(now + LEASE)}
        return bulk.conditional(
            bulk.client().put_item,
            TableName=table_name(self.table_prefix, Notices),
            Item=item,
            ConditionExpression="attribute_not_exists(notice) OR claimed_until <= :now",
            ExpressionAttributeValues={":now": {"S": clock.instant_text(now)}},
        )

    def done(self, notice_id: str, channel: str, now: datetime) -> None:
        item = self._item(notice_id, channel, {"state": "sent", "at": clock.instant_text(now)})
        bulk.call(bulk.client().put_item, TableName=table_name(self.table_prefix, Notices), Item=item)

    def _item(self, notice_id: str, channel: str, document: Mapping[str, str]) -> dict[str, dict[str, str]]:
        doc = orjson.dumps(document).decode()
        return {"notice": {"S": notice_id}, "channel": {"S": channel}, "schema": {"N": "1"}, "doc": {"S": doc}}


def deliver(notice: Notice, channels: Mapping[str, Channel], book: NoticeBook, now: datetime) -> list[str]:
    """Give the notice to every channel that does not have it yet; the names of those that did not take it."""
    failed = []
    for name, channel in channels.items():
        if not book.claim(notice.notice_id, name, now):
            continue
        try:
            channel(notice)
        except Unavailable as fault:
            LOG.warning("notice not taken", extra={"notice": notice.notice_id, "channel": name, "code": fault.code})
            failed.append(name)
        else:
            book.done(notice.notice_id, name, now)
    return failed


def handle_messages(event: Mapping, settings: Settings, now: datetime) -> dict:
    """Messages of one notice each; what a channel did not take goes back to the queue, and after five tries to the dead letters."""
    failures = []
    robots, book = stack_robots(settings.notice_robots), StackNotices(settings.table_prefix)
    for record in event["Records"]:
        notice = read_notice(record["body"])
        channels = channels_of(notice, robots, settings.notice_topic, now)
        if deliver(notice, channels, book, now):
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def channels_of(notice: Notice, robots: Mapping[str, tuple[Robot, ...]], topic: str, now: datetime) -> dict[str, Channel]:
    """The topic, if there is one, and the robots of the notice's audience."""
    channels: dict[str, Channel] = {"sns": lambda each: _publish(each, topic)} if topic else {}
    for robot in robots.get(notice.audience, ()):
        channels[robot.name] = lambda each, robot=robot: tell(robot, each.title, each.text, now, post_json)
    return channels


def stack_robots(secret: str) -> dict[str, tuple[Robot, ...]]:
    """The robots in the stack's secret; none without one. Unavailable, BadInput."""
    if not secret:
        return {}
    import boto3

    try:
        answer = boto3.client("secretsmanager").get_secret_value(SecretId=secret)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable(type(error).__name__) from error
    return read_robots(answer["SecretString"])


def _publish(notice: Notice, topic: str) -> None:
    """Subscribers filter by ``role`` and ``organisation``: one topic serves every township of any district."""
    import boto3

    attributes = {"notice": notice.notice_id, "role": notice.role, "organisation": notice.organisation or "-"}
    try:
        boto3.client("sns").publish(
            TopicArn=topic,
            Subject=notice.title.encode("ascii", "ignore").decode().strip()[:SUBJECT_LENGTH] or notice.notice_id[:SUBJECT_LENGTH],
            Message=f"{notice.title}\n\n{notice.text}",
            MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()},
        )
    except (ClientError, BotoCoreError) as error:
        raise Unavailable(type(error).__name__) from error
