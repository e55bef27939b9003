"""The one CloudFormation stack on the local endpoint: its parameters, its outputs, and whether anything changed since."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from chalicelib.config import Settings, read_settings
from chalicelib.errors import NotFound, Unavailable
from infra.local import files_door
from infra.local.emulator import Endpoint
from infra.local.home import HOME, read_note, update_note

NOTE = "stack"
DEMO = "demo"
NEEDED_OUTPUTS = ("ApiId", "DistributionDomain", "FilesBucket", "MonthQueueUrl", "RegradeFunctionName")


@dataclass(frozen=True, slots=True)
class Deployed:
    """A stack that stands: where, under which name, with which outputs and parameters."""

    endpoint: Endpoint
    name: str
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]

    def environment(self) -> dict[str, str]:
        """The functions' settings, for jobs that the developer's command runs itself."""
        return {
            "TABLE_PREFIX": self.name,
            "DISTRICT": self.parameters["District"],
            "TODAY": self.parameters["Today"],
            "PLATE_KEYS": self.parameters["PlateKeys"],
            "ID_KEY": self.parameters["IdKey"],
            "PUBLIC_BASE_URL": self.parameters["PublicBaseUrl"],
            "FILES_BUCKET": self.outputs["FilesBucket"],
            "FILES_URL": self.parameters.get("FilesUrl", ""),
            "EXPORT_QUEUE_URL": self.outputs.get("ExportQueueUrl", ""),
            "SHADOW_QUEUE_URL": self.outputs.get("ShadowQueueUrl", ""),
            "IMPORT_QUEUE_URL": self.outputs.get("ImportQueueUrl", ""),
            "MONTH_QUEUE_URL": self.outputs["MonthQueueUrl"],
            "NOTICE_QUEUE_URL": self.outputs["NoticeQueueUrl"],
            "USER_POOL_ID": self.outputs.get("UserPoolId", ""),
            "USER_POOL_CLIENT_ID": self.outputs.get("UserPoolClientId", ""),
            "SIGN_IN_URL": self.parameters["PublicBaseUrl"],
            "CODE_VERSION": str(read_note(NOTE).get("code_version", "dev")),
        }

    def settings(self) -> Settings:
        return read_settings(self.environment())


def stack_name(endpoint: Endpoint) -> str:
    """The stack's name and the prefix of all its names: chosen once, and never a plain one where others have data."""
    note = read_note(NOTE)
    if note.get("url") == endpoint.url and note.get("name"):
        return str(note["name"])
    return "safety-code" if endpoint.own else f"safety-code-{secrets.token_hex(3)}"


def keys() -> dict[str, str]:
    """Plate and id keys of this checkout's demo, made once: plates on paper must stay genuine over restarts."""
    kept = read_note("keys")
    if not kept:
        kept = update_note("keys", PlateKeys=f"D:{secrets.token_hex(32)}", IdKey=secrets.token_hex(32))
    return {name: str(value) for name, value in kept.items()}


def parameters_for(endpoint: Endpoint, *, base_url: str, today: date, pump: bool, district: str = DEMO) -> dict[str, str]:
    """The template's parameters for a stack on this machine."""
    return {
        **keys(),
        "District": district,
        "Today": today.isoformat(),
        "PublicBaseUrl": base_url,
        "FilesUrl": files_door.ADDRESS,
        "SignInUrl": base_url,
        "StreamEnabled": "false" if pump else "true",
        "ViewerProtocol": "allow-all",
        "ApiOriginDomain": "localhost",
        "ApiOriginPort": str(endpoint.port),
    }


def ensure(endpoint: Endpoint, parameters: Mapping[str, str], progress: Callable[[str], None]) -> Deployed:
    """The stack with this code and these parameters; packages and deploys only if something changed or it is gone."""
    name = stack_name(endpoint)
    mark = fingerprint(parameters, endpoint)
    found = find(endpoint)
    if found and read_note(NOTE).get("mark") == mark:
        progress("stack: unchanged")
        return found
    outputs = deploy(name, parameters, progress)
    update_note(NOTE, url=endpoint.url, own=endpoint.own, region=endpoint.region, name=name, mark=mark, parameters=dict(parameters))
    return Deployed(endpoint, name, outputs, dict(parameters))


def deploy(name: str, parameters: Mapping[str, str], progress: Callable[[str], None]) -> dict[str, str]:
    """Package locally and create or update the stack. Unavailable with the reasons if it does not stand afterwards."""
    import boto3

    from infra import refusals
    from infra.archive import BadPackage
    from infra.deploy import DeployFailed
    from infra.deploy import deploy as apply
    from infra.package import build_once

    try:
        package = build_once(HOME / "packages", lambda line: progress(f"package: {line}"))
        outputs = apply(name, package, parameters, progress=lambda line: progress(f"deploy: {line}"))
    except (BadPackage, DeployFailed) as error:
        raise Unavailable(str(error)) from error
    missing = [output for output in NEEDED_OUTPUTS if output not in outputs]
    if missing:
        raise Unavailable(f"the stack has no output {', '.join(missing)}")
    refusals.put(boto3.client("apigateway"), outputs["ApiId"], package.template()["Resources"]["RestAPI"]["Properties"]["StageName"])
    update_note(NOTE, code_version=package.code_version)
    return outputs


def find(endpoint: Endpoint) -> Deployed | None:
    """The stack noted in ``.local/`` if it stands at this endpoint."""
    from botocore.exceptions import ClientError

    from infra.deploy import outputs

    note = read_note(NOTE)
    if note.get("url") != endpoint.url or not note.get("name") or not note.get("parameters"):
        return None
    try:
        found = outputs(str(note["name"]))
    except ClientError:
        return None
    complete = all(name in found for name in NEEDED_OUTPUTS)
    return Deployed(endpoint, str(note["name"]), found, dict(note["parameters"])) if complete else None


def current() -> Deployed:
    """The running stack of this checkout. NotFound if there is none: then ``./dev up`` comes first."""
    from infra.local import emulator

    endpoint = emulator.given_endpoint() or emulator.running()
    if endpoint is None:
        raise NotFound("the local stack is not running: ./dev up")
    endpoint.use()
    found = find(endpoint)
    if found is None:
        raise NotFound(f"no stack of this checkout at {endpoint.url}: ./dev up")
    return found


def set_parameter(deployed: Deployed, **changed: str) -> Deployed:
    """The stack with some parameters changed; the rest, and the code, stay as they are."""
    parameters = {**deployed.parameters, **changed}
    outputs = deploy(deployed.name, parameters, lambda line: None)
    update_note(NOTE, parameters=parameters, mark=fingerprint(parameters, deployed.endpoint))
    return Deployed(deployed.endpoint, deployed.name, outputs, parameters)


def fingerprint(parameters: Mapping[str, str], endpoint: Endpoint) -> str:
    """Changes when the code, the template's sources or a parameter change."""
    from infra.package import package_mark

    return hashlib.sha256(json.dumps([package_mark(), dict(parameters), endpoint.url], sort_keys=True).encode()).hexdigest()
