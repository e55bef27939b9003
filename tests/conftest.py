"""The session's AWS: one emulator, the tables alone, the whole stack. Endpoint-agnostic: a given ``AWS_ENDPOINT_URL`` is
used as it is and never reset; without one a MiniStack of its own starts on a free loopback port.
"""

from __future__ import annotations

import ast
import os
import secrets
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings

from tests.aws import Emulator, Stack, Tables

if TYPE_CHECKING:
    from infra.package import Package

ROOT = Path(__file__).resolve().parents[1]
# How long an example takes says something about the machine, nothing about the law.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")
ON_THE_STACK = {"stack", "front_door", "person"}
CHECKED_SERVICES = ("dynamodb", "dynamodbstreams", "s3", "sqs", "lambda", "cloudformation", "apigateway")


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """``--dist loadfile`` shares out files; those that want the whole stack as if they were one: it is deployed and filled once a run."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = super()._split_scope(nodeid)
            return "the whole stack" if wants_stack(path) else path

    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


@cache
def wants_stack(path: str) -> bool:
    """Whether a test of the file asks for the whole stack, or for a fixture that stands on it. (Only the workers know fixtures.)"""
    functions = (node for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))) if isinstance(node, ast.FunctionDef))
    return any(argument.arg in ON_THE_STACK for function in functions for argument in function.args.args)


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
    forget_clients()
    try:
        wait_until_ready(endpoint.url, endpoint.region)
        yield Emulator(endpoint.url, endpoint.region, endpoint.own)
    finally:
        if endpoint.own:
            local.stop()
        os.environ.clear()
        os.environ.update(before)
        forget_clients()


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
def local_package() -> Package:
    """This checkout's code as every stack on this machine runs it."""
    from infra.local.home import HOME
    from infra.package import build_once

    return build_once(HOME / "packages")


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


@pytest.fixture(scope="session")
def stack(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The one template deployed once, under a fresh name, with 3 townships of 30 sites."""
    import time
    from datetime import date

    import boto3

    from chalicelib.register.district import load_district
    from infra.local import accounts, demo
    from infra.local import stack as local
    from infra.local.emulator import Endpoint, free_port
    from infra.local.progress import Progress
    from infra.local.shards import ShardSource, find_mapping, invoker, undertaker
    from infra.local.stream import Pump

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFETY_CODE_HOME", str(tmp_path_factory.mktemp("stack")))
        endpoint = Endpoint(emulator.url, emulator.region, emulator.own)
        as_of = date(2020, 6, 30)
        base = f"http://localhost:{free_port()}"
        given = local.parameters_for(endpoint, base_url=base, today=demo.demo_day(as_of, load_district("demo")), pump=True)
        name = f"test-{secrets.token_hex(4)}"
        deployed = local.Deployed(endpoint, name, local.deploy(name, given, lambda line: None), given)
        emulator.set_schedules(name, running=False)
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
        if not emulator.own:
            emulator.drop_buckets(name)


@pytest.fixture(scope="session")
def front_door(stack: Stack) -> Iterator[str]:
    """The stack's public address as browsers reach it: front door, sign-in and files included."""
    from infra.local import front_door as door

    base, parts = stack.deployed.parameters["PublicBaseUrl"], urlsplit(stack.emulator.url)
    distribution = door.distribution_host(stack.deployed.outputs["DistributionDomain"])
    upstream = door.Upstream(parts.hostname, parts.port, distribution, stack.deployed.outputs["FilesBucket"])
    server = door.serve(upstream, "127.0.0.1", urlsplit(base).port)
    door.start(server)
    yield base
    server.shutdown()
    server.server_close()


def forget_clients() -> None:
    """A process keeps its clients; what came before the endpoint was there may have made some that look elsewhere."""
    from chalicelib import bulk, presign

    bulk.client.cache_clear()
    presign._client.cache_clear()


def forget_settings() -> None:
    """Settings are read once a process; a test module has its own."""
    from chalicelib.config import settings

    settings.cache_clear()
