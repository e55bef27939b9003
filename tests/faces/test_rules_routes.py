"""Rule sets over the API: staff read, one district officer drafts, another enacts; every refusal is named and written down."""

from __future__ import annotations

import pytest

from tests.faces.test_api import World
from tests.unit.test_grading_governance import REPORT, STRICT, STRICTER

pytestmark = pytest.mark.filterwarnings("ignore:CognitoUserPoolAuthorizer")
DRAFT = {"rule_set": STRICT.id, "version": STRICT.version, "hash": STRICT.hash, "effective_from": "2020-07-01", "content": STRICTER}


@pytest.fixture
def world() -> World:
    return World()


def tell(world: World, who: str, kind: str, payload: dict, *, draft: str | None = None):
    body = {"kind": kind, "key": f"{kind}-{who}", "payload": payload} | ({"caused_by": draft} if draft else {})
    return world.ask("POST", "/rules/events", who, body)


def drafted(world: World) -> str:
    draft = tell(world, "district", "rule_set_drafted", DRAFT).json_body["event_id"]
    tell(world, "district", "rule_set_shadowed", {"judged_on": "2020-07-01", "report": REPORT, "sites": 2, "moves": {}}, draft=draft)
    return draft


def test_the_drafter_cannot_enact_and_the_attempt_leaves_a_line(world: World) -> None:
    answer = tell(world, "district", "rule_set_enacted", {"effective_from": "2020-07-08", "report": REPORT}, draft=drafted(world))
    assert answer.status_code == 403 and answer.json_body["fields"]["reason"] == "own-draft"
    assert ("d-1", "refuse", "D:demo", "rule_set_enacted own-draft") in world.audit.said()


@pytest.mark.parametrize("who", ["enterprise", "township", "expert", "admin"])
def test_only_district_officers_draft_and_enact(world: World, who: str) -> None:
    assert tell(world, who, "rule_set_drafted", DRAFT).status_code == 403
    answer = tell(world, who, "rule_set_enacted", {"effective_from": "2020-07-08", "report": REPORT}, draft=drafted(world))
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("payload", "column"),
    [({"effective_from": "2020-07-07", "report": REPORT}, "effective_from"), ({"effective_from": "2020-07-08", "report": "sha256:" + "b" * 64}, "report")],
)
def test_another_officer_enacts_with_the_report_and_a_weeks_notice(world: World, payload: dict, column: str) -> None:
    draft = drafted(world)
    refused = tell(world, "district 2", "rule_set_enacted", payload, draft=draft)
    assert (refused.status_code, refused.json_body["problems"][0]["column"]) == (400, column)
    good = {"effective_from": "2020-07-08", "report": REPORT}
    assert tell(world, "district 2", "rule_set_enacted", good, draft=draft).status_code == 201
    told = world.ask("GET", "/rules", "township").json_body
    assert told["in_force"]["version"] == "1.0.0" and told["drafts"][0]["in_force_from"] == "2020-07-08"
    assert (told["drafts"][0]["drafted_by"], told["drafts"][0]["enacted_by"]) == ("d-1", "d-2")
    assert world.ask("GET", f"/rules/drafts/{draft}", "township").body.decode() == STRICTER


def test_a_withdrawn_draft_says_so_and_cannot_be_enacted(world: World) -> None:
    draft = drafted(world)
    assert world.ask("GET", "/rules", "admin").json_body["drafts"][0]["withdrawn_on"] is None
    assert tell(world, "district", "rule_set_withdrawn", {"reason": "另行起草"}, draft=draft).status_code == 201
    assert world.ask("GET", "/rules", "admin").json_body["drafts"][0]["withdrawn_on"] == "2020-07-01"
    answer = tell(world, "district 2", "rule_set_enacted", {"effective_from": "2020-07-08", "report": REPORT}, draft=draft)
    assert answer.status_code == 400 and "已撤回" in answer.json_body["problems"][0]["reason"]


def test_a_faulty_file_and_a_version_in_use_are_refused_by_name(world: World) -> None:
    broken = tell(world, "district", "rule_set_drafted", {**DRAFT, "content": STRICTER.replace("signers = 2", 'signers = "two"')})
    assert broken.status_code == 400 and broken.json_body["problems"][0]["place"] == "override"
    same = STRICTER.replace('version = "1.1.0"', 'version = "1.0.0"')
    from chalicelib.grading.rules import load_rule_set

    answer = tell(world, "district", "rule_set_drafted", {**DRAFT, "version": "1.0.0", "content": same, "hash": load_rule_set(same.encode()).hash})
    assert answer.status_code == 400 and "版本号" in answer.json_body["problems"][0]["reason"]


def test_enterprises_and_the_public_do_not_read_drafts(world: World) -> None:
    assert world.ask("GET", "/rules", "enterprise").status_code == 403
    assert world.ask("GET", "/rules/drafts/x", "district").status_code == 404
