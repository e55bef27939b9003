"""What the session's fixtures hand to tests: the emulator, the tables of one prefix, the whole deployed stack."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit

TABLE_NAMES = ("events", "facts", "cards", "history", "runs", "changes", "audit", "ledger", "papers", "quarantine", "reports", "jobs", "persons", "accounts", "acts")


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

    def drop_buckets(self, stack: str) -> None:
        """Empty and delete what the end of a stack leaves: on somebody's endpoint a run of the suite leaves nothing behind."""
        s3 = self.client("s3")
        for bucket in (each["Name"] for each in s3.list_buckets()["Buckets"] if each["Name"].startswith(f"{stack}-")):
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                for found in page.get("Contents", []):
                    s3.delete_object(Bucket=bucket, Key=found["Key"])
            s3.delete_bucket(Bucket=bucket)

    def set_schedules(self, stack: str, *, running: bool) -> None:
        """Let a stack's schedules fire by the wall clock, or keep them still: a test that calls a function itself must find nothing done."""
        events, formation = self.client("events"), self.client("cloudformation")
        for page in formation.get_paginator("list_stack_resources").paginate(StackName=stack):
            for resource in page["StackResourceSummaries"]:
                if resource["ResourceType"] == "AWS::Events::Rule":
                    (events.enable_rule if running else events.disable_rule)(Name=resource["PhysicalResourceId"])


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


def clear_table(dynamodb: object, table: str) -> None:
    """Delete all items by their keys, in batches of 25."""
    keys = keys_of(dynamodb, table)
    names = {f"#k{place}": key for place, key in enumerate(keys)}
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table, ProjectionExpression=",".join(names), ExpressionAttributeNames=names
    )
    items = [item for page in pages for item in page["Items"]]
    for start in range(0, len(items), 25):
        requests = [{"DeleteRequest": {"Key": item}} for item in items[start : start + 25]]
        dynamodb.batch_write_item(RequestItems={table: requests})


@cache
def keys_of(dynamodb: object, table: str) -> list[str]:
    """Asked for once: most tests begin with empty tables, and of most tables there is nothing to delete."""
    return [part["AttributeName"] for part in dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]]
