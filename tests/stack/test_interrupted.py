"""Work that is cut off and begun again ends as if nothing had happened: an import, a month's run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from chalicelib import bulk
from chalicelib.errors import BadInput
from chalicelib.index import monthly
from chalicelib.supervision.store import EventLog
from infra.local import demo, gathering
from infra.local.emulator import Endpoint
from infra.local.progress import Progress
from infra.local.stack import Deployed
from tests.aws import Stack, Tables

AS_OF = date(2020, 6, 30)


class PowerCut(Exception):
    """The process ended here."""


@dataclass
class CutLog:
    """A log that goes away after some hundreds of events."""

    log: object
    left: int

    def find_texts(self, keys):
        return self.log.find_texts(keys)

    def list_events(self, subject):
        return self.log.list_events(subject)

    def append(self, events, now):
        self.left -= len(events)
        if self.left < 0:
            raise PowerCut
        return self.log.append(events, now)


def on(tables: Tables, prefix: str) -> Deployed:
    keys = {"PlateKeys": "", "IdKey": "00" * 32, "District": "demo", "Today": "2020-07-01", "PublicBaseUrl": "http://localhost:8000"}
    outputs = {"FilesBucket": "", "MonthQueueUrl": "", "NoticeQueueUrl": ""}
    return Deployed(Endpoint(tables.emulator.url, tables.emulator.region, own=False), prefix, outputs, keys)


def written(tables: Tables) -> dict[tuple[str, str], str]:
    pages = tables.emulator.client("dynamodb").get_paginator("scan").paginate(TableName=EventLog(tables.prefix).table)
    return {(item["subject"]["S"], item["event_id"]["S"]): item["doc"]["S"] for page in pages for item in page["Items"]}


def bring_in(tables: Tables, folder: Path) -> int:
    return demo.import_district(on(tables, tables.prefix), folder, sites=90, as_of=AS_OF, progress=Progress())


def test_an_import_that_was_cut_off_ends_like_an_undisturbed_one(tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bulk.client.cache_clear()
    total = bring_in(tables, tmp_path)
    undisturbed = written(tables)
    tables.clear()

    real = gathering.GatheringLog.flush
    monkeypatch.setattr(gathering.GatheringLog, "flush", lambda self, *rest: real(replace(self, log=CutLog(self.log, left=600)), *rest))
    with pytest.raises(PowerCut):
        bring_in(tables, tmp_path)
    monkeypatch.undo()
    half = len(written(tables))
    assert 0 < half < total

    assert bring_in(tables, tmp_path) == total - half
    assert written(tables) == undisturbed


def test_a_month_that_was_cut_off_publishes_the_same_bytes_as_an_undisturbed_one(stack: Stack) -> None:
    settings = stack.deployed.settings()
    waiting: list[dict] = []
    desk = replace(monthly.stack_desk(settings), send=waiting.extend)

    def work_off(run: str, at_most: int = 100) -> None:
        monthly.start("2020-05", desk, settings.now(), monthly.Order(run=run))
        for message in waiting[:at_most]:
            monthly.take_township(message["run"], message["township"], desk)
        waiting.clear()

    work_off("2020-05#undisturbed")
    work_off("2020-05#cut", at_most=7)
    assert "finish" not in desk.runs.list_parts("2020-05#cut")
    work_off("2020-05#cut")
    finishes = [desk.runs.list_parts(run)["finish"] for run in ("2020-05#undisturbed", "2020-05#cut")]
    assert finishes[0] == finishes[1]


def test_a_month_that_is_not_over_is_refused_before_anything_is_sent(stack: Stack) -> None:
    settings = stack.deployed.settings()
    desk = replace(monthly.stack_desk(settings), send=lambda messages: pytest.fail("sent"))
    with pytest.raises(BadInput, match="not over"):
        monthly.start("2020-07", desk, settings.now())
