"""The API's description: complete, valid, and true: requests made from it never end in a fault of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote, urlencode

import pytest
import yaml
from chalice import CognitoUserPoolAuthorizer
from chalice.test import Client
from hypothesis import HealthCheck, Phase, given, settings

import app as application
from chalicelib import presign
from chalicelib.accounts.views import ROUTES as account_routes
from chalicelib.code.views import build_blueprint as site_routes
from chalicelib.cosign.views import build_blueprint as cosign_routes
from chalicelib.export.office import Ports as ExportPorts
from chalicelib.export.shadow import Ports as ShadowPorts
from chalicelib.export.views import build_blueprint as export_routes
from chalicelib.grading.views import build_blueprint as grade_routes
from chalicelib.index.office import Office as MonthOffice
from chalicelib.index.sources import MemorySources as IndexSources
from chalicelib.index.views import build_blueprint as month_routes
from chalicelib.intake.ports import Ports as ImportPorts
from chalicelib.intake.views import build_blueprint as intake_routes
from chalicelib.openapi.document import describe, details
from chalicelib.openapi.views import BESIDE, registered
from chalicelib.openapi.views import build_blueprint as openapi_routes
from chalicelib.register.district import load_district
from chalicelib.registry.views import build_blueprint as registry_routes
from chalicelib.reports.views import ROUTES as form_routes
from tests.faces.test_api import ENTERPRISE, SETTINGS, SITE, TOWNSHIP
from tests.faces.test_office import OfficeWorld
from tests.faces.test_registry import Found
from tests.job_builders import FolderObjects, MemoryAreas, MemoryBook, MemoryPersons
from tests.unit.intake_support import MemoryLog as ImportLog
from tests.unit.test_export import MemorySources

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
    import schemathesis

    schema = schemathesis.openapi.from_dict(document)
    schema.validate()
    assert len(list(schema.get_all_operations())) == sum(len(methods) for methods in document["paths"].values())


def test_it_is_served_to_anybody() -> None:
    with Client(application.app) as client:
        answer = client.http.get("/openapi.json")
    assert answer.status_code == 200 and answer.json_body["openapi"] == "3.1.0"
    assert {"/C/{token}", "/reports", "/activations"} <= set(answer.json_body["paths"])


def test_what_other_functions_serve_is_what_the_template_wires() -> None:
    wired = set()
    for fragment in (Path(application.__file__).parent / "infra/template").glob("*.yml"):
        resources = yaml.safe_load(fragment.read_text("utf-8")).get("Resources") or {}
        paths = resources.get("RestAPI", {}).get("Properties", {}).get("DefinitionBody", {}).get("paths", {})
        wired |= {(method.upper(), path, "security" in given) for path, methods in paths.items() for method, given in methods.items() if given["x-amazon-apigateway-integration"]["type"] != "mock"}
    assert {route for routes in BESIDE.values() for route in routes} == wired
    assert {f"{method} {path}" for method, path, _ in BESIDE["accounts"]} == set(account_routes)
    assert {path.lstrip("/") for _, path, _ in BESIDE["report"]} == set(form_routes)


KNOWN = {"site_id": SITE, "enterprise_id": ENTERPRISE, "code": TOWNSHIP, "month": "2020-06", "township": TOWNSHIP, "office": "head"}


class WholeWorld(OfficeWorld):
    """Every blueprint of the app over stores in memory."""

    def __init__(self) -> None:
        super().__init__()
        guard = CognitoUserPoolAuthorizer("cognito", provider_arns=["arn:aws:cognito-idp:us-east-1:000000000000:userpool/x"])
        given = replace(SETTINGS, files_bucket="files", files_url="/files")
        folder, book, persons = FolderObjects(Path(mkdtemp())), MemoryBook(), MemoryPersons()
        imports = ImportPorts(book, self.audit, folder, ImportLog(), MemoryAreas(), persons, self.acts, lambda job: None, lambda held, sheet: None)
        exports = ExportPorts(book, self.audit, folder, MemorySources(), lambda job: None)
        shadows = ShadowPorts(book, self.audit, folder, MemorySources(), self.log.list_events, lambda *asked: "", self.stores.files.read, lambda job: None)

        def months(identity, settings):
            return MonthOffice(identity, load_district("demo"), IndexSources(), self.audit, settings.now())

        more = {"entries": Found, "persons": lambda settings: persons}
        for routes in (
            site_routes(guard, lambda settings: self.stores, lambda: given),
            grade_routes(guard, lambda settings: self.stores, lambda: given),
            registry_routes(guard, lambda settings: self.stores, lambda: given, more),
            intake_routes(guard, lambda settings: imports, lambda: given),
            export_routes(guard, lambda settings: exports, lambda: given, lambda settings: shadows),
            month_routes(guard, months, lambda: given),
            openapi_routes(self.app, lambda: given),
            cosign_routes(guard, lambda settings: self.stores, lambda: given, lambda settings: self.acts),
        ):
            self.app.register_blueprint(routes)


def ask(world: WholeWorld, template: str, case) -> tuple[int, str]:
    """One generated request to the API over stores in memory; its path names what is there."""
    path = template.format(**{**{name: quote(str(value), safe="") or "x" for name, value in (case.path_parameters or {}).items()}, **KNOWN})
    query = f"?{urlencode(case.query)}" if case.query else ""
    body = json.dumps(case.body).encode() if isinstance(case.body, (dict, list, str, int, float, bool)) else b""
    answer = world.ask(case.method, path + query, "district", body)
    return answer.status_code, answer.headers.get("Content-Type", "")


def operations(document: dict) -> list[str]:
    """Every operation of the framework's routes; those of the other functions are asked in tests/storage/test_described_functions.py."""
    beside = {path for routes in BESIDE.values() for _, path, _ in routes}
    return sorted(f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods if path not in beside)


EXAMPLES = {"default": 5, "full": 150}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[WholeWorld]:
    """Signing an address asks nobody; it needs a region and keys."""
    for name, value in {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}.items():
        monkeypatch.setenv(name, value)
    presign._client.cache_clear()
    yield WholeWorld()
    presign._client.cache_clear()


def test_every_route_of_the_framework_is_asked(document: dict, world: WholeWorld) -> None:
    assert set(operations(document)) == {f"{method} {path}" for path, methods in world.app.routes.items() for method in methods}


def try_operation(document: dict, world: WholeWorld, key: str, examples: int) -> None:
    """Requests made from the description of one operation: refused or answered, in the promised form, never a fault."""
    method, path = key.split(" ")
    import schemathesis

    operation = schemathesis.openapi.from_dict(document)[path][method]

    @settings(max_examples=examples, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(case=operation.as_strategy())
    def run(case) -> None:
        status, content_type = ask(world, path, case)
        assert status < 500 or status == 503, (key, case.body, case.path_parameters, case.query)
        assert status < 400 or content_type.startswith("application/problem+json"), (status, content_type)

    run()


def test_requests_made_from_the_description_are_never_a_fault(document: dict, world: WholeWorld) -> None:
    for key in operations(document):
        try_operation(document, world, key, EXAMPLES["default"])


@pytest.mark.full
def test_many_requests_made_from_the_description_are_never_a_fault(document: dict, world: WholeWorld) -> None:
    for key in operations(document):
        try_operation(document, world, key, EXAMPLES["full"])
