"""The index's routes behind the sign-in: returns and preview of a township's month, objections to it. They translate and decide nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chalice import Blueprint
from chalice.app import Authorizer

from chalicelib.access.identity import Identity
from chalicelib.access.views import caller
from chalicelib.config import Settings, settings
from chalicelib.http import answers

if TYPE_CHECKING:
    from chalicelib.index.office import Office


def build_blueprint(guard: Authorizer, compose: Callable | None = None, configure: Callable[[], Settings] = settings) -> Blueprint:
    """``compose`` makes the office of an identity from settings; the real one by default."""
    routes = Blueprint("chalicelib.index.views")
    answered = answers(routes)

    def office() -> Office:
        return (compose or stack_office)(caller(routes.current_request.context), configure())

    @routes.route("/months/{month}/returns/{township}", methods=["GET"], authorizer=guard)
    @answered
    def returns(month: str, township: str) -> dict[str, object]:
        return office().returns(month, township)

    @routes.route("/months/{month}/preview/{township}", methods=["GET"], authorizer=guard)
    @answered
    def preview(month: str, township: str) -> dict[str, object]:
        return office().preview(month, township)

    @routes.route("/months/{month}/objections", methods=["GET"], authorizer=guard)
    @answered
    def objections(month: str) -> dict[str, object]:
        return office().objections(month)

    return routes


def stack_office(identity: Identity, current: Settings) -> Office:
    """The office over the tables of the stack."""
    from chalicelib.access.store import AuditTable
    from chalicelib.index.office import Office
    from chalicelib.index.sources import StackSources
    from chalicelib.register.district import load_district

    from chalicelib.index.monthly import published_on
    from chalicelib.index.runs import StackRuns

    prefix = current.table_prefix
    runs = StackRuns(prefix)
    return Office(
        identity, load_district(current.district), StackSources(prefix), AuditTable(prefix), current.now(), lambda month: published_on(runs, month)
    )
