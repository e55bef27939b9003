"""Deployment of a package: upload, create or update the one stack, wait, and hand back its outputs.

By boto3 alone, because ``chalice deploy`` knows nothing of the merged resources. The same calls go to AWS and to whatever
``AWS_ENDPOINT_URL`` names.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from infra.package import Package, functions

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
MINUTES_TO_WAIT = 60
BODY_LIMIT_BYTES = 51_200
NEVER_CAME_UP = ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS")


class DeployFailed(Exception):
    """The stack did not reach the wanted state; the reasons of the resources that failed."""


def deploy(
    stack_name: str,
    package: Package,
    parameters: Mapping[str, str],
    *,
    progress: Callable[[str], None] = lambda line: None,
    session: boto3.session.Session | None = None,
) -> dict[str, str]:
    """Create or update the stack and return its outputs. Parameters not given keep the value the stack has.

    ``TablePrefix`` and ``CodeVersion`` come from the stack's name and the package. DeployFailed with reasons.
    """
    run = _Run(session or boto3.session.Session(), stack_name, progress)
    progress("uploading the package")
    template = located(package.template(), run.bucket(), run.upload("code", package.zip_path.read_bytes(), "zip"))
    run.submit(template, {"TablePrefix": stack_name, "CodeVersion": package.code_version, **parameters})
    return outputs(stack_name, run.session)


def outputs(stack_name: str, session: boto3.session.Session | None = None) -> dict[str, str]:
    """The outputs of a stack that exists. ClientError if it does not."""
    session = session or boto3.session.Session()
    found = session.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def located(template: dict, bucket: str, key: str) -> dict:
    """The template with the archive's place in every function."""
    for properties in functions(template).values():
        properties["CodeUri"] = {"Bucket": bucket, "Key": key}
    return template


@dataclass(frozen=True)
class _Run:
    """One deployment of one stack."""

    session: boto3.session.Session
    stack_name: str
    progress: Callable[[str], None]

    @cached_property
    def formation(self) -> BaseClient:
        return self.session.client("cloudformation")

    @cached_property
    def s3(self) -> BaseClient:
        return self.session.client("s3")

    def bucket(self) -> str:
        """The bucket that holds packages of this stack, made when missing."""
        account = self.session.client("sts").get_caller_identity()["Account"]
        region = self.session.region_name or "us-east-1"
        name = f"{self.stack_name.lower()}-packages-{account}-{region}"[:63]
        try:
            self.s3.head_bucket(Bucket=name)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
                raise
            place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            self.s3.create_bucket(Bucket=name, **place)
            closed = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
            self.s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=closed)
        return name

    def upload(self, folder: str, content: bytes, suffix: str) -> str:
        """The key of an object named after its content."""
        key = f"{folder}/{hashlib.sha256(content).hexdigest()}.{suffix}"
        self.s3.put_object(Bucket=self.bucket(), Key=key, Body=content)
        return key

    def submit(self, template: dict, given: Mapping[str, str]) -> None:
        """Create or update, and wait. A stack that never came up is removed first."""
        existing = self._existing()
        if existing and existing["StackStatus"] in NEVER_CAME_UP:
            self.progress("removing what an earlier attempt left")
            self.formation.delete_stack(StackName=existing["StackId"])
            self._wait(existing["StackId"], "DELETE_COMPLETE")
            existing = None
        request = {"StackName": self.stack_name, "Capabilities": CAPABILITIES, **self._body(template)}
        request["Parameters"] = stack_parameters(template, given, existing)
        self.progress("updating the stack" if existing else "creating the stack")
        try:
            made = self.formation.update_stack(**request) if existing else self.formation.create_stack(**request)
        except ClientError as error:
            if "No updates are to be performed" in str(error):
                self.progress("the stack is up to date")
                return
            raise DeployFailed(str(error)) from error
        self._wait(made["StackId"], "UPDATE_COMPLETE" if existing else "CREATE_COMPLETE")

    def _body(self, template: dict) -> dict[str, str]:
        """The template itself, or its address in the bucket when it is too long for a request."""
        body = json.dumps(template, separators=(",", ":"), ensure_ascii=False).encode()
        if len(body) <= BODY_LIMIT_BYTES:
            return {"TemplateBody": body.decode()}
        place = {"Bucket": self.bucket(), "Key": self.upload("template", body, "json")}
        # Without the signature: CloudFormation reads the object with the caller's rights.
        return {"TemplateURL": self.s3.generate_presigned_url("get_object", Params=place).split("?")[0]}

    def _existing(self) -> dict | None:
        try:
            return self.formation.describe_stacks(StackName=self.stack_name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def _wait(self, stack_id: str, wanted: str) -> None:
        """Wait for a final state, from five looks a second down to one in five seconds."""
        pause_seconds, deadline, last = 0.2, time.monotonic() + MINUTES_TO_WAIT * 60, ""
        while time.monotonic() < deadline:
            status = self.formation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
            if status != last:
                self.progress(status.lower().replace("_", " "))
                last = status
            if status == wanted:
                return
            if not status.endswith("_IN_PROGRESS"):
                raise DeployFailed(f"{status}: {self._reasons(stack_id)}")
            time.sleep(pause_seconds)
            pause_seconds = min(5.0, pause_seconds * 1.3)
        raise DeployFailed(f"not finished after {MINUTES_TO_WAIT} minutes")

    def _reasons(self, stack_id: str) -> str:
        pages = self.formation.get_paginator("describe_stack_events").paginate(StackName=stack_id)
        events = [event for page in pages for event in page["StackEvents"] if event["ResourceStatus"].endswith("_FAILED")]
        return "; ".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in reversed(events))


def stack_parameters(template: dict, given: Mapping[str, str], existing: dict | None) -> list[dict]:
    """Given values of the parameters the template has, and the old value where none is given. DeployFailed for others."""
    unknown = sorted(set(given) - set(template["Parameters"]))
    if unknown:
        raise DeployFailed(f"the template has no parameter {', '.join(unknown)}")
    before = {parameter["ParameterKey"] for parameter in (existing or {}).get("Parameters", [])}
    values = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
    return values + [{"ParameterKey": key, "UsePreviousValue": True} for key in template["Parameters"] if key in before - set(given)]
