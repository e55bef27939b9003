"""Messages on a queue: sent ten at a time, worked off one by one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import Unavailable

LOG = logging.getLogger(__name__)
QUEUE_BATCH = 10
# As the queues of jobs have it in the template (maxReceiveCount).
MOST_TRIES = 3
Send = Callable[[Sequence[Mapping[str, object]]], None]


def queue_sender(url: str) -> Send:
    """Sends documents to this queue. Unavailable if it took only some: sending again must be harmless."""

    def send(messages: Sequence[Mapping[str, object]]) -> None:
        import boto3

        client = boto3.client("sqs")
        for start_at in range(0, len(messages), QUEUE_BATCH):
            batch = messages[start_at : start_at + QUEUE_BATCH]
            entries = [{"Id": str(number), "MessageBody": orjson.dumps(message).decode()} for number, message in enumerate(batch)]
            try:
                answer = client.send_message_batch(QueueUrl=url, Entries=entries)
            except (ClientError, BotoCoreError) as error:
                raise Unavailable(type(error).__name__) from error
            if answer.get("Failed"):
                raise Unavailable("the queue did not take every message")

    return send


def waker(url: str) -> Callable[[str], None]:
    """Sends the id of a job to this queue. Errors as :func:`queue_sender`."""
    return lambda job_id: queue_sender(url)([{"job": job_id}])


def each_message(
    event: Mapping, work: Callable[[Mapping[str, str]], object], give_up: Callable[[Mapping[str, str]], None] = lambda message: None
) -> dict[str, list[dict[str, str]]]:
    """Work on the document of each message: the answer of a function with ``ReportBatchItemFailures``.

    What meets a transient fault is given back to the queue; anything else raises, and comes back too until it is dead-lettered. ``give_up`` hears
    of a message that failed on its last try.
    """
    failures = []
    for record in event["Records"]:
        message, done = orjson.loads(record["body"]), False
        try:
            work(message)
            done = True
        except Unavailable as fault:
            LOG.warning("message put back", extra={"code": fault.code, "body": message})
            failures.append({"itemIdentifier": record["messageId"]})
        finally:
            if not done and tries_of(record) >= MOST_TRIES:
                give_up(message)
    return {"batchItemFailures": failures}


def tries_of(record: Mapping) -> int:
    """How often the queue has handed this message out, this time included."""
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
