"""The pump's calls to AWS: shards of a stream, the function, the on-failure queue, and the mapping's own settings."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.pump import Answer, Discarded, Policy, Record, answer_of
from infra.local.stream import Unreachable

LANES = 2
THROTTLES = ("TooManyRequestsException", "ThrottlingException", "ServiceException", "EC2ThrottledException")


@dataclass(frozen=True, slots=True)
class Mapping:
    """A stack's stream mapping, as Lambda describes it."""

    stream_arn: str
    function: str
    dead_letters: str
    policy: Policy


@dataclass(slots=True)
class ShardSource:
    """All shards of a stream from TRIM_HORIZON, or after the sequence number ``after`` where the stream still has it."""

    client: object
    stream_arn: str
    after: str | None = None
    _begin: dict[str, str] = field(default_factory=dict)
    _iterators: dict[str, str] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def read(self) -> list[Record]:
        """What is new in every shard. An iterator that expired is opened again after the last record that was read."""
        try:
            return self._read_shards()
        except (BotoCoreError, ClientError) as error:
            raise Unreachable(str(error)) from error

    def _read_shards(self) -> list[Record]:
        for shard in self._new_shards():
            self._iterators[shard] = self._open(shard)
            self._seen.add(shard)
        found = []
        for shard in list(self._iterators):
            found.extend(self._read_shard(shard))
        return found

    def _new_shards(self) -> Iterator[str]:
        if self._iterators:
            return
        described = self.client.describe_stream(StreamArn=self.stream_arn)["StreamDescription"]
        yield from (shard["ShardId"] for shard in described["Shards"] if shard["ShardId"] not in self._seen)

    def _open(self, shard: str) -> str:
        last = self._begin.get(shard, self.after)
        where = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": last} if last else {"ShardIteratorType": "TRIM_HORIZON"}
        try:
            return self.client.get_shard_iterator(StreamArn=self.stream_arn, ShardId=shard, **where)["ShardIterator"]
        except self.client.exceptions.TrimmedDataAccessException:
            self._begin.pop(shard, None)
            self.after = None
            return self._open(shard)

    def _read_shard(self, shard: str) -> list[Record]:
        try:
            page = self.client.get_records(ShardIterator=self._iterators[shard], Limit=1000)
        except (self.client.exceptions.ExpiredIteratorException, self.client.exceptions.TrimmedDataAccessException):
            self._iterators[shard] = self._open(shard)
            return []
        if page.get("NextShardIterator"):
            self._iterators[shard] = page["NextShardIterator"]
        else:
            del self._iterators[shard]
        records = [record_of(body, self.stream_arn) for body in page["Records"]]
        if records:
            self._begin[shard] = records[-1].sequence
        return records


def record_of(body: dict, stream_arn: str) -> Record:
    """A record as GetRecords gives it, in the form in which Lambda hands it to a function."""
    change = dict(body["dynamodb"])
    changed = change.get("ApproximateCreationDateTime")
    seconds = changed.timestamp() if isinstance(changed, datetime) else float(changed or 0)
    change["ApproximateCreationDateTime"] = int(seconds)
    event = {**body, "dynamodb": change, "eventSource": "aws:dynamodb", "eventSourceARN": stream_arn}
    keys = change["Keys"]
    return Record(change["SequenceNumber"], next(iter(keys["subject"].values())) if "subject" in keys else json.dumps(keys), seconds, event)


def invoker(client: object, function: str) -> Callable[[Sequence[Record]], Answer]:
    """Calls the function with a batch and waits for its answer. A call that did not run the function is throttled."""
    def invoke(records: Sequence[Record]) -> Answer:
        payload = json.dumps({"Records": [record.body for record in records]}).encode()
        try:
            result = client.invoke(FunctionName=function, InvocationType="RequestResponse", Payload=payload)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            return Answer(throttled=True) if code in THROTTLES else Answer(error=str(error))
        except BotoCoreError:
            return Answer(throttled=True)
        text = result["Payload"].read()
        return answer_of(json.loads(text) if text else None, result.get("FunctionError", ""))

    return invoke


def undertaker(client: object, queue_url: str, mapping: Mapping) -> Callable[[Discarded], None]:
    """Writes a given-up batch to the dead letters in AWS's on-failure form, with the records' keys added for replay."""

    def bury(lost: Discarded) -> None:
        try:
            client.send_message(QueueUrl=queue_url, MessageBody=json.dumps(on_failure(lost, mapping)))
        except (BotoCoreError, ClientError) as error:
            raise Unreachable(str(error)) from error

    return bury


def on_failure(lost: Discarded, mapping: Mapping) -> dict[str, object]:
    """The invocation record that Lambda sends to an on-failure destination of a stream."""
    records = lost.batch.records
    return {
        "requestContext": {"functionArn": mapping.function, "condition": "RetryAttemptsExhausted", "approximateInvokeCount": lost.batch.attempts},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": lost.reason},
        "version": "1.0",
        "timestamp": _instant(time.time()),
        "DDBStreamBatchInfo": {
            "startSequenceNumber": records[0].sequence,
            "endSequenceNumber": records[-1].sequence,
            "approximateArrivalOfFirstRecord": _instant(records[0].changed_at),
            "approximateArrivalOfLastRecord": _instant(records[-1].changed_at),
            "batchSize": len(records),
            "streamArn": mapping.stream_arn,
        },
        "keys": [record.body["dynamodb"]["Keys"] for record in records],
    }


def find_mapping(client: object, function: str) -> Mapping:
    """The stream mapping of a function with its settings. LookupError if the stack has none."""
    pages = client.get_paginator("list_event_source_mappings").paginate(FunctionName=function)
    for found in (mapping for page in pages for mapping in page["EventSourceMappings"]):
        if "/stream/" in found["EventSourceArn"]:
            policy = Policy(
                batch_size=found.get("BatchSize", 100),
                lanes=min(LANES, found.get("ParallelizationFactor", 1)),
                max_retries=found.get("MaximumRetryAttempts", 5),
                bisect=found.get("BisectBatchOnFunctionError", False),
            )
            destination = found.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
            return Mapping(found["EventSourceArn"], found["FunctionArn"], destination, policy)
    raise LookupError(f"{function} has no stream mapping")


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
