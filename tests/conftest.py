"""The session's AWS: one emulator, the tables alone, the whole stack. Endpoint-agnostic: a given ``AWS_ENDPOINT_URL`` is
used as it is and never reset; without one a MiniStack of its own starts on a free loopback port.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
CHECKED_SERVICES = ("dynamodb", "dynamodbstreams", "s3", "sqs", "lambda", "cloudformation", "apigateway")
TABLE_NAMES = ("events", "facts", "cards", "history", "runs", "audit", "quarantine")


@dataclass(frozen=True)
class Emulator:
    """The endpoint of this session, proved ready by pytest-localstack's checks; ``client`` caches one client per service."""

    url: str
    region: str
    own: bool
    _clients: dict[str, object] = field(default_factory=dict)

    def client(self, service: str) -> object:
        import boto3

        if service not in self._clients:
            self._clients[service] = boto3.client(service, region_name=self.region, endpoint_url=self.url)
        return self._clients[service]


@dataclass(frozen=True)
class Tables:
    """The deployed tables of one prefix."""

    prefix: str
    emulator: Emulator

    def name(self, table: str) -> str:
        return f"{self.prefix}-{table}"

    def clear(self) -> None:
        """Delete every item of every table; the tables stay."""
        for table in TABLE_NAMES:
            clear_table(self.emulator.client("dynamodb"), self.name(table))


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A ready endpoint; the session's ``AWS_*`` variables point at it."""
    from infra.local import emulator as local

    before = dict(os.environ)
    endpoint = local.given_endpoint()
    if endpoint is None:
        os.environ["SAFETY_CODE_HOME"] = str(tmp_path_factory.mktemp("home"))
        endpoint = local.start(port=local.free_port(), auth=True, persist=False)
    endpoint.use()
    try:
        wait_until_ready(endpoint.url, endpoint.region)
        yield Emulator(endpoint.url, endpoint.region, endpoint.own)
    finally:
        if endpoint.own:
            local.stop()
        os.environ.clear()
        os.environ.update(before)


def wait_until_ready(url: str, region: str) -> None:
    """Readiness as pytest-localstack judges it, service by service."""
    from pytest_localstack.session import RunningSession

    parts = urlsplit(url)
    ports = {service: parts.port for service in CHECKED_SERVICES}
    session = RunningSession(
        parts.hostname, services=ports, region_name=region, use_ssl=parts.scheme == "https", localstack_version="latest"
    )
    session.start(timeout=60)


@pytest.fixture(scope="session")
def table_stack(emulator: Emulator) -> Iterator[str]:
    """``infra/template/tables.yml`` alone, as a stack under a fresh prefix; deleted at the end."""
    prefix = f"test-{secrets.token_hex(4)}"
    formation = emulator.client("cloudformation")
    formation.create_stack(
        StackName=prefix,
        TemplateBody=(ROOT / "infra/template/tables.yml").read_text("utf-8"),
        Parameters=[{"ParameterKey": "TablePrefix", "ParameterValue": prefix}],
    )
    formation.get_waiter("stack_create_complete").wait(StackName=prefix, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    yield prefix
    formation.delete_stack(StackName=prefix)


@pytest.fixture(scope="module")
def tables(emulator: Emulator, table_stack: str) -> Iterator[Tables]:
    """Empty tables for this module, with ``TABLE_PREFIX`` set."""
    made = Tables(table_stack, emulator)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TABLE_PREFIX", table_stack)
        forget_settings()
        yield made
    made.clear()
    forget_settings()


def forget_settings() -> None:
    """Settings are read once a process; a test module has its own."""
    from chalicelib.config import settings

    settings.cache_clear()


def clear_table(dynamodb: object, table: str) -> None:
    """Delete all items by their keys, in batches of 25."""
    keys = [part["AttributeName"] for part in dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]]
    names = {f"#k{place}": key for place, key in enumerate(keys)}
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table, ProjectionExpression=",".join(names), ExpressionAttributeNames=names
    )
    items = [item for page in pages for item in page["Items"]]
    for start in range(0, len(items), 25):
        requests = [{"DeleteRequest": {"Key": item}} for item in items[start : start + 25]]
        dynamodb.batch_write_item(RequestItems={table: requests})
