"""The import job: all or nothing, and never twice."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_support import MAPPINGS, NOW, MemoryLog, bring_in

from chalicelib.errors import BadInput, Conflict, Unavailable
from infra.synthetic.book import Book

SITE = {
    "企业编号": "E1",
    "企业名称": "杭州示例甲有限公司",
    "场所编号": "S1",
    "场所名称": "甲",
    "镇街": "临平街道",
    "入库日期": "2019-06-01",
}


@pytest.fixture
def tables(tmp_path):
    """Writes rows of one table of the demo district and returns the file."""

    def write(sheet: str, *rows: dict) -> Path:
        book = Book()
        for row in rows:
            book.put(sheet, **row)
        [(path, _)] = book.write(tmp_path / "tables")
        return path

    return write


def sites(count: int) -> list[dict]:
    return [{**SITE, "企业编号": f"E{n}", "场所编号": f"S{n}"} for n in range(1, count + 1)]


def test_a_register_and_its_facts_come_in(tables):
    log = MemoryLog()
    done = bring_in(log, tables("sites", *sites(3)), MAPPINGS / "sites.toml")
    assert (done.rows, done.new, done.same) == (3, 12, 0)
    assert done.kinds == {"enterprise_registered": 3, "plate_issued": 3, "site_opened": 3, "site_registered": 3}
    bring_in(log, tables("injuries", {"场所编号": "S2", "工伤日期": "2020-06-01", "人数": 1}), MAPPINGS / "injuries.toml")
    [injury] = log.of_kind("work_injury")
    assert injury.subject_id in {event.subject_id for event in log.of_kind("site_registered")}


def test_the_same_file_twice_changes_nothing(tables):
    log = MemoryLog()
    path = tables("sites", *sites(3))
    bring_in(log, path, MAPPINGS / "sites.toml")
    before, batches = dict(log.events), len(log.batches)
    again = bring_in(log, path, MAPPINGS / "sites.toml")
    assert (again.new, again.same) == (0, 12)
    assert log.events == before and len(log.batches) == batches


def test_a_longer_edition_adds_only_what_is_new(tables):
    log = MemoryLog()
    bring_in(log, tables("sites", *sites(3)), MAPPINGS / "sites.toml")
    assert bring_in(log, tables("sites", *sites(5)), MAPPINGS / "sites.toml").new == 8


def test_one_bad_row_leaves_the_log_as_it_was(tables):
    log = MemoryLog()
    rows = sites(150)
    rows[149]["镇街"] = "火星街道"
    with pytest.raises(BadInput, match="第151行 · 镇街"):
        bring_in(log, tables("sites", *rows), MAPPINGS / "sites.toml")
    assert not log.events


def test_a_fact_of_an_unknown_site_refuses_the_file(tables):
    log = MemoryLog()
    bring_in(log, tables("sites", *sites(1)), MAPPINGS / "sites.toml")
    before = dict(log.events)
    rows = [{"场所编号": number, "工伤日期": "2020-06-01", "人数": 1} for number in ("S1", "S404")]
    with pytest.raises(BadInput, match="第3行 · 场所编号 · 'S404' · 没有登记过"):
        bring_in(log, tables("injuries", *rows), MAPPINGS / "injuries.toml")
    assert log.events == before


def test_a_step_of_an_unknown_hazard_refuses_the_file(tables):
    log = MemoryLog()
    bring_in(log, tables("sites", *sites(1)), MAPPINGS / "sites.toml")
    row = {"场所编号": "S1", "更正日期": "2020-06-01", "作废隐患编号": "YH404", "理由": "错", "签署人": ("A", "B")}
    with pytest.raises(BadInput, match="第2行 · 作废隐患编号 · 'YH404' · 没有找到"):
        bring_in(log, tables("voids", row), MAPPINGS / "voids.toml")


def test_other_content_under_the_same_identity_is_a_conflict_named_by_row(tables):
    log = MemoryLog()
    bring_in(log, tables("sites", *sites(3)), MAPPINGS / "sites.toml")
    before = dict(log.events)
    rows = sites(4)
    rows[1]["场所名称"] = "改名"
    with pytest.raises(Conflict, match="第3行 · 场所名称 · '改名' · 系统中这条记录为“甲”"):
        bring_in(log, tables("sites", *rows), MAPPINGS / "sites.toml")
    assert log.events == before


def test_events_go_by_hundreds_with_each_enterprise_next_to_its_sites(tables):
    log = MemoryLog()
    seen: list[tuple[str, int, int]] = []
    bring_in(log, tables("sites", *sites(60)), MAPPINGS / "sites.toml", progress=lambda *told: seen.append(told))
    assert log.batches == [100, 100, 40]
    assert seen == [("judged", 60, 0), ("compared", 240, 240), ("appended", 100, 240), ("appended", 200, 240), ("appended", 240, 240)]
    owner = {event.subject_id: event.payload["enterprise_id"] for event in log.of_kind("site_registered")}
    order = [owner.get(event.subject_id, event.subject_id) for event in log.events.values()]
    assert sum(one != other for one, other in pairwise(order)) == 59


class FailingLog(MemoryLog):
    """Fails once, after so many batches."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def append(self, events, now):
        if len(self.batches) == self.after:
            self.after = -1
            raise Unavailable("the machine stopped")
        return super().append(events, now)


@given(st.integers(0, 2))
@settings(max_examples=3, deadline=None)
def test_an_import_that_was_stopped_is_finished_by_repeating_it(tmp_path_factory, after):
    book = Book()
    for row in sites(60):
        book.put("sites", **row)
    [(path, _)] = book.write(tmp_path_factory.mktemp("stopped"))
    log, undisturbed = FailingLog(after), MemoryLog()
    with pytest.raises(Unavailable):
        bring_in(log, path, MAPPINGS / "sites.toml")
    assert len(log.events) == 100 * after
    bring_in(log, path, MAPPINGS / "sites.toml")
    bring_in(undisturbed, path, MAPPINGS / "sites.toml")
    assert log.events == undisturbed.events


def test_who_imports_and_when_it_came_in_is_not_part_of_the_fact(tables):
    log = MemoryLog()
    path = tables("sites", *sites(1))
    bring_in(log, path, MAPPINGS / "sites.toml")
    assert bring_in(log, path, MAPPINGS / "sites.toml", now=NOW.replace(year=2021)).new == 0
