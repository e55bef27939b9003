"""Exports: the read matrix decides rows and columns, a spreadsheet takes no cell for a formula, every export is on the record."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from chalicelib.access.identity import Identity
from chalicelib.access.policy import read_matrix
from chalicelib.errors import BadInput
from chalicelib.export.job import Order, Ports, reach_of, work, write_export
from chalicelib.export.model import DATASETS, GROUP_OF_KIND, Column, SiteRecord, columns_of, rows_of
from chalicelib.export.write import safe, write_csv, write_parquet, write_xlsx
from chalicelib.jobs import QUEUED, Job
from chalicelib.register.district import load_district
from chalicelib.supervision.vocabulary import load_vocabulary
from tests.job_builders import FolderObjects, MemoryAudit, MemoryBook

HERE, THERE = "330110010", "330110001"
NAMES = {HERE: "良渚街道", THERE: "临平街道"}
ONE = Column("列", "x")
DAY, NOW = date(2020, 7, 1), datetime(2020, 7, 1, tzinfo=UTC)
DISTRICT, TOWNSHIP, ADMIN = Identity("P1", "district"), Identity("P2", "township", HERE), Identity("P3", "admin")
CARD = {"site_id": "3MAPZ0XKQ7WCV5TG", "name": "示例甲", "township": HERE, "enterprise_id": "E", "grade": "blue", "grade_word": "蓝码", "score": 953, "as_of": "2020-06-30", "rule_set": "r", "issue": 1}


def record(kind: str, **fields: object) -> dict:
    return {"id": f"AAAAAA-{kind}", "on": "2020-06-01", "at": "2020-06-01T00:00:00.000Z", "by": "township", **fields}


FACTS = {
    "site_id": CARD["site_id"], "enterprise_id": "E",
    "records": {
        "site_registered": [record("site_registered", enterprise_id="E", name="示例甲", township=HERE, chemical_type="production", address="某路1号", staff=12)],
        "hazard_found": [record("hazard_found", level="general", description="=HYPERLINK(1)", then=[{**record("hazard_closed", officers=["A-1", "A-2"]), "kind": "hazard_closed"}])],
        "certificate": [record("certificate", type="licence", number="ZS-1", valid_to="2021-01-01")],
        "appeal": [record("appeal", text="不服")],
        "inspection": [record("inspection", officers=["A-1"], void={"id": "x", "on": "2020-06-05", "at": ""})],
    },
}  # fmt: skip
SITES = [SiteRecord(CARD, FACTS), SiteRecord({**CARD, "site_id": "4MAPZ0XKQ7WCV5TG", "township": THERE}, {**FACTS, "site_id": "4MAPZ0XKQ7WCV5TG"})]


def table(dataset: str, identity: Identity) -> list[dict[str, object]]:
    titles = [column.title for column in columns_of(dataset, identity)]
    return [dict(zip(titles, row, strict=True)) for row in rows_of(dataset, SITES, identity, "2020-07-01")]


class TestWhoSeesWhat:
    def test_the_district_sees_every_site_a_township_its_own(self) -> None:
        assert [row["镇街编号"] for row in table("cards", DISTRICT)] == [HERE, THERE]
        assert [row["镇街编号"] for row in table("cards", TOWNSHIP)] == [HERE]

    @pytest.mark.parametrize("identity", [Identity("P", "public"), Identity("P", "enterprise", "other"), Identity("P", "expert")])
    @pytest.mark.parametrize("dataset", DATASETS)
    def test_who_reaches_no_site_exports_no_row(self, dataset: str, identity: Identity) -> None:
        assert table(dataset, identity) == []

    def test_an_administrator_gets_no_scores_no_register_of_the_case_no_secrets_and_no_events(self) -> None:
        assert "得分" not in table("cards", ADMIN)[0] and "得分" in table("cards", DISTRICT)[0]
        assert set(table("register", ADMIN)[0]) == {"场所编号", "名称", "统一社会信用代码", "镇街", "状态", "镇街编号"}
        assert table("events", ADMIN) == []

    def test_officers_and_numbers_of_papers_stand_in_the_export_of_the_district_alone(self) -> None:
        assert "A-1" in str(table("events", DISTRICT)) and "ZS-1" in str(table("events", DISTRICT))
        assert "A-1" not in str(table("events", TOWNSHIP)) and "ZS-1" not in str(table("events", TOWNSHIP))

    @pytest.mark.parametrize("dataset", DATASETS)
    @pytest.mark.parametrize("role", ["enterprise", "township", "district", "expert", "admin"])
    def test_no_column_is_there_that_the_matrix_does_not_show_in_full(self, dataset: str, role: str) -> None:
        for column in columns_of(dataset, Identity("P", role)):
            assert read_matrix()[column.group][role] in ("show", "logged")

    def test_every_group_of_kinds_is_of_the_vocabulary_and_of_the_matrix(self) -> None:
        assert set(GROUP_OF_KIND) <= set(load_vocabulary().kinds)
        assert set(GROUP_OF_KIND.values()) <= set(read_matrix())


class TestWhatStandsThere:
    def test_scores_and_grades_are_as_they_are_published(self) -> None:
        row = table("cards", DISTRICT)[0]
        assert (row["等级"], row["得分"]) == ("蓝码", Decimal("95.3"))

    def test_every_record_and_every_step_is_a_row_and_withdrawn_ones_say_so(self) -> None:
        rows = table("events", TOWNSHIP)
        assert [row["种类代码"] for row in rows] == ["site_registered", "hazard_found", "hazard_closed", "certificate", "appeal", "inspection"]
        assert [row["作废日"] for row in rows][-1] == date(2020, 6, 5)
        assert rows[2]["原记录"] == rows[1]["记录编号"]

    def test_officials_read_words_and_shanghai_time(self) -> None:
        row = table("events", TOWNSHIP)[1]
        assert (row["种类"], str(row["记录时间"]), row["内容"]) == ("隐患登记", "2020-06-01 08:00:00", "级别：一般；情况：=HYPERLINK(1)")

    def test_a_score_is_a_number_in_a_workbook_and_keeps_its_decimal_in_a_csv(self, tmp_path: Path) -> None:
        rows = list(rows_of("cards", SITES[:1], DISTRICT, "2020-07-01"))
        write_xlsx(tmp_path / "x.xlsx", columns_of("cards", DISTRICT), rows)
        book = load_workbook(tmp_path / "x.xlsx")
        assert [cell.value for cell in book.active[2] if cell.data_type in "nd" and cell.value] == [95.3, datetime(2020, 6, 30), 1]
        assert ("得分", "0至100；封顶和否决只改变等级，不改变得分") in list(book["说明"].values)
        write_csv(tmp_path / "x.csv", columns_of("cards", DISTRICT), rows)
        assert ",95.3,2020-06-30," in (tmp_path / "x.csv").read_text("utf-8-sig")

    def test_the_register_is_as_of_the_day(self) -> None:
        row = table("register", TOWNSHIP)[0]
        assert (row["地址"], row["从业人数"], row["危化品类型"], row["状态"]) == ("某路1号", 12, "生产", "在业")


class TestFiles:
    @pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "\n=1"])
    def test_no_cell_is_a_formula(self, text: str, tmp_path: Path) -> None:
        assert safe(text) == "'" + text
        write_xlsx(tmp_path / "x.xlsx", [ONE], [[text]])
        cell = load_workbook(tmp_path / "x.xlsx").active["A2"]
        assert cell.data_type == "s"

    @given(st.lists(st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=20), min_size=1, max_size=4))
    def test_a_csv_says_what_it_was_given(self, tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
        path = tmp_path_factory.mktemp("csv") / "x.csv"
        write_csv(path, [ONE] * len(cells), [cells])
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert list(csv.reader(file))[1] == [str(safe(cell)) for cell in cells]
        assert not any(str(safe(cell)).startswith(("=", "@")) for cell in cells)

    def test_numbers_stay_numbers(self, tmp_path: Path) -> None:
        assert (safe("-12.5"), safe(-3), safe(None), safe(True), safe(["a", "b"])) == ("-12.5", -3, "", "是", "a;b")
        write_xlsx(tmp_path / "x.xlsx", [ONE], [[12]])
        assert load_workbook(tmp_path / "x.xlsx").active["A2"].value == 12


    @pytest.mark.parametrize("identity", [DISTRICT, TOWNSHIP, ADMIN])
    @pytest.mark.parametrize("dataset", DATASETS)
    def test_a_parquet_file_read_back_says_the_same_in_typed_columns(self, tmp_path: Path, dataset: str, identity: Identity) -> None:
        columns, rows = columns_of(dataset, identity), list(rows_of(dataset, SITES, identity, "2020-07-01"))
        assert write_parquet(tmp_path / "x.parquet", columns, rows) == len(rows)
        read = polars.read_parquet(tmp_path / "x.parquet")
        assert read.columns == [column.title for column in columns]
        assert [[value for value in row] for row in read.rows()] == [[None if value == "" else value for value in row] for row in rows]
        plain = {"text": polars.String, "whole": polars.Int64, "degrees": polars.Float64, "flag": polars.Boolean, "day": polars.Date}
        for column in columns:
            if column.type in plain:
                assert read.schema[column.title] == plain[column.type]
        assert "A-1" not in str(read.rows()) or identity is DISTRICT


class MemorySources:
    def list_township(self, township: str) -> list[dict[str, object]]:
        return [dict(site.card) for site in SITES if site.card["township"] == township]

    def facts(self, site_ids):
        return {str(site.card["site_id"]): site.facts for site in SITES if site.card["site_id"] in set(site_ids)}


class TestTheJob:
    def ports(self, folder: Path) -> Ports:
        return Ports(MemoryBook(), MemoryAudit(), FolderObjects(folder), MemorySources(), lambda job: None)

    def test_a_job_writes_its_file_and_an_audit_line(self, tmp_path: Path) -> None:
        ports = self.ports(tmp_path)
        job = Job("J" * 16, "export", "P1", "district", "", {"dataset": "events", "format": "csv"}, "2020-07-01T00:00:00.000Z").moved(NOW, state=QUEUED)
        ports.book.save(job)
        assert work(job.job, ports, load_district("demo"), DAY, lambda: NOW) == "done"
        assert ports.book.find(job.job).outcome["rows"] == 12
        assert ports.audit.said() == [("export", "events csv persons")]
        assert ports.objects.exists(f"exports/{job.job}.csv")
        assert work(job.job, ports, load_district("demo"), DAY, lambda: NOW) == "done" and len(ports.audit.lines) == 1

    def test_what_cannot_be_written_down_is_not_exported(self, tmp_path: Path) -> None:
        class Deaf:
            def write(self, line) -> None:
                raise BadInput("no audit")

        order = Order("cards", "csv", DISTRICT, {HERE: "良渚街道"}, DAY, load_district("demo").grade_words)
        with pytest.raises(BadInput):
            write_export(order, MemorySources(), Deaf(), tmp_path / "x.csv", NOW)
        assert not (tmp_path / "x.csv").exists()

    @pytest.mark.parametrize(("district", "word"), [("demo", "蓝码"), ("shifan", "绿码")])
    def test_grades_are_called_what_the_district_calls_them(self, tmp_path: Path, district: str, word: str) -> None:
        code, name = next((township.code, township.name) for township in load_district(district).townships)

        class Sources(MemorySources):
            def list_township(self, township: str) -> list[dict[str, object]]:
                return [{**CARD, "township": township, "grade_word": ""}]

        order = Order("cards", "csv", DISTRICT, {code: name}, DAY, load_district(district).grade_words)
        write_export(order, Sources(), MemoryAudit(), tmp_path / "x.csv", NOW)
        (row,) = csv.DictReader((tmp_path / "x.csv").read_text("utf-8-sig").splitlines())
        assert (row["等级"], row["镇街"]) == (word, name)

    def test_a_township_goes_through_its_own_sites_only(self) -> None:
        assert reach_of(TOWNSHIP, NAMES) == {HERE: "良渚街道"}
        assert reach_of(DISTRICT, NAMES) == NAMES
