"""The registry's routes: they translate between HTTP and the window, and decide nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chalice import Blueprint, Response
from chalice.app import Authorizer

from chalicelib.access.views import caller
from chalicelib.config import Settings, settings
from chalicelib.errors import BadInput, Problem
from chalicelib.http import answers, decode_cursor, encode_cursor, json_answer, json_body, page_limit
from chalicelib.ids import as_id

if TYPE_CHECKING:
    from chalicelib.registry.people import People
    from chalicelib.registry.searching import Searcher
    from chalicelib.registry.window import Window


def build_blueprint(
    guard: Authorizer, compose: Callable | None = None, configure: Callable[[], Settings] = settings, more: dict[str, Callable] | None = None
) -> Blueprint:
    """All routes of the registry behind this authorizer. ``compose`` makes the stores from settings, ``more`` the search index
    (``entries``) and the persons (``persons``); the real ones by default."""
    routes = Blueprint("chalicelib.registry.views")
    answered = answers(routes)

    def window() -> Window:
        from chalicelib.code.compose import compose as real
        from chalicelib.registry.window import Window

        identity = caller(routes.current_request.context)
        return Window(identity, (compose or real)(configure()), configure())

    def searcher() -> Searcher:
        from chalicelib.registry.window import searcher_of

        return searcher_of(window(), (more or {}).get("entries"))

    _add_merging(routes, answered, guard, window)
    def people(site_id: str) -> People:
        from chalicelib.registry.store import PersonTable

        make = (more or {}).get("persons") or (lambda given: PersonTable(given.table_prefix))
        return window().people(as_id(site_id), make(configure()))

    _add_search(routes, answered, guard, searcher)
    _add_people(routes, answered, guard, people, configure)
    return routes


def _add_search(routes: Blueprint, answered: Callable, guard: Authorizer, searcher: Callable) -> None:
    @routes.route("/search", methods=["GET"], authorizer=guard)
    @answered
    def search() -> dict[str, object]:
        from chalicelib.registry.find import read_query
        from chalicelib.registry.searching import MOST, PAGE_SIZE

        asked = routes.current_request.query_params or {}
        same = "search", *(asked.get(name) for name in ("q", "near", "radius", "datum"))
        after = decode_cursor(asked.get("cursor"), *same)
        rows, following = searcher().page(read_query(asked), _order(after), page_limit(asked.get("limit"), MOST, PAGE_SIZE))
        return {"sites": rows, "cursor": encode_cursor(following, *same)}


def _order(after: object | None) -> list[object] | None:
    """Where a list goes on. BadInput for what no list of ours gave."""
    if after is None or (isinstance(after, list) and [type(part) for part in after] == [int, int, str, str]):
        return after
    raise BadInput([Problem("query", "cursor", "", "不是本列表的翻页标记")])


def _add_people(routes: Blueprint, answered: Callable, guard: Authorizer, people: Callable, configure: Callable[[], Settings]) -> None:
    @routes.route("/sites/{site_id}/persons", methods=["GET"], authorizer=guard)
    @answered
    def list_people(site_id: str) -> dict[str, object]:
        return people(site_id).show((routes.current_request.query_params or {}).get("reveal") == "1")

    @routes.route("/sites/{site_id}/persons/{office}", methods=["PUT"], authorizer=guard)
    @answered
    def enter_person(site_id: str, office: str) -> Response:
        return json_answer(people(site_id).enter(office, json_body(routes.current_request.raw_body), configure().day().isoformat()), 201)

    @routes.route("/sites/{site_id}/persons/{office}", methods=["DELETE"], authorizer=guard)
    @answered
    def erase_person(site_id: str, office: str) -> Response:
        people(site_id).erase(office)
        return Response("", {}, 204)


def _add_merging(routes: Blueprint, answered: Callable, guard: Authorizer, window: Callable) -> None:
    def merge(scope: str, gone: str) -> Response:
        done = window().merge(scope, as_id(gone), json_body(routes.current_request.raw_body))
        return json_answer(done, 201 if done["new"] else 200)

    @routes.route("/sites/{site_id}/merge", methods=["POST"], authorizer=guard)
    @answered
    def merge_site(site_id: str) -> Response:
        return merge("site", site_id)

    @routes.route("/enterprises/{enterprise_id}/merge", methods=["POST"], authorizer=guard)
    @answered
    def merge_enterprise(enterprise_id: str) -> Response:
        return merge("enterprise", enterprise_id)
