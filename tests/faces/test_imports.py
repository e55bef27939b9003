"""Uploads as an official meets them: ask, send, start, look, fetch; by the same rules as the command, row by row by the matrix."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from threading import Event
from urllib.parse import quote, unquote

import pytest
from chalice import Chalice, CognitoUserPoolAuthorizer

from chalicelib import presign
from chalicelib.access.identity import Identity
from chalicelib.cosign.model import DECLINED, SIGNED
from chalicelib.config import read_settings
from chalicelib.intake import held
from chalicelib.intake.model import NOTHING
from chalicelib.intake.office import tabulator
from chalicelib.intake.permission import Permission
from chalicelib.intake.run import Wish
from chalicelib.intake.beat import beating
from chalicelib.intake.ports import Place, Ports
from chalicelib.intake.upload import BEAT_S, TOO_LONG, _Run, work
from chalicelib.intake.views import build_blueprint
from chalicelib.jobs import MOST_RESUMED, STANDSTILL, stands_still
from chalicelib.register.district import load_district
from chalicelib.supervision.model import Actor, make_event
from chalicelib.supervision.vocabulary import problems
from tests.job_builders import FolderObjects, MemoryActs, MemoryAreas, MemoryAudit, MemoryBook, MemoryPersons
from tests.unit.intake_support import KEY, MAPPINGS, NOW, TODAY, MemoryLog, bring_in

pytestmark = pytest.mark.filterwarnings("ignore:CognitoUserPoolAuthorizer")
FIXTURES = Path(__file__).parents[1] / "fixtures"
SETTINGS = read_settings({"TODAY": "2020-06-30", "FILES_BUCKET": "files", "FILES_URL": "/files", "ID_KEY": KEY.hex(), "PUBLIC_BASE_URL": "https://code.example"})
HAZARDS = {"mapping": "hazard-sheet", "filename": "隐患台账 六月.csv", "mode": "whole"}


class Desk:
    """A district whose enterprises are registered, behind the API, with one official signed in."""

    def __init__(self, folder: Path, role: str = "district", organisation: str = "", certificate: str = "") -> None:
        self.log, self.book, self.audit, self.areas, self.sent = MemoryLog(), MemoryBook(), MemoryAudit(), MemoryAreas(), []
        self.persons = MemoryPersons()
        self.objects = FolderObjects(folder)
        bring_in(self.log, FIXTURES / "enterprise_sheet.csv", MAPPINGS / "enterprise-sheet.toml")
        for event in self.log.of_kind("site_registered"):
            self.areas.known[event.subject] = frozenset({str(event.payload["township"])})
        self.acts, self.now = MemoryActs(self.log), NOW
        self.ports = Ports(self.book, self.audit, self.objects, self.log, self.areas, self.persons, self.acts, self.sent.append, tabulator(SETTINGS))
        self.app = Chalice(app_name="imports-test")
        guard = CognitoUserPoolAuthorizer("cognito", provider_arns=["arn:aws:cognito-idp:us-east-1:000000000000:userpool/x"])
        self.app.register_blueprint(build_blueprint(guard, lambda settings: self.ports, lambda: SETTINGS, lambda: self.now))
        self.claims = {"token_use": "id", "sub": "P1", "cognito:groups": role, "custom:organisation": organisation, "custom:certificate": certificate}

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict]:
        return call(self.app, method, path, body, self.claims)

    def upload(self, sheet: Path, **asked: object) -> dict:
        """The whole way of a file; the job as it is shown at the end."""
        status, made = self.ask("POST", "/imports", {**HAZARDS, **asked})
        assert status == 201, made
        self.objects.keep(made["form"]["key"], sheet)
        status, started = self.ask("POST", f"/imports/jobs/{made['job']}/start")
        assert (status, started["state"]) == (202, "queued")
        assert self.sent.pop() == made["job"]
        self.work(made["job"])
        return self.ask("GET", f"/imports/jobs/{made['job']}")[1]

    def work(self, job: str, seconds=lambda: 900.0) -> str:
        return work(job, self.ports, Place(load_district("demo"), KEY, TODAY, lambda: self.now, seconds))

    def sign(self, act_id: str, second: Identity = Identity("P2", "district", "district")) -> None:
        """A second person signs, as the office of acts does it (tests/faces/test_cosign.py), and the job is woken."""
        act = self.acts.find(act_id)
        payload = {**act.body["payload"], "signers": [act.first.subject, second.subject]}
        event = make_event(
            "import_signed", act.subject_id, occurred_on=TODAY, known_at=NOW, actor=Actor(act.first.subject, "district"), source="district",
            payload=payload, key=f"{act.first.subject}|{act.body['key']}",
        )  # fmt: skip
        assert not problems(event)
        self.acts.sign(act.ended(SIGNED, second, NOW, event_ids=(event.event_id,)), event, NOW)


def call(app: Chalice, method: str, path: str, body: object, claims: dict) -> tuple[int, dict]:
    """A request as the gateway hands it over after the authorizer."""
    pattern, values = match(app, path)
    event = {
        "httpMethod": method, "path": path, "resource": pattern, "pathParameters": values, "multiValueQueryStringParameters": None,
        "headers": {"Content-Type": "application/json"}, "body": None if body is None else json.dumps(body), "isBase64Encoded": False,
        "stageVariables": None, "requestContext": {"httpMethod": method, "resourcePath": pattern, "authorizer": {"claims": claims}},
    }  # fmt: skip
    answer = app(event, None)
    return answer["statusCode"], json.loads(answer["body"])


def match(app: Chalice, path: str) -> tuple[str, dict[str, str]]:
    parts = path.split("/")
    for pattern in sorted(app.routes, key=lambda found: found.count("{")):
        wanted = pattern.split("/")
        if len(wanted) == len(parts) and all(w == p or w.startswith("{") for w, p in zip(wanted, parts, strict=True)):
            return pattern, {w.strip("{}"): p for w, p in zip(wanted, parts, strict=True) if w.startswith("{")}
    raise AssertionError(path)


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch):
    """Signing asks nobody; it needs a region and keys."""
    for name, value in {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}.items():
        monkeypatch.setenv(name, value)
    presign._client.cache_clear()
    yield
    presign._client.cache_clear()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


CSV = FIXTURES / "hazard_sheet.csv"


def broken(tmp_path: Path) -> Path:
    """The sheet with two cells that cannot be read."""
    text = CSV.read_text("gb18030").replace("一般", "普通", 1).replace("2020/5/20", "2020/5/32", 1)
    path = tmp_path / "broken.csv"
    path.write_text(text, "gb18030")
    return path


class TestTheWholeWay:
    def test_a_file_comes_in_and_tells_what_it_did(self, desk: Desk) -> None:
        shown = desk.upload(CSV)
        assert (shown["state"], shown["state_word"], shown["filename"]) == ("done", "完成", "隐患台账 六月.csv")
        assert shown["outcome"]["kinds"] == {"hazard_found": 6, "inspection": 3, "rectification_reported": 4}
        assert shown["outcome"]["reading"] == "CSV · 编码 GB18030 · 逗号分隔 · 表头在第3行"
        assert len(desk.log.of_kind("hazard_found")) == 6
        assert set(shown["downloads"]) == {"result"}

    def test_who_sent_it_stands_in_every_fact_and_the_audit_log_has_the_act(self, desk: Desk) -> None:
        desk.upload(CSV)
        assert {(event.actor.id, event.actor.role) for event in desk.log.of_kind("hazard_found")} == {("P1", "district")}
        assert desk.audit.said() == [("import", "hazard-sheet whole asked"), ("import", "hazard-sheet whole done new=13 corrections=0 rejected=0")]

    def test_the_same_file_again_changes_nothing(self, desk: Desk) -> None:
        desk.upload(CSV)
        before = dict(desk.log.events)
        assert {name: desk.upload(CSV)["outcome"][name] for name in ("new", "same")} == {"new": 0, "same": 13}
        assert desk.log.events == before

    def test_a_workbook_is_a_workbook(self, desk: Desk) -> None:
        shown = desk.upload(FIXTURES / "hazard_sheet.xlsx", filename="台账.xlsx")
        assert shown["outcome"]["new"] == 13
        assert shown["outcome"]["reading"].startswith("XLSX")

    def test_the_list_shows_ones_own_jobs(self, desk: Desk) -> None:
        job = desk.upload(CSV)["job"]
        assert [row["job"] for row in desk.ask("GET", "/imports")[1]["imports"]] == [job]
        desk.claims["sub"] = "P2"
        assert desk.ask("GET", "/imports")[1]["imports"] == []
        for path in ("", "/result"):
            assert desk.ask("GET", f"/imports/jobs/{job}{path}")[0] == 404

    def test_the_mappings_say_which_columns_they_want(self, desk: Desk) -> None:
        told = desk.ask("GET", "/imports/mappings")[1]
        assert (told["most_bytes"], told["endings"]) == (200 * 1024 * 1024, [".csv", ".txt", ".tsv", ".xlsx"])
        found = {row["name"]: row for row in told["mappings"]}
        assert found["hazard-sheet"]["title"] == "隐患排查治理台账"
        assert "统一社会信用代码" in found["hazard-sheet"]["required"]


class TestBadRows:
    def test_by_default_one_bad_row_refuses_the_file_and_both_files_say_why(self, desk: Desk, tmp_path: Path) -> None:
        before = dict(desk.log.events)
        shown = desk.upload(broken(tmp_path))
        assert (shown["state"], shown["outcome"]["written"], shown["outcome"]["rejected"]) == ("refused", False, 2)
        assert desk.log.events == before
        problems = desk.ask("GET", f"/imports/jobs/{shown['job']}/result")[1]["problems"]
        assert {(p["column"], p["value"]) for p in problems} == {("隐患分类", "普通隐患"), ("检查时间", "2020/5/32")}
        assert set(shown["downloads"]) == {"result", "rejects", "rejects_book"}

    def test_each_stage_is_told_and_a_second_round_is_not_the_first_again(self, desk: Desk, tmp_path: Path) -> None:
        seen: dict[str, int] = {}
        wish = Wish(tmp_path / "rejects.csv", permission=Permission(Identity("P1", "district"), desk.areas, tmp_path / "held"))
        bring_in(desk.log, broken(tmp_path), MAPPINGS / "hazard-sheet.toml", wish=wish, progress=lambda stage, done, total: seen.update({stage: done}))
        assert seen == {"judged": 6, "judged_again": 4, "compared": 9, "permitted": 9, "appended": 9}
        dry = replace(wish, writes=NOTHING)
        seen.clear()
        bring_in(desk.log, broken(tmp_path), MAPPINGS / "hazard-sheet.toml", wish=dry, progress=lambda stage, done, total: seen.update({stage: done}))
        assert "appended" not in seen

    def test_good_rows_come_in_and_the_rejects_file_comes_in_after_repair(self, desk: Desk, tmp_path: Path) -> None:
        shown = desk.upload(broken(tmp_path), mode="good")
        assert (shown["state"], shown["outcome"]["rejected"], len(desk.log.of_kind("hazard_found"))) == ("done", 2, 4)
        rejects = desk.objects.place(f"uploads/imports/{shown['job']}/rejects.csv").read_text("utf-8-sig")
        repaired = tmp_path / "repaired.csv"
        repaired.write_text(rejects.replace("普通隐患", "一般隐患").replace("2020/5/32", "2020/5/20"), "utf-8")
        assert desk.upload(repaired)["state"] == "done"
        assert len(desk.log.of_kind("hazard_found")) == 6

    def test_a_check_judges_against_the_log_and_writes_nothing(self, desk: Desk, tmp_path: Path) -> None:
        before = dict(desk.log.events)
        shown = desk.upload(broken(tmp_path), mode="check")
        assert (shown["state"], shown["outcome"]["new"], shown["outcome"]["rejected"]) == ("done", 9, 2)
        assert desk.log.events == before

    def test_a_file_that_is_no_table_is_refused_in_words(self, desk: Desk, tmp_path: Path) -> None:
        page = tmp_path / "page.csv"
        page.write_text("<html>", "utf-8")
        shown = desk.upload(page)
        assert (shown["state"], shown["outcome"]["problem_count"]) == ("refused", 1)
        assert desk.ask("GET", f"/imports/jobs/{shown['job']}/result")[1]["problems"][0]["reason"] == "这是网页，不是表格：请在Excel中打开后另存为“Excel工作簿（.xlsx）”"


class TestPersons:
    SHEET = "场所编号,职务,姓名,电话\n91330110MA0000007H,主要负责人,示例甲,0571-00000001\n"

    def sheet(self, tmp_path: Path) -> Path:
        path = tmp_path / "persons.csv"
        path.write_text(self.SHEET, "utf-8")
        return path

    def test_persons_go_into_their_table_and_nowhere_else(self, desk: Desk, tmp_path: Path) -> None:
        before = dict(desk.log.events)
        shown = desk.upload(self.sheet(tmp_path), mapping="persons", filename="负责人.csv")
        assert (shown["state"], shown["outcome"]["kinds"]) == ("done", {"person_entered": 1})
        assert [person.by for person in desk.persons.held.values()] == ["district"]
        assert desk.log.events == before
        assert "示例甲" not in json.dumps(desk.ask("GET", f"/imports/jobs/{shown['job']}/result")[1], ensure_ascii=False) + str(desk.audit.lines)

    def test_the_sheet_itself_is_emptied_when_its_job_has_ended(self, desk: Desk, tmp_path: Path) -> None:
        shown = desk.upload(self.sheet(tmp_path), mapping="persons", filename="负责人.csv", mode="check")
        assert (shown["outcome"]["new"], desk.persons.held) == (1, {})
        assert desk.objects.place(f"uploads/imports/{shown['job']}/sheet.csv").read_bytes() == b""

    @pytest.mark.parametrize(("role", "organisation", "reason"), [("township", "330110002", "只能处理本镇街辖区内的对象。"), ("admin", "", "此类事实不由您的角色记录。")])
    def test_whoever_may_not_enter_a_person_brings_none_in(self, tmp_path: Path, role: str, organisation: str, reason: str) -> None:
        desk = Desk(tmp_path, role, organisation)
        shown = desk.upload(self.sheet(tmp_path), mapping="persons", filename="负责人.csv")
        assert (shown["state"], desk.persons.held) == ("refused", {})
        assert desk.ask("GET", f"/imports/jobs/{shown['job']}/result")[1]["problems"][0]["reason"] == reason


class TestCorrections:
    def changed(self, tmp_path: Path) -> Path:
        path = tmp_path / "changed.csv"
        path.write_text(CSV.read_text("gb18030").replace("重大", "一般"), "gb18030")
        return path

    def test_other_content_under_a_known_identity_is_refused_without_a_reason(self, desk: Desk, tmp_path: Path) -> None:
        desk.upload(CSV)
        shown = desk.upload(self.changed(tmp_path))
        assert shown["state"] == "refused"
        problem = desk.ask("GET", f"/imports/jobs/{shown['job']}/result")[1]["problems"][0]
        assert problem["reason"] == "系统中这条记录为“重大”；确为更正时，请按更正导入，否则请改回"

    def waiting(self, desk: Desk, tmp_path: Path) -> dict:
        """A sheet of which one row is corrected and one is new, sent by one person."""
        head, *rest = (lines := self.changed(tmp_path).read_text("gb18030").splitlines())[:3], *lines[3:]
        first = tmp_path / "first.csv"
        major = next(row for row in CSV.read_text("gb18030").splitlines() if "重大" in row)
        first.write_text("\n".join([*head, major, *rest[:2]]), "gb18030")
        desk.upload(first)
        return desk.upload(self.changed(tmp_path), reason="核对后更正")

    def test_a_correction_waits_for_a_second_person_and_the_rest_comes_in(self, desk: Desk, tmp_path: Path) -> None:
        shown = self.waiting(desk, tmp_path)
        assert (shown["state"], shown["state_word"], shown["outcome"]["corrections"]) == ("cosigning", "待会签", 0)
        told = desk.ask("GET", f"/imports/jobs/{shown['job']}/result")[1]
        assert shown["outcome"]["new"] > 0 and desk.log.of_kind("void") == []
        assert told["held"][0]["changes"] == {"level": ["major", "general"]} and told["held"][0]["row"] > 0
        assert {event.payload["level"] for event in desk.log.of_kind("hazard_found")} == {"major", "general"}

    def test_when_the_second_has_signed_it_is_written_with_both(self, desk: Desk, tmp_path: Path) -> None:
        shown = self.waiting(desk, tmp_path)
        assert desk.work(shown["job"]) == "cosigning", "before the signature a message changes nothing"
        before = dict(desk.log.events)
        desk.sign(shown["outcome"]["act"])
        assert desk.work(shown["job"]) == "done"
        assert [event.payload for event in desk.log.of_kind("void")] == [{"reason": "核对后更正", "signers": ["P1", "P2"]}]
        assert before.items() <= desk.log.events.items()
        shown = desk.ask("GET", f"/imports/jobs/{shown['job']}")[1]
        assert (shown["state"], shown["outcome"]["corrections"], shown["outcome"]["waiting"]) == ("done", 1, 0)
        again = desk.upload(self.changed(tmp_path), reason="核对后更正")
        assert (again["state"], again["outcome"]["new"], again["outcome"].get("waiting")) == ("done", 0, None)

    def test_written_twice_or_cut_off_it_is_written_once(self, desk: Desk, tmp_path: Path) -> None:
        shown = self.waiting(desk, tmp_path)
        desk.sign(shown["outcome"]["act"])
        assert desk.work(shown["job"], lambda: 10.0) == "queued", "no time was left"
        assert desk.work(shown["job"]) == "done"
        events = dict(desk.log.events)
        desk.book.jobs[shown["job"]] = replace(desk.book.jobs[shown["job"]], state="queued")
        assert desk.work(shown["job"]) == "done"
        assert desk.log.events == events

    def test_what_changed_before_the_signature_is_not_written_over(self, desk: Desk, tmp_path: Path) -> None:
        shown = self.waiting(desk, tmp_path)
        (major,) = (event for event in desk.log.of_kind("hazard_found") if event.payload["level"] == "major")
        void = make_event("void", major.subject_id, occurred_on=TODAY, known_at=NOW, actor=Actor("P7", "district"), source="district",
                          payload={"reason": "录错", "signers": ["P7", "P8"]}, key="v", voids=major.event_id)  # fmt: skip
        desk.log.append([void], NOW)
        desk.sign(shown["outcome"]["act"])
        before = dict(desk.log.events)
        assert desk.work(shown["job"]) == "done"
        told = desk.ask("GET", f"/imports/jobs/{shown['job']}/result")[1]
        assert {problem["reason"] for problem in told["problems"]} == {"会签以前，系统中的这条记录又有变化：请核对后再导入"}
        assert desk.log.events == before

    def test_given_back_it_is_done_and_says_so(self, desk: Desk, tmp_path: Path) -> None:
        shown = self.waiting(desk, tmp_path)
        act = desk.acts.find(shown["outcome"]["act"])
        desk.acts.end(act.ended(DECLINED, Identity("P2", "district"), NOW, reason="不对"))
        before = dict(desk.log.events)
        shown = desk.ask("GET", f"/imports/jobs/{shown['job']}")[1]
        assert (shown["state"], shown["outcome"]["cosign"]) == ("done", "declined")
        assert desk.work(shown["job"]) == "done" and desk.log.events == before

    def test_the_second_reads_what_he_signs_and_others_do_not(self, desk: Desk, tmp_path: Path) -> None:
        act = self.waiting(desk, tmp_path)["outcome"]["act"]
        desk.claims["sub"] = "P2"
        status, told = desk.ask("GET", f"/imports/signing/{act}")
        assert (status, told["held"][0]["changes"]) == (200, {"level": ["major", "general"]})
        assert desk.audit.said()[-1] == ("read", "signing")
        desk.claims |= {"cognito:groups": "township", "custom:organisation": "330110001"}
        assert desk.ask("GET", f"/imports/signing/{act}")[0] == 403

    def test_all_that_waits_is_a_sheet_though_the_page_shows_the_first_of_it(self, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(held, "MOST_TOLD", 0)
        shown = self.waiting(desk, tmp_path)
        act, sheet = shown["outcome"]["act"], desk.objects.place(f"uploads/imports/{shown['job']}/held.csv")
        assert "held" in shown["downloads"], "whoever sent it reads it too"
        desk.claims["sub"] = "P2"
        assert desk.ask("GET", f"/imports/signing/{act}")[1]["held"] == []
        status, where = desk.ask("GET", f"/imports/signing/{act}/rows")
        assert (status, desk.audit.said()[-1]) == (200, ("read", "signing rows"))
        assert f"/uploads/imports/{shown['job']}/held.csv" in where["url"] and quote("隐患台账 六月.待会签.csv") in unquote(where["url"])
        with sheet.open(encoding="utf-8-sig", newline="") as file:
            corrected, *others = csv.DictReader(file)
        assert len(others) + 1 == desk.acts.find(act).body["payload"]["rows"]
        assert (corrected["记录"], corrected["原来"], corrected["现在"]) == ("隐患登记", "级别：重大", "级别：一般")
        assert corrected["日期"] == "2020-05-06"
        assert corrected["对象"] == f"https://code.example/desk/#/site/{corrected['对象编号']}"
        desk.claims |= {"cognito:groups": "township", "custom:organisation": "330110001"}
        assert desk.ask("GET", f"/imports/signing/{act}/rows")[0] == 403

    def test_another_file_than_the_one_that_was_signed_is_not_written(self, desk: Desk, tmp_path: Path) -> None:
        shown = self.waiting(desk, tmp_path)
        place = desk.objects.place(f"uploads/imports/{shown['job']}/held.jsonl")
        place.write_bytes(place.read_bytes().replace(b"general", b"serious"))
        desk.sign(shown["outcome"]["act"])
        before = dict(desk.log.events)
        assert desk.work(shown["job"]) == "refused" and desk.log.events == before


class TestWhoMay:
    @pytest.mark.parametrize("role", ["enterprise", "expert"])
    def test_enterprises_and_experts_import_nothing(self, tmp_path: Path, role: str) -> None:
        desk = Desk(tmp_path, role, "E1")
        status, told = desk.ask("POST", "/imports", HAZARDS)
        assert (status, told["fields"]["reason"]) == (403, "role")
        assert desk.ask("GET", "/imports/mappings")[0] == 403
        assert desk.audit.said() == [("refuse", "import role")] * 2

    def test_a_township_brings_in_its_own_rows_and_gets_the_others_back_with_the_reason(self, tmp_path: Path) -> None:
        probe = Desk(tmp_path)
        areas = sorted({area for found in probe.areas.known.values() for area in found})
        desk = Desk(tmp_path, "township", areas[0])
        shown = desk.upload(CSV, mode="good")
        assert shown["outcome"]["rejected"] > 0
        reasons = {p["reason"] for p in desk.ask("GET", f"/imports/jobs/{shown['job']}/result")[1]["problems"]}
        assert reasons <= {"只能处理本镇街辖区内的对象。", "来源不在您可以转报的范围内。"} and reasons
        mine = {subject for subject, area in desk.areas.known.items() if areas[0] in area}
        assert {event.subject for event in desk.log.of_kind("hazard_found")} <= mine


class TestWishes:
    @pytest.mark.parametrize(
        ("asked", "column"),
        [
            ({"mapping": "../district"}, "mapping"), ({"mapping": "none"}, "mapping"), ({"filename": "a.xls"}, "filename"), ({"filename": ""}, "filename"),
            ({"mode": "force"}, "mode"), ({"signers": ["P1", "P2"]}, "signers"), ({"reason": "x" * 501}, "reason"), ({"actor": "P9"}, "actor"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_asked_for_is_named(self, desk: Desk, asked: dict, column: str) -> None:
        status, told = desk.ask("POST", "/imports", {**HAZARDS, **asked})
        assert status == 400 and column in {problem["column"] for problem in told["problems"]}

    def test_old_workbooks_are_refused_before_they_travel(self, desk: Desk) -> None:
        told = desk.ask("POST", "/imports", {**HAZARDS, "filename": "台账.xls"})[1]
        assert told["problems"][0]["reason"].startswith("这是旧版Excel工作簿（.xls）")

    def test_a_file_that_did_not_arrive_is_not_started(self, desk: Desk) -> None:
        job = desk.ask("POST", "/imports", HAZARDS)[1]["job"]
        status, told = desk.ask("POST", f"/imports/jobs/{job}/start")
        assert (status, told["problems"][0]["reason"]) == (400, "文件还没有上传完成，请重新选择文件")
        assert desk.sent == []

    def test_starting_twice_sends_once(self, desk: Desk) -> None:
        made = desk.ask("POST", "/imports", HAZARDS)[1]
        desk.objects.keep(made["form"]["key"], CSV)
        assert [desk.ask("POST", f"/imports/jobs/{made['job']}/start")[0] for _ in range(2)] == [202, 202]
        assert desk.sent == [made["job"]]


class TestALongFile:
    def started(self, desk: Desk, rows: int = 450) -> str:
        """A table of many injuries, uploaded and started."""
        codes = [str(event.payload["uscc"]) for event in desk.log.of_kind("site_registered")]
        made = desk.ask("POST", "/imports", {"mapping": "hazard-sheet", "filename": "long.csv", "mode": "whole"})[1]
        lines = CSV.read_text("gb18030").splitlines()
        first = next(line for line in lines if codes[0] in line or any(code in line for code in codes))
        head = lines[: lines.index(first)]
        description = first.split(",")
        long = [",".join(cell if cell != description[DESCRIPTION] else f"第{number}处" for cell in description) for number in range(rows)]
        path = desk.objects.folder / "long.csv"
        path.write_text("\n".join([*head, *long]), "gb18030")
        desk.objects.keep(made["form"]["key"], path)
        desk.ask("POST", f"/imports/jobs/{made['job']}/start")
        return made["job"]

    def test_it_goes_on_with_the_next_message_and_counts_right(self, desk: Desk) -> None:
        job = self.started(desk)
        assert desk.work(job, lambda: 10.0 if desk.log.of_kind("hazard_found") else 900.0) == "queued"
        assert desk.sent == [job, job]
        before = len(desk.log.events)
        assert desk.work(job) == "done"
        shown = desk.ask("GET", f"/imports/jobs/{job}")[1]
        assert len(desk.log.events) > before
        assert (shown["outcome"]["kinds"]["hazard_found"], shown["outcome"]["same"]) == (450, 0)
        assert shown["outcome"]["new"] == sum(shown["outcome"]["kinds"].values())

    @pytest.mark.parametrize("asked_for", [1, 2, 3])
    def test_a_file_that_one_run_cannot_judge_is_refused_with_nothing_written_and_not_tried_for_ever(self, desk: Desk, asked_for: int) -> None:
        job, before, asked = self.started(desk), dict(desk.log.events), []
        desk.sent.clear()
        assert desk.work(job, lambda: asked.append(1) or (900.0 if len(asked) < asked_for else 10.0)) == "refused"
        shown = desk.ask("GET", f"/imports/jobs/{job}/result")[1]
        assert [problem["reason"] for problem in shown["problems"]] == [TOO_LONG]
        assert (desk.sent, desk.log.events) == ([], before)

    def test_what_was_begun_goes_on_even_if_a_later_run_is_slower(self, desk: Desk) -> None:
        job = self.started(desk)
        assert desk.work(job, lambda: 10.0 if desk.log.of_kind("hazard_found") else 900.0) == "queued"
        assert desk.work(job, lambda: 10.0) == "queued"
        assert desk.work(job) == "done"
        assert len(desk.log.of_kind("hazard_found")) == 450

    def test_a_run_that_was_killed_is_finished_by_the_next(self, desk: Desk) -> None:
        class Killed(Exception):
            pass

        def kill() -> float:
            if len(desk.log.of_kind("hazard_found")) > 100:
                raise Killed
            return 900.0

        job = self.started(desk)
        with pytest.raises(Killed):
            desk.work(job, kill)
        assert desk.book.jobs[job].state == "running"
        assert desk.work(job) == "running", "it may still live: nobody else takes it up"
        desk.now += STANDSTILL
        assert desk.work(job) == "done"
        assert len(desk.log.of_kind("hazard_found")) == 450

    def test_a_job_that_stands_still_is_taken_up_again_by_whoever_looks_after_it(self, desk: Desk) -> None:
        job = self.started(desk, 5)
        desk.book.jobs[job] = replace(desk.book.jobs[job], state="running")
        desk.sent.clear()
        desk.ask("GET", f"/imports/jobs/{job}")
        assert desk.sent == [], "not before two minutes"
        desk.now += STANDSTILL
        shown = [desk.ask("GET", path)[1] for path in (f"/imports/jobs/{job}", "/imports", f"/imports/jobs/{job}")]
        assert (shown[0]["state"], desk.sent) == ("queued", [job]), "once, however often it is looked at"
        assert desk.work(job) == "done"

    def test_a_job_that_breaks_off_every_time_has_failed(self, desk: Desk) -> None:
        job = self.started(desk, 5)
        desk.sent.clear()
        for _ in range(MOST_RESUMED + 1):
            desk.now += STANDSTILL
            shown = desk.ask("GET", f"/imports/jobs/{job}")[1]
        assert (shown["state"], len(desk.sent)) == ("failed", MOST_RESUMED)

    def test_a_run_with_nothing_to_tell_says_that_it_lives(self, desk: Desk) -> None:
        job, beats = self.started(desk, 5), Event()
        with beating(beats.set, every_s=0.001):
            assert beats.wait(10)
        run = _Run(desk.book.jobs[job], desk.ports, Place(load_district("demo"), KEY, TODAY, lambda: desk.now, lambda: 900.0), desk.objects.folder)
        run.save(state="running")
        run.saved_at -= BEAT_S
        desk.now += STANDSTILL
        run.beat()
        assert not stands_still(desk.book.jobs[job], desk.now)

    def test_a_message_that_comes_twice_changes_nothing(self, desk: Desk) -> None:
        job = self.started(desk, 5)
        assert desk.work(job) == "done"
        version, events = desk.book.jobs[job].version, dict(desk.log.events)
        assert desk.work(job) == "done"
        assert (desk.book.jobs[job].version, desk.log.events) == (version, events)

    def test_two_runs_at_once_leave_one_at_work(self, desk: Desk) -> None:
        """The second to save finds that it is not alone, and goes without a word in the job."""
        job = self.started(desk, 5)
        stale = desk.book.jobs[job]
        assert desk.work(job) == "done"
        ended = desk.book.jobs[job]
        desk.book.find = lambda _: stale  # type: ignore[method-assign]
        assert desk.work(job) == "running"
        assert desk.book.jobs[job] == ended


DESCRIPTION = CSV.read_text("gb18030").splitlines()[2].split(",").index("隐患描述")
