"""GET /openapi.json: the description of the API, open to everybody, made once per process from the routes themselves.

Some addresses of the API lead past the framework to functions of their own, wired by the template: they are named here by function, and
a test holds them against the template.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from chalice import Blueprint, Chalice, Response

from chalicelib.config import Settings, settings
from chalicelib.http import answers, json_answer

FRESH_SECONDS = 300
# Method, path, whether one must sign in.
BESIDE = {
    "scan": (("GET", "/C/{token}", False), ("HEAD", "/C/{token}", False)),
    "report": (("POST", "/reports", False), ("POST", "/receipts", False)),
    "accounts": (
        ("POST", "/activations", False),
        ("GET", "/sites/{site_id}/accounts", True),
        ("POST", "/sites/{site_id}/accounts/code", True),
        ("POST", "/sites/{site_id}/accounts/{account}/end", True),
    ),
}


def build_blueprint(app: Chalice, configure: Callable[[], Settings] = settings) -> Blueprint:
    """The route beside all that ``app`` has registered, those registered later included."""
    routes = Blueprint("chalicelib.openapi.views")
    answered = answers(routes)

    @lru_cache(maxsize=1)
    def described() -> dict[str, object]:
        from chalicelib.openapi.document import describe

        return describe(registered(app), configure().code_version, "/api")

    @routes.route("/openapi.json", methods=["GET"])
    @answered
    def openapi() -> Response:
        """The description of this API."""
        return json_answer(described(), headers={"Cache-Control": f"public, max-age={FRESH_SECONDS}"})

    return routes


def registered(app: Chalice) -> list:
    """The routes of an application in our own words, those of its functions beside the framework included."""
    from chalicelib.openapi.document import Route

    beside = [Route(*route, "") for function, routes in BESIDE.items() if function in app.handler_map for route in routes]
    return beside + [
        Route(method, path, entry.authorizer is not None, (entry.view_function.__doc__ or "").strip().split("\n")[0])
        for path, methods in app.routes.items()
        for method, entry in methods.items()
    ]
