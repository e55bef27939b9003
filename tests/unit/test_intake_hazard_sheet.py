"""The 21-column sheet of a street office comes in by a mapping, whether it was saved as CSV in GB18030 or as a workbook."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from intake_support import MAPPINGS, MemoryLog, bring_in

from chalicelib import ids
from chalicelib.errors import BadInput, Conflict

FIXTURES = Path(__file__).parent.parent / "fixtures"
MAPPING = MAPPINGS / "hazard-sheet.toml"
CSV, XLSX = FIXTURES / "hazard_sheet.csv", FIXTURES / "hazard_sheet.xlsx"


@pytest.fixture
def log():
    log = MemoryLog()
    bring_in(log, FIXTURES / "enterprise_sheet.csv", MAPPINGS / "enterprise-sheet.toml")
    return log


def facts(log):
    return {key: (event.kind, event.occurred_on, event.source, event.payload, event.place) for key, event in log.events.items()}


def test_the_mapping_knows_the_twenty_one_columns():
    from chalicelib.intake.mapping import load_mapping

    assert len(load_mapping(MAPPING).known_columns) == 21


def test_the_csv_says_how_it_was_read_and_brings_every_hazard(log):
    done = bring_in(log, CSV, MAPPING)
    assert done.reading == "CSV · 编码 GB18030 · 逗号分隔 · 表头在第3行"
    assert (done.rows, done.kinds) == (6, {"hazard_found": 6, "inspection": 3, "rectification_reported": 4})


def test_levels_sources_places_and_deadlines_are_those_of_the_sheet(log):
    bring_in(log, CSV, MAPPING)
    hazards = sorted(log.of_kind("hazard_found"), key=lambda event: (event.occurred_on, event.payload["description"]))
    assert [event.payload["level"] for event in hazards].count("major") == 1
    assert [event.source for event in hazards] == ["township"] * 3 + ["self", "expert", "district"]
    assert hazards[3].place == {"text": "二楼走廊"}
    assert (hazards[3].occurred_on, hazards[3].payload["deadline_on"]) == ("2020-05-20", "2020-06-04")


def test_a_reported_rectification_is_a_step_of_its_hazard_and_closes_nothing(log):
    bring_in(log, CSV, MAPPING)
    roots = {event.event_id for event in log.of_kind("hazard_found")}
    steps = log.of_kind("rectification_reported")
    assert {step.caused_by for step in steps} <= roots and len(steps) == 4
    assert not log.of_kind("hazard_closed")


def test_the_workbook_tells_the_same_facts_as_the_csv(log):
    other = MemoryLog()
    bring_in(other, FIXTURES / "enterprise_sheet.csv", MAPPINGS / "enterprise-sheet.toml")
    done = bring_in(other, XLSX, MAPPING)
    bring_in(log, CSV, MAPPING)
    assert done.reading == "XLSX · 工作表“隐患台账” · 未读的工作表：填表说明 · 表头在第3行"
    assert facts(other) == facts(log)


def test_what_was_read_over_in_the_workbook_is_told(log):
    assert bring_in(log, XLSX, MAPPING).notes == ("实际整改完成时间：1格Excel序列号按日期读（第7行）", "统一社会信用代码：1格全角字符按半角读（第8行）")


def test_the_workbook_after_the_csv_changes_nothing(log):
    bring_in(log, CSV, MAPPING)
    again = bring_in(log, XLSX, MAPPING)
    assert (again.new, again.same) == (0, 13)


def test_no_persons_name_comes_into_the_log(log):
    bring_in(log, CSV, MAPPING)
    assert not [event for event in log.events.values() if "检查员" in str(event) or "示例甲" in str(event)]


def test_an_enterprise_that_nobody_registered_is_named_by_row():
    with pytest.raises(BadInput, match="第4行 · 统一社会信用代码 · '91330110MA0000007H' · 没有登记过"):
        bring_in(MemoryLog(), CSV, MAPPING)


def test_done_without_a_day_is_refused_by_row(log, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(CSV.read_bytes().replace("2020/5/9".encode("gb18030"), b""))
    with pytest.raises(BadInput, match="第4行 · 实际整改完成时间"):
        bring_in(log, path, MAPPING)


def test_the_hazards_are_those_of_the_registered_site(log):
    bring_in(log, CSV, MAPPING)
    sites = {event.subject_id for event in log.of_kind("site_registered")}
    assert {event.subject_id for event in log.of_kind("hazard_found")} == sites
    assert all(ids.belongs(event.event_id, event.subject) for event in log.events.values())


def sheet(folder: Path, change) -> Path:
    """The sheet in UTF-8 without its title rows, its first two rows as ``change`` leaves them."""
    heading, *rows = list(csv.reader(io.StringIO(CSV.read_bytes().decode("gb18030"), newline="")))[2:]
    change(heading, rows)
    path = folder / "sheet.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *rows])
    return path


def told(path: Path, log) -> list[str]:
    with pytest.raises((BadInput, Conflict)) as caught:
        bring_in(log, path, MAPPING)
    return [str(problem) for problem in getattr(caught.value, "problems", ())] or caught.value.fields["rows"]


def test_rows_that_contradict_each_other_are_told_in_the_words_of_the_sheet(log, tmp_path):
    def contradict(heading, rows):
        rows.append([*rows[0][:8], "重大隐患", *rows[0][9:]])

    assert [line.split("：")[0] for line in told(sheet(tmp_path, contradict), log)] == [
        "第2行 · 隐患分类 · '一般' · 与第8行是同一条记录（标识相同），内容却不同",
        "第8行 · 统一社会信用代码 · 与第2行重复",
        "第8行 · 隐患分类 · '重大' · 与第2行是同一条记录（标识相同），内容却不同",
    ]


def test_a_row_that_stands_otherwise_is_told_with_both_words(log, tmp_path):
    bring_in(log, CSV, MAPPING)

    def worsen(heading, rows):
        rows[0][heading.index("隐患分类")] = "重大隐患"

    [line] = told(sheet(tmp_path, worsen), log)
    assert line.startswith("第2行 · 隐患分类 · '重大' · 系统中这条记录为“一般”；确为更正时，请按更正导入")


def test_a_row_of_another_length_is_told_once_and_not_cell_by_cell(log, tmp_path):
    def shorten(heading, rows):
        del rows[0][7:]

    [line] = told(sheet(tmp_path, shorten), log)
    assert line.startswith("第2行 · '乔司街道' · 有7格，表头有21列")
