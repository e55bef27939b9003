"""Dead letters and quarantine back through the regrade function. What succeeds is removed, what fails stays with its reason.

The events are read from the log by their keys, so that a replay does not depend on how long the stream keeps its records.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.errors import Unavailable
from infra.local import demo
from infra.local.stack import Deployed

QUEUE = "regrade"
HIDDEN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many letters and lines went through, and those that did not, each with its reason."""

    succeeded: int
    failed: tuple[str, ...]


def replay(deployed: Deployed) -> Replayed:
    """Replay both. Repeating it is harmless: regrading twice is regrading once."""
    outcomes = [*_letters(deployed), *_quarantined(deployed)]
    return Replayed(sum(not reason for reason in outcomes), tuple(reason for reason in outcomes if reason))


def _letters(deployed: Deployed) -> Iterator[str]:
    """The reason of each dead letter that failed again, empty for one that went through. Those that stay can be asked for at once."""
    import boto3

    client, url = boto3.client("sqs"), deployed.outputs["RegradeDeadLettersUrl"]
    seen: set[str] = set()
    kept: list[str] = []
    while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=HIDDEN_SECONDS).get("Messages"):
        fresh = [message for message in messages if message["MessageId"] not in seen]
        if not fresh:
            break
        for message in fresh:
            seen.add(message["MessageId"])
            letter = json.loads(message["Body"])
            reason = hand_in(deployed, letter["keys"] if "keys" in letter else keys_in_stream(letter["DDBStreamBatchInfo"]))
            if not reason:
                client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            else:
                kept.append(message["ReceiptHandle"])
            yield f"dead letter {message['MessageId']}: {reason}" if reason else ""
    for receipt in kept:
        client.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)


def _quarantined(deployed: Deployed) -> Iterator[str]:
    """As for letters. A line that the function sets aside anew is failed again; otherwise it is taken out."""
    from chalicelib.supervision.quarantine import QuarantineStore

    store = QuarantineStore(deployed.name)
    for line in store.list_lines(QUEUE):
        name = str(line["line"])
        store.remove(QUEUE, name)
        reason = hand_in(deployed, keys_of(deployed, str(line["subject"]), line.get("event_id")))
        again = next((each for each in store.list_lines(QUEUE) if each["line"] == name), None)
        if reason and not again:
            store.add(QUEUE, name, str(line["reason"]), **{key: value for key, value in line.items() if key not in ("line", "reason")})
        reason = str(again["reason"]) if again else reason
        yield f"{name}: {reason}" if reason else ""


def hand_in(deployed: Deployed, keys: list[dict]) -> str:
    """Call the function with the log's events under these keys, as a batch of the stream; the reason if it failed."""
    import boto3

    table = deployed.outputs["EventsTable"]
    client = boto3.client("dynamodb")
    found = [client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item") for key in keys]
    records = [record_of(item, number, deployed) for number, item in enumerate(item for item in found if item)]
    if not records:
        return "the log has no such event"
    try:
        answer = demo.invoke(deployed, "RegradeFunctionName", {"Records": records})
    except Unavailable as error:
        return str(error)
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    return f"{len(failures)} of {len(records)} records failed" if failures else ""


def record_of(item: dict, number: int, deployed: Deployed) -> dict:
    """A log item as the stream would tell of its insertion."""
    keys = {name: item[name] for name in ("subject", "event_id")}
    change = {"Keys": keys, "NewImage": item, "SequenceNumber": f"{number:021d}", "StreamViewType": "NEW_IMAGE"}
    source = {"eventSource": "aws:dynamodb", "eventSourceARN": deployed.outputs["EventsStreamArn"]}
    return {"eventID": f"replay-{number}", "eventName": "INSERT", "eventVersion": "1.1", "awsRegion": deployed.endpoint.region, "dynamodb": change, **source}


def keys_of(deployed: Deployed, subject: str, event_id: object) -> list[dict]:
    """The key of a quarantined event, or of the first event of a site that was set aside as a whole."""
    import boto3

    if event_id:
        return [{"subject": {"S": subject}, "event_id": {"S": str(event_id)}}]
    answer = boto3.client("dynamodb").query(
        TableName=deployed.outputs["EventsTable"],
        KeyConditionExpression="subject = :subject",
        ExpressionAttributeValues={":subject": {"S": subject}},
        Limit=1,
    )
    return [{name: item[name] for name in ("subject", "event_id")} for item in answer["Items"]]


def keys_in_stream(batch: dict) -> list[dict]:
    """The keys of a batch that AWS itself gave up, read from the stream while it still keeps the records."""
    import boto3

    client = boto3.client("dynamodbstreams")
    where = {"StreamArn": batch["streamArn"], "ShardId": batch["shardId"]}
    iterator = client.get_shard_iterator(
        **where, ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber=batch["startSequenceNumber"]
    )["ShardIterator"]
    keys: list[dict] = []
    while iterator:
        page = client.get_records(ShardIterator=iterator)
        for record in page["Records"]:
            keys.append(record["dynamodb"]["Keys"])
            if record["dynamodb"]["SequenceNumber"] == batch["endSequenceNumber"]:
                return keys
        iterator = page.get("NextShardIterator") if page["Records"] else None
    return keys
