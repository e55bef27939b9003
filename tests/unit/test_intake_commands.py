"""The commands around the import: exit 0 in order, 1 judged bad, 2 bad input; every problem on its own line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from intake_support import MemoryLog

from chalicelib.config import settings
from infra.cli import main
from infra.synthetic.sites import credit_code

FIXTURES = Path(__file__).parent.parent / "fixtures"
VALID, INVALID = "91330110MA0000015C", "91330110MA0000015D"


@pytest.fixture(autouse=True)
def _settings_of_a_machine_without_a_stack(monkeypatch):
    monkeypatch.setenv("TODAY", "2020-06-10")
    monkeypatch.setenv("DISTRICT", "demo")
    monkeypatch.setenv("ID_KEY", "")
    monkeypatch.setenv("TABLE_PREFIX", "nowhere")
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_valid_codes_are_told_and_pass(capsys):
    assert main(["uscc", VALID.lower(), "914403001922038216"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"{VALID}\t有效"


def test_one_invalid_code_fails_with_its_reason(capsys):
    assert main(["uscc", VALID, INVALID]) == 1
    assert "应为“C”" in capsys.readouterr().out


def test_no_code_at_all_is_bad_input():
    with pytest.raises(SystemExit) as left:
        main(["uscc"])
    assert left.value.code == 2


def test_the_demo_district_is_written_as_of_the_last_closed_month(tmp_path, capsys):
    assert main(["synth", str(tmp_path), "--sites", "small"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("as of 2020-05-31")
    assert main(["import", str(tmp_path / "01_sites.csv"), "--mapping", "sites", "--check"]) == 0


def test_a_size_that_is_none_is_bad_input(tmp_path, capsys):
    assert main(["synth", str(tmp_path), "--sites", "huge"]) == 2
    assert "--sites" in capsys.readouterr().err


def test_a_faulty_file_is_told_line_by_line(tmp_path, capsys):
    path = tmp_path / "plans.csv"
    path.write_text("镇街,计划编号,下达日期,年度,领域,检查数\n火星街道,1,2020-01-01,2020,,5\n临平街道,2,2020-13-01,2020,,五\n", "utf-8")
    assert main(["import", str(path), "--mapping", "township_plans", "--check"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.split(" · ")[1] for line in told] == ["镇街", "下达日期", "检查数"]


def test_importing_without_the_key_of_ids_is_refused(tmp_path, capsys):
    assert main(["import", str(tmp_path / "a.csv"), "--mapping", "sites"]) == 2
    assert "ID_KEY" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_bad_input(tmp_path):
    assert main(["import", str(tmp_path / "a.csv"), "--mapping", "sites", "--check"]) == 2


class FakeLog:
    """Stands for the table: one log in memory for every command of a test."""

    def __init__(self, log):
        self.append, self.find_texts, self.list_events = log.append, log.find_texts, log.list_events


@pytest.fixture
def import_into_memory(monkeypatch):
    """``./dev import`` on a log in memory that already knows the enterprises of the hazard sheet, where nobody enacted a rule set."""
    from chalicelib.grading import enacted
    from chalicelib.intake import store
    from chalicelib.register.district import load_district

    log = MemoryLog()
    monkeypatch.setenv("ID_KEY", "00" * 16)
    monkeypatch.setenv("TODAY", "2020-06-30")
    settings.cache_clear()
    monkeypatch.setattr(store, "ImportLog", lambda events: FakeLog(log))
    monkeypatch.setattr(enacted, "governed_district", lambda prefix, district: load_district(district))

    def run(path: Path, mapping: str, *more: str) -> int:
        return main(["import", str(path), "--mapping", mapping, *more])

    assert run(FIXTURES / "enterprise_sheet.csv", "enterprise-sheet") == 0
    return run


def test_an_import_tells_how_the_file_was_read_and_writes_its_result(import_into_memory, tmp_path, capsys):
    assert import_into_memory(FIXTURES / "hazard_sheet.xlsx", "hazard-sheet", "--result", str(tmp_path / "r.json")) == 0
    told = capsys.readouterr().out
    assert "XLSX · 工作表“隐患台账”" in told and "1格Excel序列号按日期读" in told
    result = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert (result["rows"], result["new"], result["corrected"]) == (6, 13, [])


def test_good_rows_leave_a_rejects_file_beside_the_sheet_and_exit_1(import_into_memory, tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_bytes((FIXTURES / "hazard_sheet.csv").read_bytes().replace(b"2020/6/2", b"2020/6/31"))
    assert import_into_memory(sheet, "hazard-sheet", "--good-rows") == 1
    rejects = tmp_path / "sheet.rejects.csv"
    rejects.write_text(rejects.read_text("utf-8-sig").replace("2020/6/31", "2020/6/2"), "utf-8")
    assert import_into_memory(rejects, "hazard-sheet") == 0


def test_a_changed_sheet_is_refused_and_with_correct_shown_as_corrections(import_into_memory, tmp_path, capsys):
    sheet, result = tmp_path / "sheet.csv", tmp_path / "r.json"
    text = (FIXTURES / "hazard_sheet.csv").read_bytes()
    sheet.write_bytes(text)
    assert import_into_memory(sheet, "hazard-sheet") == 0
    sheet.write_bytes(text.replace("重大隐患,".encode("gb18030"), "一般隐患,".encode("gb18030")))
    assert import_into_memory(sheet, "hazard-sheet") == 1
    assert "按更正导入" in capsys.readouterr().err
    assert import_into_memory(sheet, "hazard-sheet", "--correct", "--signer", "A", "--signer", "B", "--result", str(result)) == 0
    assert "level: major → general" in capsys.readouterr().out
    [corrected] = json.loads(result.read_text("utf-8"))["corrected"]
    assert (corrected["kind"], corrected["row"], corrected["changes"]) == ("hazard_found", 6, {"level": ["major", "general"]})


def test_a_check_tells_the_rows_whose_code_fails_the_inner_check(tmp_path, capsys):
    """A hint to look, never a refusal: whoever checks a sheet is told where to look before anything is written."""
    lines = "".join(f"{credit_code(number)},示例企业{number},临平街道,某路,5,2020-06-01,\n" for number in (1, 962, 963))
    (tmp_path / "a.csv").write_text("统一社会信用代码,企业名称,属地,详细地址,从业人数,入库日期,负责人\n" + lines, "utf-8")
    assert main(["import", str(tmp_path / "a.csv"), "--mapping", "enterprise-sheet", "--check"]) == 0
    assert "统一社会信用代码：2格主体标识码（第9至17位）内部校验不符，不影响导入，请核对（第3、4行）" in "".join(capsys.readouterr())
