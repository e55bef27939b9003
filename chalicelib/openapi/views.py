"""GET /openapi.json: the description of the API, open to everybody, made once per process from the routes themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from chalice import Blueprint, Chalice

from chalicelib.config import Settings, settings
from chalicelib.http import answers, json_answer

FRESH_SECONDS = 300


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
    def openapi():
        """The description of this API."""
        return json_answer(described(), headers={"Cache-Control": f"public, max-age={FRESH_SECONDS}"})

    return routes


def registered(app: Chalice) -> list:
    """The routes of an application in our own words."""
    from chalicelib.openapi.document import Route

    return [
        Route(method, path, entry.authorizer is not None, (entry.view_function.__doc__ or "").strip().split("\n")[0])
        for path, methods in app.routes.items()
        for method, entry in methods.items()
    ]
