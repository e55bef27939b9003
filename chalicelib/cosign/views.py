"""The routes of acts that two sign: they translate between HTTP and the office, and decide nothing."""

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
    from chalicelib.cosign.office import Office


def build_blueprint(
    guard: Authorizer, compose: Callable | None = None, configure: Callable[[], Settings] = settings, book: Callable | None = None,
    wake: Callable[[str], None] | None = None,
) -> Blueprint:  # fmt: skip
    """The routes behind this authorizer. ``compose`` makes the stores from settings, ``book`` where acts wait, ``wake`` sets an import going; the
    real ones by default."""
    routes = Blueprint("chalicelib.cosign.views")
    answered = answers(routes)

    def office() -> Office:
        from chalicelib.code.compose import compose as real
        from chalicelib.cosign.office import Office
        from chalicelib.cosign.store import ActTable
        from chalicelib.publish.queue import waker

        current = configure()
        acts = (book or (lambda given: ActTable(given.table_prefix)))(current)
        return Office(caller(routes.current_request.context), (compose or real)(current), current, acts, wake or waker(current.import_queue_url))

    _add_preparing(routes, answered, guard, office)
    _add_reading(routes, answered, guard, office)
    _add_answering(routes, answered, guard, office)
    return routes


def _add_preparing(routes: Blueprint, answered: Callable, guard: Authorizer, office: Callable) -> None:
    def prepare(scope: str, subject_id: str) -> Response:
        """201: appended, one signature was enough. 202: it waits for the second one."""
        from chalicelib.cosign.model import Act

        desk = office()
        done = desk.prepare(scope, subject_id, json_body(routes.current_request.raw_body))
        if isinstance(done, Act):
            return json_answer(desk.shown(done), 202)
        return json_answer({"event_id": done.event_id, "new": done.new}, 201 if done.new else 200)

    @routes.route("/sites/{site_id}/acts", methods=["POST"], authorizer=guard)
    @answered
    def prepare_on_site(site_id: str) -> Response:
        return prepare("site", as_id(site_id))

    @routes.route("/enterprises/{enterprise_id}/acts", methods=["POST"], authorizer=guard)
    @answered
    def prepare_on_enterprise(enterprise_id: str) -> Response:
        return prepare("enterprise", as_id(enterprise_id))

    @routes.route("/townships/{code}/acts", methods=["POST"], authorizer=guard)
    @answered
    def prepare_on_township(code: str) -> Response:
        return prepare("township", code)


def _add_reading(routes: Blueprint, answered: Callable, guard: Authorizer, office: Callable) -> None:
    @routes.route("/acts", methods=["GET"], authorizer=guard)
    @answered
    def acts() -> dict[str, object]:
        """What waits for this person's signature, and what became of what he prepared."""
        desk = office().reading()
        return {"to_sign": [desk.shown(act) for act in desk.to_sign()], "mine": [desk.shown(act) for act in desk.mine()]}

    @routes.route("/acts/{act_id}", methods=["GET"], authorizer=guard)
    @answered
    def one(act_id: str) -> dict[str, object]:
        desk = office().reading()
        return desk.shown(desk.show(as_id(act_id)))


def _add_answering(routes: Blueprint, answered: Callable, guard: Authorizer, office: Callable) -> None:
    @routes.route("/acts/{act_id}/sign", methods=["POST"], authorizer=guard)
    @answered
    def sign(act_id: str) -> Response:
        done = office().sign(as_id(act_id))
        return json_answer({"event_id": done.event_id, "new": done.new}, 201 if done.new else 200)

    @routes.route("/acts/{act_id}/decline", methods=["POST"], authorizer=guard)
    @answered
    def decline(act_id: str) -> dict[str, object]:
        desk = office()
        return desk.shown(desk.decline(as_id(act_id), json_body(routes.current_request.raw_body)))

    @routes.route("/acts/{act_id}/withdraw", methods=["POST"], authorizer=guard)
    @answered
    def withdraw(act_id: str) -> dict[str, object]:
        desk = office()
        return desk.shown(desk.withdraw(as_id(act_id)))
