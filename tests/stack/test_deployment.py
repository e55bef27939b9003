"""Deployment as it goes to AWS: create, update without loss, refuse with reasons, recover; and the front door it makes."""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from event_builders import SITE, busy_site

from chalicelib import clock
from chalicelib.supervision.store import EventLog
from infra.deploy import BODY_LIMIT_BYTES, DeployFailed, deploy, outputs
from infra.package import Package
from tests.aws import Emulator

PLATE_KEY = "0:" + "5a" * 32
SECRETS = {"PlateKeys": PLATE_KEY, "IdKey": "7e" * 32, "StreamEnabled": "false"}


@dataclass(frozen=True)
class Stack:
    name: str
    outputs: dict[str, str]


@pytest.fixture(scope="module")
def stack(emulator: Emulator, local_package: Package) -> Iterator[Stack]:
    name = f"deploy-{secrets.token_hex(3)}"
    port = str(urlsplit(emulator.url).port)
    local = {"ViewerProtocol": "allow-all", "ApiOriginDomain": "localhost", "ApiOriginPort": port, "SignInUrl": "http://localhost:8000"}
    yield Stack(name, deploy(name, local_package, SECRETS | local))
    emulator.client("cloudformation").delete_stack(StackName=name)


def parameters(emulator: Emulator, name: str) -> dict[str, str]:
    found = emulator.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    return {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in found["Parameters"]}


class TestUpdates:
    def test_the_outputs_are_what_tools_need(self, stack: Stack) -> None:
        wanted = "ApiId DistributionDomain DistributionId FilesBucket UserPoolId UserPoolClientId RegradeFunctionName ScanFunctionName"
        wanted += " RegradeDeadLettersUrl MonthQueueUrl EventsStreamArn EventsTable"
        assert set(wanted.split()) <= set(stack.outputs)
        assert stack.outputs["EventsTable"] == f"{stack.name}-events"
        assert outputs(stack.name) == stack.outputs

    def test_the_same_again_changes_nothing(self, emulator: Emulator, stack: Stack, local_package: Package) -> None:
        before = emulator.client("lambda").get_function_configuration(FunctionName=stack.outputs["ScanFunctionName"])
        assert deploy(stack.name, local_package, {}) == stack.outputs
        after = emulator.client("lambda").get_function_configuration(FunctionName=stack.outputs["ScanFunctionName"])
        assert after["LastModified"] == before["LastModified"]

    def test_new_code_keeps_data_and_settings(self, emulator: Emulator, stack: Stack, local_package: Package) -> None:
        dynamodb, card = emulator.client("dynamodb"), {"site_id": {"S": "kept"}}
        dynamodb.put_item(TableName=stack.outputs["CardsTable"], Item=card)
        newer = replace(local_package, code_version="0123456789abcdef")
        assert deploy(stack.name, newer, {"Today": "2020-07-05"}) == stack.outputs
        assert dynamodb.get_item(TableName=stack.outputs["CardsTable"], Key=card)["Item"] == card
        settings = emulator.client("lambda").get_function_configuration(FunctionName=stack.outputs["ScanFunctionName"])
        variables = settings["Environment"]["Variables"]
        assert (variables["CODE_VERSION"], variables["TODAY"]) == ("0123456789abcdef", "2020-07-05")
        assert variables["PLATE_KEYS"] == PLATE_KEY, "a parameter that is not given keeps its value"

    def test_the_stream_follows_its_switch(self, emulator: Emulator, stack: Stack, local_package: Package) -> None:
        """Off: the log grows and nothing is graded. On: grading begins with the oldest record, not with the next one."""
        EventLog(stack.name).append(busy_site(), clock.utc_now())
        time.sleep(1.5)
        assert card(emulator, stack) is None
        deploy(stack.name, local_package, {"StreamEnabled": "true"})
        deadline = time.monotonic() + 30
        while card(emulator, stack) is None and time.monotonic() < deadline:
            time.sleep(0.1)
        assert card(emulator, stack)["name"] == {"S": "示例场所a"}


def card(emulator: Emulator, stack: Stack) -> dict | None:
    return emulator.client("dynamodb").get_item(TableName=stack.outputs["CardsTable"], Key={"site_id": {"S": SITE}}).get("Item")


class TestRefusals:
    def test_a_parameter_the_template_does_not_have(self, emulator: Emulator, stack: Stack, local_package: Package) -> None:
        with pytest.raises(DeployFailed, match="no parameter Colour"):
            deploy(stack.name, local_package, {"Colour": "red"})

    def test_a_template_that_is_none(self, emulator: Emulator, local_package: Package, tmp_path: Path) -> None:
        with pytest.raises(DeployFailed, match="Nowhere"):
            deploy(f"failed-{secrets.token_hex(3)}", self.only(local_package, tmp_path, {"Broken": {"Type": "AWS::Nowhere::Thing"}}), {})

    def test_a_failed_creation_names_the_resource_and_can_be_repeated(self, emulator: Emulator, local_package: Package, tmp_path: Path) -> None:
        name = f"failed-{secrets.token_hex(3)}"
        queue = {"Type": "AWS::SQS::Queue", "Properties": {}}
        handle = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
        waiting = {"Type": "AWS::CloudFormation::WaitCondition", "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "1"}}
        broken = {"Queue": queue, "Handle": handle, "NobodyCalls": waiting}
        with pytest.raises(DeployFailed, match="NobodyCalls"):
            deploy(name, self.only(local_package, tmp_path, broken), {})
        assert deploy(name, self.only(local_package, tmp_path, {"Queue": queue}), {})["QueueUrl"].startswith("http")
        emulator.client("cloudformation").delete_stack(StackName=name)

    def test_a_template_too_long_for_a_request_goes_through_the_bucket(self, emulator: Emulator, local_package: Package, tmp_path: Path) -> None:
        name = f"long-{secrets.token_hex(3)}"
        queue = {"Type": "AWS::SQS::Queue", "Metadata": {"Note": "x" * BODY_LIMIT_BYTES}, "Properties": {}}
        assert deploy(name, self.only(local_package, tmp_path, {"Queue": queue}), {})["QueueUrl"].startswith("http")
        emulator.client("cloudformation").delete_stack(StackName=name)

    def only(self, package: Package, folder: Path, resources: dict) -> Package:
        """A package whose template has these resources."""
        texts = {"TablePrefix": {"Type": "String"}, "CodeVersion": {"Type": "String"}}
        template = {"Parameters": texts, "Resources": resources, "Outputs": {"QueueUrl": {"Value": {"Ref": "Queue"}}}}
        path = folder / "template.json"
        path.write_text(json.dumps(template))
        return replace(package, template_path=path)


class TestTheFrontDoor:
    """The distribution's routes: public files, the API, plates; nothing else."""

    @pytest.fixture(autouse=True)
    def files(self, emulator: Emulator, stack: Stack) -> None:
        s3 = emulator.client("s3")
        for key in ("public/index.html", "public/index/index.html", "staff/district/index/secret.html"):
            s3.put_object(Bucket=stack.outputs["FilesBucket"], Key=key, Body=key.encode(), ContentType="text/html")

    def ask(self, emulator: Emulator, stack: Stack, path: str, method: str = "GET") -> tuple[int, dict[str, str], str]:
        parts = urlsplit(emulator.url)
        host = f"{stack.outputs['DistributionDomain'].split('.')[0]}.cloudfront.localhost:{parts.port}"
        request = urllib.request.Request(f"{emulator.url}{path}", headers={"Host": host}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, dict(answer.headers.items()), answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, dict(refused.headers.items()), refused.read().decode()

    @pytest.mark.parametrize(("path", "key"), [("/", "public/index.html"), ("/index/", "public/index/index.html")])
    def test_a_directory_is_its_index_page(self, emulator: Emulator, stack: Stack, path: str, key: str) -> None:
        status, headers, body = self.ask(emulator, stack, path)
        assert (status, body) == (200, key)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]

    @pytest.mark.parametrize("path", ["/staff/district/index/secret.html", "/../staff/district/index/secret.html"])
    def test_staff_files_have_no_public_address(self, emulator: Emulator, stack: Stack, path: str) -> None:
        status, _, body = self.ask(emulator, stack, path)
        assert status in (400, 403, 404)
        assert body != "staff/district/index/secret.html"

    def test_a_plate_reaches_the_scan_function(self, emulator: Emulator, stack: Stack) -> None:
        status, headers, body = self.ask(emulator, stack, "/C/FORGED")
        assert status == 404
        assert headers["Content-Type"].startswith("text/html")
        assert "安全码" in body

    def test_nobody_writes_to_a_plate(self, emulator: Emulator, stack: Stack) -> None:
        assert self.ask(emulator, stack, "/C/FORGED", "POST")[0] == 403

    def test_the_api_answers_under_its_stage(self, emulator: Emulator, stack: Stack) -> None:
        assert self.ask(emulator, stack, "/api/sites")[0] == 401
