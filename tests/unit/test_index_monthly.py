"""The month's run: idempotent, resumable, order-free; two runs do not mix; same facts, same bytes."""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import orjson
import pytest
from event_builders import busy_site, fact, site_id, step

from chalicelib import clock
from chalicelib.errors import BadInput, NotFound
from chalicelib.index.finish import carry
from chalicelib.index.model import Carried, Measure, State, TownshipMonth
from chalicelib.index.monthly import Desk, Order, finish, start, take_township
from chalicelib.index.runs import FINISH, MOVED, PLAN, TOWNSHIP, MemoryRuns
from chalicelib.index.sources import MemorySources
from chalicelib.publish.files import MemoryFiles
from chalicelib.publish.release import verify
from chalicelib.register.district import District, load_district
from chalicelib.supervision.facts import fold
from chalicelib.supervision.model import Event

DISTRICT = load_district("demo")
TOWNSHIPS = [township.code for township in DISTRICT.townships[:3]]


def few_runs(district: District) -> District:
    """The district under its own method with few Monte-Carlo runs: a month is run hundreds of times here."""
    (ref,) = district.rule_sets["index"]
    method = Path(tempfile.mkdtemp(prefix="index-")) / "few-runs.toml"
    method.write_text(ref.path.read_text(encoding="utf-8").replace("runs = 10000", "runs = 50"), encoding="utf-8")
    return replace(district, rule_sets={**district.rule_sets, "index": (replace(ref, file=str(method)),)})


SMALL = few_runs(replace(DISTRICT, townships=DISTRICT.townships[:3]))
JUNE, JULY_FIRST = "2020-06", datetime(2020, 7, 1, 0, 30, tzinfo=clock.SHANGHAI)


class Killed(RuntimeError):
    pass


@dataclass
class Stack:
    """What survives a kill: the tables, the files, the queue. A countdown kills at any write."""

    sources: MemorySources
    runs: MemoryRuns = field(default_factory=MemoryRuns)
    files: MemoryFiles = field(default_factory=MemoryFiles)
    queue: list[Mapping[str, str]] = field(default_factory=list)
    writes_left: int = 10**9
    told: list[Mapping[str, object]] = field(default_factory=list)

    def desk(self) -> Desk:
        return Desk(SMALL, self.sources, Counted(self, self.runs), Counted(self, self.files), self.send, "c1", self.post)  # type: ignore[arg-type]

    def send(self, messages: Sequence[Mapping[str, str]]) -> None:
        self.spend()
        self.queue.extend(messages)

    def post(self, notices: Sequence[Mapping[str, object]]) -> None:
        self.spend()
        self.told.extend(notices)

    def spend(self) -> None:
        if not self.writes_left:
            raise Killed
        self.writes_left -= 1

    def drain(self) -> None:
        """Deliver every message; one that dies stays and comes again, as the queue does it."""
        while self.queue:
            message = self.queue[0]
            take_township(message["run"], message["township"], self.desk())
            self.queue.pop(0)


class Counted:
    """A store whose writes count down."""

    def __init__(self, stack: Stack, inner: object) -> None:
        self.stack, self.inner = stack, inner

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def add(self, *arguments: object) -> bool:
        self.stack.spend()
        return self.inner.add(*arguments)  # type: ignore[attr-defined]

    def put(self, *arguments: object) -> None:
        self.stack.spend()
        self.inner.put(*arguments)  # type: ignore[attr-defined]


def facts(name: str, township: str, *more: Event) -> dict:
    events = [*busy_site(name, township), *more]
    return fold([event for event in events if event.scope == "site"], [event for event in events if event.scope == "enterprise"])


FACTS = {code: [facts(f"{code}-{number}", code) for number in range(2)] for code in TOWNSHIPS}
FATAL = {"deaths": 1, "serious_injuries": 0, "light_injuries": 0, "responsibility": "pending"}
GONE_WRONG = facts("wrong", TOWNSHIPS[0], fact("accident", "2020-06-10", subject=site_id("wrong"), **FATAL))


def stack(extra: Mapping[str, list[dict]] | None = None, events: Mapping[str, list[Event]] | None = None) -> Stack:
    together = {code: [*FACTS[code], *(extra or {}).get(code, [])] for code in TOWNSHIPS}
    return Stack(MemorySources(together, events or {}))


@pytest.fixture(scope="module")
def undisturbed() -> Stack:
    made = stack()
    start(JUNE, made.desk(), JULY_FIRST, Order(run="one"))
    made.drain()
    return made


def result(made: Stack, revision: int = 1, month: str = JUNE) -> dict:
    return orjson.loads(made.files.find(f"public/index/{month}/r{revision}/index.json") or b"{}")


def test_a_run_plans_sends_computes_and_publishes_index_and_map(undisturbed: Stack) -> None:
    plan = undisturbed.runs.find("one", PLAN)
    assert {name: plan[name] for name in ("month", "known_at", "townships", "status", "on")} == {
        "month": JUNE, "known_at": "2020-06-30T16:30:00.000Z", "townships": TOWNSHIPS, "status": "provisional", "on": "2020-07-03",
    }  # fmt: skip
    assert [row["rank"] for row in result(undisturbed)["townships"]] == [1, 1, 1]
    assert verify(undisturbed.files, "index", JUNE) == verify(undisturbed.files, "map", JUNE) == []
    done = undisturbed.runs.find("one", FINISH)
    assert [(release["kind"], release["revision"], release["is_current"]) for release in done["releases"]] == [
        ("index", 1, True),
        ("map", 1, True),
    ]


def test_the_same_facts_give_the_same_bytes_in_any_order(undisturbed: Stack) -> None:
    for seed in range(3):
        other = stack()
        start(JUNE, other.desk(), JULY_FIRST, Order(run=f"run-{seed}"))
        random.Random(seed).shuffle(other.queue)
        other.drain()
        assert other.files.files == undisturbed.files.files


def test_killed_anywhere_and_repeated_gives_the_same_manifests(undisturbed: Stack) -> None:
    writes = 1
    while True:
        made = stack()
        made.writes_left = writes
        try:
            start(JUNE, made.desk(), JULY_FIRST, Order(run="one"))
            made.drain()
        except Killed:
            made.writes_left = 10**9
            start(JUNE, made.desk(), JULY_FIRST, Order(run="one"))
            made.drain()
            assert made.files.files == undisturbed.files.files
            assert made.runs.parts == undisturbed.runs.parts
        else:
            break
        writes += 1 if writes < 6 else 31
    assert writes > 30, "the kill must have reached the publication"


def test_a_message_delivered_twice_changes_nothing(undisturbed: Stack) -> None:
    made = stack()
    start(JUNE, made.desk(), JULY_FIRST, Order(run="one"))
    made.queue += made.queue * 2
    made.drain()
    assert made.files.files == undisturbed.files.files and made.runs.parts == undisturbed.runs.parts


def test_the_first_partial_result_stands_even_when_facts_arrive_during_the_run() -> None:
    made = stack()
    start(JUNE, made.desk(), JULY_FIRST, Order(run="one"))
    first = made.queue[0]
    take_township(first["run"], first["township"], made.desk())
    before = made.runs.find("one", TOWNSHIP + first["township"])
    made.sources = stack({TOWNSHIPS[0]: [GONE_WRONG]}).sources
    made.drain()
    assert made.runs.find("one", TOWNSHIP + first["township"]) == before


def test_two_runs_at_once_do_not_mix() -> None:
    made = stack()
    start(JUNE, made.desk(), JULY_FIRST, Order(run="one"))
    first = made.queue.pop(0)
    take_township(first["run"], first["township"], made.desk())
    one, made.queue = made.queue, []
    made.sources = stack({first["township"]: [GONE_WRONG]}).sources
    start(JUNE, made.desk(), JULY_FIRST, Order(run="two"))
    made.queue = [*one[:1], *made.queue, *one[1:]]
    made.drain()
    revision = {run: made.runs.find(run, FINISH)["releases"][0]["revision"] for run in ("one", "two")}
    deaths = {
        run: len(next(row for row in result(made, revision[run])["townships"] if row["code"] == first["township"])["overrides"])
        for run in revision
    }
    assert revision == {"two": 1, "one": 2} and deaths == {"one": 0, "two": 1}


def test_a_correction_is_a_new_revision_with_the_reason_and_the_old_file_stays(undisturbed: Stack) -> None:
    made = stack({TOWNSHIPS[0]: [GONE_WRONG]})
    made.files = MemoryFiles(dict(undisturbed.files.files))
    start(JUNE, made.desk(), JULY_FIRST, Order(run="correction"))
    made.drain()
    row = next(row for row in result(made, 2)["townships"] if row["code"] == TOWNSHIPS[0])
    assert [override["code"] for override in row["overrides"]] == ["fatal_accident"]
    assert result(made, 1) == result(undisturbed)
    assert orjson.loads(made.files.find("public/index/current.json"))["revision"] == 2


def test_the_next_month_compares_and_carries_a_failed_feed() -> None:
    def video(code: str) -> Event:
        return fact("video_link_measured", "2020-06-01", subject=site_id(f"{code}-v"), due=4, connected=3, online=3)

    together = {code: [facts(f"{code}-v", code, video(code))] for code in TOWNSHIPS}
    failed = {TOWNSHIPS[0]: [fact("feed_failed", "2020-07-31", subject=TOWNSHIPS[0], sub_item="CX3", month="2020-07")]}
    made = stack(together, failed)
    start(JUNE, made.desk(), JULY_FIRST, Order(run="june"))
    made.drain()
    start("2020-07", made.desk(), datetime(2020, 8, 1, 0, 30, tzinfo=clock.SHANGHAI), Order(run="july"))
    made.drain()
    july = {row["code"]: row for row in result(made, month="2020-07")["townships"]}
    item = next(item for i in july[TOWNSHIPS[0]]["indicators"] for item in i["sub_items"] if item["code"] == "CX3")
    assert (item["state"], item["share"], item["carried_from"]) == ("no_data", "3/4", JUNE)
    assert all(row["change"] is not None for row in july.values())


def test_every_published_month_can_be_reached_from_a_page() -> None:
    made = stack()
    for month, now in ((JUNE, JULY_FIRST), ("2020-07", datetime(2020, 8, 1, 0, 30, tzinfo=clock.SHANGHAI))):
        start(month, made.desk(), now, Order(run=month))
        made.drain()
    for kind in ("index", "map"):
        page = made.files.find(f"public/{kind}/months.html").decode()
        links = re.findall(rf'href="/({kind}/[0-9-]+/r1/index.html)"', page)
        assert links == [f"{kind}/2020-07/r1/index.html", f"{kind}/{JUNE}/r1/index.html"]
        assert all(made.files.find(f"public/{link}") for link in links)
        assert f'href="/{kind}/months.html"' in made.files.find(f"public/{kind}/index.html").decode()
    assert 'href="/index/2020-06/r1/district.html"' in made.files.find("public/index/months.html").decode()
    assert "district.html" not in made.files.find("public/map/months.html").decode()


def test_only_own_shares_are_carried() -> None:
    township = TownshipMonth(TOWNSHIPS[0], "甲", 1, (Measure("CX3", State.NO_DATA),))

    def earlier(month: str, state: str) -> dict:
        return {
            "month": month,
            "townships": [{"code": TOWNSHIPS[0], "indicators": [{"sub_items": [{"code": "CX3", "state": state, "share": "1/2"}]}]}],
        }

    assert carry(township, [earlier("2020-05", "no_data"), earlier("2020-04", "value")]).measures[0].carried == Carried("2020-04", 1 / 2)
    assert carry(township, [earlier("2020-05", "not_applicable")]).measures[0].carried is None


def test_townships_without_a_site_are_named_not_ranked() -> None:
    made = Stack(MemorySources({TOWNSHIPS[0]: FACTS[TOWNSHIPS[0]]}))
    start(JUNE, made.desk(), JULY_FIRST, Order(run="one"))
    made.drain()
    document = result(made)
    assert [row["code"] for row in document["townships"]] == TOWNSHIPS[:1]
    assert [entry["code"] for entry in document["without_sites"]] == TOWNSHIPS[1:]


def test_an_accident_stays_with_the_township_that_the_site_has_left() -> None:
    left, came = TOWNSHIPS[0], TOWNSHIPS[1]
    moved = facts(
        "moved", left, fact("accident", "2020-06-10", subject=site_id("moved"), **FATAL),
        fact("site_moved", "2020-06-20", subject=site_id("moved"), township=came),
    )  # fmt: skip
    made = stack({came: [moved]})
    start(JUNE, made.desk(), JULY_FIRST, Order(run="one"))
    made.drain()
    rows = {row["code"]: row for row in result(made)["townships"]}
    assert [len(rows[code]["overrides"]) for code in TOWNSHIPS] == [1, 0, 0]
    assert [made.runs.find("one", f"{part}{left}")["in_register"] for part in (TOWNSHIP, MOVED)] == [2, 2], (
        "the site itself is counted where it is now"
    )
    assert made.runs.find("one", TOWNSHIP + came)["in_register"] == 3


def test_a_site_that_moved_after_the_month_is_counted_where_it_was() -> None:
    left, came = TOWNSHIPS[0], TOWNSHIPS[1]
    moved = facts("moved", left, fact("site_moved", "2020-07-01", subject=site_id("moved"), township=came))
    made = stack({came: [moved]})
    start(JUNE, made.desk(), JULY_FIRST, Order(run="one"))
    made.drain()
    assert made.runs.find("one", MOVED + left)["in_register"] == 3
    assert made.runs.find("one", TOWNSHIP + came)["in_register"] == 2
    assert made.runs.find("one", MOVED + left)["risk"]["sites"] == 3


def test_a_month_that_is_not_over_or_unknown_is_refused() -> None:
    made = stack()
    with pytest.raises(BadInput, match="not over"):
        start(JUNE, made.desk(), datetime(2020, 6, 30, 23, 59, tzinfo=clock.SHANGHAI))
    with pytest.raises(NotFound):
        start("2001-01", made.desk(), JULY_FIRST)
    with pytest.raises(NotFound):
        take_township("never", TOWNSHIPS[0], made.desk())
    start(JUNE, made.desk(), JULY_FIRST, Order(run="one"))
    with pytest.raises(BadInput):
        take_township("one", "330110020", made.desk())


def test_the_freeze_is_the_deadline_of_the_returns_or_now() -> None:
    made = stack()
    assert start(JUNE, made.desk(), JULY_FIRST)["known_at"] == "2020-06-30T16:30:00.000Z"
    later = start(JUNE, made.desk(), datetime(2020, 9, 1, tzinfo=clock.SHANGHAI))
    assert (later["known_at"], later["status"]) == ("2020-07-03T09:59:59.999Z", "final")


def test_finishing_again_publishes_nothing_new(undisturbed: Stack) -> None:
    before = dict(undisturbed.files.files)
    assert finish("one", undisturbed.desk()) == undisturbed.runs.find("one", FINISH)
    assert undisturbed.files.files == before


def test_returns_and_their_confirmation_reach_the_score() -> None:
    event = fact("monthly_return", "2020-06-30", subject=TOWNSHIPS[0], sub_item="ZR1", month=JUNE, numerator=1, attachment="FJ-1")
    made = stack(events={TOWNSHIPS[0]: [event, step("monthly_return_confirmed", event, "2020-06-30")]})
    start(JUNE, made.desk(), JULY_FIRST, Order(run="one"))
    made.drain()
    rows = {row["code"]: row for row in result(made)["townships"]}
    points = {code: rows[code]["indicators"][0]["sub_items"][0]["points"] for code in TOWNSHIPS}
    assert points == {TOWNSHIPS[0]: "3.00", TOWNSHIPS[1]: "0.00", TOWNSHIPS[2]: "0.00"}
    assert [rows[code]["rank"] for code in TOWNSHIPS] == [1, 2, 2]
