"""A whole ``./dev up`` in a folder of its own: run its commands, look at what it holds, and take its processes down hard."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, HTTPClientError

from infra.local.emulator import free_port

ROOT = Path(__file__).resolve().parents[2]
AS_OF = "2020-06-30"
PROCESSES = ("emulator-process", "serve-process")
STEP_SECONDS = 0.01
# Looking costs both sides some milliseconds: oftener, and the watched command has half a core less.
WATCH_SECONDS = 0.02
ATTEMPTS = 6
PATIENCE_SECONDS = 120


@dataclass
class Home:
    """One stack with its own MiniStack, front door and notes."""

    folder: Path
    port: int = field(default_factory=free_port)
    _clients: dict[str, object] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """Nothing of the session's AWS: this stack brings its own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name != "TABLE_PREFIX"}
        return {**kept, "SAFETY_CODE_HOME": str(self.folder), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}

    def up_arguments(self, *more: str) -> list[str]:
        return ["up", "--detach", "--port", str(self.port), "--as-of", AS_OF, *(more or ("--small",))]

    def begin(self, *arguments: str) -> subprocess.Popen:
        """A command on its way; its words go to ``told.txt``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.note("emulator-port"):
            (self.folder / "emulator-port.json").write_text(json.dumps({"port": free_port()}))
        with self.told.open("ab") as told:
            command = [sys.executable, "-m", "infra.cli", *arguments]
            return subprocess.Popen(command, cwd=ROOT, env=self.environment(), stdin=subprocess.DEVNULL, stdout=told, stderr=told)

    def run(self, *arguments: str, patience_seconds: float = 240) -> tuple[int, str]:
        """A command to its end: exit code, and what it said."""
        before = self.told.stat().st_size if self.told.exists() else 0
        code = self.begin(*arguments).wait(patience_seconds)
        return code, self.told.read_bytes()[before:].decode()

    def up(self, *more: str) -> str:
        """Stand up, or fail with everything that was said."""
        code, told = self.run(*self.up_arguments(*more))
        assert code == 0, told
        return told

    def down(self) -> None:
        self.run("down")

    @property
    def told(self) -> Path:
        return self.folder / "told.txt"

    def note(self, name: str) -> dict:
        path = self.folder / f"{name}.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else {}

    def client(self, service: str) -> object:
        """One client per service: the emulator keeps its port, and a client costs more than its questions."""
        if service not in self._clients:
            self._clients[service] = self._new_client(service)
        return self._clients[service]

    def _new_client(self, service: str) -> object:
        url = f"http://127.0.0.1:{self.note('emulator-port')['port']}"
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "aws_session_token": None}
        return boto3.session.Session().client(service, region_name="us-east-1", endpoint_url=url, **keys)

    @property
    def prefix(self) -> str:
        return str(self.note("stack").get("name") or "safety-code")

    def items(self, table: str) -> list[dict]:
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=f"{self.prefix}-{table}", ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    def count(self, table: str) -> int:
        """How many items; 0 while there is no such table, or nobody to ask."""
        dynamodb = self.client("dynamodb")
        try:
            return dynamodb.describe_table(TableName=f"{self.prefix}-{table}")["Table"]["ItemCount"]
        except (dynamodb.exceptions.ResourceNotFoundException, EndpointConnectionError, HTTPClientError):
            return 0

    def content(self) -> dict[str, str]:
        """What the district is, without when it came in: a digest of the events, facts and cards, each with its keys."""
        return {table: digest(sorted(lines(self.items(table), keys))) for table, keys in CONTENT.items()}

    def releases(self) -> dict[str, bytes]:
        """Every manifest and pointer that was published."""
        bucket = self.note_output("FilesBucket")
        client = self.client("s3")
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
        return {
            key: client.get_object(Bucket=bucket, Key=key)["Body"].read()
            for key in keys
            if key.endswith(("manifest.json", "current.json"))
        }

    def note_output(self, name: str) -> str:
        described = self.client("cloudformation").describe_stacks(StackName=self.prefix)["Stacks"][0]["Outputs"]
        return next(output["OutputValue"] for output in described if output["OutputKey"] == name)

    def plate(self, grade: str) -> str:
        """The address on the plate of some site of this grade."""
        from chalicelib.code.token import parse_keys, plate_url, sign

        card = next(item for item in self.items("cards") if item["grade"]["S"] == grade)
        keys = parse_keys(self.note("keys")["PlateKeys"])
        return plate_url(f"http://localhost:{self.port}", sign(card["site_id"]["S"], int(card["issue"]["N"]), keys))

    def kill(self, *names: str) -> list[int]:
        """SIGKILL: no word of farewell, nothing saved. The ids of what was killed."""
        pids = [self.note(name).get("pid") for name in names or PROCESSES]
        killed = [pid for pid in pids if isinstance(pid, int)]
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        return killed


CONTENT = {
    "events": ("subject", "event_id", "kind", "doc"),
    "facts": ("site_id", "version", "doc"),
    "cards": ("site_id", "version", "as_of", "grade", "issue", "doc"),
}


def lines(items: list[dict], names: tuple[str, ...]) -> Iterator[str]:
    return ("|".join(next(iter(item[name].values())) if name in item else "" for name in names) for item in items)


def digest(texts: list[str]) -> str:
    return f"{len(texts)} {hashlib.sha256(chr(10).join(texts).encode()).hexdigest()}"


def wait_for(condition: Callable[[], object], process: subprocess.Popen, patience_seconds: float = 90) -> None:
    """Until it is so; the process must still be at work then."""
    deadline = time.monotonic() + patience_seconds
    while not condition():
        assert process.poll() is None, "the command ended before"
        assert time.monotonic() < deadline
        time.sleep(STEP_SECONDS)


@contextmanager
def a_home(folder: Path, keys_of: Home | None = None) -> Iterator[Home]:
    """A fresh home, taken down at the end; with the plate and id keys of another one, so that both make the same ids."""
    home = Home(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if keys_of:
        (folder / "keys.json").write_bytes((keys_of.folder / "keys.json").read_bytes())
    try:
        yield home
    finally:
        home.down()


@contextmanager
def cut_off(folder: Path, undisturbed: Home, table: str, whole: int, up: Sequence[str], *names: str, least: int = 1) -> Iterator[Home]:
    """A home whose ``up`` was killed while a table held ``least`` or more, but not all, of its items; then the other processes too.

    A fast machine may be through before it is caught: then once more, in a fresh home.
    """
    for attempt in range(ATTEMPTS):
        with a_home(folder / f"attempt-{attempt}", keys_of=undisturbed) as home:
            process = home.begin(*home.up_arguments(*up))
            reached = watch(home, table, least, process)
            process.kill()
            process.wait(10)
            home.kill(*names)
            if least <= reached < whole:
                yield home
                return
    pytest.fail(f"{ATTEMPTS} times the command was through before it could be cut off")


def watch(home: Home, table: str, least: int, process: subprocess.Popen) -> int:
    """How many items there were when the command was stopped, as soon as there were ``least``."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while home.count(table) < least and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(WATCH_SECONDS)
    process.send_signal(signal.SIGSTOP)
    return home.count(table)
