"""Deployment of a package: upload, create or update the one stack, wait, and hand back its outputs.

By boto3 alone, because ``chalice deploy`` knows nothing of the merged resources. The same calls go to AWS and to whatever
``AWS_ENDPOINT_URL`` names.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping

import boto3
from botocore.exceptions import ClientError

from infra.package import Package, functions

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
MINUTES_TO_WAIT = 60
BODY_LIMIT_BYTES = 51_200


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
    session = session or boto3.session.Session()
    bucket = _bucket(session, stack_name)
    progress("uploading the package")
    key = _upload(session, bucket, "code", package.zip_path.read_bytes(), "zip")
    template = located(package.template(), bucket, key)
    given = {"TablePrefix": stack_name, "CodeVersion": package.code_version, **parameters}
    _apply(session, stack_name, bucket, template, given, progress)
    return outputs(stack_name, session)


def outputs(stack_name: str, session: boto3.session.Session | None = None) -> dict[str, str]:
    """The outputs of a stack that exists. ClientError if it does not."""
    session = session or boto3.session.Session()
    found = session.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def _apply(session, stack_name: str, bucket: str, template: dict, given: Mapping[str, str], progress: Callable[[str], None]) -> None:
    body = json.dumps(template, separators=(",", ":"), ensure_ascii=False).encode()
    if len(body) <= BODY_LIMIT_BYTES:
        request = {"TemplateBody": body.decode()}
    else:
        request = {"TemplateURL": _object_url(session, bucket, _upload(session, bucket, "template", body, "json"))}
    _submit(session.client("cloudformation"), stack_name, request, template, given, progress)


def _submit(client, stack_name: str, request: dict, template: dict, given: Mapping[str, str], progress: Callable[[str], None]) -> None:
    existing = _stack(client, stack_name)
    if existing and existing["StackStatus"] in ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"):
        progress("removing what an earlier attempt left")
        client.delete_stack(StackName=existing["StackId"])
        _wait(client, existing["StackId"], ("DELETE_COMPLETE",), progress)
        existing = None
    request |= {"StackName": stack_name, "Capabilities": CAPABILITIES, "Parameters": _parameters(template, given, existing)}
    progress("updating the stack" if existing else "creating the stack")
    try:
        made = client.update_stack(**request) if existing else client.create_stack(**request)
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            progress("the stack is up to date")
            return
        raise DeployFailed(str(error)) from error
    _wait(client, made["StackId"], ("UPDATE_COMPLETE",) if existing else ("CREATE_COMPLETE",), progress)


def _parameters(template: dict, given: Mapping[str, str], existing: dict | None) -> list[dict]:
    """Given values of the parameters the template has, and the old value where none is given."""
    unknown = sorted(set(given) - set(template["Parameters"]))
    if unknown:
        raise DeployFailed(f"the template has no parameter {', '.join(unknown)}")
    before = {parameter["ParameterKey"] for parameter in (existing or {}).get("Parameters", [])}
    values = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
    return values + [{"ParameterKey": key, "UsePreviousValue": True} for key in template["Parameters"] if key in before - set(given)]


def _wait(client, stack_id: str, wanted: tuple[str, ...], progress: Callable[[str], None]) -> None:
    """Wait for a final state, from five looks a second down to one in five seconds."""
    pause_seconds, deadline, last = 0.2, time.monotonic() + MINUTES_TO_WAIT * 60, ""
    while time.monotonic() < deadline:
        status = client.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
        if status != last:
            progress(status.lower().replace("_", " "))
            last = status
        if status in wanted:
            return
        if not status.endswith("_IN_PROGRESS"):
            raise DeployFailed(f"{status}: {_reasons(client, stack_id)}")
        time.sleep(pause_seconds)
        pause_seconds = min(5.0, pause_seconds * 1.3)
    raise DeployFailed(f"not finished after {MINUTES_TO_WAIT} minutes")


def _reasons(client, stack_id: str) -> str:
    pages = client.get_paginator("describe_stack_events").paginate(StackName=stack_id)
    events = [event for page in pages for event in page["StackEvents"] if event["ResourceStatus"].endswith("_FAILED")]
    return "; ".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in reversed(events))


def _stack(client, stack_name: str) -> dict | None:
    try:
        return client.describe_stacks(StackName=stack_name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def _bucket(session, stack_name: str) -> str:
    """The bucket that holds packages of this stack, made when missing."""
    account = session.client("sts").get_caller_identity()["Account"]
    region = session.region_name or "us-east-1"
    name = f"{stack_name.lower()}-packages-{account}-{region}"[:63]
    s3 = session.client("s3")
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **place)
        closed = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=closed)
    return name


def _upload(session, bucket: str, folder: str, content: bytes, suffix: str) -> str:
    """The key of an object named after its content."""
    key = f"{folder}/{hashlib.sha256(content).hexdigest()}.{suffix}"
    session.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
    return key


def _object_url(session, bucket: str, key: str) -> str:
    """The address of an object without a signature: CloudFormation reads it with the caller's rights."""
    signed = session.client("s3").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})
    return signed.split("?")[0]


def located(template: dict, bucket: str, key: str) -> dict:
    """The template with the archive's place in every function."""
    for properties in functions(template).values():
        properties["CodeUri"] = {"Bucket": bucket, "Key": key}
    return template
