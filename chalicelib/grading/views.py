"""Routes about a site's grade: the way back, the would-be grade of a draft, the proof. They translate, and decide nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chalice import Blueprint, Response
from chalice.app import Authorizer

from chalicelib.access.views import caller
from chalicelib.config import Settings, settings
from chalicelib.http import answers, json_answer, json_body
from chalicelib.ids import as_id

if TYPE_CHECKING:
    from chalicelib.grading.desk import GradeDesk


def build_blueprint(guard: Authorizer, compose: Callable | None = None, configure: Callable[[], Settings] = settings) -> Blueprint:
    """The routes behind this authorizer; ``compose`` as for :func:`chalicelib.code.views.build_blueprint`."""
    routes = Blueprint("chalicelib.grading.views")
    answered = answers(routes)

    def desk() -> GradeDesk:
        from chalicelib.code.compose import compose as real
        from chalicelib.code.desk import Desk
        from chalicelib.grading.desk import GradeDesk

        identity = caller(routes.current_request.context)
        return GradeDesk(Desk(identity, (compose or real)(configure()), configure()))

    @routes.route("/sites/{site_id}/way-back", methods=["GET"], authorizer=guard)
    @answered
    def way_back(site_id: str) -> dict[str, object]:
        return desk().way_back(as_id(site_id))

    @routes.route("/sites/{site_id}/would-be", methods=["POST"], authorizer=guard)
    @answered
    def would_be(site_id: str) -> dict[str, object]:
        return desk().would_be(as_id(site_id), json_body(routes.current_request.raw_body))

    @routes.route("/sites/{site_id}/proof", methods=["GET"], authorizer=guard)
    @answered
    def proof(site_id: str) -> Response:
        return _file(desk().proof(as_id(site_id), routes.current_request.query_params or {}), f"proof-{site_id}.json")

    @routes.route("/sites/{site_id}/official", methods=["GET"], authorizer=guard)
    @answered
    def official(site_id: str) -> dict[str, object]:
        return desk().official(as_id(site_id))

    @routes.route("/rules", methods=["GET"], authorizer=guard)
    @answered
    def rules() -> dict[str, object]:
        return desk().rules()

    @routes.route("/rules/events", methods=["POST"], authorizer=guard)
    @answered
    def append_to_district() -> Response:
        receipt = desk().append_about_rules(json_body(routes.current_request.raw_body))
        return json_answer({"event_id": receipt.event_id, "new": receipt.new}, 201 if receipt.new else 200)

    @routes.route("/rules/drafts/{draft}", methods=["GET"], authorizer=guard)
    @answered
    def draft_text(draft: str) -> Response:
        return Response(desk().draft_text(draft), {"Content-Type": "text/plain; charset=utf-8"})

    return routes


def _file(document: object, name: str) -> Response:
    """A document to be kept: the browser offers to save it."""
    return json_answer(document, headers={"Content-Disposition": f'attachment; filename="{name}"'})
