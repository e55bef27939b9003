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


@dataclass(frozen=True)
class Stack:
    """The whole stack, deployed, with the small district imported and graded; ``pump`` follows its stream in this process."""

    deployed: object
    pump: object
    emulator: Emulator
    accounts: dict[str, dict[str, str]]
    new_events: int

    def get(self, path: str, token: str | None = None, method: str = "GET", body: bytes | None = None) -> tuple[int, dict[str, str], bytes]:
        """A request to the distribution, as a browser makes it: status, headers in lower case, body."""
        import http.client

        from infra.local.front_door import distribution_host

        parts = urlsplit(self.emulator.url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        headers = {"Host": f"{distribution_host(self.deployed.outputs['DistributionDomain'])}:{parts.port}"}
        headers |= {"Authorization": token} if token else {}
        headers |= {"Content-Type": "application/json"} if body else {}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content

    def token(self, role: str) -> str:
        """The identity token of the demo account of this role."""
        from infra.local.accounts import id_token

        return id_token(self.deployed, self.accounts[role])


@pytest.fixture(scope="session")
def stack(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The one template deployed once, under a fresh name, with 3 townships of 30 sites."""
    import time
    from datetime import date

    import boto3

    from infra.local import accounts, demo
    from infra.local import stack as local
    from infra.local.emulator import Endpoint
    from infra.local.progress import Progress
    from infra.local.shards import ShardSource, find_mapping, invoker, undertaker
    from infra.local.stream import Pump

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFETY_CODE_HOME", str(tmp_path_factory.mktemp("stack")))
        endpoint = Endpoint(emulator.url, emulator.region, emulator.own)
        as_of = date(2020, 6, 30)
        given = local.parameters_for(endpoint, base_url="http://localhost:8000", today=demo.demo_day(as_of), pump=True)
        name = f"test-{secrets.token_hex(4)}"
        deployed = local.Deployed(endpoint, name, local.deploy(name, given, lambda line: None), given)
        mapping = find_mapping(boto3.client("lambda"), deployed.outputs["RegradeFunctionName"])
        bury = undertaker(boto3.client("sqs"), deployed.outputs["RegradeDeadLettersUrl"], mapping)
        source = ShardSource(boto3.client("dynamodbstreams"), mapping.stream_arn)
        pump = Pump(source, invoker(boto3.client("lambda"), mapping.function), bury, mapping.policy).start()
        new = demo.import_district(deployed, tmp_path_factory.mktemp("district"), sites=90, as_of=as_of, progress=Progress())
        assert pump.wait_drained(time.time(), 120), pump.tally
        demo.upload_portal(deployed, ROOT / "web")
        yield Stack(deployed, pump, emulator, accounts.ensure(deployed), new)
        pump.stop()
        boto3.client("cloudformation").delete_stack(StackName=name)


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
