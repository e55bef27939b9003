"""The API's routes: they translate between HTTP and the desk, and decide nothing. The stage is named ``api``: no prefix here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from chalice import Blueprint, Response
from chalice.app import Authorizer

from chalicelib import labels
from chalicelib.access.views import caller
from chalicelib.code.rows import PAGE_SIZE
from chalicelib.config import Settings, settings
from chalicelib.errors import BadInput, NotFound, Problem
from chalicelib.http import answers, decode_cursor, encode_cursor, json_answer, json_body, page_limit
from chalicelib.ids import as_id

if TYPE_CHECKING:
    from chalicelib.code.desk import Desk

RELEASE_PART = {
    "scope": re.compile(r"district|[0-9]{6,12}"),
    "kind": re.compile(r"index|map"),
    "month": re.compile(r"[0-9]{4}-[0-9]{2}"),
    "revision": re.compile(r"r[0-9]{1,4}"),
    "folder": re.compile(r"[A-Za-z0-9_-]{1,64}"),
    "file": re.compile(r"[A-Za-z0-9_-]{1,64}\.(html|json|svg|csv|png)"),
}
CONTENT_TYPE = {
    "html": "text/html; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "svg": "image/svg+xml",
    "csv": "text/csv; charset=utf-8",
    "png": "image/png",
}
# A page of a release brings its own inline style and drawing, and no script.
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"


def build_blueprint(guard: Authorizer, compose: Callable | None = None, configure: Callable[[], Settings] = settings) -> Blueprint:
    """All routes of the API behind this authorizer. ``compose`` makes the stores from settings; the real ones by default."""
    routes = Blueprint("chalicelib.code.views")
    answered = answers(routes)

    def desk() -> Desk:
        from chalicelib.code.compose import compose as real
        from chalicelib.code.desk import Desk

        identity = caller(routes.current_request.context)
        return Desk(identity, (compose or real)(configure()), configure())

    _add_open_routes(routes, answered, configure)
    _add_reading(routes, answered, guard, desk, configure)
    _add_appending(routes, answered, guard, desk)
    _add_files(routes, answered, guard, desk, configure)
    return routes


def _add_open_routes(routes: Blueprint, answered: Callable, configure: Callable[[], Settings]) -> None:
    @routes.route("/health", methods=["GET"])
    @answered
    def health() -> dict[str, object]:
        return {"status": "ok", "version": configure().code_version}


def _add_reading(routes: Blueprint, answered: Callable, guard: Authorizer, desk: Callable, configure: Callable[[], Settings]) -> None:
    @routes.route("/me", methods=["GET"], authorizer=guard)
    @answered
    def me() -> dict[str, object]:
        who = caller(routes.current_request.context)
        return {
            "subject": who.subject,
            "role": who.role,
            "role_word": labels.ROLE[who.role],
            "organisation": who.organisation,
            "enforcement_certificate": who.enforcement_certificate,
            "today": configure().day().isoformat(),
        }

    @routes.route("/townships", methods=["GET"], authorizer=guard)
    @answered
    def townships() -> dict[str, object]:
        caller(routes.current_request.context)
        return {"townships": _townships(configure())}

    @routes.route("/sites", methods=["GET"], authorizer=guard)
    @answered
    def sites() -> dict[str, object]:
        return _list_sites(desk(), routes.current_request.query_params or {})

    @routes.route("/sites/{site_id}", methods=["GET"], authorizer=guard)
    @answered
    def one_site(site_id: str) -> dict[str, object]:
        reveal = (routes.current_request.query_params or {}).get("reveal", "")
        return desk().site(as_id(site_id), frozenset(filter(None, reveal.split(","))))

    @routes.route("/sites/{site_id}/history", methods=["GET"], authorizer=guard)
    @answered
    def history(site_id: str) -> dict[str, object]:
        return {"site_id": site_id, "history": desk().history(as_id(site_id))}


def _add_appending(routes: Blueprint, answered: Callable, guard: Authorizer, desk: Callable) -> None:
    def append(scope: str, subject_id: str) -> Response:
        receipt = desk().append(scope, subject_id, json_body(routes.current_request.raw_body))
        return json_answer({"event_id": receipt.event_id, "new": receipt.new}, 201 if receipt.new else 200)

    @routes.route("/sites/{site_id}/events", methods=["POST"], authorizer=guard)
    @answered
    def append_to_site(site_id: str) -> Response:
        return append("site", as_id(site_id))

    @routes.route("/enterprises/{enterprise_id}/events", methods=["POST"], authorizer=guard)
    @answered
    def append_to_enterprise(enterprise_id: str) -> Response:
        return append("enterprise", as_id(enterprise_id))

    @routes.route("/townships/{code}/events", methods=["POST"], authorizer=guard)
    @answered
    def append_to_township(code: str) -> Response:
        return append("township", code)


def _add_files(routes: Blueprint, answered: Callable, guard: Authorizer, desk: Callable, configure: Callable[[], Settings]) -> None:
    @routes.route("/plates/{file}", methods=["GET"], authorizer=guard)
    @answered
    def plate(file: str) -> Response:
        if not file.endswith(".svg"):
            raise NotFound("plates are SVG files")
        return _plate(desk(), as_id(file.removesuffix(".svg")), configure())

    # A gateway takes one name for the variable at a place in its tree of paths, whether the path ends there or goes on.
    @routes.route("/releases/{scope}/{kind}/{month}/{revision}/{entry}", methods=["GET"], authorizer=guard)
    @answered
    def release(scope: str, kind: str, month: str, revision: str, entry: str) -> Response:
        return _release(desk(), scope=scope, kind=kind, month=month, revision=revision, file=entry)

    @routes.route("/releases/{scope}/{kind}/{month}/{revision}/{entry}/{file}", methods=["GET"], authorizer=guard)
    @answered
    def release_folder(scope: str, kind: str, month: str, revision: str, entry: str, file: str) -> Response:
        return _release(desk(), scope=scope, kind=kind, month=month, revision=revision, folder=entry, file=file)


def _list_sites(desk: Desk, query: dict[str, str]) -> dict[str, object]:
    """A township's sites page by page; an enterprise's or an expert's own without asking for a township."""
    if desk.identity.role in ("enterprise", "expert"):
        return {"sites": [{"site_id": site_id} for site_id in desk.own_sites()], "cursor": None}
    township, grade = query.get("township", ""), query.get("grade")
    if not township:
        raise BadInput([Problem("query", "township", "", "必填：镇街编号")])
    if grade is not None and grade not in labels.GRADE:
        raise BadInput([Problem("query", "grade", grade[:20], "没有这种等级")])
    after = decode_cursor(query.get("cursor"), "sites", township, grade)
    page = desk.township_rows(township, grade, str(after or ""), page_limit(query.get("limit"), PAGE_SIZE))
    return {"sites": page.rows, "cursor": encode_cursor(page.next, "sites", township, grade)}


def _townships(current: Settings) -> list[dict[str, str]]:
    from chalicelib.register.district import load_district

    return [{"code": township.code, "name": township.name} for township in load_district(current.district).townships_on(current.day())]


def _plate(desk: Desk, site_id: str, current: Settings) -> Response:
    """The QR of the site's valid issue, for whoever is responsible for the site."""
    from chalicelib.code import qr, token

    desk.reached(site_id)
    card = desk.stores.cards.find(site_id)
    if card is None:
        raise NotFound("the site has no card yet")
    issue = card["plate"]["issue"] or 1
    url = token.plate_url(current.public_base_url, token.sign(site_id, issue, token.parse_keys(current.plate_keys)))
    drawn = qr.svg(url, title=f"安全码 {card['name']}", description="扫码查看该场所的安全等级、评定日期和依据")
    desk.note("plate", f"S:{site_id}", f"issue {issue}")
    return Response(drawn, {"Content-Type": "image/svg+xml"})


def _release(desk: Desk, **parts: str) -> Response:
    """A file of the staff tree. Every part of the path has its own shape, so that no path leads elsewhere."""
    if not all(RELEASE_PART[name].fullmatch(value) for name, value in parts.items()):
        raise NotFound("no such file")
    body = desk.release("staff/" + "/".join(parts.values()), parts["scope"])
    ending = parts["file"].rsplit(".", 1)[1]
    content = body if ending == "png" else body.decode("utf-8")
    return Response(content, {"Content-Type": CONTENT_TYPE[ending], "Content-Security-Policy": PAGE_POLICY})
