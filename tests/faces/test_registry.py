"""The registry's routes: who may merge, what is refused and why, what stands in the audit log afterwards."""

from __future__ import annotations

import pytest
from test_api import ENTERPRISE, OTHER_SITE, SETTINGS, SITE, World

from chalicelib.register.entry import entry_text, read_entry
from chalicelib.registry.views import build_blueprint

pytestmark = pytest.mark.filterwarnings("ignore:CognitoUserPoolAuthorizer")
BODY = {"into": SITE, "reason": "重复建档", "key": "k-1"}


@pytest.fixture
def world():
    from chalice import CognitoUserPoolAuthorizer

    made = World()
    guard = CognitoUserPoolAuthorizer("cognito", provider_arns=["arn:aws:cognito-idp:us-east-1:000000000000:userpool/x"])
    made.app.register_blueprint(build_blueprint(guard, lambda settings: made.stores, lambda: SETTINGS, Found))
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
