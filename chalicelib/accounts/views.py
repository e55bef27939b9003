"""/activations (open to everybody) and /sites/{site_id}/accounts (signed in): the routes of the one function that may touch the user pool.

A plain Lambda function of its own, wired into the same API; the gateway's authorizer stands before everything but the activation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib import clock
from chalicelib.access.identity import Identity
from chalicelib.access.store import AuditTable
from chalicelib.access.views import caller
from chalicelib.accounts.office import AccountOffice
from chalicelib.accounts.pool import Pool
from chalicelib.accounts.store import AccountTable
from chalicelib.config import Settings
from chalicelib.errors import NotFound, SafetyCodeError
from chalicelib.grading.store import FactsStore
from chalicelib.http import json_body, log_line
from chalicelib.ids import as_id
from chalicelib.proxy import Event, answer, problem, raw_body, visitor


def handle(event: Event, settings: Settings, pool: object | None = None) -> dict[str, object]:
    """The gateway's answer to its proxy event."""
    route = f"{event.get('httpMethod')} {event.get('resource')}"
    try:
        if route not in ROUTES:
            raise NotFound("no such route")
        made = answer(ROUTES[route](event, _office(settings, pool)))
    except SafetyCodeError as error:
        made = problem(error)
    log_line("account route answered", event.get("requestContext"), route=route, status=made["statusCode"])  # type: ignore[arg-type]
    return made


def _office(settings: Settings, pool: object | None) -> AccountOffice:
    prefix = settings.table_prefix
    return AccountOffice(AccountTable(prefix), pool or Pool(settings.user_pool_id), FactsStore(prefix), AuditTable(prefix), settings, clock.utc_now())


def _activate(event: Event, office: AccountOffice) -> dict[str, object]:
    return office.activate(json_body(raw_body(event)), visitor(event))


def _state(event: Event, office: AccountOffice) -> dict[str, object]:
    return office.state(_who(event), _site(event))


def _issue(event: Event, office: AccountOffice) -> dict[str, object]:
    return office.issue(_who(event), _site(event))


def _end(event: Event, office: AccountOffice) -> dict[str, object]:
    return office.end(_who(event), _site(event), _parts(event).get("account", ""))


ROUTES: Mapping[str, Callable[[Event, AccountOffice], dict[str, object]]] = {
    "POST /activations": _activate,
    "GET /sites/{site_id}/accounts": _state,
    "POST /sites/{site_id}/accounts/code": _issue,
    "POST /sites/{site_id}/accounts/{account}/end": _end,
}


def _who(event: Event) -> Identity:
    return caller(event.get("requestContext") or {})  # type: ignore[arg-type]


def _site(event: Event) -> str:
    return as_id(_parts(event).get("site_id", ""))


def _parts(event: Event) -> Mapping[str, str]:
    return event.get("pathParameters") or {}  # type: ignore[return-value]
