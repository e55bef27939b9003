"""What the benches of the running stack count: a quantile, a chain of history, events that are all different."""

from __future__ import annotations

import pytest

from chalicelib.supervision.vocabulary import problems
from infra.bench.burst import KINDS, events_for, is_chain
from infra.bench.freshness import quantile

BLUE, RED = {"grade": "blue"}, {"grade": "red"}


def line(version: int, before: dict | None, after: dict) -> dict:
    return {"version": version, "from": before, "to": after}


@pytest.mark.parametrize(("share", "value"), [(0.5, 10), (0.95, 19), (1.0, 20), (0.01, 1)])
def test_a_quantile_is_the_smallest_value_that_so_many_do_not_exceed(share: float, value: int) -> None:
    assert quantile([float(number) for number in range(20, 0, -1)], share) == value


def test_a_history_is_a_chain_from_nothing() -> None:
    assert is_chain([line(2_000_000, BLUE, RED), line(1_000_000, None, BLUE)])


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [line(1, BLUE, RED)],
        [line(1, None, BLUE), line(1, None, BLUE)],
        [line(1, None, BLUE), line(2, RED, BLUE)],
    ],
    ids=["nothing", "no beginning", "told twice", "a gap"],
)
def test_a_broken_history_is_none(lines: list[dict]) -> None:
    assert not is_chain(lines)


def test_the_burst_is_of_acceptable_events_no_two_alike_on_all_sites() -> None:
    sites = ["3MAPZ0XKQ7WCV5TG", "4MAPZ0XKQ7WCV5TG"]
    events = events_for(sites, 40)
    assert [found for event in events for found in problems(event)] == []
    assert len({event.event_id for event in events}) == 40
    assert {(event.subject_id, event.kind) for event in events} == {(site, kind) for site in sites for kind, _, _ in KINDS}
