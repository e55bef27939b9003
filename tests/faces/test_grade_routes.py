"""The way back, the would-be grade and the proof over the API: for whoever sees the case, stored nowhere, errors by name."""

from __future__ import annotations

import json

import pytest

from chalicelib.errors import Unavailable
from chalicelib.grading.proof import verify
from chalicelib.grading.rules import MODEL_2020, load_rule_set
from tests.faces.test_api import SITE, World

RULES = load_rule_set(MODEL_2020)
OUTSIDERS = ("stranger", "neighbour", "admin")
INSIDERS = ("enterprise", "township", "district", "expert")

pytestmark = pytest.mark.filterwarnings("ignore:CognitoUserPoolAuthorizer")


@pytest.fixture
def world() -> World:
    """The site of :class:`World`, assessed: an exit is blocked, one hazard is major."""
    made = World()
    made.fact("assessment", SITE, source="district", coverage="full", items={"W01": {"blocked": 1}})
    made.fact("completeness_measured", SITE, filled=10, required=10)
    return made


def draft(**more: object) -> dict[str, object]:
    return {"coverage": "partial", "items": {"E05": {"defect": 2}}, **more}


# ── Way back 距蓝码 ─────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("who", INSIDERS)
def test_the_way_back_is_told_with_every_loss_and_the_calendar(world: World, who: str) -> None:
    told = world.ask("GET", f"/sites/{SITE}/way-back", who).json_body
    assert (told["site_id"], told["on"], told["grade"]) == (SITE, "2020-07-01", "orange")
    assert told["caps"] == ["C01", "C05"] and told["rule_set"]["hash"] == RULES.hash
    loss = next(loss for loss in told["losses"] if loss["code"] == "W01")
    assert loss["points"] == "3.00" and loss["evidence"] and loss["ends"] == "整改并复查后" and loss["basis"]
    assert [way["grade"] for way in told["ways"]] == ["yellow", "blue"] and told["ways"][0]["acts"]
    assert any(change["on"] == "2020-08-02" and "V04" in change["text"] for change in told["calendar"])


@pytest.mark.parametrize("who", OUTSIDERS)
@pytest.mark.parametrize(("method", "path"), [("GET", "way-back"), ("POST", "would-be"), ("GET", "proof")])
def test_whoever_does_not_see_the_case_sees_nothing_that_follows_from_it(world: World, who: str, method: str, path: str) -> None:
    answer = world.ask(method, f"/sites/{SITE}/{path}", who, draft() if method == "POST" else None)
    assert (answer.status_code, answer.json_body["type"]) == (403, "urn:safety-code:not-allowed")


def test_an_unknown_site_is_not_found(world: World) -> None:
    for path in ("0000000000000000", "nonsense"):
        assert world.ask("GET", f"/sites/{path}/way-back", "district").status_code == 404


def test_a_look_by_staff_is_written_down_before_the_answer_leaves(world: World) -> None:
    world.ask("GET", f"/sites/{SITE}/way-back", "township")
    assert world.audit.said() == [("t-1", "read", f"S:{SITE}", "case")]

    def broken(line) -> None:
        raise Unavailable("no audit")

    world.audit.write = broken
    assert world.ask("GET", f"/sites/{SITE}/way-back", "district").status_code == 503


# ── Would-be grade 自查试算 ─────────────────────────────────────────────────────────────────────────────────────────
def test_a_draft_is_judged_and_stored_nowhere(world: World) -> None:
    before = {subject: dict(events) for subject, events in world.log.events.items()}
    told = world.ask("POST", f"/sites/{SITE}/would-be", "enterprise", draft()).json_body
    assert told["stored"] is False and told["now"]["grade"] == "orange"
    assert float(told["then"]["score"]) == pytest.approx(float(told["now"]["score"]) - 1.0, abs=0.11)
    assert next(item for item in told["result"]["items"] if item["item"] == "E05")["value"] == "3.00"
    assert world.log.events == before and world.audit.lines == []


@pytest.mark.parametrize(
    ("body", "column"),
    [
        ({"items": {}}, "payload.coverage"),
        (draft(items={"X99": {"defect": 1}}), ""),
        (draft(items={"E05": {"nonsense": 1}}), "nonsense"),
        (draft(items={"E05": {"defect": -1}}), "payload.items"),
        (draft(items={"E05": {"defect": "two"}}), "payload.items"),
        (draft(items=[]), "payload.items"),
        (draft(note="x"), "payload.note"),
        (draft(covers=["X99"]), ""),
    ],
)
def test_a_wrong_draft_is_refused_by_name_and_nothing_is_written(world: World, body: dict, column: str) -> None:
    before = json.dumps({subject: sorted(events) for subject, events in world.log.events.items()})
    answer = world.ask("POST", f"/sites/{SITE}/would-be", "enterprise", body)
    assert answer.status_code == 400 and answer.json_body["problems"][0]["column"] == column
    assert json.dumps({subject: sorted(events) for subject, events in world.log.events.items()}) == before


# ── Proof 证明 ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("who", ["enterprise", "township", "district"])
def test_the_proof_recomputes_and_names_no_person(world: World, who: str) -> None:
    world.fact("complaint", SITE, source="report", text="我是王某，举报夜间排放")
    answer = world.ask("GET", f"/sites/{SITE}/proof", who)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="proof-{SITE}.json"'
    proof = json.loads(answer.body)
    assert verify(proof, [RULES]) == [] and proof["derivation"]["grade"] == "orange"
    text = answer.body.decode()
    assert all(hidden not in text for hidden in ("33011002", "王某", "ABC123", "示例厂"))


def test_an_expert_who_does_not_see_all_penalties_gets_no_proof(world: World) -> None:
    assert world.ask("GET", f"/sites/{SITE}/proof", "expert").status_code == 403


def test_the_proof_of_a_past_day_by_what_was_known_then(world: World) -> None:
    proof = world.ask("GET", f"/sites/{SITE}/proof?on=2020-06-15&known_at=2020-05-31T08:00:00%2B08:00", "district").json_body
    assert (proof["on"], proof["derivation"]["grade"]) == ("2020-06-15", "none") and not proof["facts"]["records"]


@pytest.mark.parametrize(
    ("query", "column"), [("on=2020-07-02", "on"), ("on=soon", "on"), ("known_at=2020-06-01T00:00:00", "known_at"), ("known_at=x", "known_at")]
)
def test_a_wrong_question_is_named(world: World, query: str, column: str) -> None:
    answer = world.ask("GET", f"/sites/{SITE}/proof?{query}", "district")
    assert (answer.status_code, answer.json_body["problems"][0]["column"]) == (400, column)


# ── Official algorithms ─────────────────────────────────────────────────────────────────────────────────────────────
def test_19_and_the_accident_levels_are_fed_from_the_sites_facts(world: World) -> None:
    before = world.ask("GET", f"/sites/{SITE}/official", "district").json_body
    assert before["chemicals_19"]["grade"] is None and before["chemicals_19"]["unknown"] and before["accidents"] == []
    world.fact("accident", SITE, source="district", deaths=12, serious_injuries=0, light_injuries=0, responsibility="pending")
    world.fact("accident", SITE, source="district", deaths=None, serious_injuries=0, light_injuries=1, responsibility="pending")
    told = world.ask("GET", f"/sites/{SITE}/official", "enterprise").json_body
    assert told["chemicals_19"]["grade"] == "red" and told["chemicals_19"]["direct_red"]
    assert sorted(entry["title"] for entry in told["accidents"]) == ["待定（不低于一般）", "待定（不低于重大）"]
    caused = world.ask("GET", f"/sites/{SITE}/way-back", "district").json_body
    assert caused["grade"] == "red" and {"V02", "V09"} <= set(caused["vetoes"])
    assert world.ask("GET", f"/sites/{SITE}/official", "expert").status_code == 403


# ── Bad input 输入有误 ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("who", "kind", "payload", "more", "column"),
    [
        ("district", "assessment", {"coverage": "partial", "items": {"X99": {"defect": 1}}}, {}, "X99"),
        ("district", "assessment", {"coverage": "partial", "items": {"E05": {"nonsense": 1}}}, {}, "nonsense"),
        ("district", "assessment", {"coverage": "partial", "items": {"H02": {"defect": 1}}}, {}, "H02"),
        ("district", "assessment", {"coverage": "partial", "items": {}, "not_applicable": ["W01"]}, {}, "W01"),
        ("district", "assessment", {"coverage": "partial", "items": {"E05": {"defect": -1}}}, {}, "payload.items"),
        ("district", "accident", {"deaths": -1, "serious_injuries": 0, "light_injuries": 0, "responsibility": "pending"}, {}, "payload.deaths"),
        ("district", "accident", {"deaths": "two", "serious_injuries": 0, "light_injuries": 0, "responsibility": "pending"}, {}, "payload.deaths"),
        ("district", "penalty", {"procedure": "general"}, {"occurred_on": "2020-07-02"}, "occurred_on"),
        ("district", "penalty", {"procedure": "general"}, {"occurred_on": "2020-02-30"}, "occurred_on"),
        ("enterprise", "appeal", {"text": "长" * 2001}, {}, "payload.text"),
        ("district", "penalty", [], {}, "payload"),
    ],
)
def test_bad_input_is_named_and_nothing_is_half_written(world: World, who, kind, payload, more, column) -> None:
    before = {subject: sorted(events) for subject, events in world.log.events.items()}
    answer = world.append(who, kind, payload=payload, **more)
    assert answer.status_code == 400 and column in [problem["column"] for problem in answer.json_body["problems"]] + [
        problem["value"] for problem in answer.json_body["problems"]
    ]
    assert {subject: sorted(events) for subject, events in world.log.events.items()} == before


@pytest.mark.parametrize("path", ["events", "would-be"])
def test_a_note_of_a_megabyte_is_refused_before_it_is_read(world: World, path: str) -> None:
    before = {subject: sorted(events) for subject, events in world.log.events.items()}
    body = json.dumps({"kind": "appeal", "key": "k", "payload": {"text": "x" * 2**20}}).encode()
    assert world.ask("POST", f"/sites/{SITE}/{path}", "enterprise", body).status_code == 413
    assert {subject: sorted(events) for subject, events in world.log.events.items()} == before


def test_an_event_for_an_unknown_site_is_not_found(world: World) -> None:
    assert world.append("district", "penalty", site="0" * 16, payload={"procedure": "general"}).status_code == 404


# ── Appeals 申诉 ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_appeal_after_its_term_is_refused_and_one_in_time_stands(world: World) -> None:
    late = world.append("enterprise", "appeal", payload={"text": "不服", "against": world.major})
    assert late.status_code == 400 and "10个工作日" in late.json_body["problems"][0]["reason"]
    fine = world.append("district", "penalty", key="fine", payload={"procedure": "general"}).json_body["event_id"]
    assert world.append("enterprise", "appeal", key="k-2", payload={"text": "不服", "against": fine}).status_code == 201
    answer = world.ask("GET", f"/sites/{SITE}/way-back", "enterprise").json_body
    assert {name: days for name, days in answer["appeal_terms"].items() if name.endswith("_days")} == {"filing_days": 10, "opinion_days": 3, "decision_days": 5}
    told = answer["appeals"]
    assert [(appeal["state"], appeal["day"], appeal["decision_due_on"]) for appeal in told] == [("pending", 0, "2020-07-13")]


def test_an_appeal_against_what_is_not_there_is_refused(world: World) -> None:
    answer = world.append("enterprise", "appeal", payload={"text": "不服", "against": world.major[:-1] + "0"})
    assert answer.status_code == 400 and answer.json_body["problems"][0]["column"] == "against"


def test_a_reply_is_public_only_after_an_authority_published_it(world: World) -> None:
    reply = world.append("enterprise", "reply", payload={"text": "已更换线路"}).json_body["event_id"]
    assert world.ask("GET", f"/sites/{SITE}", "stranger").json_body["replies"] == []
    assert world.append("enterprise", "reply_published", key="p", payload={}, caused_by=reply).status_code == 403
    assert world.append("township", "reply_published", key="p", payload={}, caused_by=reply).status_code == 201
    assert [entry["text"] for entry in world.ask("GET", f"/sites/{SITE}", "stranger").json_body["replies"]] == ["已更换线路"]
