"""From the slip to the account and to its end, over the real tables: each step once, whatever is sent twice, at once, or breaks off."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from chalicelib import clock
from chalicelib.accounts import model, views
from chalicelib.accounts.model import Account
from chalicelib.accounts.pool import User
from chalicelib.accounts.store import AccountTable
from chalicelib.code.plate import plate_number
from chalicelib.code.token import parse_keys, sign
from chalicelib.config import read_settings
from chalicelib.errors import Unavailable
from chalicelib.grading.regrade import Regrader
from chalicelib.register.district import load_district
from chalicelib.supervision.store import EventLog
from tests.event_builders import ENTERPRISE, SITE, TOWNSHIP, busy_site

KEY = "1:00112233445566778899aabbccddeeff"
DAY = date(2020, 7, 1)
PASSWORD = "Abcdefghij12"


class FakePool:
    """A pool in memory with what a pool promises: one user a name."""

    def __init__(self) -> None:
        self.users: dict[str, User] = {"demo-expert": User("x", "")}
        self.passwords: dict[str, str] = {}
        self.broken = False

    def find(self, name: str) -> User | None:
        return self.users.get(name)

    def make(self, name: str, password: str, enterprise: str) -> User | None:
        stands = self.users.setdefault(name, User(f"sub-{len(self.users)}", enterprise))
        if stands.organisation != enterprise:
            return None
        if self.broken:
            raise Unavailable("the pool broke off")
        self.passwords[name] = password
        return stands

    def remove(self, name: str, enterprise: str) -> None:
        if name in self.users and self.users[name].organisation == enterprise:
            del self.users[name]


@pytest.fixture
def pool() -> FakePool:
    return FakePool()


@pytest.fixture
def settings(tables):
    tables.clear()
    EventLog(tables.prefix).append(busy_site(), clock.utc_now())
    Regrader(tables.prefix, load_district("demo")).regrade([SITE], DAY)
    return read_settings({"TABLE_PREFIX": tables.prefix, "PLATE_KEYS": KEY, "TODAY": DAY.isoformat()})


@pytest.fixture
def ask(settings, pool):
    def asking(route: str, role: str = "", body: dict | None = None, source: str = "192.0.2.1", **parts: str):
        method, resource = route.split()
        claims = {"token_use": "id", "sub": f"the-{role}", "cognito:groups": role, "custom:organisation": {"township": TOWNSHIP, "enterprise": ENTERPRISE}.get(role, "")}
        event = {
            "httpMethod": method, "resource": resource, "pathParameters": {"site_id": SITE, **parts}, "body": json.dumps(body or {}),
            "headers": {"X-Forwarded-For": f"{source}, 203.0.113.9"}, "requestContext": {"authorizer": {"claims": claims}} if role else {},
        }  # fmt: skip
        made = views.handle(event, settings, pool)
        return made["statusCode"], json.loads(made["body"])

    return asking


@pytest.fixture
def code(ask) -> str:
    status, fresh = ask("POST /sites/{site_id}/accounts/code", "district")
    assert status == 200
    return fresh["code"]


def activate(ask, code: str, name: str = "wang.li", **changes: str):
    source = changes.pop("source", "192.0.2.1")
    body = {"plate": plate_number(SITE, 1), "code": code, "name": name, "password": PASSWORD, **changes}
    return ask("POST /activations", body=body, source=source)


def state(ask, role: str = "district"):
    return ask("GET /sites/{site_id}/accounts", role)[1]


def items(tables, table: str) -> list[dict]:
    return tables.emulator.client("dynamodb").scan(TableName=tables.name(table))["Items"]


def test_from_the_slip_to_the_account(tables, ask, pool, code: str, caplog, capfd) -> None:
    status, made = activate(ask, code)
    assert (status, made["name"]) == (200, "wang.li")
    assert pool.users["wang.li"].organisation == ENTERPRISE and pool.passwords["wang.li"] == PASSWORD
    known = state(ask)
    assert known["code"]["state"] == "used" and [(one["name"], one["state"]) for one in known["accounts"]] == [("wang.li", "active")]
    said = caplog.text + "".join(capfd.readouterr()) + json.dumps(items(tables, "audit") + items(tables, "accounts"))
    for secret in (code, code.replace("-", ""), PASSWORD, "192.0.2.1"):
        assert secret not in said
    assert "wang.li" not in json.dumps(items(tables, "audit"))
    assert {(line["action"], line["what"].split()[0]) for line in (json.loads(item["doc"]["S"]) for item in items(tables, "audit"))} == {
        ("account", "code"), ("activate", "done"),
    }  # fmt: skip


def test_a_plate_s_address_does_for_its_number(ask, code: str) -> None:
    address = "HTTPS://CODE.EXAMPLE/C/" + sign(SITE, 1, parse_keys(KEY))
    assert activate(ask, code, plate=address)[0] == 200


def test_a_code_is_good_once(ask, pool, code: str) -> None:
    assert activate(ask, code)[0] == 200
    assert activate(ask, code, name="li.si")[0] == 403 and "li.si" not in pool.users


def test_whatever_is_wrong_the_refusal_is_the_same(ask, settings, code: str) -> None:
    other = plate_number("0" * 16, 1)
    forged = sign(SITE, 1, parse_keys("1:" + "ff" * 16))
    refusals = [activate(ask, "0" * 16), activate(ask, code, plate=other), activate(ask, code, plate=forged), activate(ask, "0" * 16, name="demo-expert")]
    activate(ask, code)
    refusals.append(activate(ask, code))
    assert len({json.dumps(one, ensure_ascii=False) for one in refusals}) == 1 and refusals[0][0] == 403


def test_after_twenty_tries_or_fourteen_days_even_the_right_code_is_refused(tables, ask, pool, code: str) -> None:
    table = AccountTable(tables.prefix)
    kept = table.find_code(ENTERPRISE)
    assert all(table.count_try(ENTERPRISE, kept.serial) for _ in range(model.MOST_TRIES))
    assert activate(ask, code)[0] == 403 and state(ask)["code"]["state"] == "exhausted"
    again = ask("POST /sites/{site_id}/accounts/code", "district")[1]["code"]
    old = table.find_code(ENTERPRISE)
    long_ago = clock.instant_text(clock.utc_now() - timedelta(seconds=1))
    assert table.put_code(ENTERPRISE, model.Code(old.serial, old.salt, old.digest, long_ago), old)
    assert activate(ask, again)[0] == 403 and state(ask)["code"]["state"] == "expired"
    assert set(pool.users) == {"demo-expert"}


def test_a_source_is_heard_thirty_times_a_day(ask, code: str) -> None:
    answers = [activate(ask, "0" * 16, plate=plate_number("0" * 16, 1))[0] for _ in range(model.TRIES_A_DAY + 1)]
    assert answers == [403] * model.TRIES_A_DAY + [429]
    assert activate(ask, code)[0] == 429 and activate(ask, code, source="198.51.100.7")[0] == 200


def test_a_new_code_voids_the_one_before_and_of_two_at_once_one_stands(tables, ask, code: str) -> None:
    again = ask("POST /sites/{site_id}/accounts/code", "township")[1]["code"]
    assert activate(ask, code)[0] == 403 and activate(ask, again)[0] == 200
    table = AccountTable(tables.prefix)
    before = table.find_code(ENTERPRISE)
    fresh = [model.issue(bytes([at]) * 30, "o", clock.utc_now()).kept for at in range(2)]
    assert [table.put_code(ENTERPRISE, one, before) for one in fresh] == [True, False]


def test_a_name_that_is_taken_is_told_to_who_has_the_code_and_uses_nothing_up(ask, pool, code: str) -> None:
    status, told = activate(ask, code, name="demo-expert")
    assert (status, told["problems"][0]["column"]) == (400, "name") and pool.users["demo-expert"].organisation == ""
    assert activate(ask, code)[0] == 200


def test_what_broke_off_is_finished_by_the_same_name_and_cleared_away_by_another(ask, pool, tables, code: str) -> None:
    pool.broken = True
    assert activate(ask, code)[0] == 503 and "wang.li" in pool.users
    pool.broken = False
    assert activate(ask, code, name="li.si")[0] == 403, "the first one may still come back"
    late = clock.utc_now() + timedelta(seconds=model.LEASE_SECONDS + 1)
    table = AccountTable(tables.prefix)
    assert not table.claim(ENTERPRISE, table.find_code(ENTERPRISE).serial, "li.si", clock.utc_now())
    assert activate(ask, code)[0] == 200 and pool.passwords["wang.li"] == PASSWORD
    assert not table.claim(ENTERPRISE, table.find_code(ENTERPRISE).serial, "li.si", late), "used is used"


def test_when_the_first_does_not_come_back_another_name_takes_its_place(ask, pool, tables, code: str) -> None:
    pool.broken = True
    activate(ask, code)
    pool.broken = False
    table = AccountTable(tables.prefix)
    long_ago = clock.utc_now() - timedelta(seconds=model.LEASE_SECONDS + 5)
    assert table.claim(ENTERPRISE, table.find_code(ENTERPRISE).serial, "wang.li", long_ago)
    assert activate(ask, code, name="li.si")[0] == 200
    assert set(pool.users) == {"demo-expert", "li.si"}


def test_of_two_names_at_once_one_account_stands(tables, ask, code: str) -> None:
    table = AccountTable(tables.prefix)
    serial = table.find_code(ENTERPRISE).serial
    assert table.claim(ENTERPRISE, serial, "one", clock.utc_now())
    late = Account("u2", "two", "active", "2026-07-01T00:00:00.000Z")
    assert not table.finish(ENTERPRISE, serial, late) and table.list_accounts(ENTERPRISE) == []


@pytest.mark.parametrize("role", ["district", "township", "admin", "enterprise"])
def test_the_end_of_an_account_is_at_once_and_for_ever(tables, ask, pool, code: str, role: str) -> None:
    activate(ask, code)
    (account,) = state(ask)["accounts"]
    for _ in range(2):
        assert ask("POST /sites/{site_id}/accounts/{account}/end", role, account=account["account"])[0] == 200
    table = AccountTable(tables.prefix)
    assert table.is_ended(ENTERPRISE, account["account"]) and "wang.li" not in pool.users
    table.keep_account(ENTERPRISE, Account(account["account"], "wang.li", "active", "x"))
    assert table.is_ended(ENTERPRISE, account["account"])
    assert "wang.li" not in json.dumps(items(tables, "accounts"))


def test_an_end_that_broke_off_has_ended_and_is_finished_when_asked_again(tables, ask, pool, code: str, monkeypatch) -> None:
    activate(ask, code)
    (account,) = state(ask)["accounts"]
    with monkeypatch.context() as broken:
        broken.setattr(pool, "remove", lambda *_: (_ for _ in ()).throw(Unavailable("cut off")))
        assert ask("POST /sites/{site_id}/accounts/{account}/end", "district", account=account["account"])[0] == 503
    assert AccountTable(tables.prefix).is_ended(ENTERPRISE, account["account"])
    assert ask("POST /sites/{site_id}/accounts/{account}/end", "district", account=account["account"])[0] == 200
    assert "wang.li" not in pool.users


@pytest.mark.parametrize(("role", "route"), [("enterprise", "code"), ("expert", "code"), ("expert", "nobody/end")])
def test_who_may_not_is_refused_and_written_down(tables, ask, role: str, route: str) -> None:
    resource = "POST /sites/{site_id}/accounts/" + ("code" if route == "code" else "{account}/end")
    assert ask(resource, role, account="nobody")[0] == 403
    assert [json.loads(item["doc"]["S"])["action"] for item in items(tables, "audit")] == ["refuse"]
    assert items(tables, "accounts") == []


def test_without_a_sign_in_there_is_nothing_but_the_activation(ask) -> None:
    for route in ("GET /sites/{site_id}/accounts", "POST /sites/{site_id}/accounts/code", "POST /sites/{site_id}/accounts/{account}/end"):
        assert ask(route, account="x")[0] == 401
    assert ask("GET /activations")[0] == 404
    assert ask("POST /sites/{site_id}/accounts/{account}/end", "district", account="x")[0] == 404
    assert ask("GET /sites/{site_id}/accounts", "district", site_id="0" * 16)[0] == 404
