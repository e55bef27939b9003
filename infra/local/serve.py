"""The process behind a running stack: the pump and the front door, until it is asked to end.

``python -m infra.local.serve`` reads what to do from the note ``serve`` and tells how it is in the note ``serve-status``.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from infra.local import front_door, lan, processes
from infra.local.emulator import Endpoint
from infra.local.home import home, read_note, write_note
from infra.local.shards import ShardSource, find_mapping, invoker, undertaker
from infra.local.stream import Pump, Tally

PROCESS = "serve-process"
STATUS = "serve-status"
CHECKPOINT = "pump-checkpoint"
STATUS_SECONDS = 0.25
CHECKPOINT_SECONDS = 5
SAVED = "saved"


def main() -> int:
    """Run until SIGTERM or SIGINT."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    note = read_note("serve")
    endpoint = Endpoint(str(note["url"]), str(note["region"]), bool(note["own"]))
    endpoint.use()
    board = Board()
    pump = start_pump(note, board) if note["pump"] else None
    doors = start_doors(note, endpoint)
    board.run(ended, str(note["mark"]))
    for door in doors:
        door.shutdown()
    if pump:
        pump.stop()
        board.write(str(note["mark"]))
    return 0


def note_saved(events: int | None) -> None:
    """Write down, at a clean end, up to when the saved data are worked off: after a crash only this can be trusted.

    ``events`` is the length of the log of which every event was worked off, None if that is not known.
    """
    write_note(SAVED, {"drained_at": read_note(CHECKPOINT).get("drained_at", 0.0), "events": events})


class Board:
    """Keeps the notes of status and checkpoint up to date, a few times a second and only when something changed."""

    def __init__(self) -> None:
        self.tally: Tally | None = None
        self.done_through: str | None = None
        self._written: tuple[object, ...] = ()

    def watch(self, tally: Tally, done_through: str | None) -> None:
        self.tally, self.done_through = tally, done_through

    def run(self, ended: threading.Event, mark: str) -> None:
        while not ended.wait(STATUS_SECONDS):
            self.write(mark)

    def write(self, mark: str) -> None:
        told = asdict(self.tally) if self.tally else {}
        write_note(STATUS, {"mark": mark, "at": time.time(), "pump": told})
        state = (mark, self.done_through, round(told.get("drained_at", 0.0) / CHECKPOINT_SECONDS))
        if self.tally and self._written != state:
            write_note(CHECKPOINT, {"mark": mark, "done_through": self.done_through, "drained_at": told["drained_at"]})
            self._written = state


def start_pump(note: dict[str, object], board: Board) -> Pump:
    """A pump on the stack's stream, after the checkpoint if the emulator is still the same run."""
    import boto3
    from botocore.config import Config

    patient = Config(read_timeout=310, retries={"total_max_attempts": 1}, max_pool_connections=8)
    mapping = find_mapping(boto3.client("lambda"), str(note["function"]))
    checkpoint = read_note(CHECKPOINT)
    after = str(checkpoint.get("done_through") or "") if checkpoint.get("mark") == note["mark"] else ""
    source = ShardSource(boto3.client("dynamodbstreams"), mapping.stream_arn, after or None)
    bury = undertaker(boto3.client("sqs"), str(note["dead_letters"]), mapping)
    return Pump(source, invoker(boto3.client("lambda", config=patient), mapping.function), bury, mapping.policy, board.watch).start()


def start_doors(note: dict[str, object], endpoint: Endpoint) -> list[front_door.Door]:
    """http on loopback, and https on all networks when asked for."""
    host = "127.0.0.1" if endpoint.own else host_of(endpoint)
    upstream = front_door.Upstream(host, endpoint.port, str(note["distribution"]), str(note.get("bucket", "")))
    doors = [front_door.serve(upstream, "127.0.0.1", int(note["port"]))]
    if note.get("lan_port"):
        context, _ = lan.lan_tls(home() / "lan", [str(address) for address in note["lan_addresses"]])
        doors.append(front_door.serve(upstream, "0.0.0.0", int(note["lan_port"]), context))
    for door in doors:
        front_door.start(door)
    return doors


def host_of(endpoint: Endpoint) -> str:
    return urlsplit(endpoint.url).hostname or "localhost"


def launch(config: dict[str, object], root: Path, patience_seconds: float = 20.0) -> None:
    """Start the process anew with this configuration and wait until it tells that it is up. TimeoutError with its log."""
    processes.stop(PROCESS)
    write_note("serve", config)
    write_note(STATUS, {})
    log = home() / "serve.log"
    log.unlink(missing_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"}
    pid = processes.start(PROCESS, [sys.executable, "-m", "infra.local.serve"], environment, log, root)
    deadline = time.monotonic() + patience_seconds
    while read_note(STATUS).get("mark") != config["mark"]:
        if time.monotonic() > deadline or not processes.alive(pid):
            raise TimeoutError(f"pump and front door did not start:\n{log.read_text('utf-8', 'replace')[-1500:]}")
        time.sleep(0.05)


def wait_drained(since: float, timeout_seconds: float, told: Callable[[dict], None] = lambda status: None) -> dict[str, object]:
    """Wait until everything changed before ``since`` (seconds of the epoch) is settled; ``told(pump status)`` on the way."""
    deadline = time.monotonic() + timeout_seconds
    while True:
        status = read_note(STATUS).get("pump", {})
        told(status)
        if status.get("drained_at", 0.0) >= since:
            return status
        if time.monotonic() > deadline or processes.find(PROCESS) is None:
            raise TimeoutError(f"the stream was not worked off: {status}")
        time.sleep(0.1)


if __name__ == "__main__":
    raise SystemExit(main())
