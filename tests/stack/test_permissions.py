"""Least privilege, enforced: a function made with each role asks for what it needs and for what it must not have.

The stack is deployed by the code that deploys to AWS, on an endpoint that enforces IAM.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import boto3
import pytest
from event_builders import SITE, busy_site

from chalicelib import bulk, clock
from chalicelib.code import token
from chalicelib.supervision.store import EventLog
from infra.deploy import deploy
from infra.local import emulator as local
from infra.package import Package
from tests.aws import Emulator

PROBE = """
import functools

import boto3
from botocore.exceptions import ClientError

client = functools.cache(boto3.client)

def handler(calls, context):
    return [answer(*call) for call in calls]

def answer(service, operation, arguments):
    try:
        getattr(client(service), operation)(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"
"""
REFUSED = {"AccessDenied", "AccessDeniedException"}
PLATE_KEY = "0:" + "5a" * 32


@dataclass(frozen=True)
class Deployed:
    """A deployed stack: its outputs, and the Lambda client that reaches it."""

    outputs: dict[str, str]
    functions: object

    def invoke(self, output: str, event: dict) -> object:
        """What the function answers. AssertionError if it raised."""
        answer = self.functions.invoke(FunctionName=self.outputs[output], Payload=json.dumps(event))
        body = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, body
        return body


@pytest.fixture(scope="module")
def enforcing(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """``AWS_*`` of an endpoint that enforces IAM: the session's own, or one beside an endpoint that was given."""
    if emulator.own:
        yield emulator
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFETY_CODE_HOME", str(tmp_path_factory.mktemp("home")))
        started = local.start(port=local.free_port(), auth=True, persist=False)
        for name, value in (started.environment() | local.TEST_CREDENTIALS).items():
            patch.setenv(name, value)
        bulk.client.cache_clear()
        yield Emulator(started.url, started.region, started.own)
        bulk.client.cache_clear()
        local.stop()


@pytest.fixture(scope="module")
def deployed(enforcing: Emulator, local_package: Package) -> Iterator[Deployed]:
    """The whole stack under a fresh name; its stream is left to the tests of the stream."""
    name = f"rights-{secrets.token_hex(3)}"
    given = {"PlateKeys": PLATE_KEY, "IdKey": "7e" * 32, "ViewerProtocol": "allow-all", "StreamEnabled": "false", "SignInUrl": "http://localhost:8000"}
    # A month is due after its freeze: in the first days of the real month none is, and the holidays of a year to come are not known.
    given |= {"Today": "2020-07-06"}
    outputs = deploy(name, local_package, given)
    enforcing.set_schedules(name, running=False)
    yield Deployed(outputs, boto3.client("lambda"))
    boto3.client("cloudformation").delete_stack(StackName=name)


@dataclass(frozen=True)
class Probe:
    """A function with the role of another one: it does what it is asked and says how that ended."""

    functions: object
    name: str

    def all(self, calls: list[tuple[str, str, dict]]) -> list[str]:
        """The error code of each call, or ``ok``."""
        return json.loads(self.functions.invoke(FunctionName=self.name, Payload=json.dumps(calls))["Payload"].read())

    def __call__(self, service: str, operation: str, **arguments: object) -> str:
        return self.all([(service, operation, arguments)])[0]


Probes = Callable[[str], Probe]


@pytest.fixture(scope="module")
def probes(deployed: Deployed) -> Iterator[Probes]:
    """The probe of each function, made when first asked for."""
    made: dict[str, Probe] = {}

    def of(output: str) -> Probe:
        if output not in made:
            made[output] = Probe(deployed.functions, _create_probe(deployed, output))
        return made[output]

    yield of
    for probe in made.values():
        deployed.functions.delete_function(FunctionName=probe.name)


def _create_probe(deployed: Deployed, output: str) -> str:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as opened:
        opened.writestr("probe.py", PROBE)
    original = deployed.functions.get_function_configuration(FunctionName=deployed.outputs[output])
    name = f"{deployed.outputs['StackPrefix']}-probe-{output}"
    deployed.functions.create_function(
        FunctionName=name,
        Role=original["Role"],
        Runtime=original["Runtime"],
        Handler="probe.handler",
        Code={"ZipFile": code.getvalue()},
        Timeout=20,
    )
    deployed.functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return name


TABLES = ("EventsTable", "FactsTable", "CardsTable", "HistoryTable", "RunsTable", "NoticesTable", "ChangesTable", "AuditTable", "LedgerTable", "PapersTable", "QuarantineTable", "ReportsTable", "JobsTable", "PersonsTable", "AccountsTable", "ActsTable")
KEYS = {
    "EventsTable": ("subject", "event_id"),
    "FactsTable": ("site_id",),
    "CardsTable": ("site_id",),
    "HistoryTable": ("site_id", "line"),
    "RunsTable": ("run", "part"),
    "NoticesTable": ("notice", "channel"),
    "ChangesTable": ("township",),
    "AuditTable": ("day", "line"),
    "PapersTable": ("series", "number"),
    "LedgerTable": ("part", "name"),
    "QuarantineTable": ("queue", "line"),
    "JobsTable": ("job",),
    "ReportsTable": ("receipt",),
    "PersonsTable": ("subject", "office"),
    "AccountsTable": ("owner", "part"),
    "ActsTable": ("act",),
}
# What each function may do to which table, by the flows of docs/architecture.md; everything else must be refused.
MAY = {
    "ScanFunctionName": {"get": {"CardsTable"}, "put": set(), "query": set()},
    "ApiFunctionName": {
        "get": {"AccountsTable", "ActsTable", "CardsTable", "EventsTable", "JobsTable", "ReportsTable", "RunsTable"},
        "put": {"ActsTable", "EventsTable", "AuditTable", "JobsTable", "PapersTable", "PersonsTable"},
        "query": {"EventsTable", "HistoryTable", "PapersTable", "PersonsTable"},
    },
    "ReportFunctionName": {"get": {"CardsTable", "ReportsTable"}, "put": {"EventsTable", "ReportsTable"}, "query": set()},
    "AccountsFunctionName": {"get": {"AccountsTable"}, "put": {"AccountsTable", "AuditTable"}, "query": {"AccountsTable"}},
    "PlatesFunctionName": {"get": set(), "put": set(), "query": set()},
    "RegradeFunctionName": {
        "get": {"FactsTable", "CardsTable", "LedgerTable"},
        "put": {"FactsTable", "CardsTable", "HistoryTable", "LedgerTable", "QuarantineTable", "ChangesTable"},
        "query": {"EventsTable"},
    },
    "SweepFunctionName": {
        "get": {"FactsTable", "CardsTable"},
        "put": {"FactsTable", "CardsTable", "HistoryTable", "QuarantineTable", "ChangesTable"},
        "query": {"EventsTable"},
    },
    "ImporterFunctionName": {"get": {"JobsTable", "RunsTable", "ActsTable"}, "put": {"EventsTable", "JobsTable", "ActsTable", "AuditTable", "PersonsTable"}, "query": {"EventsTable", "PersonsTable"}},
    "ExporterFunctionName": {"get": {"JobsTable"}, "put": {"JobsTable", "AuditTable"}, "query": set()},
    # On AWS the log is open to it in the district's own partition alone (tests/contract/test_template.py); the emulator does not know that condition.
    "ShadowFunctionName": {"get": {"JobsTable"}, "put": {"EventsTable", "JobsTable", "AuditTable"}, "query": {"EventsTable"}},
    "TellFunctionName": {"get": set(), "put": {"NoticesTable"}, "query": set()},
    "RemindFunctionName": {"get": set(), "put": set(), "query": set()},
    "MapNowFunctionName": {"get": {"ChangesTable"}, "put": {"ChangesTable"}, "query": {"EventsTable"}},
    "MonthStartFunctionName": {"get": {"RunsTable"}, "put": {"RunsTable"}, "query": {"EventsTable", "RunsTable"}},
    "MonthTownshipFunctionName": {"get": {"RunsTable"}, "put": {"RunsTable"}, "query": {"EventsTable", "RunsTable"}},
}


@pytest.mark.parametrize("verb", ["get", "put", "query"])
@pytest.mark.parametrize("function", MAY)
def test_tables(deployed: Deployed, probes: Probes, function: str, verb: str) -> None:
    calls = [("dynamodb", *table_call(verb, deployed.outputs[table], KEYS[table])) for table in TABLES]
    answers = dict(zip(TABLES, probes(function).all(calls), strict=True))
    assert {table for table, answer in answers.items() if answer not in REFUSED} == MAY[function][verb], answers


def table_call(verb: str, name: str, key: tuple[str, ...]) -> tuple[str, dict]:
    item = {part: {"S": f"probe-{verb}"} for part in key}
    if verb == "get":
        return "get_item", {"TableName": name, "Key": item}
    if verb == "put":
        return "put_item", {"TableName": name, "Item": item}
    condition = {"KeyConditionExpression": "#key = :key", "ExpressionAttributeNames": {"#key": key[0]}}
    return "query", {"TableName": name, "ExpressionAttributeValues": {":key": {"S": "probe"}}, **condition}


@pytest.mark.parametrize("function", MAY)
def test_nobody_deletes_changes_or_scans(deployed: Deployed, probes: Probes, function: str) -> None:
    calls = []
    for table in TABLES:
        key = {part: {"S": "probe"} for part in KEYS[table]}
        calls.append(("dynamodb", "delete_item", {"TableName": deployed.outputs[table], "Key": key}))
        calls.append(("dynamodb", "scan", {"TableName": deployed.outputs[table]}))
    assert set(probes(function).all(calls)) <= REFUSED


class TestTheScan:
    """The one function that everybody on earth can call."""

    def test_a_transaction_is_no_way_around(self, deployed: Deployed, probes: Probes) -> None:
        put = {"Put": {"TableName": deployed.outputs["CardsTable"], "Item": {"site_id": {"S": "probe"}}}}
        assert probes("ScanFunctionName")("dynamodb", "transact_write_items", TransactItems=[put]) in REFUSED

    def test_it_cannot_list_cards_by_township(self, deployed: Deployed, probes: Probes) -> None:
        ask = probes("ScanFunctionName")
        by_township = {"IndexName": "by_township", "KeyConditionExpression": "township = :code"}
        answer = ask(
            "dynamodb", "query", TableName=deployed.outputs["CardsTable"], ExpressionAttributeValues={":code": {"S": "1"}}, **by_township
        )
        assert answer in REFUSED

    def test_it_sees_no_file_no_queue_no_user(self, deployed: Deployed, probes: Probes) -> None:
        ask = probes("ScanFunctionName")
        assert ask("s3", "get_object", Bucket=deployed.outputs["FilesBucket"], Key="public/index/current.json") in REFUSED
        assert ask("sqs", "send_message", QueueUrl=deployed.outputs["MonthQueueUrl"], MessageBody="x") in REFUSED
        assert ask("cognito-idp", "list_users", UserPoolId=deployed.outputs["UserPoolId"]) in REFUSED


class TestTheUserPool:
    """One function makes and ends users, of this pool alone; it makes nobody an official by any other group's hand than its own code."""

    def calls(self, pool: str) -> list[tuple[str, str, dict]]:
        user = {"UserPoolId": pool, "Username": "probe-of-rights"}
        return [
            ("cognito-idp", "admin_create_user", {**user, "MessageAction": "SUPPRESS"}),
            ("cognito-idp", "admin_set_user_password", {**user, "Password": "Probe-Of-Rights-1", "Permanent": True}),
            ("cognito-idp", "admin_add_user_to_group", {**user, "GroupName": "enterprise"}),
            ("cognito-idp", "admin_get_user", user),
            ("cognito-idp", "admin_user_global_sign_out", user),
            ("cognito-idp", "admin_delete_user", user),
        ]

    def test_only_the_accounts_function_touches_it(self, deployed: Deployed, probes: Probes) -> None:
        pool = deployed.outputs["UserPoolId"]
        assert probes("AccountsFunctionName").all(self.calls(pool)) == ["ok"] * 6
        for function in MAY.keys() - {"AccountsFunctionName"}:
            assert set(probes(function).all(self.calls(pool))) <= REFUSED, function

    def test_it_lists_nobody_and_reaches_no_other_pool(self, deployed: Deployed, probes: Probes) -> None:
        ask, client = probes("AccountsFunctionName"), boto3.client("cognito-idp")
        for operation in ("list_users", "describe_user_pool", "list_groups"):
            assert ask("cognito-idp", operation, UserPoolId=deployed.outputs["UserPoolId"]) in REFUSED
        other = client.create_user_pool(PoolName=f"{deployed.outputs['StackPrefix']}-other")["UserPool"]["Id"]
        try:
            assert set(ask.all(self.calls(other))) <= REFUSED
        finally:
            client.delete_user_pool(UserPoolId=other)


class TestFilesAndQueues:
    def test_the_api_reads_staff_files_and_writes_none(self, deployed: Deployed, probes: Probes) -> None:
        ask, bucket = probes("ApiFunctionName"), deployed.outputs["FilesBucket"]
        boto3.client("s3").put_object(Bucket=bucket, Key="staff/district/index/probe.json", Body=b"{}")
        assert ask("s3", "get_object", Bucket=bucket, Key="staff/district/index/probe.json") == "ok"
        assert ask("s3", "get_object", Bucket=bucket, Key="staff/district/index/absent.json") == "NoSuchKey"
        assert ask("s3", "put_object", Bucket=bucket, Key="staff/district/index/probe.json") in REFUSED

    def test_the_api_signs_uploads_for_browsers_and_for_no_other_tree(self, deployed: Deployed, probes: Probes) -> None:
        ask, bucket = probes("ApiFunctionName"), deployed.outputs["FilesBucket"]
        assert ask("s3", "put_object", Bucket=bucket, Key="uploads/imports/probe.csv") == "ok"
        assert ask("s3", "put_object", Bucket=bucket, Key="uploads/photos/probe.jpg") == "ok"
        photo = {"Bucket": bucket, "Key": "uploads/photos/probe.jpg"}
        assert ask("s3", "copy_object", Bucket=bucket, Key="uploads/evidence/probe.jpg", CopySource=photo) == "ok"
        assert ask("s3", "get_object", Bucket=bucket, Key="uploads/evidence/probe.jpg") == "ok"
        assert ask("s3", "put_object", Bucket=bucket, Key="exports/probe.csv") in REFUSED

    def test_the_importer_sees_the_files_of_imports_alone(self, deployed: Deployed, probes: Probes) -> None:
        ask, bucket = probes("ImporterFunctionName"), deployed.outputs["FilesBucket"]
        assert ask("s3", "put_object", Bucket=bucket, Key="uploads/imports/J/result.json", Body="{}") == "ok"
        assert ask("s3", "get_object", Bucket=bucket, Key="uploads/imports/J/result.json") == "ok"
        for key in ("uploads/evidence/1.jpg", "staff/district/index/probe.json", "public/index/current.json", "exports/1.csv"):
            assert ask("s3", "get_object", Bucket=bucket, Key=key) in REFUSED
            assert ask("s3", "put_object", Bucket=bucket, Key=key, Body="x") in REFUSED

    def test_the_exporter_writes_exports_and_reads_no_file(self, deployed: Deployed, probes: Probes) -> None:
        ask, bucket = probes("ExporterFunctionName"), deployed.outputs["FilesBucket"]
        assert ask("s3", "put_object", Bucket=bucket, Key="exports/J.csv", Body="x") == "ok"
        assert ask("s3", "get_object", Bucket=bucket, Key="exports/J.csv") in REFUSED
        assert ask("s3", "put_object", Bucket=bucket, Key="uploads/imports/J/sheet.csv", Body="x") in REFUSED
        assert probes("ApiFunctionName")("s3", "get_object", Bucket=bucket, Key="exports/J.csv") == "ok"

    def test_the_shadow_writes_its_reports_and_reads_no_file(self, deployed: Deployed, probes: Probes) -> None:
        ask, bucket = probes("ShadowFunctionName"), deployed.outputs["FilesBucket"]
        assert ask("s3", "put_object", Bucket=bucket, Key="staff/district/shadow/H/summary.json", Body="{}") == "ok"
        for key in ("staff/district/index/probe.json", "exports/J.csv", "public/index/current.json"):
            assert ask("s3", "put_object", Bucket=bucket, Key=key, Body="x") in REFUSED
        assert ask("s3", "get_object", Bucket=bucket, Key="staff/district/shadow/H/summary.json") in REFUSED
        assert probes("ApiFunctionName")("s3", "get_object", Bucket=bucket, Key="staff/district/shadow/H/summary.json") == "ok"

    def test_only_a_township_of_a_month_publishes(self, deployed: Deployed, probes: Probes) -> None:
        bucket = deployed.outputs["FilesBucket"]
        for tree in ("public", "staff/district"):
            assert probes("MonthTownshipFunctionName")("s3", "put_object", Bucket=bucket, Key=f"{tree}/index/probe.html") == "ok"
            for function in MAY.keys() - {"MonthTownshipFunctionName"}:
                assert probes(function)("s3", "put_object", Bucket=bucket, Key=f"{tree}/index/probe.html") in REFUSED
        outside = probes("MonthTownshipFunctionName")("s3", "put_object", Bucket=bucket, Key="elsewhere/probe.html")
        assert outside in REFUSED

    def test_only_a_township_of_a_month_signs_and_it_cannot_do_more_with_the_key(self, deployed: Deployed, probes: Probes) -> None:
        key = deployed.outputs["ReleaseKey"]
        sign = {"KeyId": key, "Message": "x", "MessageType": "RAW", "SigningAlgorithm": "ED25519_SHA_512"}
        assert probes("MonthTownshipFunctionName")("kms", "sign", **sign) == "ok"
        assert probes("MonthTownshipFunctionName")("kms", "schedule_key_deletion", KeyId=key) in REFUSED
        for function in MAY.keys() - {"MonthTownshipFunctionName"}:
            assert probes(function)("kms", "sign", **sign) in REFUSED

    def test_the_present_map_writes_its_own_folder_and_no_release(self, deployed: Deployed, probes: Probes) -> None:
        ask, bucket = probes("MapNowFunctionName"), deployed.outputs["FilesBucket"]
        for own in ("public/map/now/probe.html", "staff/district/map/now/probe.html", "staff/330110001/map/now/index.html"):
            assert ask("s3", "put_object", Bucket=bucket, Key=own) == "ok", own
        for other in ("public/map/2020-06/r1/probe.html", "public/map/current.json", "public/index/now/probe.html", "staff/district/index/probe.html"):
            assert ask("s3", "put_object", Bucket=bucket, Key=other) in REFUSED, other
        assert ask("s3", "get_object", Bucket=bucket, Key="staff/district/index/probe.json") in REFUSED

    def test_who_may_send_to_which_queue(self, deployed: Deployed, probes: Probes) -> None:
        senders = {
            "MonthQueueUrl": {"MonthStartFunctionName"},
            "RegradeDeadLettersUrl": {"RegradeFunctionName"},
            "MonthDeadLettersUrl": set(),
            "NoticeQueueUrl": {"RegradeFunctionName", "MonthStartFunctionName", "MonthTownshipFunctionName", "RemindFunctionName"},
            "NoticeDeadLettersUrl": set(),
            "ImportQueueUrl": {"ApiFunctionName", "ImporterFunctionName"},
            "ImportDeadLettersUrl": set(),
            "ExportQueueUrl": {"ApiFunctionName"},
            "ExportDeadLettersUrl": set(),
            "ShadowQueueUrl": {"ApiFunctionName"},
            "ShadowDeadLettersUrl": set(),
        }
        for queue in ("RegradeDeadLettersUrl", "MonthDeadLettersUrl", "NoticeDeadLettersUrl", "ImportDeadLettersUrl", "ExportDeadLettersUrl", "ShadowDeadLettersUrl"):
            for function in MAY:
                answer = probes(function)("sqs", "send_message", QueueUrl=deployed.outputs[queue], MessageBody="x")
                assert (answer not in REFUSED) is (function in senders[queue]), (queue, function, answer)
        for queue in ("MonthQueueUrl", "NoticeQueueUrl", "ImportQueueUrl", "ExportQueueUrl", "ShadowQueueUrl"):
            for function in MAY.keys() - senders[queue]:
                answer = probes(function)("sqs", "send_message", QueueUrl=deployed.outputs[queue], MessageBody="x")
                assert answer in REFUSED, (queue, function)

    def test_only_the_teller_knows_the_robots(self, deployed: Deployed, probes: Probes) -> None:
        for function in MAY:
            answer = probes(function)("secretsmanager", "get_secret_value", SecretId=deployed.outputs["NoticeRobotsArn"])
            assert (answer not in REFUSED) is (function == "TellFunctionName"), (function, answer)


@pytest.fixture(scope="module")
def graded(deployed: Deployed) -> object:
    """What the regrade function answered to the stream records of one site's log."""
    log = EventLog(deployed.outputs["StackPrefix"])
    log.append(busy_site(), clock.utc_now())
    items = boto3.client("dynamodb").scan(TableName=deployed.outputs["EventsTable"])["Items"]
    records = [
        {"eventID": str(number), "eventName": "INSERT", "dynamodb": {"SequenceNumber": str(number), "NewImage": item}}
        for number, item in enumerate(item for item in items if "doc" in item)
    ]
    assert len(records) == len(busy_site())
    return deployed.invoke("RegradeFunctionName", {"Records": records})


class TestTheFunctionsThemselves:
    """Each runs on what its role allows: from the log to a graded plate and a published month."""

    def test_the_stream_is_graded(self, graded: object) -> None:
        assert graded == {"batchItemFailures": []}

    def test_a_plate_shows_the_grade(self, deployed: Deployed, graded: object) -> None:
        answer = self.scan(deployed, token.sign(SITE, 1, token.parse_keys(PLATE_KEY)))
        assert answer["statusCode"] == 200
        assert "示例场所a" in answer["body"]

    def test_a_forged_plate_is_refused(self, deployed: Deployed) -> None:
        assert self.scan(deployed, "FORGED")["statusCode"] == 404

    def scan(self, deployed: Deployed, code: str) -> dict:
        event = {"httpMethod": "GET", "path": f"/C/{code}", "pathParameters": {"token": code}, "headers": {}, "requestContext": {}}
        return deployed.invoke("ScanFunctionName", event)

    def test_the_sweep_has_nothing_left_to_do(self, deployed: Deployed, graded: object) -> None:
        answer = deployed.invoke("SweepFunctionName", scheduled())
        assert (answer["failed"], answer["quarantined"]) == (0, 0)

    def test_a_month_is_published(self, deployed: Deployed, graded: object) -> None:
        """The start sends a message per township; the queue calls the townships; the last one publishes."""
        started = deployed.invoke("MonthStartFunctionName", scheduled())
        assert [run["status"] for run in started["runs"]] == ["provisional"] and started["runs"][0]["townships"] > 0
        assert wait_for(lambda: is_published(deployed.outputs["FilesBucket"]), seconds=60)

    def test_the_present_map_is_built(self, deployed: Deployed, graded: object) -> None:
        answer = deployed.invoke("MapNowFunctionName", scheduled())
        assert (answer["busy"], answer["due"]) == (False, 20) or answer["due"] == 0, answer
        page = boto3.client("s3").get_object(Bucket=deployed.outputs["FilesBucket"], Key="public/map/now/index.html")["Body"].read().decode()
        assert "实时区域安全状况图" in page

    def test_the_api_wants_a_sign_in(self, deployed: Deployed) -> None:
        import urllib.error
        import urllib.request

        url = f"{os.environ['AWS_ENDPOINT_URL']}/_aws/execute-api/{deployed.outputs['ApiId']}/api/sites"
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(url, timeout=30)
        assert refused.value.code == 401


def scheduled() -> dict:
    return {
        "version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events", "account": "0", "time": "2020-07-01T00:00:00Z",
        "region": "r", "resources": [], "detail": {},
    }  # fmt: skip


def is_published(bucket: str) -> bool:
    listed = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix="public/").get("Contents", [])
    return {"public/index/current.json", "public/map/current.json"} <= {found["Key"] for found in listed}


def wait_for(condition: Callable[[], bool], *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
