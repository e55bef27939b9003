"""The office through Chalice's own client: the whole record, the work list, finding, staff scans, papers with numbers, photos."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from chalice import Chalice, CognitoUserPoolAuthorizer

from chalicelib.access.identity import Identity
from chalicelib.code.desk import Desk
from chalicelib.code.photos import photo_key
from chalicelib.code.token import parse_keys, sign
from chalicelib.desk.office import Office
from chalicelib.desk.papers import PAPERS, number_of, office_of, series_of
from chalicelib.desk.views import build_blueprint
from chalicelib.desk.words import vocabulary_words
from chalicelib.errors import Conflict, NotFound
from chalicelib.supervision.facts import fold
from chalicelib.supervision.vocabulary import load_vocabulary
from tests.faces.test_api import ENTERPRISE, NEXT_TOWNSHIP, OTHER_SITE, SECRET, SETTINGS, SITE, TOWNSHIP, CountingLog, World

pytestmark = pytest.mark.filterwarnings("ignore:CognitoUserPoolAuthorizer")
HOSTILE = "<img src=x onerror=alert(1)>'\";=cmd|' /C calc'!A0"


class MemoryFacts:
    def __init__(self, world: World) -> None:
        self.log = world.log

    def load(self, site_ids):
        return {site: fold(self.log.list_events(f"S:{site}"), self.log.list_events(f"E:{ENTERPRISE}")) for site in site_ids}


class MemoryPapers:
    """Numbers and their facts together, as the transaction of the store."""

    def __init__(self, world: World) -> None:
        self.log, self.taken = world.log, []

    def issue(self, series: str, numbered, doc, now: datetime) -> int:
        position = sum(name == series for name, _ in self.taken) + 1
        events = numbered(position)
        if any(event.event_id in self.log.events.get(event.subject, {}) for event in events):
            raise Conflict("stands already")
        self.log.append(events, now)
        self.taken.append((series, position))
        return position


class MemoryContacts(dict):
    """Contacts by the id of the report's fact; remembers what was asked for."""

    def find_contact(self, fact: str) -> str | None:
        self.asked = [*getattr(self, "asked", ()), fact]
        return self.get(fact)


class OfficeWorld(World):
    def __init__(self) -> None:
        super().__init__()
        self.contacts = MemoryContacts()
        self.papers = MemoryPapers(self)
        self.app = Chalice(app_name="office-test")
        guard = CognitoUserPoolAuthorizer("cognito", provider_arns=["arn:aws:cognito-idp:us-east-1:000000000000:userpool/x"])

        def office(identity, settings):
            return Office(Desk(identity, self.stores, settings), MemoryFacts(self), self.papers)

        self.app.register_blueprint(build_blueprint(guard, office, lambda: replace(SETTINGS, files_bucket="files"), self.contacts))

    def serve(self, who: str, *events: dict, paper: str = "inspection_record", site: str = SITE):
        return self.ask("POST", f"/sites/{site}/papers", who, {"paper": paper, "events": list(events)})

    def kinds(self) -> list[str]:
        return [event.kind for event in self.log.list_events(f"S:{SITE}")]


def inspection(key: str = "i-1", by: str = "t-1", **payload: object) -> dict:
    return {"kind": "inspection", "key": key, "payload": {"officers": [by], **payload}}


def hazard(key: str = "h-1", **payload: object) -> dict:
    return {"kind": "hazard_found", "key": key, "payload": {"level": "general", "description": "通道堵塞", "deadline_on": "2020-07-16", **payload}}


@pytest.fixture
def world() -> OfficeWorld:
    return OfficeWorld()


# ── Papers 文书 ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_inspection_and_its_hazards_are_one_paper_with_the_next_number(world: OfficeWorld) -> None:
    first = world.serve("township", hazard(), inspection())
    assert (first.status_code, first.json_body["number"], first.json_body["new"]) == (201, f"{TOWNSHIP}-JC-2020-0001", True)
    events = {event.event_id: event for event in world.log.list_events(f"S:{SITE}")}
    checked, found = (events[event_id] for event_id in first.json_body["event_ids"])
    assert (checked.kind, checked.payload["number"]) == ("inspection", f"{TOWNSHIP}-JC-2020-0001")
    assert found.payload["inspection"] == checked.event_id
    assert world.serve("township", inspection("i-2")).json_body["number"].endswith("-0002")
    assert world.serve("district", inspection("i-3", by="d-1")).json_body["number"] == "district-JC-2020-0001"


def test_sending_a_paper_again_takes_no_second_number(world: OfficeWorld) -> None:
    once, again = (world.serve("township", inspection(), hazard()) for _ in range(2))
    assert (again.status_code, again.json_body["number"], again.json_body["new"]) == (200, once.json_body["number"], False)
    assert len(world.papers.taken) == 1
    assert world.serve("township", inspection(), hazard(description="别的")).status_code == 409


def test_a_paper_with_one_wrong_fact_keeps_nothing_and_names_every_fault(world: OfficeWorld) -> None:
    before = world.kinds()
    answer = world.serve("township", inspection(sectors=["NOTHING"]), hazard(deadline_on="2020-05-01"), hazard("h-2", level="huge"))
    assert answer.status_code == 400
    assert {(fault["place"], fault["column"]) for fault in answer.json_body["problems"]} == {
        ("events[0]", "payload.sectors"), ("events[1]", "payload.occurred_on"), ("events[2]", "payload.level"),
    }  # fmt: skip
    assert world.kinds() == before and world.papers.taken == []


def test_an_order_covers_several_hazards_under_one_number(world: OfficeWorld) -> None:
    orders = [
        {"kind": "rectification_ordered", "key": f"o-{number}", "caused_by": hazard_id, "payload": {"deadline_on": "2020-07-20"}}
        for number, hazard_id in enumerate((world.general, world.major))
    ]
    served = world.serve("township", *orders, paper="rectification_order").json_body
    assert served["number"] == f"{TOWNSHIP}-ZG-2020-0001" and len(served["event_ids"]) == 2
    numbers = {event.payload["number"] for event in world.log.list_events(f"S:{SITE}") if event.kind == "rectification_ordered"}
    assert numbers == {served["number"]}


@pytest.mark.parametrize("who", ["neighbour", "enterprise", "stranger", "admin"])
def test_others_serve_no_paper_and_the_attempt_is_written_down(world: OfficeWorld, who: str) -> None:
    assert world.serve(who, inspection()).status_code == 403
    assert world.papers.taken == [] and ("refuse" in {line.action for line in world.audit.lines})


@pytest.mark.parametrize(
    "body",
    [{}, {"paper": "letter", "events": [inspection()]}, {"paper": "inspection_record", "events": []}, {"paper": "inspection_record", "events": [1]},
     {"paper": "inspection_record", "events": [hazard()]}, {"paper": "inspection_record", "events": [inspection(), inspection("i-2")]},
     {"paper": "rectification_order", "events": [inspection()]}, {"paper": ["x"], "events": {}}, {"paper": "inspection_record", "events": [inspection()] * 41},
     {"paper": "inspection_record", "events": [inspection()], "number": "mine"}],
)  # fmt: skip
def test_what_is_no_such_paper_is_refused_in_words(world: OfficeWorld, body: dict) -> None:
    answer = world.ask("POST", f"/sites/{SITE}/papers", "township", body)
    assert answer.status_code == 400 and answer.json_body["problems"]


def test_a_number_names_office_paper_year_and_place_in_the_series() -> None:
    series = series_of(PAPERS["rectification_order"], office_of("township", "330110010"), "2020-07-01")
    assert number_of(series, 12) == "330110010-ZG-2020-0012"
    assert office_of("district", "330110") == office_of("township", "") == "district"


# ── Reading 查阅 ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_record_keeps_every_word_of_what_a_paper_says(world: OfficeWorld) -> None:
    long = "通道堆物" * 500
    found = world.serve("township", inspection(note=long), hazard(description=long)).json_body["event_ids"]
    record = world.ask("GET", f"/sites/{SITE}/record", "township").json_body
    told = {entry["id"]: entry["says"] for entry in record["timeline"]}
    assert [told[one].get("note") or told[one]["description"] for one in found] == [long, long]
    assert next(one for one in record["hazards"] if one["id"] in found)["description"] == long


def test_the_record_tells_the_whole_story_newest_first_without_naming_people(world: OfficeWorld) -> None:
    world.serve("township", inspection(note=HOSTILE), hazard())
    record = world.ask("GET", f"/sites/{SITE}/record", "township").json_body
    assert [one["kind"] for one in record["timeline"]][:2] in (["inspection", "hazard_found"], ["hazard_found", "inspection"])
    told = next(one for one in record["timeline"] if one["kind"] == "inspection")
    assert (told["people"], told["says"]["note"]) == (1, HOSTILE)
    assert "'t-9'" not in str(record["timeline"]) and "'33011001'" not in str(record["timeline"])
    assert record["hazards"][0]["next"] == "order"


def test_the_record_is_one_reading_of_each_log(world: OfficeWorld) -> None:
    log = CountingLog(world.log)
    world.stores = replace(world.stores, log=log)
    assert world.ask("GET", f"/sites/{SITE}/record", "township").status_code == 200
    assert log.read == {f"S:{SITE}": 1, f"E:{ENTERPRISE}": 1}


def test_each_audience_sees_its_part_of_the_story(world: OfficeWorld) -> None:
    world.fact("complaint", SITE, source="report", text="夜间作业")
    world.fact("appeal", SITE, source="self", text="有异议")
    kinds = {who: {one["kind"] for one in world.ask("GET", f"/sites/{SITE}/record", who).json_body["timeline"]} for who in ("enterprise", "township", "expert")}
    assert "complaint" not in kinds["enterprise"] | kinds["expert"], "who reported is protected"
    assert {"complaint", "appeal"} <= kinds["township"]
    assert "appeal" in kinds["enterprise"] and "appeal" not in kinds["expert"]


def test_the_record_has_the_number_that_is_printed_on_the_plate(world: OfficeWorld) -> None:
    from chalicelib.code.plate import read_number

    for who in ("enterprise", "township"):
        plate = world.ask("GET", f"/sites/{SITE}/record", who).json_body["case"]["plate"]
        assert (read_number(plate["number"]), plate["issue"]) == ((SITE, 3), 3)


@pytest.mark.parametrize(("who", "status"), [("neighbour", 403), ("stranger", 403), ("admin", 403), (None, 401)])
def test_the_record_is_for_those_in_charge(world: OfficeWorld, who: str | None, status: int) -> None:
    assert world.ask("GET", f"/sites/{SITE}/record", who).status_code == status


def test_the_work_list_counts_what_is_overdue_due_and_whose_turn_it_is(world: OfficeWorld) -> None:
    world.fact("hazard_found", SITE, level="general", description="逾期", deadline_on="2020-06-20")
    world.fact("hazard_found", SITE, level="general", description="今天", deadline_on="2020-07-01")
    rechecked = world.fact("hazard_found", SITE, level="general", description="待查", deadline_on="2020-07-09")
    world.fact("rectification_reported", SITE, caused_by=rechecked, source="self")
    (row,) = world.ask("GET", f"/work?township={TOWNSHIP}", "township").json_body["sites"]
    counted = {name: row[name] for name in ("open", "major", "overdue", "due_today", "to_order", "to_recheck", "next_on")}
    assert counted == {"open": 5, "major": 1, "overdue": 1, "due_today": 1, "to_order": 4, "to_recheck": 1, "next_on": "2020-06-20"}
    assert [line["description"] for line in row["hazards"]][:2] == ["逾期", "今天"]


def test_a_work_list_is_of_ones_own_area(world: OfficeWorld) -> None:
    assert world.ask("GET", f"/work?township={NEXT_TOWNSHIP}", "township").status_code == 403
    assert world.ask("GET", f"/work?township={NEXT_TOWNSHIP}", "district").status_code == 200
    for who in ("enterprise", "admin"):
        assert world.ask("GET", f"/work?township={TOWNSHIP}", who).status_code == 403
    assert world.ask("GET", "/work", "district").json_body["problems"][0]["column"] == "township"


def test_an_expert_s_list_is_the_assigned_sites_whatever_township_he_names(world: OfficeWorld) -> None:
    for path in ("/work", f"/work?township={NEXT_TOWNSHIP}"):
        (row,) = world.ask("GET", path, "expert").json_body["sites"]
        assert (row["site_id"], row["township"], row["open"] > 0, "score" in row) == (SITE, TOWNSHIP, True, False)


def test_the_work_list_counts_reports_until_they_are_decided(world: OfficeWorld) -> None:
    def counted() -> tuple:
        (row,) = world.ask("GET", f"/work?township={TOWNSHIP}", "township").json_body["sites"]
        return row["reports"], row["reports_late"], row["report_due_on"]

    assert counted() == (0, 0, None)
    late = world.fact("complaint", SITE, source="report", text="夜间作业", due_on="2020-06-30")
    world.fact("complaint", SITE, source="report", text="出口上锁", due_on="2020-07-01")
    assert counted() == (2, 1, "2020-06-30")
    world.fact("complaint_decided", SITE, caused_by=late, found_true=False)
    assert counted() == (1, 0, "2020-07-01")


def test_the_work_list_has_the_open_appeal_with_whose_turn_it_is_and_the_replies_nobody_looked_through(world: OfficeWorld) -> None:
    def counted() -> tuple:
        (row,) = world.ask("GET", f"/work?township={TOWNSHIP}", "township").json_body["sites"]
        return row["appeal"], row["replies"]

    assert counted() == (None, 0)
    filed = world.fact("appeal", SITE, source="self", text="异议")
    reply = world.fact("reply", SITE, source="self", text="已整改")
    assert counted() == ({"id": filed, "stage": "township", "due_on": "2020-06-04", "late": True}, 1)
    world.fact("appeal_opinion", SITE, caused_by=filed, source="township", text="属实")
    world.fact("reply_published", SITE, caused_by=reply)
    assert counted() == ({"id": filed, "stage": "district", "due_on": "2020-06-11", "late": True}, 0)
    world.fact("appeal_decided", SITE, caused_by=filed, outcome="rejected", text="依据充分")
    assert counted() == (None, 0)


# ── Whoever reported 举报人 ─────────────────────────────────────────────────────────────────────────────────────────
def reported(world: OfficeWorld) -> str:
    fact = world.fact("complaint", SITE, source="report", text="夜间作业")
    world.contacts[fact] = "王先生 13812345678"
    return fact


@pytest.mark.parametrize("who", ["township", "district"])
def test_those_who_look_into_a_report_can_reach_its_sender_and_every_look_is_written_down(world: OfficeWorld, who: str) -> None:
    fact = reported(world)
    for looks in (1, 2):
        answer = world.ask("GET", f"/sites/{SITE}/reports/{fact}/contact", who)
        assert (answer.status_code, answer.json_body) == (200, {"report": fact, "contact": "王先生 13812345678"})
        assert world.audit.said().count((f"{who[0]}-1", "contact", f"S:{SITE}", fact)) == looks
    assert "王先生" not in str(world.audit.lines)


@pytest.mark.parametrize("who", ["enterprise", "stranger", "neighbour", "expert", "admin"])
def test_nobody_else_reaches_whoever_reported_and_the_attempt_is_written_down(world: OfficeWorld, who: str) -> None:
    answer = world.ask("GET", f"/sites/{SITE}/reports/{reported(world)}/contact", who)
    assert answer.status_code == 403 and "王先生" not in answer.body.decode()
    assert not hasattr(world.contacts, "asked"), "it is not even read"
    assert ("refuse", "reporters") in {(line.action, line.what) for line in world.audit.lines}


def test_a_contact_is_opened_for_a_report_of_this_site_alone(world: OfficeWorld) -> None:
    world.contacts[world.general] = world.contacts["x"] = "kept elsewhere"
    elsewhere = world.fact("complaint", OTHER_SITE, source="report", text="夜间作业")
    world.contacts[elsewhere] = "another site's"
    for report in (world.general, elsewhere, "x"):
        assert world.ask("GET", f"/sites/{SITE}/reports/{report}/contact", "district").status_code == 404
    assert world.ask("GET", f"/sites/{SITE}/reports/{reported(world)}/contact", None).status_code == 401
    assert not hasattr(world.contacts, "asked")


def test_an_erased_contact_is_none_and_no_record_or_list_ever_holds_one(world: OfficeWorld) -> None:
    fact = reported(world)
    for who in ("enterprise", "expert", "township", "district"):
        assert "王先生" not in world.ask("GET", f"/sites/{SITE}/record?reveal=reporters,persons", who).body.decode()
    assert "王先生" not in world.ask("GET", f"/work?township={TOWNSHIP}", "district").body.decode()
    del world.contacts[fact]
    assert world.ask("GET", f"/sites/{SITE}/reports/{fact}/contact", "township").json_body == {"report": fact, "contact": None}


# ── Scans 工作扫码 ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_staff_scan_is_written_down_and_says_whether_the_plate_is_the_valid_one(world: OfficeWorld) -> None:
    ring = parse_keys(f"1:{SECRET}")
    plate = sign(SITE, 3, ring)
    scan = world.ask("POST", "/scans", "township", {"plate": f"HTTPS://AQM.EXAMPLE.CN/C/{plate}"}).json_body
    assert (scan["site_id"], scan["valid"]) == (SITE, True)
    assert ("t-1", "scan", f"S:{SITE}", "issue 3") in world.audit.said()
    assert world.ask("POST", "/scans", "district", {"plate": sign(SITE, 2, ring).lower()}).json_body["valid"] is False


@pytest.mark.parametrize("plate", ["", "x", None, 7, "0" * 29, "'; drop table", "/C/" + "Z" * 29])
def test_a_forged_plate_opens_nothing(world: OfficeWorld, plate: object) -> None:
    answer = world.ask("POST", "/scans", "township", {"plate": plate})
    assert answer.status_code == 404 and answer.json_body["type"].endswith("plate-not-genuine")
    assert not [line for line in world.audit.lines if line.action == "scan"]


def test_a_scan_outside_ones_area_is_refused(world: OfficeWorld) -> None:
    assert world.ask("POST", "/scans", "neighbour", {"plate": sign(SITE, 3, parse_keys(f"1:{SECRET}"))}).status_code == 403


# ── Photos 照片 ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("content_type", ["image/svg+xml", "text/html", "application/pdf", "", None, 3])
def test_only_pictures_are_taken(world: OfficeWorld, content_type: object) -> None:
    assert world.ask("POST", f"/sites/{SITE}/photos", "enterprise", {"content_type": content_type}).status_code == 400


@pytest.mark.parametrize("name", ["a.jpg", f"{OTHER_SITE}.{'0' * 20}.jpg", f"{SITE}.{'0' * 20}.svg", f"{SITE}.{'0' * 19}.jpg"])
def test_no_other_file_is_shown(world: OfficeWorld, name: str) -> None:
    assert world.ask("GET", f"/sites/{SITE}/photos/{name}", "enterprise").status_code == 404
    assert world.ask("POST", f"/sites/{SITE}/photos", "stranger", {"content_type": "image/png"}).status_code == 403


PHOTO = f"{SITE}.{'0' * 20}.jpg"
NO_PHOTOS = [("jpg", b"MZ\x90\x00 a program"), ("png", b"<svg onload=x>"), ("webp", b"%PDF-1.7"), ("webp", b"RIFF\x24\x00\x00\x00WAVEfmt "), ("jpg", b"")]


@pytest.mark.parametrize(("ending", "content"), NO_PHOTOS)
def test_a_file_that_only_calls_itself_a_picture_gets_into_no_fact_and_is_not_shown(world: OfficeWorld, ending: str, content: bytes) -> None:
    name = f"{SITE}.{'0' * 20}.{ending}"
    before, world.stores.files.held[f"uploads/photos/{name}"] = world.kinds(), content
    refused = world.serve("township", {**inspection(), "evidence": [name]})
    assert refused.status_code == 400 and "不是照片" in refused.json_body["problems"][0]["reason"]
    assert not world.papers.taken and world.kinds() == before
    world.stores.files.held[f"uploads/evidence/{name}"] = content
    assert world.ask("GET", f"/sites/{SITE}/photos/{name}", "enterprise").status_code == 404


def test_the_photos_of_a_record_that_was_merged_are_seen_where_its_facts_went(world: OfficeWorld) -> None:
    photo, other = f"{OTHER_SITE}.{'0' * 20}.jpg", f"{OTHER_SITE}.{'1' * 20}.jpg"
    files, desk = world.stores.files, Desk(Identity("d-1", "district"), world.stores, SETTINGS)
    files.held |= {f"uploads/photos/{photo}": b"\xff\xd8\xff", f"uploads/evidence/{other}": b"\xff\xd8\xff"}
    assert world.serve("district", {**inspection(by="d-1"), "evidence": [photo]}, site=OTHER_SITE).status_code == 201
    with pytest.raises(NotFound):
        photo_key(SITE, photo, files, desk.facts)
    world.fact("site_merged", OTHER_SITE, into=SITE)
    world.fact("site_absorbed", SITE, site=OTHER_SITE)
    assert photo_key(SITE, photo, files, desk.facts) == f"uploads/evidence/{photo}"
    with pytest.raises(NotFound):
        photo_key(SITE, other, files, desk.facts)


def test_a_photo_that_has_not_arrived_gets_into_no_fact(world: OfficeWorld) -> None:
    refused = world.serve("township", {**inspection(), "evidence": ["检查表", PHOTO]})
    assert (refused.status_code, refused.json_body["problems"][0]["column"]) == (400, "evidence")
    assert "照片没有传到" in refused.json_body["problems"][0]["reason"]


def test_a_named_photo_stays_what_it_was_whatever_is_sent_under_its_name_later(world: OfficeWorld) -> None:
    held = world.stores.files.held
    held[f"uploads/photos/{PHOTO}"] = b"\xff\xd8\xff one"
    assert world.ask("GET", f"/sites/{SITE}/photos/{PHOTO}", "enterprise").status_code == 404, "no fact names it yet"
    assert world.serve("township", {**inspection(), "evidence": [PHOTO]}).status_code == 201
    held[f"uploads/photos/{PHOTO}"] = b"MZ a program"
    assert held[f"uploads/evidence/{PHOTO}"] == b"\xff\xd8\xff one"
    del held[f"uploads/photos/{PHOTO}"]
    assert world.serve("township", {**inspection(), "evidence": [PHOTO]}).status_code == 200, "the same again"


# ── Words 用词 ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_every_field_and_value_of_the_vocabulary_has_a_word() -> None:
    vocabulary = load_vocabulary()
    kinds = [kind for kind in vocabulary.kinds.values() if kind.scope in ("site", "enterprise")]
    assert {name for kind in kinds for name in kind.fields} <= set(vocabulary_words()["field"])
    types = [vocabulary.types[field.type] for kind in kinds for field in kind.fields.values()]
    values = {value for found in types for value in (found.get("enum") or found.get("items", {}).get("enum") or ())}
    from chalicelib import labels

    assert values <= {*vocabulary_words()["value"], *vocabulary_words()["field"], *labels.STATE, *labels.SECTOR, *labels.GRADE}


def test_words_and_check_items_are_for_the_signed_in(world: OfficeWorld) -> None:
    assert world.ask("GET", "/words", None).status_code == 401
    assert world.ask("GET", "/words", "enterprise").json_body["township"][TOWNSHIP] == "良渚街道"
    items = world.ask("GET", "/check-items", "enterprise").json_body["items"]
    assert len(items) > 20 and all(item["title"] and item["clauses"] for item in items)


def test_anybody_learns_where_to_sign_in(world: OfficeWorld) -> None:
    answer = world.ask("GET", "/sign-in", None)
    assert answer.status_code == 200 and answer.json_body["redirect_uri"] == "https://aqm.example.cn/desk/"


def test_the_work_list_says_what_a_plate_waits_for(world: OfficeWorld) -> None:
    def due() -> str:
        (row,) = world.ask("GET", f"/work?township={TOWNSHIP}", "township").json_body["sites"]
        return row["plate"]

    said = []
    for issue, kind in enumerate(("plate_issued", "plate_printed", "plate_mounted", "plate_damaged", "plate_replaced"), start=7):
        world.fact(kind, SITE, issue=issue)
        said.append(due())
    assert said == ["print", "mount", "", "replace", ""]
    spoken = world.ask("GET", "/words", "township").json_body
    assert (spoken["plate_due"]["mount"], spoken["plate_state"]["damaged"]) == ("待安装", "已损坏")


@pytest.mark.parametrize(("name", "word"), [("inspection_record", "现场检查记录"), ("rectification_order", "责令限期整改指令书")])
def test_a_paper_is_called_the_same_in_a_story_and_on_itself(name: str, word: str) -> None:
    assert vocabulary_words()["value"][name] == PAPERS[name].title == word
