"""Numbers of papers on real tables: without gaps, never given twice, never without the facts they stand on, whoever comes at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from event_builders import SITE, fact

from chalicelib.desk.store import PaperStore
from chalicelib.errors import Conflict
from chalicelib.supervision.model import Event
from chalicelib.supervision.store import EventLog

NOW = datetime(2020, 7, 1, tzinfo=UTC)
SERIES = "330110001-JC-2020"


def numbered(key: str):
    def events(position: int) -> list[Event]:
        return [fact("inspection", key=f"{key}-{part}", officers=["o1", "o2"], number=f"{SERIES}-{position:04d}") for part in "ab"]

    return events


def numbers(log: EventLog) -> list[str]:
    return sorted(str(event.payload["number"]) for event in log.list_events(f"S:{SITE}") if event.kind == "inspection")


def test_those_who_come_at_once_get_different_numbers_without_a_gap(tables) -> None:
    store, log = PaperStore(tables.prefix), EventLog(tables.prefix)
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda key: store.issue(SERIES, numbered(f"p{key}"), {"paper": "x"}, NOW), range(8)))
    assert sorted(given) == list(range(1, 9))
    assert numbers(log) == sorted([f"{SERIES}-{position:04d}" for position in range(1, 9)] * 2)
    assert [paper["number"] for paper in store.list_papers(SERIES)] == list(range(1, 9))


def test_a_fact_that_stands_takes_no_number(tables) -> None:
    store, log = PaperStore(tables.prefix), EventLog(tables.prefix)
    first, before = store.last(SERIES), None
    store.issue(SERIES, numbered("stands"), {}, NOW)
    before = numbers(log)
    with pytest.raises(Conflict):
        store.issue(SERIES, numbered("stands"), {}, NOW)
    assert (store.last(SERIES), numbers(log)) == (first + 1, before)


def test_every_series_counts_for_itself(tables) -> None:
    store = PaperStore(tables.prefix)
    assert store.last("330110002-ZG-2021") == 0
    assert store.issue("330110002-ZG-2021", numbered("other"), {}, NOW) == 1
