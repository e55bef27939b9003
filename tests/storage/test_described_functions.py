"""The functions beside the framework (scan, forms of the public, accounts): requests made from their description over real tables are
answered or refused in the promised form, and never end in a fault of ours."""

from __future__ import annotations

import json
from datetime import date
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import app as application
from chalicelib import clock
from chalicelib.accounts.views import handle as accounts
from chalicelib.code.scan import handle as scan
from chalicelib.code.token import parse_keys, sign
from chalicelib.config import read_settings
from chalicelib.grading.regrade import Regrader
from chalicelib.openapi.document import describe
from chalicelib.openapi.views import BESIDE, registered
from chalicelib.register.district import load_district
from chalicelib.reports.views import handle as forms
from chalicelib.supervision.store import EventLog
from tests.event_builders import SITE, busy_site
from tests.storage.test_accounts_store import FakePool

pytestmark = pytest.mark.filterwarnings("ignore")
KEYS = "1:00112233445566778899aabbccddeeff"
PLATE = sign(SITE, 1, parse_keys(KEYS))
DAY = date(2020, 7, 1)
FUNCTION = {path: name for name, routes in BESIDE.items() for _, path, _ in routes}
OPERATIONS = [f"{method} {path}" for routes in BESIDE.values() for method, path, _ in routes]
CLAIMS = {"token_use": "id", "sub": "d-1", "cognito:groups": "district", "custom:organisation": "district"}
EXAMPLES = {"default": 4, "full": 150}


@pytest.fixture
def handlers(tables):
    """The three functions over the tables of one graded site."""
    tables.clear()
    EventLog(tables.prefix).append(busy_site(), clock.utc_now())
    Regrader(tables.prefix, load_district("demo")).regrade([SITE], DAY)
    given = read_settings({"TABLE_PREFIX": tables.prefix, "PLATE_KEYS": KEYS, "TODAY": DAY.isoformat()})
    pool = FakePool()
    return {"scan": lambda event: scan(event, given), "report": lambda event: forms(event, given), "accounts": lambda event: accounts(event, given, pool)}


def event_of(method: str, path: str, case) -> dict[str, object]:
    """What the gateway hands over: a generated body; in the address the site and the plate that are there, so that something is reached."""
    parts = {**(case.path_parameters or {}), **({"site_id": SITE} if "{site_id}" in path else {}), **({"token": PLATE} if "{token}" in path else {})}
    is_form = isinstance(case.body, dict) and path in ("/reports", "/receipts")
    body = urlencode({**case.body, **({"plate": PLATE} if "plate" in case.body else {})}) if is_form else json.dumps(case.body if isinstance(case.body, (dict, list)) else {})
    return {
        "httpMethod": method, "resource": path, "path": f"/api{path.format(**parts)}", "pathParameters": parts, "body": body,
        "headers": {"X-Forwarded-For": "192.0.2.1, 203.0.113.9"}, "requestContext": {"authorizer": {"claims": CLAIMS}},
    }  # fmt: skip


def try_operation(handlers, key: str, examples: int) -> None:
    method, path = key.split(" ")
    document = json.loads(json.dumps(describe(registered(application.app), "test", "/api")))
    import schemathesis

    operation = schemathesis.openapi.from_dict(document)[path][method]
    handler = handlers[FUNCTION[path]]
    promised = ("text/html", "application/json") if FUNCTION[path] != "accounts" else ("application/json", "application/problem+json")

    @settings(max_examples=examples, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(case=operation.as_strategy())
    def run(case) -> None:
        answer = handler(event_of(method, path, case))
        assert answer["statusCode"] < 500, (key, case.body, case.path_parameters)
        assert answer["headers"]["Content-Type"].startswith(promised), answer["headers"]

    run()


@pytest.mark.parametrize("key", OPERATIONS)
def test_requests_made_from_the_description_are_never_a_fault(handlers, key: str) -> None:
    try_operation(handlers, key, EXAMPLES["default"])


@pytest.mark.full
@pytest.mark.parametrize("key", OPERATIONS)
def test_many_requests_made_from_the_description_are_never_a_fault(handlers, key: str) -> None:
    try_operation(handlers, key, EXAMPLES["full"])
