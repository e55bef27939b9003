"""What a Lambda stream mapping does next, as pure state: lanes per key, retries in order, bisecting, partial batches.

Follows AWS's rules for DynamoDB streams (Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB"): records of one
partition key are handled in order and never at the same time; a batch that fails blocks its lane until it succeeds or
its retries are used up, and is then told to the on-failure destination; splitting a batch does not use up a retry; with
``ReportBatchItemFailures`` everything before the first failed record is done. No clock and no I/O: callers pass the time in seconds.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of a mapping. ``lanes`` is its parallelization factor."""

    batch_size: int = 500
    lanes: int = 2
    max_retries: int = 5
    bisect: bool = True
    first_pause_seconds: float = 0.1
    longest_pause_seconds: float = 2.0

    def pause_seconds(self, attempts: int) -> float:
        """How long to wait before a batch that failed ``attempts`` times is tried again."""
        return min(self.longest_pause_seconds, self.first_pause_seconds * 2 ** max(0, attempts - 1))


@dataclass(frozen=True, slots=True)
class Record:
    """A stream record: its place in the shard, its partition key, the instant of the change (seconds), and itself."""

    sequence: str
    key: str
    changed_at: float
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one lane in order, tried ``attempts`` times so far, not to be tried before ``not_before``."""

    lane: int
    records: tuple[Record, ...]
    attempts: int = 0
    not_before: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the function said: ``failed`` lists the record identifiers of a partial failure, ``error`` a failed call.

    ``throttled`` means that the function was not run at all; that never uses up a retry.
    """

    failed: tuple[str, ...] = ()
    error: str = ""
    throttled: bool = False


@dataclass(frozen=True, slots=True)
class Discarded:
    """A batch given up after its last retry: for the on-failure destination."""

    batch: Batch
    reason: str


class Lanes:
    """The records of one shard on their way. Every record leaves exactly once: done, or in a :class:`Discarded`."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._fresh: list[deque[Record]] = [deque() for _ in range(policy.lanes)]
        self._again: list[deque[Batch]] = [deque() for _ in range(policy.lanes)]
        self._busy: set[int] = set()
        self._open: dict[str, Record] = {}
        self._order: deque[Record] = deque()
        self._done_through: str | None = None

    @property
    def pending(self) -> int:
        """Records read and neither done nor discarded."""
        return len(self._open)

    @property
    def done_through(self) -> str | None:
        """The newest sequence number up to which nothing is open: a restart goes on after it. None before the first."""
        return self._done_through

    @property
    def oldest_change(self) -> float | None:
        """The instant of the oldest open record, in seconds; None when all is done."""
        return self._order[0].changed_at if self._order else None

    def add(self, records: Iterable[Record]) -> int:
        """Records in shard order; one that is already on its way is left out. Returns how many are new."""
        before = len(self._open)
        for record in records:
            if record.sequence not in self._open:
                self._open[record.sequence] = record
                self._order.append(record)
                self._fresh[lane_of(record.key, self._policy.lanes)].append(record)
        return len(self._open) - before

    def take(self, now: float) -> Batch | None:
        """The next batch of a free lane, now busy until :meth:`settle`; None if every lane is busy, empty or pausing."""
        for lane in range(self._policy.lanes):
            batch = None if lane in self._busy else self._next(lane, now)
            if batch:
                self._busy.add(lane)
                return batch
        return None

    def _next(self, lane: int, now: float) -> Batch | None:
        if self._again[lane]:
            return self._again[lane].popleft() if self._again[lane][0].not_before <= now else None
        fresh = self._fresh[lane]
        records = tuple(fresh.popleft() for _ in range(min(len(fresh), self._policy.batch_size)))
        return Batch(lane, records) if records else None

    def wake_at(self) -> float | None:
        """When the next pausing lane may go on; None if none pauses."""
        return min((queue[0].not_before for lane, queue in enumerate(self._again) if queue and lane not in self._busy), default=None)

    def settle(self, batch: Batch, answer: Answer, now: float) -> Discarded | None:
        """Take in what the function said about a batch; Discarded if that was its last retry."""
        self._busy.discard(batch.lane)
        if answer.throttled:
            self._retry(batch, replace(batch, not_before=now + self._policy.pause_seconds(1)))
            return None
        done, rest = split(batch, answer)
        self._close(done)
        if not rest:
            return None
        attempts = batch.attempts + 1 if not done else 1
        if attempts > self._policy.max_retries and (len(rest) == 1 or not self._splits(answer)):
            self._close(rest)
            return Discarded(replace(batch, records=rest, attempts=attempts), answer.error or "the function reported these records as failed")
        self._again_with(batch, rest, attempts, answer, now)
        return None

    def _splits(self, answer: Answer) -> bool:
        return bool(answer.error) and self._policy.bisect

    def _again_with(self, batch: Batch, rest: tuple[Record, ...], attempts: int, answer: Answer, now: float) -> None:
        not_before = now + self._policy.pause_seconds(attempts)
        if self._splits(answer) and len(rest) > 1:
            middle = len(rest) // 2
            halves = (Batch(batch.lane, part, batch.attempts, not_before) for part in (rest[:middle], rest[middle:]))
            self._retry(batch, *halves)
        else:
            self._retry(batch, Batch(batch.lane, rest, attempts, not_before))

    def _retry(self, batch: Batch, *pieces: Batch) -> None:
        """Pieces go before everything else of their lane, in order."""
        self._again[batch.lane].extendleft(reversed(pieces))

    def _close(self, records: Sequence[Record]) -> None:
        for record in records:
            del self._open[record.sequence]
        while self._order and self._order[0].sequence not in self._open:
            self._done_through = self._order.popleft().sequence


def lane_of(key: str, lanes: int) -> int:
    """The lane of a partition key; stable between runs."""
    return zlib.crc32(key.encode()) % lanes


def split(batch: Batch, answer: Answer) -> tuple[tuple[Record, ...], tuple[Record, ...]]:
    """The records that are done and those to try again. An identifier that is not in the batch fails all of it, as on AWS."""
    if answer.error:
        return (), batch.records
    if not answer.failed:
        return batch.records, ()
    places = {record.sequence: place for place, record in enumerate(batch.records)}
    if not set(answer.failed) <= places.keys():
        return (), batch.records
    first = min(places[identifier] for identifier in answer.failed)
    return batch.records[:first], batch.records[first:]


def answer_of(payload: object, function_error: str = "") -> Answer:
    """The answer in a function's return value. Nothing, or an empty list, is success; a malformed list is a failure of all."""
    if function_error:
        message = payload.get("errorMessage", "") if isinstance(payload, dict) else payload
        return Answer(error=f"{function_error}: {message}"[:500])
    failures = payload.get("batchItemFailures") if isinstance(payload, dict) else None
    if not failures:
        return Answer()
    if not isinstance(failures, list) or not all(isinstance(failure, dict) for failure in failures):
        return Answer(error="batchItemFailures is not a list of objects")
    return Answer(failed=tuple(str(failure.get("itemIdentifier") or "") for failure in failures))
