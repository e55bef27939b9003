"""Many items at once: transactions, batch reads and whole queries, straight on botocore's client.

Items stay in wire form, so that only the attributes needed are touched. Every fault that trying again may mend leaves
here as :class:`~chalicelib.errors.Unavailable`; what can never succeed (an item too large, a malformed request) as
:class:`Refused`.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import SafetyCodeError, Unavailable
from chalicelib.tables import ATTEMPTS, CONNECT_TIMEOUT_S, READ_TIMEOUT_S, region

BATCH_GET_KEYS = 100
TRANSACTION_ITEMS = 100
# The service takes 4 MB in one transaction; the rest is room for keys and conditions.
TRANSACTION_BYTES = 3_500_000
CANCELLED = "TransactionCanceledException"
PERMANENT = {"ValidationException", "ItemCollectionSizeLimitExceededException"}
CONDITION_FAILED = "ConditionalCheckFailedException"
PERMANENT_REASONS = {"ConditionalCheckFailed", "ValidationError", "ItemCollectionSizeLimitExceeded"}
FIRST_PAUSE_S = 0.02

Item = dict[str, dict[str, object]]


class Refused(SafetyCodeError):
    """The database will never take this request: trying again is useless."""

    status = 422
    code = "refused"


@lru_cache(maxsize=1)
def client() -> BaseClient:
    """The process's client. Parameters are not validated: items are built in wire form here, and bulk would pay for it."""
    config = Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=16,
        parameter_validation=False,
    )
    return botocore.session.get_session().create_client("dynamodb", region_name=region(), config=config)


def call(operation: Callable[..., dict], **request: object) -> dict:
    """One request. A cancelled transaction passes as it is; other permanent errors are Refused, all others Unavailable."""
    try:
        return operation(**request)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == CANCELLED:
            raise
        if code in PERMANENT:
            raise Refused(f"{code}: {error.response['Error'].get('Message', '')}") from error
        raise Unavailable(code) from error
    except BotoCoreError as error:
        raise Unavailable(type(error).__name__) from error


def conditional(operation: Callable[..., dict], **request: object) -> bool:
    """One write on a condition: whether the condition held. Other errors as :func:`call`."""
    try:
        call(operation, **request)
    except Unavailable as error:
        if isinstance(error.__cause__, ClientError) and error.__cause__.response["Error"]["Code"] == CONDITION_FAILED:
            return False
        raise
    return True


def query_items(**request: object) -> Iterator[Item]:
    """All items of a Query, to the last page."""
    while True:
        answer = call(client().query, **request)
        yield from answer["Items"]
        if not answer.get("LastEvaluatedKey"):
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def batch_get(table: str, keys: Sequence[Item], attributes: Iterable[str] = ()) -> Iterator[Item]:
    """The items of these distinct keys, a hundred at a time; what the service left over is asked for again, ever slower."""
    projection: dict[str, object] = {}
    names = {f"#{number}": name for number, name in enumerate(attributes)}
    if names:
        projection = {"ProjectionExpression": ",".join(names), "ExpressionAttributeNames": names}
    for start in range(0, len(keys), BATCH_GET_KEYS):
        yield from _batch_get_page({table: {"Keys": list(keys[start : start + BATCH_GET_KEYS]), **projection}})


def _batch_get_page(wanted: dict[str, dict]) -> Iterator[Item]:
    for attempt in range(2 * ATTEMPTS):
        answer = call(client().batch_get_item, RequestItems=wanted)
        for items in answer["Responses"].values():
            yield from items
        wanted = answer.get("UnprocessedKeys") or {}
        if not wanted:
            return
        time.sleep(FIRST_PAUSE_S * 2**attempt)
    raise Unavailable("keys remain unprocessed")


@contextmanager
def collector_paused() -> Iterator[None]:
    """No garbage collection inside: decoding thousands of documents that all stay costs two thirds more with it."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def transact(puts: Sequence[Mapping[str, object]]) -> list[dict]:
    """Write all of at most 100 puts or none. ``[]`` when written; else one reason per put (``Code``, and the old ``Item``).

    Another transaction in the way is waited for; Unavailable when it stays.
    """
    for attempt in range(ATTEMPTS):
        try:
            call(client().transact_write_items, TransactItems=[{"Put": put} for put in puts])
            return []
        except ClientError as error:
            reasons = error.response.get("CancellationReasons", [])
            if any(reason.get("Code") in PERMANENT_REASONS for reason in reasons):
                return reasons
        time.sleep(FIRST_PAUSE_S * 2**attempt)
    raise Unavailable("transactions in the way")


def chunks(groups: Iterable[list[dict]]) -> Iterator[list[list[dict]]]:
    """Groups of puts that belong together, packed into transactions by number and size."""
    packed: list[list[dict]] = []
    items = size = 0
    for group in groups:
        weight = sum(put_bytes(put) for put in group)
        if packed and (items + len(group) > TRANSACTION_ITEMS or size + weight > TRANSACTION_BYTES):
            yield packed
            packed, items, size = [], 0, 0
        packed.append(group)
        items, size = items + len(group), size + weight
    if packed:
        yield packed


def put_bytes(put: Mapping[str, object]) -> int:
    """An upper bound of a put's text in a request: a character has at most three bytes outside rare planes."""
    return 300 + 3 * sum(len(str(value)) for values in put["Item"].values() for value in values.values())
