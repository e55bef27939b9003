"""Acts that two sign, through Chalice's own client: prepared, read, signed, declined, withdrawn, expired; never by one alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.access.identity import Identity
from chalicelib.cosign.model import from_document, load_terms, prepared, to_document
from chalicelib.supervision.model import Actor, make_event
from tests.faces.test_api import ENTERPRISE, SETTINGS, SITE, SYSTEM, TOWNSHIP, CountingLog, World, appealed, fresh, story, token, upheld
from tests.faces import test_api

pytestmark = pytest.mark.filterwarnings("ignore:CognitoUserPoolAuthorizer")
VOID = {"kind": "void", "key": "v-1", "payload": {"reason": "录错企业"}}


@pytest.fixture
def world() -> World:
    return World()


def prepare(world: World, who: str = "district", path: str = f"/sites/{SITE}/acts", **body: object):
    return world.ask("POST", path, who, {**VOID, "voids": world.inspection, **body})


def waiting(world: World, **body: object) -> str:
    answer = prepare(world, **body)
    assert answer.status_code == 202, answer.body
    return answer.json_body["act"]


def answer(world: World, act: str, verb: str, who: str = "district 2", body: object = None):
    return world.ask("POST", f"/acts/{act}/{verb}", who, {} if body is None else body)


def notes(world: World) -> list[tuple[str, str, str]]:
    return [(who, action, what.split()[0]) for who, action, _, what in world.audit.said()]


# ── Preparing 签署 ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_the_first_has_signed_waits_and_changes_nothing(world: World) -> None:
    before = world.log.list_events(f"S:{SITE}")
    prepared = prepare(world)
    told = prepared.json_body
    assert (prepared.status_code, told["state"], told["mine"], told["may"]) == (202, "open", True, {"sign": False, "decline": False, "withdraw": True})
    assert world.log.list_events(f"S:{SITE}") == before
    assert notes(world) == [("d-1", "prepare", "void")]
    hours = datetime.fromisoformat(told["open_until"]) - datetime.fromisoformat(told["prepared_at"])
    assert hours == timedelta(hours=load_terms().hours) == timedelta(hours=72)


def test_an_act_that_one_may_do_alone_is_done_at_once_and_says_who_signed(world: World) -> None:
    done = prepare(world, "township", kind="hazard_closed", caused_by=world.general, voids=None, payload={"on_site": True})
    assert (done.status_code, done.json_body["new"]) == (201, True)
    (closed,) = story(world, "hazard_closed")
    assert closed.payload["officers"] == ["t-1"] and world.acts.acts == {}


@pytest.mark.parametrize(
    ("who", "body", "status", "said"),
    [
        ("district", {"payload": {"reason": "x", "signers": ["d-1", "d-2"]}}, 403, "unsigned"),
        ("district", {"payload": {"reason": "x", "signers": ["d-2"]}}, 403, "unsigned"),
        ("township", {}, 403, "role"),
        ("admin", {}, 403, "role"),
        ("district", {"payload": {}}, 400, "payload.reason"),
        ("district", {"payload": {"reason": "x", "colour": "blue"}}, 400, "payload.colour"),
        ("district", {"voids": "ZZZZZZ-ZZZZZZZZZZZZZZZZZZ"}, 400, "voids"),
        ("district", {"kind": "nothing"}, 400, "kind"),
        ("district", {"payload": "x"}, 400, "payload"),
        ("district", {"key": 3}, 400, "key"),
    ],
)
def test_a_faulty_act_is_refused_before_anybody_is_asked_to_sign_it(world: World, who: str, body: dict, status: int, said: str) -> None:
    refused = prepare(world, who, **body)
    assert (refused.status_code, world.acts.acts) == (status, {})
    assert said in refused.body.decode()


def test_the_same_act_twice_is_one_and_the_key_keeps_its_content(world: World) -> None:
    assert waiting(world) == waiting(world)
    assert prepare(world, payload={"reason": "别的"}).status_code == 409
    assert len(world.acts.acts) == 1


def test_a_township_withdraws_no_fact_of_a_township_alone(world: World) -> None:
    filed = world.ask("POST", f"/townships/{TOWNSHIP}/events", "township", {"kind": "monthly_return", "key": "m", "payload": {"sub_item": "ZR1", "month": "2020-06", "numerator": 3}})
    prepared = prepare(world, path=f"/townships/{TOWNSHIP}/acts", kind="township_void", voids=filed.json_body["event_id"])
    assert answer(world, prepared.json_body["act"], "sign").status_code == 201
    changed = world.ask("POST", f"/enterprises/{ENTERPRISE}/events", "district", {"kind": "enterprise_changed", "key": "n", "payload": {"name": "示例集团二"}})
    other = prepare(world, path=f"/enterprises/{ENTERPRISE}/acts", kind="enterprise_void", voids=changed.json_body["event_id"])
    assert other.json_body["name"] == "示例集团二" and other.json_body["target"]["says"] == {"name": "示例集团二"}
    assert answer(world, other.json_body["act"], "sign").status_code == 201


def test_a_file_that_waits_is_signed_by_an_act_of_its_own_and_goes_on(world: World) -> None:
    """Its sender's first signature is the upload (chalicelib/intake/signing.py); the second signs here, and the job is woken."""
    body = {"kind": "import_signed", "key": "J", "payload": {"job": "J", "filename": "台账 六月.csv", "mapping": "hazard-sheet", "facts": f"sha256:{'0' * 64}", "rows": 2, "reason": "核对"}}
    act = prepared(Identity("d-1", "district", "district"), "district", "demo", body, SETTINGS.instant())
    world.acts.create(act)
    listed = world.ask("GET", "/acts", "district 2").json_body["to_sign"]
    assert [(one["name"], one["title"], one["may"]["sign"]) for one in listed] == [("台账 六月.csv", "导入会签", True)]
    assert world.ask("GET", "/acts", "township").json_body["to_sign"] == []
    for who in ("district", "township", "expert", "admin"):
        assert answer(world, act.act, "sign", who).status_code == 403, who
    assert (answer(world, act.act, "sign").status_code, world.woken) == (201, ["J"])
    (signed,) = world.log.list_events("D:demo")
    assert (signed.kind, signed.payload["signers"]) == ("import_signed", ["d-1", "d-2"])
    assert (answer(world, act.act, "sign").status_code, world.woken) == (200, ["J", "J"]), "told again, should the queue have been away"


# ── Reading 待会签 ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_it_is_shown_to_those_who_may_sign_it_and_to_nobody_else(world: World) -> None:
    act = waiting(world)
    for who, entitled in (("district 2", True), ("township", False), ("expert", False), ("admin", False), ("enterprise", False)):
        listed = world.ask("GET", "/acts", who).json_body
        assert ([one["act"] for one in listed["to_sign"]], listed["mine"]) == ([act] if entitled else [], []), who
        assert world.ask("GET", f"/acts/{act}", who).status_code == (200 if entitled else 403), who
    assert [one["act"] for one in world.ask("GET", "/acts", "district").json_body["mine"]] == [act]
    assert world.ask("GET", "/acts", "district").json_body["to_sign"] == []
    assert world.ask("GET", f"/acts/{SITE}", "district").status_code == world.ask("GET", "/acts/x", "district").status_code == 404


def test_the_second_reads_exactly_what_he_signs(world: World) -> None:
    told = world.ask("GET", f"/acts/{waiting(world)}", "district 2").json_body
    assert (told["name"], told["kind"], told["says"], told["voids"]) == (f"示例厂{SITE[0]}", "void", {"reason": "录错企业"}, world.inspection)
    assert told["first"] == {"id": "d-1", "role": "district", "role_word": "区级", "organisation": "district"}
    assert (told["target"]["title"], told["target"]["on"], told["target"]["says"]) == ("监督检查", "2020-06-01", {})
    assert told["may"] == {"sign": True, "decline": True, "withdraw": False}
    assert ("d-2", "read", "void") in notes(world)


def test_a_decision_is_read_with_the_appeal_and_the_fact_it_takes_back(world: World) -> None:
    found = fresh(world)
    appeal = appealed(world, against=found)
    told = prepare(world, kind="appeal_decided", caused_by=appeal, voids=None, payload={"outcome": "upheld", "text": "属实"}).json_body
    assert (told["appeal"]["id"], told["target"]["id"], told["target"]["says"]["description"]) == (appeal, found, "三合一")


# ── Signing 会签 ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_second_signature_appends_with_both_and_only_once(world: World) -> None:
    act = waiting(world)
    first, again = answer(world, act, "sign"), answer(world, act, "sign")
    assert [(one.status_code, one.json_body["new"]) for one in (first, again)] == [(201, True), (200, False)]
    (void,) = story(world, "void")
    assert (void.actor.id, void.payload["signers"], void.voids) == ("d-1", ["d-1", "d-2"], world.inspection)
    assert first.json_body["event_id"] == again.json_body["event_id"] == void.event_id
    assert [note for note in notes(world) if note[1] == "cosign"] == [("d-2", "cosign", "void")]
    seen = world.ask("GET", f"/acts/{act}", "district").json_body
    assert (seen["state"], seen["second"]["id"], seen["event_ids"]) == ("signed", "d-2", [void.event_id])
    assert world.ask("GET", "/acts", "district 2").json_body["to_sign"] == []


def test_nobody_signs_beside_himself(world: World) -> None:
    act = waiting(world)
    refused = answer(world, act, "sign", "district")
    assert (refused.status_code, refused.json_body["fields"]["reason"]) == (403, "own-act")
    assert story(world, "void") == [] and ("d-1", "refuse", "void") in notes(world)


def test_a_major_hazard_is_closed_by_two_who_both_hold_a_certificate(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(test_api.PEOPLE, "clerk", token("d-3", "district", "district"))
    act = waiting(world, kind="hazard_closed", caused_by=world.major, voids=None, payload={"on_site": True})
    assert answer(world, act, "sign", "clerk").json_body["fields"]["reason"] == "certificate"
    assert answer(world, act, "sign", "township").json_body["fields"]["reason"] == "major-hazard-district"
    assert answer(world, act, "sign").status_code == 201
    (closed,) = story(world, "hazard_closed")
    assert closed.payload == {"on_site": True, "officers": ["d-1", "d-2"]}


def test_who_is_in_the_evidence_by_the_time_of_signing_signs_no_decision(world: World) -> None:
    """Judged anew: when it was prepared, the colleague had nothing to do with the case."""
    found = fresh(world)
    appeal = appealed(world, against=found)
    act = waiting(world, kind="appeal_decided", caused_by=appeal, voids=None, payload={"outcome": "upheld"})
    world.append("district 2", "recheck", key="r", caused_by=found, payload={"result": "failed", "officers": ["d-2"]})
    refused = answer(world, act, "sign")
    assert refused.json_body["fields"]["reason"] == "in-the-evidence" and story(world, "appeal_decided", "void") == []


def test_the_first_loses_his_rights_and_the_act_loses_its_ground(world: World) -> None:
    """A township's witnessed refusal of a paper: the site has moved away before the second township officer signs."""
    def move(township: str) -> None:
        moved = make_event("site_moved", SITE, occurred_on="2020-07-01", known_at="2020-07-01T02:00:00.000Z", actor=SYSTEM, source="system", payload={"township": township, "address": "新址"})
        world.log.append([moved], datetime(2020, 7, 1))

    act = waiting(world, who="township", kind="paper_signed", caused_by=world.inspection, voids=None, payload={"paper": "JC-1", "outcome": "refused"})
    move("330110001")
    assert answer(world, act, "sign", "neighbour").json_body["fields"]["reason"] == "outside-area"
    assert story(world, "paper_signed") == []


def test_of_two_decisions_that_wait_the_second_to_be_signed_is_refused_by_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(test_api.PEOPLE, "third", token("d-3", "district", "district", "33011020003"))
    appeal = appealed(world, against=fresh(world))
    decision = {"kind": "appeal_decided", "caused_by": appeal, "voids": None}
    first = waiting(world, payload={"outcome": "upheld", "text": "一"}, **decision)
    other = waiting(world, who="district 2", payload={"outcome": "upheld", "text": "二"}, **decision)
    assert answer(world, first, "sign", "third").status_code == 201
    late = answer(world, other, "sign", "third")
    assert late.status_code == 400 and "已有决定" in late.body.decode()
    assert [event.payload["text"] for event in story(world, "appeal_decided")] == ["一"]
    assert world.ask("GET", f"/acts/{other}", "third").json_body["state"] == "open"


def test_the_log_that_was_faster_is_told_by_name(world: World) -> None:
    appeal = appealed(world, against=fresh(world))
    act = waiting(world, kind="appeal_decided", caused_by=appeal, voids=None, payload={"outcome": "upheld"})
    sign = world.acts.sign

    def overtaken(signed, events, now):
        world.acts.sign = sign
        world.append("district 2", "appeal_decided", caused_by=appeal, payload={"outcome": "rejected"})
        return sign(signed, events, now)

    world.acts.sign = overtaken
    late = answer(world, act, "sign")
    assert late.status_code == 409 and "在此期间已有决定" in late.json_body["fields"]["sentence"]


# ── Ending without a signature 退回、撤回、过期 ─────────────────────────────────────────────────────────────────────────
def test_a_declined_act_says_why_to_the_first_and_is_signed_by_nobody(world: World) -> None:
    act = waiting(world)
    assert answer(world, act, "decline").json_body["problems"][0]["column"] == "reason"
    declined = answer(world, act, "decline", body={"reason": "检查记录无误"})
    assert answer(world, act, "decline", body={"reason": "检查记录无误"}).json_body["state"] == declined.json_body["state"] == "declined"
    (mine,) = world.ask("GET", "/acts", "district").json_body["mine"]
    assert (mine["state_word"], mine["reason"], mine["second"]["id"]) == ("已退回", "检查记录无误", "d-2")
    late = answer(world, act, "sign")
    assert (late.status_code, late.json_body["type"]) == (409, "urn:safety-code:act-ended")
    assert "已退回" in late.json_body["fields"]["sentence"] and story(world, "void") == []
    assert [note for note in notes(world) if note[1] == "decline"] == [("d-2", "decline", "void")]


def test_only_the_first_withdraws_and_only_what_still_waits(world: World) -> None:
    act = waiting(world)
    assert answer(world, act, "withdraw").status_code == 403
    assert [answer(world, act, "withdraw", "district").json_body["state"] for _ in range(2)] == ["withdrawn"] * 2
    assert "已撤回" in answer(world, act, "sign").json_body["fields"]["sentence"]
    signed = waiting(world, key="v-2")
    answer(world, signed, "sign")
    assert "已会签" in answer(world, signed, "withdraw", "district").json_body["fields"]["sentence"]
    assert [note for note in notes(world) if note[1] == "retract"] == [("d-1", "retract", "void")]


@pytest.mark.parametrize(("verb", "who"), [("sign", "district 2"), ("decline", "district 2"), ("withdraw", "district")])
def test_after_its_hours_an_act_is_over_and_says_so(world: World, verb: str, who: str) -> None:
    act = waiting(world)
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    world.acts.acts[act] = from_document({**to_document(world.acts.acts[act]), "open_until": past})
    late = answer(world, act, verb, who, {"reason": "晚了"})
    assert late.status_code == 409 and "已过期" in late.json_body["fields"]["sentence"]
    assert world.ask("GET", f"/acts/{act}", who).json_body["state_word"] == "已过期"
    assert world.ask("GET", "/acts", "district 2").json_body["to_sign"] == [] and story(world, "void") == []


def test_a_signature_that_comes_with_a_withdrawal_finds_it(world: World) -> None:
    act = waiting(world)
    sign = world.acts.sign

    def overtaken(signed, events, now):
        world.acts.sign = sign
        answer(world, act, "withdraw", "district")
        return sign(signed, events, now)

    world.acts.sign = overtaken
    assert "已撤回" in answer(world, act, "sign").json_body["fields"]["sentence"]
    assert story(world, "void") == []


def test_an_upheld_appeal_brings_its_remedy_with_the_second_signature(world: World) -> None:
    found = fresh(world)
    assert upheld(world, appealed(world, against=found)).status_code == 201
    (void,) = story(world, "void")
    assert (void.voids, void.payload["signers"]) == (found, ["d-2", "d-1"])


def test_a_correction_keeps_who_was_on_the_spot_and_names_nobody_else(world: World) -> None:
    """The two who decide were not at the inspection: its officers stay those whom the contested fact names."""
    checked = world.append("township", "inspection", key="i", payload={"officers": ["t-1"]}).json_body["event_id"]
    appeal = appealed(world, against=checked)
    named = prepare(world, kind="appeal_decided", caused_by=appeal, voids=None, payload={"outcome": "upheld", "corrected": {"planned": True, "officers": ["d-9"]}})
    assert (named.status_code, named.json_body["problems"][0]["column"]) == (400, "corrected.officers")
    act = waiting(world, kind="appeal_decided", caused_by=appeal, voids=None, payload={"outcome": "upheld", "corrected": {"planned": True}})
    assert answer(world, act, "sign").status_code == 201
    (corrected,) = [event for event in story(world, "inspection") if appeal in event.evidence]
    assert dict(corrected.payload) == {"planned": True, "officers": ["t-1"]} and corrected.actor.id == "d-1"


# ── One reading of a log for a question, a fresh one for a signature 读一次与重新读 ─────────────────────────────────────
@pytest.fixture
def counted(world: World) -> CountingLog:
    log = CountingLog(world.log)
    world.stores = replace(world.stores, log=log)
    return log


def test_however_many_acts_wait_a_reader_reads_each_log_once(world: World, counted: CountingLog) -> None:
    appeal = appealed(world, against=fresh(world))
    decision = waiting(world, kind="appeal_decided", caused_by=appeal, voids=None, payload={"outcome": "upheld"})
    acts = {decision, waiting(world, key="v-2"), waiting(world, key="v-3")}
    for who, path in (("district 2", "/acts"), ("district", "/acts"), ("district 2", f"/acts/{decision}")):
        counted.read.clear()
        told = world.ask("GET", path, who)
        assert told.status_code == 200 and decision in told.body.decode()
        assert counted.read[f"S:{SITE}"] == 1 and max(counted.read.values()) == 1, (path, counted.read)
    assert {one["act"] for one in world.ask("GET", "/acts", "district 2").json_body["to_sign"]} == acts


def test_a_signature_reads_the_log_anew(world: World, counted: CountingLog) -> None:
    """What comes in while one request is at it is seen by its next reading: nothing is remembered where something is written."""
    found = fresh(world)
    act = waiting(world, kind="appeal_decided", caused_by=appealed(world, against=found), voids=None, payload={"outcome": "upheld"})
    counted.read.clear()

    def asked(subject: str) -> tuple:
        counted.read[subject] += 1
        if (subject, counted.read[subject]) == (f"S:{SITE}", 2):  # it was judged once already that the colleague may sign
            world.fact("recheck", SITE, actor=Actor("d-2", "district", "district"), source="district", caused_by=found, result="failed", officers=["d-2"])
        return world.log.list_events(subject)

    counted.list_events = asked
    refused = answer(world, act, "sign")
    assert refused.json_body["fields"]["reason"] == "in-the-evidence" and story(world, "appeal_decided", "void") == []
