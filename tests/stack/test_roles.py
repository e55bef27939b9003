"""Who is refused what, on the deployed stack: real sign-ins, the real authorizer, through the distribution."""

from __future__ import annotations

import json

import pytest

from chalicelib.code.token import parse_keys, sign
from infra.local import demo
from tests.aws import Stack
from tests.stack.test_failures import blinded


@pytest.fixture(scope="module")
def cards(stack: Stack) -> list[dict]:
    return demo.list_cards(stack.deployed)


def own(stack: Stack, cards: list[dict], role: str, column: str) -> tuple[str, str]:
    """A site inside this role's reach and one outside it."""
    mine = stack.accounts[role]["organisation"]
    return (
        next(card["site_id"] for card in cards if card[column] == mine),
        next(card["site_id"] for card in cards if card[column] != mine and card["enterprise_id"]),
    )


def append(stack: Stack, role: str, site_id: str, kind: str, payload: dict) -> tuple[int, dict]:
    body = json.dumps({"kind": kind, "key": f"roles-{role}-{kind}", "payload": payload}).encode()
    status, _, content = stack.get(f"/api/sites/{site_id}/events", stack.token(role), "POST", body)
    return status, json.loads(content)


SELF_CHECK = ("self_check", {"coverage": "full", "items": {}})
INSPECTION = ("inspection", {"officers": []})


def test_an_enterprise_acts_for_its_own_sites_only(stack: Stack, cards: list[dict]) -> None:
    mine, foreign = own(stack, cards, "enterprise", "enterprise_id")
    assert append(stack, "enterprise", mine, *SELF_CHECK)[0] == 201
    status, told = append(stack, "enterprise", foreign, *SELF_CHECK)
    assert (status, told["fields"]["reason"]) == (403, "not-own")
    assert stack.get(f"/api/sites/{foreign}/history", stack.token("enterprise"))[0] == 403


def test_of_a_foreign_site_an_enterprise_sees_what_everybody_sees(stack: Stack, cards: list[dict]) -> None:
    mine, foreign = own(stack, cards, "enterprise", "enterprise_id")
    seen = [json.loads(stack.get(f"/api/sites/{site}", stack.token("enterprise"))[2]) for site in (mine, foreign)]
    assert [document["audience"] for document in seen] == ["enterprise", "public"]
    assert "secrets" not in seen[1] and "appeals" not in seen[1]


def test_a_township_acts_in_its_own_area_only(stack: Stack, cards: list[dict]) -> None:
    mine, foreign = own(stack, cards, "township", "township")
    assert append(stack, "township", mine, *INSPECTION)[0] == 201
    status, told = append(stack, "township", foreign, *INSPECTION)
    assert (status, told["fields"]["reason"]) == (403, "outside-area")


def test_a_townships_list_is_for_that_township(stack: Stack, cards: list[dict]) -> None:
    mine = stack.accounts["township"]["organisation"]
    other = next(card["township"] for card in cards if card["township"] != mine)
    assert stack.get(f"/api/sites?township={mine}", stack.token("township"))[0] == 200
    assert stack.get(f"/api/sites?township={other}", stack.token("township"))[0] == 403
    assert stack.get(f"/api/sites?township={other}", stack.token("district"))[0] == 200


@pytest.mark.parametrize(
    ("kind", "payload"),
    [("appeal_decided", {"outcome": "upheld"}), ("override", {}), INSPECTION, ("penalty", {"procedure": "general"})],
)
def test_an_administrator_decides_no_case(stack: Stack, cards: list[dict], kind: str, payload: dict) -> None:
    status, told = append(stack, "admin", cards[0]["site_id"], kind, payload)
    assert (status, told["fields"]["reason"]) == (403, "role")


@pytest.mark.parametrize("token", [None, "", "x", "a.b.c"])
def test_without_a_genuine_sign_in_nothing_is_answered(stack: Stack, cards: list[dict], token: str | None) -> None:
    for path in (f"/api/sites/{cards[0]['site_id']}", "/api/me", "/api/townships"):
        assert stack.get(path, token)[0] == 401
    assert stack.get(f"/api/sites/{cards[0]['site_id']}/events", token, "POST", b"{}")[0] == 401


def test_a_token_whose_role_was_changed_by_hand_is_refused(stack: Stack) -> None:
    import base64

    head, claims, mark = stack.token("enterprise").split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    told["cognito:groups"] = ["district"]
    forged = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    status, _, content = stack.get("/api/me", f"{head}.{forged}.{mark}")
    assert status == 401, content


def test_a_forged_plate_is_refused_without_a_read(stack: Stack, cards: list[dict]) -> None:
    """With the tables out of sight the genuine plate cannot be answered, the forged one is refused as ever."""
    genuine = sign(cards[0]["site_id"], cards[0]["issue"] or 1, parse_keys(stack.deployed.parameters["PlateKeys"]))
    forged = genuine[:-1] + ("0" if genuine[-1] != "0" else "1")
    with blinded(stack, "ScanFunctionName"):
        assert stack.get(f"/C/{forged}")[0] == 404
        assert stack.get(f"/C/{genuine}")[0] >= 500
    assert stack.get(f"/C/{genuine}")[0] == 200


@pytest.mark.parametrize(
    ("path", "method", "status", "code"),
    [
        ("/api/sites", "GET", 401, "sign-in-required"),
        ("/api/no-such-thing", "GET", 404, "not-found"),
        ("/api/me", "DELETE", 404, "not-found"),
    ],
)
def test_what_the_gateway_refuses_by_itself_is_a_problem_document(stack: Stack, path: str, method: str, status: int, code: str) -> None:
    answered, headers, content = stack.get(path, method=method)
    told = json.loads(content)
    assert (answered, told["status"], told["type"]) == (status, status, f"urn:safety-code:{code}")
    assert headers["content-type"].startswith("application/problem+json") and told["title"] and told["detail"]
