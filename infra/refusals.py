"""What the gateway refuses by itself, before any function is asked, in our own words: the same problem documents as everywhere else."""

from __future__ import annotations

import json

from botocore.client import BaseClient

from chalicelib import http
from chalicelib.errors import BadInput, Forbidden, NotFound, SafetyCodeError, Unauthenticated, Unavailable, UnsupportedMediaType

# The gateway's kind of refusal → our error. A route that is not there it calls a missing authentication token. The last two stand for all others.
REFUSALS: dict[str, SafetyCodeError] = {
    "UNAUTHORIZED": Unauthenticated(),
    "EXPIRED_TOKEN": Unauthenticated(),
    "ACCESS_DENIED": Forbidden(),
    "MISSING_AUTHENTICATION_TOKEN": NotFound(),
    "RESOURCE_NOT_FOUND": NotFound(),
    "REQUEST_TOO_LARGE": http.BodyTooLarge("超过大小上限"),
    "UNSUPPORTED_MEDIA_TYPE": UnsupportedMediaType(),
    "THROTTLED": Unavailable(),
    "INTEGRATION_TIMEOUT": Unavailable(),
    "DEFAULT_4XX": BadInput("无法识别的请求"),
    "DEFAULT_5XX": SafetyCodeError(),
}
HEADERS = {"Content-Type": http.PROBLEM_TYPE, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def gateway_responses() -> dict[str, dict]:
    """As SAM's ``GatewayResponses`` of an API."""
    headers = {name: f"'{value}'" for name, value in HEADERS.items()}
    return {
        kind: {
            "StatusCode": str(error.status),
            "ResponseParameters": {"Headers": headers},
            "ResponseTemplates": {"application/json": json.dumps(http.problem_document(error), ensure_ascii=False)},
        }
        for kind, error in REFUSALS.items()
    }


def put(gateway: BaseClient, api_id: str, stage: str) -> None:
    """The same by the gateway's API: MiniStack leaves them out of the definition it reads. They hold from a stage's next deployment on."""
    for kind, given in gateway_responses().items():
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            statusCode=given["StatusCode"],
            responseParameters={f"gatewayresponse.header.{name}": value for name, value in given["ResponseParameters"]["Headers"].items()},
            responseTemplates=given["ResponseTemplates"],
        )
    gateway.create_deployment(restApiId=api_id, stageName=stage)
