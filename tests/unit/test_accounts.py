"""A one-time code: what it is, how long it is good, what is told and what is not. And who may do what with accounts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.access.append import Proposal, may_append
from chalicelib.access.identity import Identity, SubjectFacts
from chalicelib.access.policy import account_rights
from chalicelib.access.views import caller
from chalicelib.accounts import model
from chalicelib.errors import BadInput, Unauthenticated

NOW = datetime(2026, 7, 1, 2, tzinfo=timezone.utc)
CHANCE = bytes(range(30))
FORM = {"plate": "0WQ4 SJCD PXA6 PJMC 012", "code": "4f7f-5yaf-0d1t-tmt4", "name": "Wang.Li@example.cn", "password": "Abcdefghij12"}
SITE = SubjectFacts("site", "S" * 16, "E" * 16, frozenset({"330110010"}))


@given(st.binary(min_size=30, max_size=30), st.binary(min_size=30, max_size=30))
def test_a_code_opens_itself_alone_and_is_not_kept(chance: bytes, other: bytes) -> None:
    made = model.issue(chance, "officer", NOW)
    assert made.kept.matches(model.read_code(model.spaced(made.clear).lower()))
    wrong = model.issue(other, "officer", NOW).clear
    assert made.kept.matches(wrong) is (wrong == made.clear)
    assert len(made.clear) == model.CODE_LENGTH
    assert made.kept.digest == model.digest_of(made.kept.salt, made.clear) and not hasattr(made.kept, "clear")


def test_two_enterprises_with_one_code_would_not_show_it() -> None:
    """The salt: the same code is kept as something else each time."""
    one, two = model.issue(CHANCE, "o", NOW), model.issue(CHANCE[:10] + bytes(20), "o", NOW)
    assert one.clear == two.clear and one.kept.digest != two.kept.digest


@pytest.mark.parametrize(
    ("days", "tries", "state", "standing"),
    [(0, 0, "open", "open"), (13, 19, "open", "open"), (14, 0, "open", "expired"), (1, 20, "open", "exhausted"), (1, 1, "used", "used")],
)
def test_how_a_code_stands(days: int, tries: int, state: str, standing: str) -> None:
    kept = model.issue(CHANCE, "o", NOW).kept
    code = model.Code(**{**{name: getattr(kept, name) for name in ("serial", "salt", "digest", "expires_at")}, "state": state, "tries": tries})
    assert code.standing(NOW + timedelta(days=days)) == standing


def test_a_form_is_read_as_people_write_it() -> None:
    asked = model.activation_of(FORM)
    assert (asked.code, asked.name) == ("4F7F5YAF0D1TTMT4", "wang.li@example.cn")
    assert model.read_code("o1il") == "0111"


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"plate": ""}, "plate"), ({"code": "4F7F"}, "code"), ({"code": None}, "code"), ({"name": "王丽"}, "name"), ({"name": "ab"}, "name"),
        ({"name": "13812345678"}, "name"), ({"name": "33011019900101123x"}, "name"), ({"password": "short1A"}, "password"),
        ({"password": "alllowercase12"}, "password"), ({"password": "ALLUPPERCASE12"}, "password"), ({"password": "NoFiguresHere"}, "password"),
        ({"password": "Xwang.li@example.cn1"}, "password"), ({"password": " Abcdefghij12"}, "password"), ({"else": "x"}, "else"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_form_is_told_and_no_secret_with_it(change: dict, column: str) -> None:
    with pytest.raises(BadInput) as refused:
        model.activation_of({**FORM, **change})
    assert column in {problem.column for problem in refused.value.problems}
    told = str(refused.value)
    assert not any(str(value) in told for name, value in change.items() if name in ("code", "password") and value)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(BadInput) as refused:
        model.activation_of({})
    assert {problem.column for problem in refused.value.problems} == {"plate", "code", "name", "password"}


def test_the_page_asks_for_what_the_pool_asks_for() -> None:
    text = (Path(__file__).parents[2] / "infra/template/identity_cognito.yml").read_text("utf-8")
    policy = yaml.safe_load(text)["Resources"]["UserPool"]["Properties"]["Policies"]["PasswordPolicy"]
    assert model.LEAST_PASSWORD == policy["MinimumLength"]
    asked = [policy["RequireLowercase"], policy["RequireUppercase"], policy["RequireNumbers"], policy["RequireSymbols"]]
    assert asked == [True] * len(model.PASSWORD_NEEDS) + [False]
    page = (Path(__file__).parents[2] / "web/desk/activate.js").read_text("utf-8")
    assert re.search(r"LEAST = (\d+)", page).group(1) == str(model.LEAST_PASSWORD)


# role and organisation · issue · see · end
RIGHTS = """
district  -          yes yes yes
township  330110010  yes yes yes
township  330110001  no  no  no
admin     -          yes yes yes
enterprise EEEEEEEEEEEEEEEE no yes yes
enterprise FFFFFFFFFFFFFFFF no no  no
expert    SSSSSSSSSSSSSSSS no no  no
public    -          no  no  no
"""


@pytest.mark.parametrize("row", RIGHTS.strip().splitlines(), ids=lambda row: " ".join(row.split()[:2]))
def test_who_may_do_what_with_accounts(row: str) -> None:
    role, organisation, *may = row.split()
    who = Identity("someone", role, organisation.strip("-"))
    for right, expected in zip(("issue", "see", "end"), may, strict=True):
        assert may_append(who, Proposal(right, account_rights()[right]), SITE).allowed is (expected == "yes"), right


def test_a_genuine_token_of_an_ended_account_is_refused() -> None:
    claims = {"token_use": "id", "sub": "u1", "cognito:groups": "enterprise", "custom:organisation": "E" * 16}
    context = {"authorizer": {"claims": claims}}
    assert caller(context, lambda identity: False).subject == "u1"
    with pytest.raises(Unauthenticated):
        caller(context, lambda identity: (identity.organisation, identity.subject) == ("E" * 16, "u1"))
