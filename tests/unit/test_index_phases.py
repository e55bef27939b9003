"""A month by its calendar: provisional, objections with a clock, final, revision; killed at any write and repeated, the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree

import jsonschema
import orjson
import pytest
from event_builders import fact, step
from test_index_monthly import FACTS, GONE_WRONG, JUNE, SMALL, TOWNSHIPS, Killed, Stack

from chalicelib import clock
from chalicelib.code.remedy import ended_once, stands_already
from chalicelib.errors import BadInput
from chalicelib.index.acceptance import Published, beside_the_log, month_problems, standing_problems
from chalicelib.index.difference import difference
from chalicelib.index.monthly import Order, published as out_of, published_on, standing_order, start, take_township
from chalicelib.index.objections import corrected, decision_problems, objections_of
from chalicelib.index.phases import months_between, replay, tick
from chalicelib.index.rules import MODEL_2020, load_rules
from chalicelib.index.runs import MemoryRuns
from chalicelib.index.sources import MemorySources
from chalicelib.index.timetable import Status
from chalicelib.index.verdicts import Crier
from chalicelib.publish.files import MemoryFiles
from chalicelib.publish.release import verify
from chalicelib.register.district import load_district
from chalicelib.supervision.facts import fold
from chalicelib.supervision.model import Event

RULES = load_rules(MODEL_2020)
ITEMS = {item.code: item for item in RULES.sub_items}
OWN = TOWNSHIPS[0]


def at(day: int, hour: int = 0, month: int = 7) -> datetime:
    return datetime(2020, month, day, hour, 30, tzinfo=clock.SHANGHAI)


def objection(on: str = "2020-07-07", **fields: object) -> Event:
    return fact("index_objection", on, subject=OWN, month=JUNE, **{"sub_item": "ZR1", "text": "会议已开，系统未收到", "key": f"o{on}{fields}", **fields})


def decision(root: Event, on: str = "2020-07-08", **fields: object) -> Event:
    return step("index_objection_decided", root, on, **{"outcome": "upheld", "text": "属实", "numerator": 1, "key": f"d{on}{fields}", **fields})


def stack(*events: Event) -> Stack:
    return Stack(MemorySources(FACTS, {OWN: list(events)}))


def look(made: Stack, now: datetime) -> list[str]:
    done = [run["run"] for run in tick(made.desk(), now)]
    made.drain()
    return done


def published(made: Stack, revision: int, name: str = "index.json") -> dict:
    return orjson.loads(made.files.find(f"public/index/{JUNE}/r{revision}/{name}"))


def a_month(made: Stack) -> None:
    for now in (at(1), at(3), at(3, 18), at(7, 18), at(10)):
        look(made, now)


@pytest.fixture(scope="module")
def done() -> Stack:
    root = objection()
    made = stack(root, decision(root))
    a_month(made)
    return made


def test_the_clock_begins_each_phase_on_its_day_and_only_once() -> None:
    made = stack()
    found = {now: look(made, now) for now in (at(1), at(3), at(3, 18), at(4), at(9, 18), at(10), at(10, 18), at(11))}
    assert {now.strftime("%d %H"): runs for now, runs in found.items() if runs} == {
        "03 18": ["2020-06#provisional"],
        "10 00": ["2020-06#final"],
    }


def test_a_month_is_out_from_its_publication_on_whichever_run_brought_it_and_not_before() -> None:
    made = stack()
    start(JUNE, made.desk(), at(4), Order(run="by hand"))
    assert published_on(made.runs, JUNE) is None, "begun is not out"
    made.drain()
    assert published(made, 1)["publication"]["provisional_on"] == str(published_on(made.runs, JUNE)) == "2020-07-03"


def test_months_that_are_brought_in_late_stand_as_their_calendar_had_them() -> None:
    made = stack()
    for month, now in (("2020-05", at(6)), (JUNE, at(6))):
        start(month, made.desk(), now, standing_order(month, made.desk(), now))
        made.drain()
    assert orjson.loads(made.files.find("public/index/current.json"))["months"] == [
        {"month": "2020-05", "revision": 1, "status": "final", "on": "2020-06-10"},
        {"month": JUNE, "revision": 1, "status": "provisional", "on": "2020-07-03"},
    ]
    assert look(made, at(6, 18)) == [] and look(made, at(10)) == ["2020-06#final"], "the clock goes on from there"


def test_the_clock_puts_no_provisional_index_behind_a_final_one() -> None:
    made = stack()
    start(JUNE, made.desk(), at(11), standing_order(JUNE, made.desk(), at(11)))
    made.drain()
    assert look(made, at(12)) == []


def test_a_district_without_a_method_has_no_index() -> None:
    assert tick(replace(stack().desk(), district=load_district("dinesafe")), at(20)) == []


def test_who_replays_old_months_tells_nobody() -> None:
    made = stack()
    for _ in replay("2020-02", made.desk(), at(6)):
        made.drain()
    assert made.told == []


def test_a_clock_that_stood_still_gives_townships_their_days_nevertheless() -> None:
    made = stack()
    assert look(made, at(20)) == ["2020-06#provisional"]
    assert published(made, 1)["publication"] == {
        "status": "provisional", "on": "2020-07-20", "freeze_at": "2020-07-03T09:59:59.999Z", "provisional_on": "2020-07-20",
        "objections_until": "2020-07-23", "final_on": "2020-07-24",
    }  # fmt: skip
    assert look(made, at(23)) == [] and look(made, at(24)) == ["2020-06#final"]


def test_an_upheld_objection_changes_its_sub_item_in_the_final_index_and_nothing_else(done: Stack) -> None:
    before, after = published(done, 1), published(done, 2)
    assert (before["publication"]["status"], after["publication"]["status"]) == ("provisional", "final")
    changes = published(done, 2, "changes.json")
    assert [row["code"] for row in changes["townships"] if row["sub_items"]] == [OWN]
    (own,) = [row for row in changes["townships"] if row["code"] == OWN]
    assert [item["code"] for item in own["sub_items"]] == ["ZR1"]
    assert (own["sub_items"][0]["before"]["points"], own["sub_items"][0]["after"]["points"]) == ("0.00", "3.00")
    assert "与第 1 版的差别" in done.files.find(f"public/index/{JUNE}/r2/index.html").decode()
    assert difference(before, before)["townships"] == []
    assert verify(done.files, "index", JUNE, 1) == verify(done.files, "index", JUNE, 2) == [], "the old file stays"


def test_the_objection_and_the_counts_before_it_stay_on_record_without_its_prose(done: Stack) -> None:
    (row,) = [row for row in published(done, 2)["townships"] if row["code"] == OWN]
    (entry,) = row["objections"]
    assert (entry["sub_item"], entry["outcome"], entry["before"], entry["after"]) == ("ZR1", "upheld", {"no_value": "not_reported"}, {"numerator": 1, "denominator": 1})
    assert "会议已开" not in str(done.files.files)
    staff = orjson.loads(done.files.find(f"staff/{OWN}/index/{JUNE}/r2/index.json"))
    assert staff["labels"][OWN][entry["id"]] == "党政班子研究安全生产2020年6月异议（区级2020-07-07提出，2020-07-08决定）"


def test_a_rejected_or_undecided_objection_changes_nothing() -> None:
    open_one, rejected = objection(), objection(sub_item="ZR5")
    made = stack(open_one, rejected, step("index_objection_decided", rejected, "2020-07-08", outcome="rejected", text="不属实"))
    a_month(made)
    (row,) = [row for row in published(made, 2)["townships"] if row["code"] == OWN]
    assert {entry["sub_item"]: entry["outcome"] for entry in row["objections"]} == {"ZR1": "open", "ZR5": "rejected"}
    assert published(made, 2, "changes.json")["townships"] == []


def test_of_two_decisions_on_one_objection_the_log_has_room_for_one_until_it_is_withdrawn() -> None:
    root = objection()
    upheld, rejected = decision(root), decision(root, outcome="rejected", text="不属实")
    first, late = (ended_once(one, root, [root]) for one in (upheld, rejected))
    assert first.event_id == late.event_id != upheld.event_id
    assert "已有决定" in str(stands_already(late).fields["sentence"])
    void = fact("township_void", "2020-07-09", subject=OWN, reason="决定有误", key="v")
    again = ended_once(rejected, root, [root, first, replace(void, voids=first.event_id)])
    assert again.event_id != first.event_id
    assert ended_once(again, objection("2020-07-08"), [root]).event_id not in (first.event_id, again.event_id), "another objection has an end of its own"


def test_each_township_is_told_once_at_each_phase(done: Stack) -> None:
    told = [notice["notice_id"] for notice in done.told]
    assert set(told) == {f"{stem}{code}" for code in TOWNSHIPS for stem in ("returns-2020-06-", "index-2020-06-r1-", "index-2020-06-r2-")} | {
        "index-2020-06-r1-district", "index-2020-06-r2-district",
    }  # fmt: skip
    provisional = next(notice for notice in done.told if notice["notice_id"] == f"index-2020-06-r1-{OWN}")
    assert "异议请于 7月8日24时前提出" in provisional["lines"][-1] and "公示稿" in provisional["title"]


def heard(*log: Event, now: datetime = at(9)) -> list[dict]:
    """What is told when each event of a log comes along the stream, the last one twice."""
    told: list[dict] = []
    crier = Crier(SMALL, lambda subject: tuple(each for each in log if each.subject == subject), told.extend, now, "https://aq.test")
    for event in (*log, log[-1]):
        crier.hear(event)
    return told


def test_the_township_that_objected_is_told_what_was_decided_without_its_prose() -> None:
    root = objection()
    first, again = heard(root, made := decision(root))
    assert first == again and first["notice_id"] == f"objection-{made.event_id}", "told once, by its id"
    assert (first["role"], first["organisation"]) == ("township", OWN)
    assert "ZR1 党政班子研究安全生产" in first["lines"][0] and "成立" in first["lines"][0]
    assert first["link"] == f"https://aq.test/desk/#/objections?month={JUNE}"
    assert "属实" not in str(first) and "会议已开" not in str(first)
    assert "不成立" in heard(root, decision(root, outcome="rejected", numerator=None))[0]["lines"][0]


def test_nobody_is_told_of_what_decides_nothing_or_is_long_past() -> None:
    root = objection()
    assert heard(root) == [] and heard(decision(root)) == []
    assert heard(root, decision(root), now=at(20, month=9)) == []


def test_killed_at_any_write_of_a_whole_month_and_repeated_gives_the_same_files(done: Stack) -> None:
    """Writes of all kinds: tables, queue, files, notices. Every single one is the long test's."""
    root = objection()
    writes, kills = 0, 0
    while True:
        made = stack(root, decision(root))
        made.writes_left = writes
        try:
            a_month(made)
            break
        except Killed:
            kills += 1
            made.writes_left = 10**9
            a_month(made)
            assert made.files.files == done.files.files, writes
            assert {notice["notice_id"] for notice in made.told} == {notice["notice_id"] for notice in done.told}
        writes += 1 if writes < 6 else 127
    assert kills > 7


class Watched(Stack):
    """Keeps what would survive a power cut before each of its writes."""

    def spend(self) -> None:
        cut = Stack(self.sources, MemoryRuns(dict(self.runs.parts)), MemoryFiles(dict(self.files.files)), list(self.queue), told=list(self.told))
        self.__dict__.setdefault("cuts", []).append(cut)


@pytest.mark.full
def test_cut_off_before_every_single_write_and_taken_up_again(done: Stack) -> None:
    """No write is left out: from what stood before each, the clock goes through the month once more."""
    root = objection()
    watched = Watched(MemorySources(FACTS, {OWN: [root, decision(root)]}))
    a_month(watched)
    assert len(watched.cuts) > 200
    for number, cut in enumerate(watched.cuts):
        a_month(cut)
        assert cut.files.files == done.files.files, number
        assert {notice["notice_id"] for notice in cut.told} == {notice["notice_id"] for notice in done.told}, number


def test_late_facts_wait_for_a_revision_which_shows_its_difference(done: Stack) -> None:
    made = stack()
    made.files = MemoryFiles(dict(done.files.files))
    together = {**FACTS, OWN: [*FACTS[OWN], GONE_WRONG]}
    made.sources = MemorySources(together, done.sources.events)
    start(JUNE, made.desk(), at(20), Order(known_at=at(20)))
    made.drain()
    assert published(made, 3)["publication"]["status"] == "revised"
    changes = published(made, 3, "changes.json")
    assert OWN in [row["code"] for row in changes["townships"]]
    assert made.files.find(f"public/index/{JUNE}/r2/index.json") == done.files.find(f"public/index/{JUNE}/r2/index.json")
    months = orjson.loads(made.files.find("public/index/current.json"))["months"]
    assert months == [{"month": JUNE, "revision": 3, "status": "revised", "on": "2020-07-20"}]


# ── What is refused at the door ──────────────────────────────────────────────────────────────────────────────────────
def returned(**fields: object) -> Event:
    return fact("monthly_return", "2020-06-30", subject=OWN, **{"sub_item": "PX4", "month": JUNE, "numerator": 3, "denominator": 6, **fields})


def reasons(event: Event) -> list[tuple[str, str]]:
    return [(problem.column, problem.reason) for problem in month_problems(event, RULES)]


@pytest.mark.parametrize(
    ("fields", "column", "reason"),
    [
        ({"sub_item": "ZZ9"}, "payload.sub_item", "没有这个小项"),
        ({"sub_item": "SG1"}, "payload.sub_item", "该小项由系统计算，不需填报"),
        ({"month": "2020-07"}, "payload.month", "月份尚未开始"),
        ({"denominator": 0}, "payload.denominator", "必填：年度计划"),
        ({"numerator": -1}, "payload.numerator", "须为不小于 0 的整数"),
        ({"numerator": "三"}, "payload.numerator", "须为不小于 0 的整数"),
        ({"sub_item": "CX2", "numerator": 1, "level": "universal"}, "payload.level", "没有这个级别"),
    ],
)
def test_a_return_that_can_only_be_wrong_is_refused_by_name(fields: Mapping[str, object], column: str, reason: str) -> None:
    found = reasons(returned(**fields))
    assert (column, reason) in found, found


def test_a_sound_return_passes() -> None:
    assert reasons(returned()) == [] and reasons(returned(sub_item="ZR1", numerator=1)) == []
    assert reasons(returned(sub_item="CX2", numerator=0, level="municipal")) == []


def standing_reasons(event: Event, *log: Event, came_out: str | None = "2020-07-03") -> list[str]:
    from datetime import date

    records = fold(log)["records"] if log else {}
    day = date.fromisoformat(came_out) if came_out else None
    return [problem.reason for problem in standing_problems(event, records, RULES, Published(lambda month: day))]


def test_a_second_return_is_refused_once_the_first_is_confirmed() -> None:
    first = returned()
    assert standing_reasons(returned(numerator=4), first) == []
    assert standing_reasons(returned(numerator=4), first, step("monthly_return_confirmed", first, "2020-07-01")) == [
        "该小项本月已填报并复核；有误请由区级作废后重报"
    ]


def test_an_objection_has_its_days() -> None:
    assert standing_reasons(objection("2020-07-08")) == []
    assert standing_reasons(objection("2020-07-09")) == ["异议期已于 7月8日24时截止（公示后 3 个工作日）"]
    assert standing_reasons(objection("2020-07-02"), came_out=None) == ["该月公示稿尚未发布"]
    assert standing_reasons(objection("2020-07-08"), objection("2020-07-07")) == ["该小项本月已提出异议"]


def test_a_decision_is_made_once_and_its_counts_hold_together() -> None:
    root = objection(sub_item="JG4")
    first = decision(root, numerator=3, denominator=5)
    assert standing_reasons(first, root) == []
    assert standing_reasons(decision(root, "2020-07-09", numerator=3, denominator=5), root, first) == ["该异议已有决定"]
    assert standing_reasons(decision(root, numerator=6, denominator=5), root) == ["分子大于分母"]
    assert standing_reasons(decision(root, outcome="rejected", numerator=1), root) == ["驳回的异议不改变计数"]
    assert decision_problems(None, {"outcome": "upheld"})[0].reason == "没有这个小项"


def test_a_decision_that_repeats_the_published_counts_is_none(done: Stack) -> None:
    root = objection(sub_item="ZR4")
    counted = done.runs.find(f"{JUNE}#provisional", f"township#{OWN}")["sub_items"]["ZR4"]
    same = {name: counted[name] for name in ("numerator", "denominator")}
    judged = lambda **fields: beside_the_log(decision(root, **fields), [root], SMALL, out_of(done.runs))  # noqa: E731
    (found,) = judged(**same)
    assert (found.column, found.value) == ("payload.outcome", "upheld") and found.reason.startswith("更正后的计数与公示稿相同")
    assert judged(**same | {"denominator": same["denominator"] + 1}) == []
    assert judged(outcome="rejected", numerator=None) == [], "that is how it is said that the counts are right"


def test_what_was_not_reported_is_corrected_by_any_count(done: Stack) -> None:
    root = objection()
    assert beside_the_log(decision(root, numerator=0), [root], SMALL, out_of(done.runs)) == []


def test_a_decision_from_an_older_log_that_repeats_the_counts_leaves_them_and_their_cases(done: Stack) -> None:
    root = objection(sub_item="ZR4")
    stands = done.runs.find(f"{JUNE}#provisional", f"township#{OWN}")["sub_items"]
    same = {name: stands["ZR4"][name] for name in ("numerator", "denominator")}
    records = fold([root, decision(root, **same)])["records"]
    measures, (document,) = corrected(stands, objections_of(records, JUNE, at(10)), ITEMS)
    assert measures == stands and document["outcome"] == "upheld" and "after" not in document


def test_an_objection_is_known_only_from_its_instant() -> None:
    root = objection()
    records = fold([root, decision(root)])["records"]
    known = lambda text: [each.outcome for each in objections_of(records, JUNE, clock.parse_instant(text))]  # noqa: E731
    assert known("2020-07-06T00:00:00Z") == [] and known("2020-07-07T23:00:00Z") == ["open"] and known("2020-07-10T00:00:00Z") == ["upheld"]
    assert objections_of(records, "2020-05", at(10)) == []


def test_a_month_that_is_not_over_has_no_phase() -> None:
    made = stack()
    assert look(made, at(30, month=6)) in ([], ["2020-05#provisional"])
    with pytest.raises(BadInput):
        start(JUNE, made.desk(), at(30, month=6))


# ── Feeds, open data, the time machine ───────────────────────────────────────────────────────────────────────────────
def test_every_release_is_a_numbered_change(done: Stack) -> None:
    log = orjson.loads(done.files.find("public/changes/index.json"))
    assert [(each["seq"], each["kind"], each["revision"], each["status"]) for each in log["changes"]] == [
        (1, "index", 1, "provisional"), (2, "map", 1, ""), (3, "index", 2, "final"),
    ]  # fmt: skip
    assert log["cursor"] == 3 and orjson.loads(done.files.find("public/changes/000003.json")) == log["changes"][2]
    feed = ElementTree.fromstring(done.files.find("public/changes/feed.atom"))
    titles = [entry.findtext("{http://www.w3.org/2005/Atom}title") for entry in feed.iter("{http://www.w3.org/2005/Atom}entry")]
    assert titles[0] == "2020-06 镇街安全发展指数正式（第 2 版）" and len(titles) == 3


def test_open_data_has_a_legend_a_schema_and_points(done: Stack) -> None:
    at_release = lambda name: done.files.find(f"public/index/{JUNE}/r2/{name}")  # noqa: E731
    jsonschema.validate(orjson.loads(at_release("index.json")), orjson.loads(at_release("schema.json")))
    rows = list(csv.reader(io.StringIO(at_release("legend.csv").decode("utf-8-sig"))))
    assert {item.code for item in RULES.sub_items} <= {row[0] for row in rows}
    features = orjson.loads(at_release("townships.geojson"))["features"]
    assert [feature["id"] for feature in features] == [row["code"] for row in published(done, 2)["townships"]]
    assert all(feature["geometry"]["type"] == "Point" for feature in features)


def replayed(code_version: str, months: list[str]) -> Stack:
    made = stack()
    desk = replace(made.desk(), code_version=code_version)
    for month in months:
        for _ in replay(month, desk, datetime(2022, 4, 30, tzinfo=clock.SHANGHAI)):
            while made.queue:
                message = made.queue.pop(0)
                take_township(message["run"], message["township"], desk)
    return made


def test_months_replay_to_the_same_bytes_and_with_other_code_to_the_same_results() -> None:
    months = months_between("2020-05", "2020-06")
    one, again, later = (replayed(code, months) for code in ("c1", "c1", "c2"))
    assert one.files.files == again.files.files
    results = [key for key in one.files.files if key.startswith("public/index/") and key.endswith("/index.json")]
    assert len(results) == 4
    assert [later.files.files[key] for key in results] == [one.files.files[key] for key in results]


def test_a_month_that_stands_as_final_gets_no_provisional_behind_it() -> None:
    made = stack()
    final = datetime(2020, 7, 10, tzinfo=clock.SHANGHAI)
    start(JUNE, made.desk(), final, Order(run="by hand"))
    made.drain()
    for begun in replay(JUNE, made.desk(), at(20)):
        assert begun["status"] == "final"
        made.drain()
    current = orjson.loads(made.files.files["public/index/current.json"])
    assert [entry["status"] for entry in current["months"]] == ["final"]


@pytest.mark.full
def test_two_years_replay_to_the_same_bytes_and_any_month_of_them_rebuilds_alone() -> None:
    months = months_between("2020-04", "2022-03")
    one, again = replayed("c1", months), replayed("c1", months)
    assert len(months) == 24 and one.files.files == again.files.files
    claims = [key for key in one.files.files if key.startswith("public/index/") and key.endswith("/manifest.json")]
    assert len(claims) == 48, "a provisional and a final release of each month"
    last = orjson.loads(one.files.files["public/index/2022-03/r2/index.json"])
    assert all([entry["month"] for entry in row["trail"]] == months[-12:] for row in last["townships"])
    for month in months[::5]:
        desk, before = replace(one.desk(), code_version="c1"), dict(one.files.files)
        start(month, desk, datetime(2022, 4, 30, tzinfo=clock.SHANGHAI), Order(run=f"{month}#again", status=Status.FINAL))
        while one.queue:
            message = one.queue.pop(0)
            take_township(message["run"], message["township"], desk)
        assert one.files.files == before, month


def test_months_between() -> None:
    assert months_between("2019-12", "2020-02") == ["2019-12", "2020-01", "2020-02"]
    for wrong in (("2020-02", "2020-01"), ("2020-1", "2020-02"), ("x", "y")):
        with pytest.raises(ValueError):
            months_between(*wrong)
