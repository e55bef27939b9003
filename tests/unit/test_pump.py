"""The pump keeps AWS's stream rules: order per key, retries, bisecting, partial batches, nothing lost, nothing twice."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.pump import Answer, Batch, Discarded, Lanes, Policy, Record, answer_of, lane_of
from infra.local.shards import Mapping, on_failure, record_of
from infra.local.stream import Pump, Unreachable

POLICY = Policy(batch_size=10, lanes=2, max_retries=5)


def records(count: int, keys: int = 5) -> list[Record]:
    return [Record(f"{number:06d}", f"S:{number % keys}", float(number), {"n": number}) for number in range(count)]


@dataclass
class Function:
    """A function under test: ``judge`` answers a call; what was effectively handled is written down."""

    judge: Callable[[Batch, int], Answer]
    calls: list[Batch] = field(default_factory=list)
    handled: list[Record] = field(default_factory=list)

    def __call__(self, batch: Batch) -> Answer:
        self.calls.append(batch)
        answer = self.judge(batch, len(self.calls))
        if not answer.error and not answer.throttled:
            sequences = [record.sequence for record in batch.records]
            first = min((sequences.index(name) for name in answer.failed if name in sequences), default=len(sequences))
            self.handled.extend(batch.records[: first if answer.failed else len(sequences)])
        return answer


def run(lanes: Lanes, function: Function, now: float = 0.0) -> list[Discarded]:
    """Pump until nothing is open; time jumps over the pauses."""
    discarded = []
    while lanes.pending:
        batch = lanes.take(now)
        if batch is None:
            wake = lanes.wake_at()
            assert wake is not None, "records are open, yet no lane can go on"
            now = max(now, wake)
            continue
        lost = lanes.settle(batch, function(batch), now)
        if lost:
            discarded.append(lost)
    return discarded


def started(given_records: list[Record], policy: Policy = POLICY) -> Lanes:
    lanes = Lanes(policy)
    lanes.add(given_records)
    return lanes


def poison(*bad: str) -> Callable[[Batch, int], Answer]:
    """A function that raises whenever one of these records is in the batch."""
    return lambda batch, call: Answer(error="ValueError") if any(record.sequence in bad for record in batch.records) else Answer()


def assert_order_per_key(handled: list[Record]) -> None:
    seen = defaultdict(list)
    for record in handled:
        seen[record.key].append(record.sequence)
    assert all(sequence == sorted(sequence) for sequence in seen.values())


def test_all_records_are_handled_once_and_in_the_order_of_their_key() -> None:
    function = Function(lambda batch, call: Answer())
    assert run(started(records(95)), function) == []
    assert Counter(record.sequence for record in function.handled) == Counter(record.sequence for record in records(95))
    assert_order_per_key(function.handled)


def test_a_batch_has_records_of_one_lane_and_at_most_the_batch_size() -> None:
    function = Function(lambda batch, call: Answer())
    run(started(records(95)), function)
    assert max(len(batch.records) for batch in function.calls) == 10
    assert all(lane_of(record.key, 2) == batch.lane for batch in function.calls for record in batch.records)


def test_one_batch_per_lane_is_under_way() -> None:
    lanes = started(records(95))
    first, second = lanes.take(0), lanes.take(0)
    assert {first.lane, second.lane} == {0, 1}
    assert lanes.take(0) is None
    lanes.settle(first, Answer(), 0)
    assert lanes.take(0).lane == first.lane


def test_bisecting_isolates_one_poison_record_and_the_rest_goes_through() -> None:
    function = Function(poison("000007"))
    discarded = run(started(records(95)), function)
    assert [[record.sequence for record in lost.batch.records] for lost in discarded] == [["000007"]]
    assert discarded[0].reason == "ValueError"
    assert {record.sequence for record in function.handled} == {record.sequence for record in records(95)} - {"000007"}
    assert_order_per_key(function.handled)


def test_splitting_uses_up_no_retry() -> None:
    function = Function(poison("000003"))
    run(started(records(8, keys=1)), function)
    alone = [batch for batch in function.calls if [record.sequence for record in batch.records] == ["000003"]]
    assert len(alone) == 1 + POLICY.max_retries


def test_without_bisecting_the_whole_batch_is_given_up_after_five_retries() -> None:
    function = Function(poison("000003"))
    (lost,) = run(started(records(8, keys=1), Policy(batch_size=10, lanes=1, bisect=False)), function)
    assert len(lost.batch.records) == 8
    assert len(function.calls) == 6


def test_a_transient_failure_loses_nothing_and_later_records_of_the_lane_wait() -> None:
    function = Function(lambda batch, call: Answer(error="Timeout") if call <= 3 else Answer())
    assert run(started(records(40, keys=1)), function) == []
    assert [record.sequence for record in function.handled] == [record.sequence for record in records(40, keys=1)]


def test_after_a_partial_failure_only_the_rest_is_tried_again() -> None:
    failing = iter([("000004",), ("000006", "000004")])
    function = Function(lambda batch, call: Answer(failed=next(failing, ())))
    assert run(started(records(10, keys=1)), function) == []
    assert [batch.records[0].sequence for batch in function.calls] == ["000000", "000004", "000004"]
    assert [record.sequence for record in function.handled] == [record.sequence for record in records(10, keys=1)]


def test_a_record_that_always_fails_partially_ends_with_the_rest_of_its_batch_in_the_dead_letters() -> None:
    function = Function(lambda batch, call: Answer(failed=("000004",)) if "000004" in {r.sequence for r in batch.records} else Answer())
    (lost,) = run(started(records(20, keys=1)), function)
    assert [record.sequence for record in lost.batch.records] == [f"{number:06d}" for number in range(4, 10)]
    assert [record.sequence for record in function.handled] == [f"{n:06d}" for n in (0, 1, 2, 3, *range(10, 20))]


def test_progress_gives_new_retries() -> None:
    """Ten records that each fail once: never more than one failure in a row, so nothing is given up."""
    seen: set[str] = set()

    def judge(batch: Batch, call: int) -> Answer:
        new = [record.sequence for record in batch.records if record.sequence not in seen][:1]
        seen.update(new)
        return Answer(failed=tuple(new))

    assert run(started(records(10, keys=1)), Function(judge)) == []


@pytest.mark.parametrize("identifier", ["", "999999"])
def test_an_identifier_outside_the_batch_fails_all_of_it(identifier: str) -> None:
    function = Function(lambda batch, call: Answer(failed=(identifier,)) if call == 1 else Answer())
    run(started(records(5, keys=1)), function)
    assert [len(batch.records) for batch in function.calls] == [5, 5]


def test_throttling_never_uses_up_a_retry() -> None:
    function = Function(lambda batch, call: Answer(throttled=True) if call <= 50 else Answer())
    assert run(started(records(5, keys=1)), function) == []
    assert len(function.calls) == 51


def test_a_failing_lane_does_not_hold_up_the_other() -> None:
    lanes = started(records(40))
    first = lanes.take(0)
    lanes.settle(first, Answer(error="Timeout"), 0)
    assert lanes.take(0).lane != first.lane
    assert lanes.take(0) is None
    assert lanes.take(POLICY.pause_seconds(1)).lane == first.lane


def test_pauses_double_up_to_the_longest() -> None:
    assert [POLICY.pause_seconds(attempts) for attempts in (1, 2, 3, 9)] == [0.1, 0.2, 0.4, 2.0]


def test_a_restart_goes_on_after_the_last_record_with_nothing_open_before_it() -> None:
    keys = {lane_of(f"S:{number}", 2): f"S:{number}" for number in range(20)}
    lanes = started([Record(f"{number}", keys[number % 2], float(number), {}) for number in range(4)], Policy(batch_size=1, lanes=2))
    older, newer = lanes.take(0), lanes.take(0)
    lanes.settle(newer, Answer(), 0)
    assert (lanes.done_through, lanes.oldest_change) == (None, 0.0)
    lanes.settle(older, Answer(), 0)
    assert (lanes.done_through, lanes.oldest_change) == ("1", 2.0)


def test_reading_the_same_page_again_adds_nothing() -> None:
    lanes = started(records(4))
    assert lanes.add(records(6)) == 2
    assert lanes.pending == 6


def test_an_empty_shard_has_nothing_to_do() -> None:
    lanes = Lanes(POLICY)
    assert (lanes.pending, lanes.done_through, lanes.oldest_change, lanes.take(0), lanes.wake_at()) == (0, None, None, None, None)


@given(
    count=st.integers(1, 60),
    keys=st.integers(1, 8),
    lane_count=st.integers(1, 4),
    batch_size=st.integers(1, 12),
    bad=st.sets(st.integers(0, 59), max_size=4),
    weather=st.lists(st.sampled_from(["fine", "error", "throttled", "first", "last"]), max_size=30),
)
@settings(max_examples=80, deadline=None)
def test_whatever_the_weather_every_record_is_handled_once_or_discarded_once(count, keys, lane_count, batch_size, bad, weather) -> None:
    def judge(batch: Batch, call: int) -> Answer:
        if any(int(record.sequence) in bad for record in batch.records):
            return Answer(error="Poison")
        sky = weather[call - 1] if call <= len(weather) else "fine"
        partial = {"first": (batch.records[0].sequence,), "last": (batch.records[-1].sequence,)}
        return Answer(failed=partial.get(sky, ()), error="Timeout" if sky == "error" else "", throttled=sky == "throttled")

    function = Function(judge)
    discarded = run(started(records(count, keys), Policy(batch_size=batch_size, lanes=lane_count)), function)
    ends = [record.sequence for record in function.handled] + [r.sequence for lost in discarded for r in lost.batch.records]
    assert sorted(ends) == [record.sequence for record in records(count, keys)]
    assert_order_per_key(function.handled)


@pytest.mark.parametrize("payload", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}, "", []])
def test_nothing_reported_is_success(payload: object) -> None:
    assert answer_of(payload) == Answer()


def test_reported_identifiers_are_kept_and_malformed_ones_fail_all() -> None:
    assert answer_of({"batchItemFailures": [{"itemIdentifier": "7"}]}).failed == ("7",)
    assert answer_of({"batchItemFailures": [{"itemIdentifier": None}]}).failed == ("",)
    assert answer_of({"batchItemFailures": ["7"]}).error


def test_a_function_error_keeps_its_message() -> None:
    assert answer_of({"errorMessage": "boom"}, "Unhandled").error == "Unhandled: boom"


class Shard:
    """A stream in memory; ``outages`` reads fail first."""

    def __init__(self, pages: list[list[Record]], outages: int = 0) -> None:
        self.pages, self.outages = list(pages), outages

    def read(self) -> list[Record]:
        if self.outages:
            self.outages -= 1
            raise Unreachable("no route")
        return self.pages.pop(0) if self.pages else []


def pumped(shard: Shard, invoke: Callable, bury: Callable = lambda lost: None, policy: Policy = POLICY) -> Pump:
    pump = Pump(shard, invoke, bury, policy).start()
    assert pump.wait_drained(time.time(), 10)
    pump.stop()
    return pump


def test_the_running_pump_drains_the_stream_through_both_lanes() -> None:
    handled: list[str] = []
    pump = pumped(Shard([records(30), records(95)[30:]], outages=2), lambda batch: handled.extend(r.sequence for r in batch) or Answer())
    assert sorted(handled) == [record.sequence for record in records(95)]
    assert (pump.tally.read, pump.tally.done, pump.tally.discarded, pump.tally.pending, pump.tally.fault) == (95, 95, 0, 0, "")


def test_what_is_given_up_reaches_the_dead_letters_even_if_they_are_away_at_first() -> None:
    buried: list[Discarded] = []
    outages = iter([True, True])

    def bury(lost: Discarded) -> None:
        if next(outages, False):
            raise Unreachable("no queue")
        buried.append(lost)

    quick = Policy(batch_size=10, lanes=2, max_retries=2, first_pause_seconds=0.001, longest_pause_seconds=0.002)
    bad = poison("000013")
    pump = pumped(Shard([records(20)]), lambda batch: bad(Batch(0, tuple(batch)), 0), bury, quick)
    assert [record.sequence for lost in buried for record in lost.batch.records] == ["000013"]
    assert (pump.tally.done, pump.tally.discarded) == (19, 1)


def test_the_on_failure_record_has_aws_form_and_the_keys_for_a_replay() -> None:
    body = {"dynamodb": {"SequenceNumber": "7", "Keys": {"subject": {"S": "S:1"}, "event_id": {"S": "A-1"}}, "ApproximateCreationDateTime": 5}}
    record = record_of(body, "arn:stream")
    told = on_failure(Discarded(Batch(0, (record,), attempts=6), "ValueError"), Mapping("arn:stream", "arn:function", "arn:queue", POLICY))
    assert told["DDBStreamBatchInfo"]["startSequenceNumber"] == told["DDBStreamBatchInfo"]["endSequenceNumber"] == "7"
    assert told["DDBStreamBatchInfo"]["streamArn"] == "arn:stream"
    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert told["keys"] == [{"subject": {"S": "S:1"}, "event_id": {"S": "A-1"}}]


def test_records_of_a_subject_share_its_lane_and_look_as_lambda_gives_them() -> None:
    body = {"eventID": "1", "dynamodb": {"SequenceNumber": "7", "Keys": {"subject": {"S": "S:1"}, "event_id": {"S": "A-1"}}}}
    record = record_of(body, "arn:stream")
    assert record.key == "S:1"
    assert (record.body["eventSource"], record.body["eventSourceARN"]) == ("aws:dynamodb", "arn:stream")
