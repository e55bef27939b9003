"""Loading and grading a whole district: facts as one JSON document an item, against facts as nested attribute maps.

The database is answered in the process by real response bytes at botocore's transport, a hundred items an answer, so that
signing, parsing and decoding are all in the figures and the network is not.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from typing import Self

NAME = "regrade"
SITES = 8_800
# The nested way takes minutes for all of them; its figure is per site, so a part of them will do.
NESTED_SITES = 800
DISTINCT = 200
DAY = date(2020, 6, 20)
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
}


def run() -> Iterator[dict[str, object]]:
    """CPU seconds of both ways for the district, their ratio, and the parts of ours."""
    os.environ.update(ENVIRONMENT)
    from chalicelib.grading.store import FactsStore

    facts = facts_of_district()
    ids = [f"{number:016d}" for number in range(SITES)]
    size = sum(len(json.dumps(one, ensure_ascii=False).encode()) for one in facts) / len(facts)
    yield {"bench": NAME, "figure": "facts of a site", "value": round(size), "unit": "bytes"}
    with Answers(lambda site_id: {"site_id": {"S": site_id}, "doc": {"S": document(facts, site_id)}}):
        load, loaded = _cpu(lambda: FactsStore("bench").load(ids))
    judge, _ = _cpu(lambda: _grade_all(loaded.values()))
    with Answers(lambda site_id: {"site_id": {"S": site_id}, "facts": wire(facts[int(site_id) % DISTINCT])}):
        nested_load, nested = _cpu(lambda: load_nested(ids[:NESTED_SITES]))
    if any(nested[site_id] != loaded[site_id] for site_id in nested):
        raise AssertionError("both ways must hold the same facts")
    nested_load *= SITES / NESTED_SITES
    yield {"bench": NAME, "figure": "load 8,800 sites", "value": round(load, 3), "unit": "CPU s"}
    yield {"bench": NAME, "figure": "grade 8,800 sites", "value": round(judge, 3), "unit": "CPU s"}
    yield {"bench": NAME, "figure": "load and grade 8,800 sites", "value": round(load + judge, 3), "unit": "CPU s", "target": 1.2}
    yield {"bench": NAME, "figure": "load 8,800 sites from nested maps", "value": round(nested_load, 3), "unit": "CPU s"}
    yield {"bench": NAME, "figure": "load against nested maps", "value": round(load / nested_load, 3), "unit": "ratio", "target": 0.1}
    yield {
        "bench": NAME,
        "figure": "load and grade against nested maps",
        "value": round((load + judge) / (nested_load + judge), 3),
        "unit": "ratio",
        "target": 0.1,
    }


def facts_of_district() -> list[dict[str, object]]:
    """The facts of the distinct sites, of about the demo's number of events each, every fifth with a longer story."""
    from chalicelib.supervision.facts import fold
    from infra.bench.events import events_of_site

    folded = []
    for number in range(DISTINCT):
        events = events_of_site(number)
        folded.append(fold([event for event in events if event.scope == "site"], [event for event in events if event.scope != "site"]))
    return folded


def document(facts: list[dict[str, object]], site_id: str) -> str:
    return json.dumps(facts[int(site_id) % DISTINCT], ensure_ascii=False)


def wire(value: object) -> dict[str, object]:
    """A value as DynamoDB's nested attribute values."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, list):
        return {"L": [wire(entry) for entry in value]}
    return {"M": {name: wire(entry) for name, entry in value.items()}}


def load_nested(ids: list[str]) -> dict[str, dict[str, object]]:
    """The usual way: boto3's own reading of nested attribute maps."""
    from boto3.dynamodb.types import TypeDeserializer

    from chalicelib import bulk

    plain = TypeDeserializer().deserialize
    keys = [{"site_id": {"S": site_id}} for site_id in ids]
    return {item["site_id"]["S"]: plain(item["facts"]) for item in bulk.batch_get("bench-facts", keys)}


class Answers:
    """While it stands, BatchGetItem is answered here, with bytes made beforehand."""

    def __init__(self, item: Callable[[str], dict]) -> None:
        self.item, self.ready = item, {}

    def __enter__(self) -> Self:
        from chalicelib import bulk

        for start in range(0, SITES, bulk.BATCH_GET_KEYS):
            ids = [f"{number:016d}" for number in range(start, start + bulk.BATCH_GET_KEYS)]
            body = {"Responses": {"bench-facts": [self.item(site_id) for site_id in ids]}, "UnprocessedKeys": {}}
            self.ready[ids[0]] = json.dumps(body, ensure_ascii=False).encode()
        bulk.client().meta.events.register("before-send.dynamodb.BatchGetItem", self.answer, unique_id=NAME)
        return self

    def __exit__(self, *error: object) -> None:
        from chalicelib import bulk

        bulk.client().meta.events.unregister("before-send.dynamodb.BatchGetItem", unique_id=NAME)

    def answer(self, request: object, **_: object) -> object:
        from botocore.awsrequest import AWSResponse

        (table,) = json.loads(request.body)["RequestItems"].values()
        body = self.ready[table["Keys"][0]["site_id"]["S"]]
        headers = {"Content-Type": "application/x-amz-json-1.0", "x-amz-crc32": str(zlib.crc32(body))}
        return AWSResponse(request.url, 200, headers, Raw(body))


class Raw(BytesIO):
    """What botocore reads a response from."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def _grade_all(loaded: object) -> int:
    from chalicelib.grading.judge import grade
    from chalicelib.grading.rulebook import rules_on
    from chalicelib.register.district import load_district

    rules = rules_on(load_district("demo"), DAY)
    return sum(grade(facts, rules, DAY).score is not None for facts in loaded)


def _cpu(work: Callable[[], object]) -> tuple[float, object]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result
