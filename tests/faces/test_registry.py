"""The registry's routes: who may merge, what is refused and why, what stands in the audit log afterwards."""

from __future__ import annotations

import pytest
from test_api import ENTERPRISE, OTHER_SITE, SETTINGS, SITE, World

from chalicelib.register.entry import entry_text, read_entry
from chalicelib.registry.views import build_blueprint
from tests.job_builders import MemoryPersons

pytestmark = pytest.mark.filterwarnings("ignore:CognitoUserPoolAuthorizer")
BODY = {"into": SITE, "reason": "重复建档", "key": "k-1"}


@pytest.fixture
def world():
    from chalice import CognitoUserPoolAuthorizer

    made = World()
    made.persons = MemoryPersons()
    guard = CognitoUserPoolAuthorizer("cognito", provider_arns=["arn:aws:cognito-idp:us-east-1:000000000000:userpool/x"])
    made.app.register_blueprint(build_blueprint(guard, lambda settings: made.stores, lambda: SETTINGS, {"entries": Found, "persons": lambda settings: made.persons}))
    return made


def merge(world, who, body=BODY, site=OTHER_SITE):
    return world.ask("POST", f"/sites/{site}/merge", who, body)


def test_the_district_merges_two_records_once(world):
    first, again = merge(world, "district"), merge(world, "district")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json_body["event_ids"] == again.json_body["event_ids"]
    assert [line[1:] for line in world.audit.said()] == [("append", f"S:{OTHER_SITE}", "site_merged"), ("append", f"S:{SITE}", "site_absorbed")]
    assert world.ask("GET", f"/sites/{OTHER_SITE}", "district").json_body["identity"]["state"] == "merged"


@pytest.mark.parametrize("who", ["township", "enterprise", "expert", "admin"])
def test_nobody_else_does(world, who):
    assert merge(world, who).status_code == 403
    assert world.audit.said()[-1][1:] == ("refuse", f"S:{OTHER_SITE}", "site_merged role")


def test_half_a_merge_is_not_accepted_as_a_fact(world):
    answer = world.append("district", "site_merged", site=OTHER_SITE, payload={"into": SITE})
    assert (answer.status_code, answer.json_body["problems"][0]["reason"]) == (400, "合并须作为一件事办理，不能只登记一半")


def test_new_facts_go_to_the_surviving_record_and_old_stories_go_on_where_they_began(world):
    merge(world, "district", {**BODY, "into": OTHER_SITE}, SITE)
    refused = world.append("district", "penalty", payload={"procedure": "general"})
    assert refused.status_code == 400 and OTHER_SITE in refused.json_body["problems"][0]["reason"]
    assert world.append("district", "rectification_ordered", key="k-2", caused_by=world.general, payload={"deadline_on": "2020-08-01"}).status_code == 201


def test_every_fault_of_the_request_is_named(world):
    answer = merge(world, "district", {"into": "", "colour": "red"})
    assert [problem["column"] for problem in answer.json_body["problems"]] == ["colour", "into", "key", "reason"]
    assert merge(world, "district", {**BODY, "into": ENTERPRISE}).json_body["problems"][0]["reason"] == "没有这个场所"


class Found:
    """An index with the two sites of the world."""

    def __init__(self, settings):
        self.sites = [(SITE, read_entry(entry_text(["示例厂3"], "", None, None, ""))), (OTHER_SITE, read_entry(entry_text(["示例厂4"], "", None, None, "")))]

    def of_townships(self, codes):
        return self.sites if "330110010" in codes else []

    def of_sites(self, site_ids):
        return [pair for pair in self.sites if pair[0] in site_ids]

    def rows(self, site_ids):
        return {site_id: {"name": "示例厂", "grade": "blue", "score": None} for site_id in site_ids}


@pytest.mark.parametrize(("who", "count"), [("district", 2), ("township", 2), ("neighbour", 0), ("enterprise", 2), ("expert", 1), ("stranger", 0)])
def test_the_search_route_answers_within_the_reach(world, who, count):
    answer = world.ask("GET", "/search?q=shili", who)
    assert answer.status_code == 200
    assert (len(answer.json_body["sites"]), answer.json_body["cursor"]) == (count, None)


def test_a_search_without_words_or_sign_in_is_refused(world):
    assert world.ask("GET", "/search?near=x", "district").json_body["problems"][0]["column"] == "near"
    assert world.ask("GET", "/search?q=a&cursor=e30", "district").status_code == 400
    assert world.ask("GET", "/search?q=a", None).status_code == 401


PERSON = {"name": "张示例三", "phone": "13800000000"}


def enter(world, who="enterprise", office="safety_officer", body=PERSON):
    return world.ask("PUT", f"/sites/{SITE}/persons/{office}", who, body)


def people(world, who, query=""):
    return world.ask("GET", f"/sites/{SITE}/persons{query}", who)


def test_the_enterprise_sees_its_own_the_township_a_mask_and_the_district_on_the_record(world):
    enter(world)
    (own,), (masked,), (clear,) = (people(world, who).json_body["persons"] for who in ("enterprise", "township", "district"))
    assert (own["name"], own["phone"]) == ("张示例三", "13800000000")
    assert (masked["name"], masked["phone"], masked["kind"]) == ("张***三", "1***0", "安全管理员")
    assert clear["name"] == "张示例三"
    assert world.audit.said()[-1] == ("d-1", "reveal", f"S:{SITE}", "safety_officer")


def test_a_township_asks_for_the_clear_name_and_that_is_written_down(world):
    enter(world)
    assert people(world, "township", "?reveal=1").json_body["persons"][0]["phone"] == "13800000000"
    assert world.audit.said()[-1] == ("t-1", "reveal", f"S:{SITE}", "safety_officer")


@pytest.mark.parametrize("who", ["stranger", "neighbour", "admin"])
def test_nobody_without_reach_sees_a_person(world, who):
    enter(world)
    answer = people(world, who, "?reveal=1")
    assert answer.status_code == 403 and "张" not in answer.body.decode()


@pytest.mark.parametrize(
    ("who", "enters", "erases"),
    [("enterprise", 201, 204), ("township", 201, 403), ("district", 201, 204), ("admin", 403, 204), ("expert", 403, 403), ("stranger", 403, 403), ("neighbour", 403, 403)],
)
def test_who_enters_and_who_erases(world, who, enters, erases):
    enter(world, "enterprise")
    assert enter(world, who).status_code == enters
    assert world.ask("DELETE", f"/sites/{SITE}/persons/safety_officer", who).status_code == erases


def test_an_erasure_leaves_the_log_as_it_was_and_no_trace_of_the_person(world):
    before = dict(world.log.events[f"S:{SITE}"])
    reference = enter(world).json_body["id"]
    assert reference not in str(before) and "张示例三" not in str(world.log.events)
    assert world.ask("DELETE", f"/sites/{SITE}/persons/safety_officer", "district").status_code == 204
    assert (people(world, "district").json_body["persons"], world.persons.held) == ([], {})
    assert world.log.events[f"S:{SITE}"] == before
    assert "张" not in str(world.audit.lines) and "138" not in str(world.audit.lines)
    assert world.ask("DELETE", f"/sites/{SITE}/persons/safety_officer", "district").status_code == 404


def test_every_fault_of_a_person_is_named_and_nothing_of_him_repeated(world):
    answer = enter(world, office="boss", body={"name": "", "phone": "call me", "id_number": "330"})
    assert [problem["column"] for problem in answer.json_body["problems"]] == ["id_number", "office", "name", "phone"]
    assert "call me" not in answer.body.decode()
