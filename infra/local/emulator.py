"""MiniStack on this machine: the services the stack needs, on one loopback port, its data kept in ``.local/``.

A given ``AWS_ENDPOINT_URL`` is used instead: it may hold somebody's data, so it is never reset and never stopped.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from chalicelib.errors import Unavailable
from infra.local import processes
from infra.local.home import ROOT, forget, home, read_note, update_note, write_note

REGION = "us-east-1"
PREFERRED_PORT = 4566
LOOPBACK = "127.0.0.1"
PROCESS = "emulator-process"
FOLDER = "emulator"
RUN = "run"
SAVE = "state/dynamodb.json"  # the log and all that follows from it; MiniStack writes it at its end and at no other time


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where AWS is for this run. ``own`` is true only for a MiniStack that this project started itself."""

    url: str
    region: str
    own: bool

    @property
    def port(self) -> int:
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    def environment(self) -> dict[str, str]:
        """The variables that send boto3 and PynamoDB there; a given endpoint keeps the credentials it came with."""
        given = {} if self.own else {name: os.environ[name] for name in CREDENTIALS if name in os.environ}
        return {"AWS_ENDPOINT_URL": self.url, "AWS_DEFAULT_REGION": self.region, "AWS_REGION": self.region, **(given or TEST_CREDENTIALS)}

    def use(self) -> None:
        """Send this process and its children there. Plain-http loopback needs no proxy and no CA of the house."""
        for name in [name for name in os.environ if name.startswith("AWS_") and self.own]:
            del os.environ[name]
        os.environ.update(self.environment())
        os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(filter(None, (os.environ.get("NO_PROXY"), "localhost,127.0.0.1,.localhost")))


CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE")
TEST_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def given_endpoint() -> Endpoint | None:
    """The endpoint the developer named, None if there is none."""
    url = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
    region = os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION") or REGION
    return Endpoint(url, region, own=False) if url else None


def running() -> Endpoint | None:
    """Our own MiniStack if it is up."""
    port = read_note("emulator-port").get("port")
    if processes.find(PROCESS) is None or not isinstance(port, int):
        return None
    endpoint = Endpoint(f"http://{LOOPBACK}:{port}", REGION, own=True)
    return endpoint if healthy(endpoint.url) else None


def start(*, port: int | None = None, auth: bool = False, persist: bool = True, patience_seconds: float = 60.0) -> Endpoint:
    """Our own MiniStack, started if it is not up. It keeps its port, because addresses inside the stack name it."""
    found = running()
    if found:
        return found
    processes.stop(PROCESS, 5)
    port = port or choose_port(read_note("emulator-port").get("port"))
    update_note("emulator-port", port=port)
    folder = home() / FOLDER
    for name in ("state", "s3", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    if persist:
        write_note(RUN, {"began": time.time()}, folder)
    log = folder / "emulator.log"
    command = [sys.executable, "-m", "ministack"]
    processes.start(PROCESS, command, child_environment(port, folder, auth=auth, persist=persist), log, ROOT)
    endpoint = Endpoint(f"http://{LOOPBACK}:{port}", REGION, own=True)
    wait_until_healthy(endpoint.url, patience_seconds, log)
    return endpoint


def stop() -> bool:
    """End our own MiniStack; it saves its data while it goes. False if it was not running."""
    return processes.stop(PROCESS, patience_seconds=120)


def lost_with_last_run(folder: Path) -> str:
    """What is gone because the last run came to no save, and what to do, in words; nothing after a clean end and while it runs."""
    if running():
        return ""
    processes.stop(PROCESS, 5)
    began, save = read_note(RUN, folder).get("began"), folder / SAVE
    saved = save.stat().st_mtime if save.exists() else None
    if not isinstance(began, float) or (saved is not None and saved >= began):
        return ""
    when = f"of {datetime.fromtimestamp(saved).astimezone():%Y-%m-%d %H:%M:%S %z}" if saved is not None else "(it never came to one)"
    return (
        f"the emulator ended without saving: what came in after its last save {when} is gone. "
        "Repeat those imports, uploads and entries: what is there already does not come in twice"
    )


def forget_data() -> None:
    """Delete what our own MiniStack had saved. Only after :func:`stop`."""
    forget(FOLDER)


def child_environment(port: int, folder: Path, *, auth: bool, persist: bool) -> dict[str, str]:
    """The environment MiniStack gets: bound to loopback, because any 12-digit key is root there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MINISTACK_", "LOCALSTACK_"))}
    return {
        **kept,
        **TEST_CREDENTIALS,
        "AWS_DEFAULT_REGION": REGION,
        "MINISTACK_REGION": REGION,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": LOOPBACK,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "AUTH": "true" if auth else "false",
        "PERSIST_STATE": "1" if persist else "0",
        "S3_PERSIST": "1" if persist else "0",
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def choose_port(preferred: object) -> int:
    """The port of last time or the usual one if free, else any free one."""
    for port in (preferred, PREFERRED_PORT):
        if isinstance(port, int) and is_free(port):
            return port
    return free_port()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def is_free(port: int, host: str = LOOPBACK) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def healthy(url: str, timeout_seconds: float = 2.0) -> bool:
    """Whether MiniStack (or LocalStack) answers its health question there."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for path in ("/_ministack/health", "/_localstack/health"):
        try:
            with opener.open(url + path, timeout=timeout_seconds) as answer:
                return isinstance(json.load(answer), dict)
        except (OSError, ValueError):
            continue
    return False


def wait_until_healthy(url: str, patience_seconds: float, log: Path) -> None:
    """Unavailable, with the end of its log, if the emulator does not come up in time or ends at once."""
    deadline = time.monotonic() + patience_seconds
    while not healthy(url):
        if time.monotonic() > deadline or processes.find(PROCESS) is None:
            tail = "\n".join(log.read_text("utf-8", "replace").splitlines()[-8:])
            raise Unavailable(f"the emulator did not start; the end of {log}:\n{tail}")
        time.sleep(0.05)


def missing_services(session: object) -> list[str]:
    """Which of the services the stack needs do not answer at this endpoint."""
    from botocore.exceptions import BotoCoreError, ClientError

    missing = []
    for service, question in PROBES.items():
        try:
            question(session.client(service))
        except ClientError as error:
            if error.response["Error"]["Code"] in NOT_THERE or error.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 501):
                missing.append(service)
        except BotoCoreError:
            missing.append(service)
    return missing


NOT_THERE = ("InternalFailure", "UnknownOperationException", "NotImplemented", "InvalidAction", "501")
PROBES = {
    "dynamodb": lambda client: client.list_tables(Limit=1),
    "dynamodbstreams": lambda client: client.list_streams(Limit=1),
    "lambda": lambda client: client.list_functions(MaxItems=1),
    "sqs": lambda client: client.list_queues(MaxResults=1),
    "s3": lambda client: client.list_buckets(),
    "cognito-idp": lambda client: client.list_user_pools(MaxResults=1),
    "cloudformation": lambda client: client.list_stacks(),
    "apigateway": lambda client: client.get_rest_apis(limit=1),
    "iam": lambda client: client.list_roles(MaxItems=1),
    "cloudfront": lambda client: client.list_distributions(MaxItems="1"),
    "events": lambda client: client.list_rules(Limit=1),
    "kms": lambda client: client.list_keys(Limit=1),
    "secretsmanager": lambda client: client.list_secrets(MaxResults=1),
    "sns": lambda client: client.list_topics(),
}
