"""The routes of uploads: they translate between HTTP and the import office, and decide nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from chalice import Blueprint, Response
from chalice.app import Authorizer

from chalicelib import clock
from chalicelib.access.views import caller
from chalicelib.config import Settings, settings
from chalicelib.http import answers, json_answer, json_body
from chalicelib.ids import as_id

if TYPE_CHECKING:
    from chalicelib.intake.office import Office


def build_blueprint(
    guard: Authorizer, ports: Callable | None = None, configure: Callable[[], Settings] = settings, now: Callable[[], datetime] = clock.utc_now
) -> Blueprint:
    """The import routes behind this authorizer. ``ports`` makes the stores from settings; the real ones by default."""
    routes = Blueprint("chalicelib.intake.views")
    answered = answers(routes)

    def office() -> Office:
        from chalicelib.intake.office import Office, stack_ports

        current = configure()
        return Office(caller(routes.current_request.context), (ports or stack_ports)(current), current, now)

    @routes.route("/imports/mappings", methods=["GET"], authorizer=guard)
    @answered
    def mappings() -> dict[str, object]:
        from chalicelib.intake.office import ACCEPTED, CONTENT_TYPES

        return {"mappings": office().mappings(), "most_bytes": ACCEPTED.most_bytes, "endings": list(CONTENT_TYPES)}

    @routes.route("/imports", methods=["GET"], authorizer=guard)
    @answered
    def imports() -> dict[str, object]:
        desk = office()
        return {"imports": [desk.document(job) for job in desk.jobs()]}

    @routes.route("/imports", methods=["POST"], authorizer=guard)
    @answered
    def ask() -> Response:
        desk = office()
        job, form = desk.ask(json_body(routes.current_request.raw_body))
        return json_answer({**desk.document(job), "form": form.to_document()}, 201)

    _add_one(routes, answered, guard, office)
    return routes


def _add_one(routes: Blueprint, answered: Callable, guard: Authorizer, office: Callable) -> None:
    @routes.route("/imports/jobs/{job_id}", methods=["GET"], authorizer=guard)
    @answered
    def one(job_id: str) -> dict[str, object]:
        desk = office()
        return desk.document(desk.job(as_id(job_id)))

    @routes.route("/imports/jobs/{job_id}/start", methods=["POST"], authorizer=guard)
    @answered
    def start(job_id: str) -> Response:
        desk = office()
        return json_answer(desk.document(desk.start(as_id(job_id))), 202)

    @routes.route("/imports/signing/{act_id}", methods=["GET"], authorizer=guard)
    @answered
    def to_sign(act_id: str) -> dict[str, object]:
        return office().to_sign(as_id(act_id))

    @routes.route("/imports/signing/{act_id}/rows", methods=["GET"], authorizer=guard)
    @answered
    def all_to_sign(act_id: str) -> dict[str, object]:
        """Where all rows that wait for a second signature can be fetched for some minutes, as CSV."""
        return office().all_to_sign(as_id(act_id))

    @routes.route("/imports/jobs/{job_id}/result", methods=["GET"], authorizer=guard)
    @answered
    def result(job_id: str) -> dict[str, object]:
        return office().result(as_id(job_id))
