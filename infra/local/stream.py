"""The pump at work: one thread reads the stream, one per lane invokes the function.

The rules are :mod:`infra.local.pump`, the calls to AWS :mod:`infra.local.shards`; this module only runs them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from infra.local.pump import Answer, Batch, Discarded, Lanes, Policy, Record

POLL_SECONDS = 0.05
# Where nothing came, as often as Lambda itself asks a shard: four times a second. More would keep a core warm all day.
IDLE_SECONDS = 0.25
MOST_PENDING = 20_000


class Unreachable(Exception):
    """The stream or the dead letters could not be reached; the pump asks again."""


class Source(Protocol):
    """A shard: the records after those read before, oldest first, empty when there is nothing new."""

    def read(self) -> Sequence[Record]: ...


@dataclass(slots=True)
class Tally:
    """What a pump has done so far. ``drained_at`` is an instant before which every record is settled."""

    read: int = 0
    done: int = 0
    discarded: int = 0
    invocations: int = 0
    pending: int = 0
    lag_ms: int = 0
    drained_at: float = 0.0
    fault: str = ""


class Pump:
    """Runs one shard: a reader and as many workers as there are lanes. ``stop`` lets the batches under way finish."""

    def __init__(
        self,
        source: Source,
        invoke: Callable[[Sequence[Record]], Answer],
        bury: Callable[[Discarded], None],
        policy: Policy,
        watch: Callable[[Tally, str | None], None] = lambda tally, horizon: None,
    ) -> None:
        self.tally = Tally()
        self._source, self._invoke, self._bury, self._watch = source, invoke, bury, watch
        self._lanes = Lanes(policy)
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._work, name=f"lane-{lane}", daemon=True) for lane in range(policy.lanes)]
        self._threads.append(threading.Thread(target=self._read, name="stream", daemon=True))

    def start(self) -> Pump:
        for thread in self._threads:
            thread.start()
        return self

    def stop(self, patience_seconds: float = 30.0) -> None:
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(patience_seconds)

    def wait_drained(self, since: float, timeout_seconds: float) -> bool:
        """Wait until every record of a change before ``since`` (seconds of the epoch) is settled. False when time is up."""
        deadline = time.monotonic() + timeout_seconds
        while self.tally.drained_at < since:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def _read(self) -> None:
        while not self._stopping.is_set():
            if self.tally.pending > MOST_PENDING:
                self._stopping.wait(POLL_SECONDS)
                continue
            asked_at = time.time()
            records = self._ask()
            with self._changed:
                self.tally.read += self._lanes.add(records or ())
                if records is not None and not records and not self._lanes.pending:
                    self.tally.drained_at = asked_at
                self._note()
                self._changed.notify_all()
            if not records:
                self._stopping.wait(IDLE_SECONDS)

    def _ask(self) -> Sequence[Record] | None:
        """The next records; None when the stream could not be asked, which the next round repeats."""
        try:
            records = self._source.read()
        except Unreachable as error:
            self.tally.fault = f"stream: {error}"
            return None
        self.tally.fault = ""
        return records

    def _work(self) -> None:
        while True:
            with self._changed:
                batch = self._lanes.take(time.time())
                if batch is None and not self._stopping.is_set():
                    self._changed.wait(self._idle_seconds())
            if batch is None and self._stopping.is_set():
                return
            if batch is not None:
                self._settle(batch, self._invoke(batch.records))
            if self._stopping.is_set():
                return

    def _settle(self, batch: Batch, answer: Answer) -> None:
        with self._changed:
            before = self._lanes.pending
            lost = self._lanes.settle(batch, answer, time.time())
            given_up = len(lost.batch.records) if lost else 0
            self.tally.invocations += 1
            self.tally.done += before - self._lanes.pending - given_up
            if lost:
                self._bury_at_last(lost)
            self.tally.discarded += given_up
            self._note()
            self._changed.notify_all()

    def _bury_at_last(self, lost: Discarded) -> None:
        """Nothing goes on before the dead letters have it: given up must never mean lost."""
        while True:
            try:
                return self._bury(lost)
            except Unreachable as error:
                self.tally.fault = f"dead letters: {error}"
                time.sleep(POLL_SECONDS)

    def _idle_seconds(self) -> float:
        wake = self._lanes.wake_at()
        return 1.0 if wake is None else max(0.01, wake - time.time())

    def _note(self) -> None:
        oldest = self._lanes.oldest_change
        self.tally.pending = self._lanes.pending
        self.tally.lag_ms = int((time.time() - oldest) * 1000) if oldest else 0
        self._watch(self.tally, self._lanes.done_through)
