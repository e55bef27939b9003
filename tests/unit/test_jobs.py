"""A job never looks busy for ever: it fails when its message is given up, or when nobody has heard of it for longer than the queue waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from chalicelib.errors import Conflict
from chalicelib.jobs import DONE, FAILED, QUEUED, RUNNING, SILENT, WAITING, Job, give_up, state_now
from chalicelib.publish.queue import MOST_TRIES
from tests.job_builders import MemoryBook

NOW = datetime(2020, 7, 1, tzinfo=UTC)
TEMPLATE = Path(__file__).parents[2] / "infra/template/exchange.yml"


def book_with(state: str) -> MemoryBook:
    book = MemoryBook()
    book.save(Job("J", "import", "P1", "district", "", {}, "2020-07-01T00:00:00.000Z").moved(NOW, state=state))
    return book


@pytest.mark.parametrize(("state", "after"), [(QUEUED, FAILED), (RUNNING, FAILED), (DONE, DONE), (FAILED, FAILED)])
def test_a_job_whose_message_is_given_up_has_failed_unless_it_had_ended(state: str, after: str) -> None:
    book = book_with(state)
    give_up(book, "J", NOW)
    assert book.find("J").state == after


def test_giving_up_a_job_that_is_gone_or_in_other_hands_is_no_fault() -> None:
    class Taken(MemoryBook):
        def save(self, job: Job) -> None:
            raise Conflict("somebody else is at this job", job=job.job)

    give_up(MemoryBook(), "J", NOW)
    book = Taken(book_with(RUNNING).jobs)
    give_up(book, "J", NOW)
    assert book.find("J").state == RUNNING


@pytest.mark.parametrize("state", [QUEUED, RUNNING])
def test_a_silent_job_is_shown_as_failed_and_one_that_tells_of_itself_is_not(state: str) -> None:
    job = book_with(state).find("J")
    assert state_now(job, NOW + SILENT) == state
    assert state_now(job, NOW + SILENT + timedelta(seconds=1)) == FAILED
    assert state_now(job.moved(NOW + SILENT), NOW + SILENT + SILENT) == state


def test_a_job_that_waits_for_its_file_waits() -> None:
    assert state_now(book_with(WAITING).find("J"), NOW + 10 * SILENT) == WAITING


def test_the_queues_of_jobs_give_up_when_the_functions_think_they_do_and_wait_less_than_silence_lasts() -> None:
    queues = [part["Properties"] for name, part in yaml.safe_load(TEMPLATE.read_text("utf-8"))["Resources"].items() if name in ("ImportQueue", "ExportQueue")]
    assert [queue["RedrivePolicy"]["maxReceiveCount"] for queue in queues] == [MOST_TRIES, MOST_TRIES]
    assert all(queue["VisibilityTimeout"] < SILENT.total_seconds() for queue in queues)
