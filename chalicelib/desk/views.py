"""The front end's own routes: they translate between HTTP and what stands behind, and decide nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from chalice import Blueprint, Response
from chalice.app import Authorizer

from chalicelib.access.identity import Identity
from chalicelib.access.views import caller
from chalicelib.code.rows import PAGE_SIZE
from chalicelib.config import Settings, settings
from chalicelib.http import answers, decode_cursor, encode_cursor, json_answer, json_body, page_limit
from chalicelib.ids import as_id

if TYPE_CHECKING:
    from chalicelib.desk.office import Office

BACK = "/desk/"
MakeOffice = Callable[[Identity, Settings], object]


def build_blueprint(
    guard: Authorizer, make_office: MakeOffice | None = None, configure: Callable[[], Settings] = settings, contacts: object = None
) -> Blueprint:
    """All routes of the front end behind this authorizer. ``make_office`` composes the office, ``contacts`` knows how to reach those who
    reported; those of the stack by default."""
    routes = Blueprint("chalicelib.desk.views")
    answered = answers(routes)

    def office() -> Office:
        from chalicelib.desk.compose import compose_office

        return (make_office or compose_office)(caller(routes.current_request.context), configure())

    _add_signing_in(routes, answered, guard, configure)
    _add_looking(routes, answered, guard, office)
    _add_doing(routes, answered, guard, office)
    _add_photos(routes, answered, guard, office)
    _add_reporters(routes, answered, guard, office, contacts)
    return routes


def _add_signing_in(routes: Blueprint, answered: Callable, guard: Authorizer, configure: Callable[[], Settings]) -> None:
    @routes.route("/sign-in", methods=["GET"])
    @answered
    def where_to_sign_in() -> dict[str, object]:
        """Where people sign in: the provider's endpoints for code + PKCE."""
        from chalicelib.access.signin import sign_in

        current = configure()
        provider = os.environ.get("IDENTITY") or "cognito"
        client = current.user_pool_client_id or os.environ.get("OIDC_AUDIENCE", "")
        return sign_in(provider, current.sign_in_url, client, current.public_base_url + BACK)

    @routes.route("/words", methods=["GET"], authorizer=guard)
    @answered
    def what_codes_mean() -> dict[str, object]:
        """The Chinese of every code."""
        from chalicelib.desk.words import words
        from chalicelib.register.district import load_district

        caller(routes.current_request.context)
        current = configure()
        return words(load_district(current.district), current.day())


def _add_looking(routes: Blueprint, answered: Callable, guard: Authorizer, office: Callable) -> None:
    @routes.route("/sites/{site_id}/record", methods=["GET"], authorizer=guard)
    @answered
    def whole_record(site_id: str) -> dict[str, object]:
        """A site with all its hazards and its whole story, newest first, as far as one may see it."""
        reveal = (routes.current_request.query_params or {}).get("reveal", "")
        return office().record(as_id(site_id), frozenset(filter(None, reveal.split(","))))

    @routes.route("/work", methods=["GET"], authorizer=guard)
    @answered
    def work_list() -> dict[str, object]:
        """A township's sites with what is to be done at each: overdue, due today, to order, to recheck; an expert's are those assigned."""
        query = routes.current_request.query_params or {}
        township = query.get("township", "")
        after = decode_cursor(query.get("cursor"), "work", township)
        rows, following = office().work(township, str(after or ""), page_limit(query.get("limit"), PAGE_SIZE))
        return {"sites": rows, "cursor": encode_cursor(following, "work", township)}

    @routes.route("/check-items", methods=["GET"], authorizer=guard)
    @answered
    def what_a_check_goes_through() -> dict[str, object]:
        """The items and clauses of today's rule set that a check or an assessment goes through."""
        from chalicelib.desk.words import check_items

        desk = office().desk
        return check_items(desk.stores.rules(desk.settings.day()))


def _add_doing(routes: Blueprint, answered: Callable, guard: Authorizer, office: Callable) -> None:
    @routes.route("/scans", methods=["POST"], authorizer=guard)
    @answered
    def staff_scan() -> dict[str, object]:
        """A member of staff has scanned a plate: the site behind it, written down in the audit log."""
        plate = json_body(routes.current_request.raw_body).get("plate")
        return office().scanned(plate if isinstance(plate, str) else "")

    @routes.route("/sites/{site_id}/papers", methods=["POST"], authorizer=guard)
    @answered
    def serve_paper(site_id: str) -> Response:
        """Record what a paper says under its next number: all of its facts, or nothing."""
        served = office().serve(as_id(site_id), json_body(routes.current_request.raw_body))
        return json_answer({"number": served.number, "event_ids": served.event_ids, "new": served.new}, 201 if served.new else 200)


def _add_photos(routes: Blueprint, answered: Callable, guard: Authorizer, office: Callable) -> None:
    @routes.route("/sites/{site_id}/photos", methods=["POST"], authorizer=guard)
    @answered
    def send_photo(site_id: str) -> Response:
        """A form with which a browser sends one photo of a site straight to the bucket."""
        from chalicelib.code.photos import photo_form

        desk = office().desk
        desk.reached(as_id(site_id))
        asked = json_body(routes.current_request.raw_body)
        return json_answer(photo_form(desk.settings.files_bucket, desk.settings.files_url, site_id, asked.get("content_type")), 201)

    @routes.route("/sites/{site_id}/photos/{name}", methods=["GET"], authorizer=guard)
    @answered
    def see_photo(site_id: str, name: str) -> dict[str, object]:
        """Where a photo of a site can be seen for some minutes."""
        from chalicelib.code.photos import photo_address

        desk = office().desk
        desk.reached(as_id(site_id))
        return {"url": photo_address(desk.settings.files_bucket, desk.settings.files_url, site_id, name, desk.stores.files, desk.facts)}


def _add_reporters(routes: Blueprint, answered: Callable, guard: Authorizer, office: Callable, contacts: object) -> None:
    @routes.route("/sites/{site_id}/reports/{report}/contact", methods=["GET"], authorizer=guard)
    @answered
    def reach_whoever_reported(site_id: str, report: str) -> dict[str, object]:
        """How whoever sent a report of the public can be reached; every look is written down."""
        from chalicelib.desk.reporter import open_contact
        from chalicelib.reports.store import ReportTable

        desk = office().desk
        table = ReportTable(desk.settings.table_prefix) if contacts is None else contacts
        return open_contact(desk, table, as_id(site_id), report)
