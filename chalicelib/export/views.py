"""The routes of exports and of shadow reports: they translate between HTTP and the two offices, and decide nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chalice import Blueprint, Response
from chalice.app import Authorizer

from chalicelib import clock
from chalicelib.access.views import caller
from chalicelib.config import Settings, settings
from chalicelib.http import answers, json_answer, json_body
from chalicelib.ids import as_id

if TYPE_CHECKING:
    from chalicelib.export.office import Office
    from chalicelib.export.shadow_office import ShadowOffice


def build_blueprint(
    guard: Authorizer, ports: Callable | None = None, configure: Callable[[], Settings] = settings, shadow_ports: Callable | None = None
) -> Blueprint:
    """These routes behind this authorizer. ``ports`` and ``shadow_ports`` make the stores from settings; the real ones by default."""
    routes = Blueprint("chalicelib.export.views")
    answered = answers(routes)

    def office() -> Office:
        from chalicelib.export.office import Office, stack_ports

        current = configure()
        return Office(caller(routes.current_request.context), (ports or stack_ports)(current), current, clock.utc_now)

    @routes.route("/exports", methods=["GET"], authorizer=guard)
    @answered
    def exports() -> dict[str, object]:
        desk = office()
        return {"exports": [desk.document(job) for job in desk.jobs()]}

    @routes.route("/exports", methods=["POST"], authorizer=guard)
    @answered
    def ask_export() -> Response:
        desk = office()
        return json_answer(desk.document(desk.ask(json_body(routes.current_request.raw_body))), 202)

    @routes.route("/exports/jobs/{job_id}", methods=["GET"], authorizer=guard)
    @answered
    def one_export(job_id: str) -> dict[str, object]:
        desk = office()
        return desk.document(desk.job(as_id(job_id)))

    def shadows() -> ShadowOffice:
        from chalicelib.export.shadow_office import ShadowOffice, stack_ports

        current = configure()
        return ShadowOffice(caller(routes.current_request.context), (shadow_ports or stack_ports)(current), current, clock.utc_now)

    @routes.route("/rules/drafts/{draft}/shadow", methods=["POST"], authorizer=guard)
    @answered
    def ask_shadow(draft: str) -> Response:
        desk = shadows()
        return json_answer(desk.document(desk.ask(draft)), 202)

    @routes.route("/rules/shadows", methods=["GET"], authorizer=guard)
    @answered
    def own_shadows() -> dict[str, object]:
        return {"shadows": shadows().jobs()}

    @routes.route("/rules/shadows/{report}", methods=["GET"], authorizer=guard)
    @answered
    def one_shadow(report: str) -> dict[str, object]:
        return shadows().report(report)

    return routes
