"""The API's description: complete, valid, and true: requests made from it never end in a fault of ours."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from chalice.test import Client
from hypothesis import HealthCheck, Phase, given, settings

import app as application
from chalicelib.openapi.document import describe, details
from chalicelib.openapi.views import registered
from tests.faces.test_api import ENTERPRISE, SITE, TOWNSHIP, World
from tests.faces.test_office import OfficeWorld

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def document() -> dict:
    return json.loads(json.dumps(describe(registered(application.app), "test", "/api")))


def test_every_route_is_described_and_nothing_else_is(document: dict) -> None:
    told = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert told == {route.key for route in registered(application.app)}
    assert set(details()) <= told, "details of a route that is gone"
    assert all(operation["summary"] for methods in document["paths"].values() for operation in methods.values())


def test_who_must_sign_in_is_what_the_routes_say(document: dict) -> None:
    open_paths = {path for path, methods in document["paths"].items() for operation in methods.values() if "security" not in operation}
    assert open_paths == {route.path for route in registered(application.app) if not route.guarded} >= {"/health", "/sign-in", "/openapi.json"}


def test_the_description_is_valid_openapi(document: dict) -> None:
    schema = schemathesis.openapi.from_dict(document)
    schema.validate()
    assert len(list(schema.get_all_operations())) == sum(len(methods) for methods in document["paths"].values())


def test_it_is_served_to_anybody() -> None:
    with Client(application.app) as client:
        answer = client.http.get("/openapi.json")
    assert answer.status_code == 200 and answer.json_body["openapi"] == "3.1.0"


KNOWN = {"site_id": SITE, "enterprise_id": ENTERPRISE, "code": TOWNSHIP}


def ask(template: str, case) -> tuple[int, str]:
    """One generated request to the API over stores in memory, composed anew for it; its path names what is there."""
    world = OFFICE if template in OFFICE.app.routes else PLAIN
    path = template.format(**{**{name: quote(str(value), safe="") or "x" for name, value in (case.path_parameters or {}).items()}, **KNOWN})
    query = f"?{urlencode(case.query)}" if case.query else ""
    body = json.dumps(case.body).encode() if isinstance(case.body, (dict, list, str, int, float, bool)) else b""
    answer = world.ask(case.method, path + query, "district", body)
    return answer.status_code, answer.headers.get("Content-Type", "")


def operations(document: dict) -> list[str]:
    known = {*PLAIN.app.routes, *OFFICE.app.routes}
    return sorted(f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods if path in known and path not in UNASKED)


PLAIN, OFFICE = World(), OfficeWorld()
# These leave the process: to the provider, to the signer of addresses.
UNASKED = ("/sign-in", "/sites/{site_id}/photos", "/sites/{site_id}/photos/{name}")
EXAMPLES = {"default": 5, "full": 150}


def try_operation(document: dict, key: str, examples: int) -> None:
    """Requests made from the description of one operation: refused or answered, in the promised form, never a fault."""
    method, path = key.split(" ")
    operation = schemathesis.openapi.from_dict(document)[path][method]

    @settings(max_examples=examples, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(case=operation.as_strategy())
    def run(case) -> None:
        status, content_type = ask(path, case)
        assert status < 500 or status == 503, (key, case.body, case.path_parameters, case.query)
        assert status < 400 or content_type.startswith("application/problem+json"), (status, content_type)

    run()


def test_requests_made_from_the_description_are_never_a_fault(document: dict) -> None:
    for key in operations(document):
        try_operation(document, key, EXAMPLES["default"])


@pytest.mark.full
def test_many_requests_made_from_the_description_are_never_a_fault(document: dict) -> None:
    for key in operations(document):
        try_operation(document, key, EXAMPLES["full"])
