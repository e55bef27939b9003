"""One DynamoDB GetItem over the standard library: what a scan needs, without the 100 ms of a general client's cold start.

Signature Version 4 as AWS documents it; credentials, region and endpoint from the environment that a Lambda function
gets. Short time-outs, three attempts, one kept connection. Everything else in the program uses botocore.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from chalicelib.errors import Unavailable

TARGET = "DynamoDB_20120810.GetItem"
CONTENT_TYPE = "application/x-amz-json-1.0"
CONNECT_TIMEOUT_S = 1
READ_TIMEOUT_S = 2
ATTEMPTS = 3
PASSING = ("ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "InternalServerError")

Environment = Mapping[str, str]
Connect = Callable[["Endpoint"], HTTPConnection]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the service answers."""

    scheme: str
    host: str
    port: int | None
    region: str
    ca_file: str | None = None

    @property
    def authority(self) -> str:
        """The Host header: the port only where it is not the scheme's own."""
        return self.host if self.port is None else f"{self.host}:{self.port}"


def endpoint_of(environment: Environment) -> Endpoint:
    """The endpoint of the environment's region, in any partition, or the one that is given. Unavailable without a region."""
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    if not region:
        raise Unavailable("no region is set")
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    given = environment.get("AWS_ENDPOINT_URL_DYNAMODB") or environment.get("AWS_ENDPOINT_URL")
    parts = urlsplit(given or f"https://dynamodb.{region}.{suffix}")
    port = None if parts.port == {"http": 80, "https": 443}[parts.scheme] else parts.port
    return Endpoint(parts.scheme, parts.hostname or "", port, region, environment.get("AWS_CA_BUNDLE"))


def signed_headers(body: bytes, endpoint: Endpoint, environment: Environment, now: datetime) -> dict[str, str]:
    """The headers of a signed request. Unavailable without credentials in the environment."""
    if not (environment.get("AWS_ACCESS_KEY_ID") and environment.get("AWS_SECRET_ACCESS_KEY")):
        raise Unavailable("no credentials are set")
    instant = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {"content-type": CONTENT_TYPE, "host": endpoint.authority, "x-amz-date": instant, "x-amz-target": TARGET}
    if environment.get("AWS_SESSION_TOKEN"):
        headers["x-amz-security-token"] = environment["AWS_SESSION_TOKEN"]
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{instant[:8]}/{endpoint.region}/dynamodb/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{instant}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = ("AWS4" + environment["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    signature = hmac.digest(key, text.encode(), hashlib.sha256).hex()
    credential = f"{environment['AWS_ACCESS_KEY_ID']}/{scope}"
    return {**headers, "authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"}


def connect(endpoint: Endpoint) -> HTTPConnection:
    """An open connection with the read time-out set."""
    if endpoint.scheme == "http":
        connection = HTTPConnection(endpoint.host, endpoint.port, timeout=CONNECT_TIMEOUT_S)
    else:
        import ssl

        context = ssl.create_default_context(cafile=endpoint.ca_file)
        connection = HTTPSConnection(endpoint.host, endpoint.port, timeout=CONNECT_TIMEOUT_S, context=context)
    connection.connect()
    connection.sock.settimeout(READ_TIMEOUT_S)
    return connection


@dataclass(slots=True)
class Wire:
    """A kept connection to the service."""

    environment: Environment
    connect: Connect = connect
    _kept: list[HTTPConnection] = field(default_factory=list)

    def get_item(self, table: str, key: Mapping[str, object], now: datetime) -> dict[str, dict[str, str]] | None:
        """The item with this key in DynamoDB's own notation, or None.

        Unavailable after three attempts, or at once for an answer that trying again cannot mend.
        """
        endpoint = endpoint_of(self.environment)
        body = json.dumps({"TableName": table, "Key": key}).encode()
        headers = signed_headers(body, endpoint, self.environment, now)
        reason = ""
        for _ in range(ATTEMPTS):
            try:
                status, answer = self._exchange(endpoint, body, headers)
            except (OSError, HTTPException) as error:
                self._drop()
                reason = type(error).__name__
                continue
            if status == 200:
                return json.loads(answer).get("Item")
            reason = _fault(answer)
            if status < 500 and reason not in PASSING:
                break
        raise Unavailable("the card cannot be read now", reason=reason)

    def _exchange(self, endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        if not self._kept:
            self._kept.append(self.connect(endpoint))
        self._kept[0].request("POST", "/", body, dict(headers))
        answer = self._kept[0].getresponse()
        return answer.status, answer.read()

    def _drop(self) -> None:
        while self._kept:
            self._kept.pop().close()


def _fault(answer: bytes) -> str:
    """The name of the service's error; empty if the answer is none of its own."""
    try:
        document = json.loads(answer)
    except ValueError:
        return ""
    return str(document.get("__type", "")).rsplit("#", 1)[-1] if isinstance(document, dict) else ""
