"""Good rows in, bad rows out into a file that comes in again once it is repaired; a fact is never told by half its rows."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_support import MAPPINGS, MemoryLog, bring_in
from openpyxl import load_workbook

from chalicelib.errors import BadInput
from chalicelib.intake import rejects as rejects_module
from chalicelib.intake.rejects import as_workbook
from chalicelib.intake.run import Wish

FIXTURES = Path(__file__).parent.parent / "fixtures"
FINDINGS = """
schema = 1
[subjects]
site = ["统一社会信用代码"]
[columns]
"统一社会信用代码" = { read = "uscc" }
"日期" = { read = "date", required = true }
"问题" = { read = "findings" }
[[records]]
kind = "assessment"
key = ["单号"]
on = "日期"
source = { value = "expert" }
merge = ["items"]
fields = { coverage = { value = "full" }, items = "问题" }
"""
HEADING = "统一社会信用代码,单号,日期,问题\n"


@pytest.fixture
def log():
    return registered()


def registered() -> MemoryLog:
    log = MemoryLog()
    bring_in(log, FIXTURES / "enterprise_sheet.csv", MAPPINGS / "enterprise-sheet.toml")
    return log


@pytest.fixture
def sheet(tmp_path):
    """Writes a sheet, imports its good rows and returns (what was done, the rejects file)."""
    (tmp_path / "m.toml").write_text(FINDINGS, "utf-8")

    def run(log, text, mapping=None):
        path, rejects = tmp_path / "a.csv", tmp_path / "a.rejects.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        done = bring_in(log, path, mapping or tmp_path / "m.toml", wish=Wish(rejects=rejects))
        return done, rejects

    return run


def lines_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def spoilt(data: bytes) -> bytes:
    """The hazard sheet with a wrong check character in row 4 and a day that does not exist in row 8."""
    return data.replace(b"91330110MA0000007H", b"91330110MA0000007X", 1).replace(b"2020/6/2", b"2020/6/31")


def test_by_default_one_bad_row_refuses_the_file(log, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(spoilt((FIXTURES / "hazard_sheet.csv").read_bytes()))
    before = dict(log.events)
    with pytest.raises(BadInput) as caught:
        bring_in(log, path, MAPPINGS / "hazard-sheet.toml")
    assert [problem.place for problem in caught.value.problems] == ["row 4", "row 8"]
    assert log.events == before


def test_good_rows_come_in_and_bad_ones_are_written_with_their_reasons(log, sheet):
    done, rejects = sheet(log, spoilt((FIXTURES / "hazard_sheet.csv").read_bytes()), MAPPINGS / "hazard-sheet.toml")
    assert (done.rows, done.rejected, done.kinds["hazard_found"]) == (4, 2, 4)
    first, second = lines_of(rejects)
    assert (first["行号"], first["列"], first["值"]) == ("4", "统一社会信用代码", "91330110MA0000007X")
    assert "校验码不符" in first["原因"]
    assert (second["行号"], second["列"], second["值"]) == ("8", "检查时间", "2020/6/31")
    assert list(first)[:21] == list(csv.reader((FIXTURES / "hazard_sheet.csv").read_text("gb18030").splitlines()))[2]


def test_the_repaired_rejects_file_comes_in_and_the_log_is_as_if_nothing_had_been_wrong(log, sheet):
    mapping, whole = MAPPINGS / "hazard-sheet.toml", registered()
    _, rejects = sheet(log, spoilt((FIXTURES / "hazard_sheet.csv").read_bytes()), mapping)
    text = rejects.read_text("utf-8-sig").replace("7X,乔", "7H,乔").replace("2020/6/31", "2020/6/2")
    rejects.write_text(text, "utf-8-sig")
    assert bring_in(log, rejects, mapping).rejected == 0
    bring_in(whole, FIXTURES / "hazard_sheet.csv", mapping)
    assert log.events == whole.events


def test_a_rejects_file_that_is_not_repaired_is_rejected_again(log, sheet):
    mapping = MAPPINGS / "hazard-sheet.toml"
    _, rejects = sheet(log, spoilt((FIXTURES / "hazard_sheet.csv").read_bytes()), mapping)
    before = dict(log.events)
    done, again = sheet(log, rejects.read_bytes(), mapping)
    assert (done.new, done.rejected) == (0, 2) and log.events == before
    assert list(lines_of(again)[0]) == [*list(lines_of(again)[0])[:21], "行号", "列", "值", "原因"]


def test_a_sheet_with_a_reason_of_its_own_gets_other_names_for_what_is_added(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("场所编号,变更日期,状态,原因\nS404,2020-01-01,停产,检修\n", "utf-8")
    text = path.read_text("utf-8")
    (tmp_path / "m.toml").write_text(
        'schema = 1\n[subjects]\nsite = ["场所编号"]\n[columns]\n"变更日期" = { read = "date" }\n"状态" = { values = { "停产" = "suspended" } }\n'
        '[[records]]\nkind = "site_state_changed"\non = "变更日期"\nsource = { value = "township" }\n'
        'fields = { state = "状态", reason = "原因" }\n',
        "utf-8",
    )
    wish = Wish(rejects=tmp_path / "r.csv")
    for source in (path, tmp_path / "r.csv"):
        bring_in(MemoryLog(), source, tmp_path / "m.toml", wish=wish)
        [line] = lines_of(wish.rejects)
        assert list(line)[:4] == text.splitlines()[0].split(",") and line["导入原因"] == "没有登记过的企业或场所：请核对，或先导入登记"


def test_rows_that_tell_one_assessment_are_left_out_together(log, sheet):
    rows = [
        "91330110MA0000007H,P1,2020-06-01,E05.defect=1",
        "91330110MA0000007H,P1,2020-06-01,坏",
        "91330110MA0000007H,P2,2020-06-01,W01.blocked=1",
    ]
    for order in (rows, rows[::-1]):
        log = registered()
        done, rejects = sheet(log, HEADING + "\n".join(order) + "\n")
        [event] = log.of_kind("assessment")
        assert event.payload["items"] == {"W01": {"blocked": 1}}
        assert done.rejected == 2 and any("同属一条记录" in line["原因"] for line in lines_of(rejects))


def test_rows_that_contradict_each_other_are_both_left_out(log, sheet):
    done, _ = sheet(log, HEADING + "91330110MA0000007H,P1,2020-06-01,\n91330110MA0000007H,P1,2020-06-02,\n")
    assert (done.new, done.rejected) == (0, 2)


def test_a_row_that_leans_on_a_rejected_row_is_rejected_too(tmp_path):
    log = MemoryLog()
    (tmp_path / "m.toml").write_text(
        'schema = 1\n[subjects]\nsite = ["场所"]\n[columns]\n"日期" = { read = "date" }\n"人数" = { read = "integer" }\n'
        '[[records]]\nkind = "site_registered"\non = "日期"\nsource = { value = "system" }\nwhen = "镇街"\n'
        'fields = { enterprise_id = { value = "0000000000000000" }, name = "场所", township = "镇街" }\n'
        '[[records]]\nkind = "work_injury"\non = "日期"\nsource = { value = "system" }\nwhen = "人数"\nfields = { cases = "人数" }\n',
        "utf-8",
    )
    (tmp_path / "a.csv").write_text("场所,日期,镇街,人数\n甲,2020-01-01,火星,\n甲,2020-02-01,,1\n乙,2020-01-01,临平街道,2\n", "utf-8")
    done = bring_in(log, tmp_path / "a.csv", tmp_path / "m.toml", wish=Wish(rejects=tmp_path / "r.csv"))
    assert (done.rows, done.rejected, done.kinds) == (1, 2, {"site_registered": 1, "work_injury": 1})
    assert [line["原因"] for line in lines_of(tmp_path / "r.csv")] == ["本区没有这个镇街：请填全称或代码", "没有登记过的企业或场所：请核对，或先导入登记"]


def test_every_row_of_an_unknown_site_is_left_out_at_once(log, sheet):
    asked = []
    find = log.find_texts
    log.find_texts = lambda keys: asked.append(1) or find(keys)
    rows = [f"91330110MA0000138D,P{number},2020-06-01," for number in range(50)]
    done, rejects = sheet(log, HEADING + "\n".join([*rows, "91330110MA0000007H,P1,2020-06-01,"]) + "\n")
    assert (done.new, done.rejected, len(lines_of(rejects))) == (1, 50, 50)
    assert len(asked) < 10


def test_a_file_without_bad_rows_writes_no_rejects(log, sheet):
    done, rejects = sheet(log, HEADING + "91330110MA0000007H,P1,2020-06-01,\n")
    assert done.rejected == 0 and not rejects.exists()


@given(st.sets(st.integers(0, 11), max_size=11))
@settings(max_examples=25, deadline=None)
def test_good_and_repaired_rows_are_the_whole_file_whichever_rows_were_bad(tmp_path_factory, bad):
    folder = tmp_path_factory.mktemp("halves")
    (folder / "m.toml").write_text(FINDINGS, "utf-8")
    rows = [f"91330110MA0000007H,P{number // 2},2020-06-01,E{number % 6 + 2:02d}.defect=1" for number in range(12)]
    path, rejects = folder / "a.csv", folder / "r.csv"
    path.write_text(
        HEADING + "\n".join(row.replace("=1", "=x") if number in bad else row for number, row in enumerate(rows)) + "\n", "utf-8"
    )
    log, whole = registered(), registered()
    bring_in(log, path, folder / "m.toml", wish=Wish(rejects=rejects))
    if rejects.exists():
        rejects.write_text(rejects.read_text("utf-8-sig").replace("defect=x,", "defect=1,"), "utf-8")
        bring_in(log, rejects, folder / "m.toml")
    path.write_text(HEADING + "\n".join(rows) + "\n", "utf-8")
    bring_in(whole, path, folder / "m.toml")
    assert log.events == whole.events


def test_a_workbook_of_what_is_given_back_keeps_every_number_as_it_is_written(tmp_path):
    """Zeros before a number, more digits than Excel counts, a day, a text that looks like a formula: as CSV each would be lost on opening."""
    cells = ["0012", "913301100000000018", "2020-05", "=1+1", "坏\x07值"]
    (tmp_path / "r.csv").write_text("甲,乙,丙,丁,戊\n" + ",".join(cells) + "\n", "utf-8-sig")
    assert as_workbook(tmp_path / "r.csv", tmp_path / "r.xlsx")
    heading, row = load_workbook(tmp_path / "r.xlsx").active.iter_rows()
    assert [cell.value for cell in heading] == list("甲乙丙丁戊")
    assert [(cell.value, cell.data_type) for cell in row] == [(text.replace("\x07", ""), "s") for text in cells]


def test_what_is_too_much_for_a_workbook_is_given_back_as_csv_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(rejects_module, "MOST_IN_WORKBOOK", 2)
    (tmp_path / "r.csv").write_text("甲\n1\n2\n3\n", "utf-8-sig")
    assert not as_workbook(tmp_path / "r.csv", tmp_path / "r.xlsx") and not (tmp_path / "r.xlsx").exists()
