"""The function that brings an uploaded file in is killed in the middle of it: the job goes on, and the log is that of an undisturbed import."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from chalicelib import clock
from chalicelib.intake.log import Key
from chalicelib.intake.run import import_file
from chalicelib.intake.store import ImportLog
from chalicelib.jobs import STANDSTILL
from chalicelib.register.district import load_district
from chalicelib.supervision.model import Event, to_document
from chalicelib.supervision.store import EventLog
from tests.aws import Stack
from tests.stack import test_uploads as uploads

pytestmark = pytest.mark.full
site_numbers = uploads.site_numbers
DAYS, PATIENCE_SECONDS = 900, 120


@dataclass
class Undisturbed:
    """The stack's log to whoever asks for sites, and as if no injury stood in it; what is written is kept here."""

    log: ImportLog
    written: dict[Key, bytes] = field(default_factory=dict)

    def find_texts(self, keys: Sequence[Key]) -> dict[Key, str]:
        return {key: text for key, text in self.log.find_texts(keys).items() if json.loads(text)["kind"] != "work_injury"}

    def list_events(self, subject: str) -> tuple[Event, ...]:
        return self.log.list_events(subject)

    def append(self, events: Iterable[Event], now: datetime) -> None:
        self.written |= {(event.subject, event.event_id): orjson.dumps(to_document(event), option=orjson.OPT_SORT_KEYS) for event in events}


def count(stack: Stack) -> int:
    return stack.emulator.client("dynamodb").describe_table(TableName=stack.deployed.outputs["EventsTable"])["Table"]["ItemCount"]


def kill_importer(stack: Stack) -> None:
    """SIGKILL for the processes that run the function now: no word of farewell."""
    name = stack.deployed.outputs["ImporterFunctionName"]
    told = subprocess.run(["ps", "-ww", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    running = [int(line.split()[0]) for line in told.splitlines() if f"-{name}-" in line and "_worker" in line]
    assert running, told
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def grown_old(stack: Stack, job: str) -> None:
    """Two minutes go by without a word of the job."""
    dynamodb, table = stack.emulator.client("dynamodb"), f"{stack.deployed.name}-jobs"
    item = dynamodb.get_item(TableName=table, Key={"job": {"S": job}})["Item"]
    document = json.loads(item["doc"]["S"])
    long_ago = clock.parse_instant(document["updated_at"]) - STANDSTILL
    dynamodb.put_item(TableName=table, Item={**item, "doc": {"S": json.dumps({**document, "updated_at": clock.instant_text(long_ago)})}})


def state(stack: Stack, job: str) -> dict:
    return uploads.api(stack, "district", f"/jobs/{job}")[1]


def test_an_upload_whose_worker_was_killed_ends_like_an_undisturbed_one(stack: Stack, site_numbers: list[str], tmp_path: Path) -> None:
    days = [(date(2016, 1, 1) + timedelta(days=number)).isoformat() for number in range(DAYS)]
    body = uploads.sheet(*((number, day, "1") for number in site_numbers[:3] for day in days))
    made = uploads.api(stack, "district", "", {"mapping": "injuries", "filename": "工伤.csv", "mode": "whole"}, "POST")[1]
    assert uploads.send(made["form"], body, stack.emulator.url) == 201
    before, job = count(stack), made["job"]
    uploads.api(stack, "district", f"/jobs/{job}/start", {}, "POST")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while count(stack) < before + 100:
        assert time.monotonic() < deadline, state(stack, job)
        time.sleep(0.005)
    kill_importer(stack)
    time.sleep(1)
    assert before + 100 <= count(stack) < before + 3 * DAYS, "in the middle"
    assert state(stack, job)["state"] == "running", "nobody has noticed"

    grown_old(stack, job)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (shown := state(stack, job))["state"] in ("queued", "running"):
        assert time.monotonic() < deadline, shown
        time.sleep(0.2)
    outcome = shown["outcome"]
    assert (shown["state"], outcome["new"] + outcome["same"], outcome["rejected"]) == ("done", 3 * DAYS, 0)

    path, log = tmp_path / "sheet.csv", ImportLog(EventLog(stack.deployed.name))
    path.write_bytes(body)
    undisturbed = brought_in(stack, path, log)
    assert len(undisturbed) == 3 * DAYS
    standing = log.find_texts(list(undisturbed))
    assert {key: orjson.dumps(json.loads(text), option=orjson.OPT_SORT_KEYS) for key, text in standing.items()} == undisturbed
    assert count(stack) == before + 3 * DAYS


def brought_in(stack: Stack, path: Path, log: ImportLog) -> dict[Key, bytes]:
    """What the file tells, had nothing disturbed it: by the same person, into a log that keeps it."""
    district, settings, kept = load_district("demo"), stack.deployed.settings(), Undisturbed(log)
    run = {"district": district, "id_key": bytes.fromhex(stack.deployed.parameters["IdKey"]), "today": settings.day(), "now": clock.utc_now()}
    import_file(path, district.mapping("injuries"), kept, **run)
    (first, *_) = kept.written
    actor = next(event.actor for event in log.list_events(first[0]) if event.event_id == first[1])
    kept.written.clear()
    import_file(path, district.mapping("injuries"), kept, **run, actor=actor)
    return kept.written
