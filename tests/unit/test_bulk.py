"""Bulk calls against answers that a service gives on a bad day: left-over keys, other transactions in the way, refusals."""

from __future__ import annotations

import gc

import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import bulk
from chalicelib.errors import Unavailable

TABLE = "t-facts"


def key(number):
    return {"site_id": {"S": f"s{number}"}}


@pytest.fixture
def service():
    """The process's client answered by a stub; the next test makes its own."""
    bulk.client.cache_clear()
    with Stubber(bulk.client()) as stub:
        yield stub
    stub.assert_no_pending_responses()
    bulk.client.cache_clear()


def got(*numbers, left=()):
    answer = {"Responses": {TABLE: [key(number) for number in numbers]}}
    if left:
        answer["UnprocessedKeys"] = {TABLE: {"Keys": [key(number) for number in left]}}
    return answer


def test_keys_left_over_are_asked_for_again(service):
    service.add_response("batch_get_item", got(1, left=(2, 3)), {"RequestItems": {TABLE: {"Keys": [key(1), key(2), key(3)]}}})
    service.add_response("batch_get_item", got(3, left=(2,)), {"RequestItems": {TABLE: {"Keys": [key(2), key(3)]}}})
    service.add_response("batch_get_item", got(2), {"RequestItems": {TABLE: {"Keys": [key(2)]}}})
    assert list(bulk.batch_get(TABLE, [key(1), key(2), key(3)])) == [key(1), key(3), key(2)]


def test_more_than_a_hundred_keys_are_asked_for_in_hundreds(service):
    for start in (0, 100, 200):
        numbers = range(start, min(start + 100, 250))
        service.add_response("batch_get_item", got(*numbers))
    assert len(list(bulk.batch_get(TABLE, [key(number) for number in range(250)]))) == 250


def test_a_query_is_read_to_its_last_page(service):
    service.add_response("query", {"Items": [key(1)], "LastEvaluatedKey": key(1)}, {"TableName": TABLE})
    service.add_response("query", {"Items": [], "LastEvaluatedKey": key(2)}, {"TableName": TABLE, "ExclusiveStartKey": key(1)})
    service.add_response("query", {"Items": [key(3)]}, {"TableName": TABLE, "ExclusiveStartKey": key(2)})
    assert list(bulk.query_items(TableName=TABLE)) == [key(1), key(3)], "an empty page is not the end"


def cancelled(service, *codes):
    reasons = [{"Code": code} for code in codes]
    service.add_client_error("transact_write_items", bulk.CANCELLED, modeled_fields={"CancellationReasons": reasons})


def puts(count):
    return [{"TableName": TABLE, "Item": key(number)} for number in range(count)]


def test_another_transaction_in_the_way_is_waited_for(service):
    cancelled(service, "TransactionConflict", "None")
    service.add_response("transact_write_items", {})
    assert bulk.transact(puts(2)) == []


def test_a_failed_condition_is_told_put_by_put_and_not_repeated(service):
    cancelled(service, "None", "ConditionalCheckFailed")
    assert [reason["Code"] for reason in bulk.transact(puts(2))] == ["None", "ConditionalCheckFailed"]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ProvisionedThroughputExceededException", Unavailable),
        ("ThrottlingException", Unavailable),
        ("InternalServerError", Unavailable),
        ("ExpiredTokenException", Unavailable),
        ("ValidationException", bulk.Refused),
        ("ItemCollectionSizeLimitExceededException", bulk.Refused),
    ],
)
def test_only_what_can_never_succeed_is_refused(service, code, error):
    service.add_client_error("query", code)
    with pytest.raises(error):
        list(bulk.query_items(TableName=TABLE))


@given(st.lists(st.integers(1, 4), max_size=120))
def test_groups_are_packed_in_order_and_never_torn(sizes):
    groups = [puts(size) for size in sizes]
    packed = list(bulk.chunks(groups))
    assert [group for chunk in packed for group in chunk] == groups
    assert all(0 < sum(map(len, chunk)) <= bulk.TRANSACTION_ITEMS for chunk in packed)
    loads = [sum(map(len, chunk)) for chunk in packed]
    assert all(one + len(following[0]) > bulk.TRANSACTION_ITEMS for one, following in zip(loads, packed[1:], strict=False)), (
        "none is half empty"
    )


def test_large_items_make_smaller_transactions():
    groups = [[{"TableName": TABLE, "Item": {"site_id": {"S": str(number)}, "doc": {"S": "长" * 100_000}}}] for number in range(30)]
    packed = list(bulk.chunks(groups))
    sizes = [sum(len(put["Item"]["doc"]["S"].encode()) for group in chunk for put in group) for chunk in packed]
    assert max(sizes) <= bulk.TRANSACTION_BYTES and len(packed) > 1


def test_the_collector_runs_again_afterwards_whatever_happens():
    with pytest.raises(KeyError), bulk.collector_paused():
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()
