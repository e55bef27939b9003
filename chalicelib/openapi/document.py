"""The OpenAPI 3.1 document of registered routes. Pure: the same routes and vocabulary give the same document.

Paths, methods, path parameters and who must sign in come from the routes; the form of an appended fact from the
vocabulary, so that what is described is what is judged; ``details.toml`` adds what a route cannot say by itself.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chalicelib.supervision.vocabulary import json_schema, load_vocabulary

DETAILS = Path(__file__).with_name("details.toml")
PARAMETER = re.compile(r"{(\w+)}")
OPAQUE = {"type": "string", "pattern": "^[0-9A-HJKMNP-TV-Z]{16}$"}
PATH_PARAMETERS = {"site_id": OPAQUE, "enterprise_id": OPAQUE, "code": {"type": "string", "pattern": "^[0-9A-Za-z]{1,12}$"}}
TEXT = {"type": "string"}
PROBLEM_STATUS = ("400", "401", "403", "404", "409", "413", "415", "422", "429", "503")
PAGE = "text/html"
# What a route's details call a body, and how it is sent.
BODIES = {"body": "application/json", "form": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Route:
    """A registered route: whether one must sign in, and what its function says of itself."""

    method: str
    path: str
    guarded: bool
    about: str

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"


@lru_cache(maxsize=1)
def details() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads(DETAILS.read_text(encoding="utf-8"))


def describe(routes: list[Route], version: str, base: str) -> dict[str, object]:
    """The document of these routes, served under ``base``."""
    paths: dict[str, dict[str, object]] = {}
    for route in sorted(routes, key=lambda one: one.key):
        paths.setdefault(route.path, {})[route.method.lower()] = operation(route, details().get(route.key, {}))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "安全码接口",
            "version": version,
            "description": "出错一律为 application/problem+json（RFC 9457），逐项说明；列表以 cursor 翻页；提交带 key，重复提交不会重复记录。",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base}],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {"idToken": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "登录后的 id token"}},
        },
    }


def operation(route: Route, known: Mapping[str, object]) -> dict[str, object]:
    answer = {"$ref": f"#/components/schemas/{known['answer']}"} if "answer" in known else {"type": ["object", "array"]}
    content = {known["media"]: {"schema": TEXT}} if "media" in known else {"application/json": {"schema": answer}}
    found: dict[str, object] = {
        "operationId": re.sub(r"\W+", "-", f"{route.method.lower()}{route.path}").strip("-"),
        "summary": known.get("summary") or route.about or route.path,
        "parameters": [*path_parameters(route.path), *query_parameters(known.get("query") or {})],  # type: ignore[arg-type]
        "responses": {"2XX": {"description": "成功", "content": content}, **problems(route, known.get("media"))},
    }
    for name, media in BODIES.items():
        if name in known:
            found["requestBody"] = {"required": True, "content": {media: {"schema": {"$ref": f"#/components/schemas/{known[name]}"}}}}
    if route.guarded:
        found["security"] = [{"idToken": []}]
    return found


def problems(route: Route, media: object = None) -> dict[str, object]:
    """Refusals are problem documents; where people see pages, they are pages."""
    content = {PAGE: {"schema": TEXT}} if media == PAGE else {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": "拒绝", "content": content} for status in PROBLEM_STATUS if route.guarded or status not in ("401", "403")}


def path_parameters(path: str) -> Iterator[dict[str, object]]:
    for name in PARAMETER.findall(path):
        yield {"name": name, "in": "path", "required": True, "schema": PATH_PARAMETERS.get(name, TEXT)}


def query_parameters(query: Mapping[str, str]) -> Iterator[dict[str, object]]:
    for name, about in query.items():
        yield {"name": name, "in": "query", "required": "必填" in about and "、" not in about, "description": about, "schema": TEXT}


def schemas() -> dict[str, object]:
    """Every schema by name: the payload of each kind of fact under the kind's own name, frames and answers beside them."""
    kinds = load_vocabulary().kinds
    payloads = {name: {key: value for key, value in json_schema(name).items() if key != "$schema"} for name in kinds}
    scopes = {scope: [name for name, kind in kinds.items() if kind.scope == scope] for scope in ("site", "enterprise", "township", "district")}
    frames = {f"AppendTo{scope.title()}": {"oneOf": [frame(name) for name in names]} for scope, names in scopes.items()}
    return {**payloads, **frames, **ANSWERS}


def frame(kind: str) -> dict[str, object]:
    """The body that appends one fact of a kind."""
    return {
        "type": "object",
        "title": load_vocabulary().kinds[kind].title,
        "additionalProperties": False,
        "required": ["kind", "key", "payload"],
        "properties": {
            "kind": {"const": kind},
            "key": {"type": "string", "minLength": 1, "maxLength": 200, "description": "本次提交的唯一编号"},
            "payload": {"$ref": f"#/components/schemas/{kind}"},
            "occurred_on": {"type": "string", "format": "date"},
            "caused_by": TEXT,
            "voids": TEXT,
            "evidence": {"type": "array", "maxItems": 50, "items": {"type": "string", "minLength": 1, "maxLength": 200}},
            "place": {"type": "object", "maxProperties": 8},
        },
    }


def _object(required: str, **properties: object) -> dict[str, object]:
    return {"type": "object", "required": required.split(), "properties": properties}


_FAULT = _object("place column value reason", place=TEXT, column=TEXT, value=TEXT, reason=TEXT)
_CURSOR = {"type": ["string", "null"], "description": "下一页的翻页标记；没有下一页为 null"}
ANSWERS: Mapping[str, object] = {
    "Problem": _object(
        "title status",
        type=TEXT, title=TEXT, status={"type": "integer"}, detail=TEXT, problems={"type": "array", "items": _FAULT}, fields={"type": "object"},
    ),
    "Health": _object("status version", status={"const": "ok"}, version=TEXT),
    "Sites": _object("sites cursor", sites={"type": "array", "items": _object("site_id", site_id=OPAQUE)}, cursor=_CURSOR),
    "Receipt": _object("event_id new", event_id=TEXT, new={"type": "boolean"}),
    "Act": _object("act state kind says may", act=OPAQUE, state={"enum": ["open", "signed", "declined", "withdrawn", "expired"]}, kind=TEXT, says={"type": "object"}, may={"type": "object"}),
    "Acts": _object("to_sign mine", **{name: {"type": "array", "items": {"$ref": "#/components/schemas/Act"}} for name in ("to_sign", "mine")}),
    "Decline": _object("reason", reason={"type": "string", "minLength": 1, "maxLength": 500, "description": "退回的理由"}),
    "Served": _object("number event_ids new", number=TEXT, event_ids={"type": "array", "items": TEXT}, new={"type": "boolean"}),
    "ReportForm": _object(
        "plate about text",
        plate={"type": "string", "description": "码牌上的 29 位编号"}, about={"enum": ["hazard", "error"]},
        text={"type": "string", "minLength": 5, "maxLength": 500}, contact={"type": "string", "maxLength": 100}, language={"enum": ["zh", "en"]},
        website={"const": "", "description": "须留空"},
    ),
    "ReceiptForm": _object("receipt", receipt={"type": "string", "description": "16 位回执编号"}, erase={"enum": ["1"]}, language={"enum": ["zh", "en"]}),
    "Activation": _object(
        "plate code name password",
        plate={"type": "string", "description": "码牌编号，19 位"}, code={"type": "string", "description": "一次性激活码，16 位"}, name=TEXT, password=TEXT,
    ),
    "Accounts": _object("accounts code may", accounts={"type": "array"}, code={"type": ["object", "null"]}, may={"type": "object"}),
    "Merge": _object("into reason key", into=OPAQUE, reason=TEXT, key=TEXT, occurred_on={"type": "string", "format": "date"}),
    "Person": _object("name phone", name={"type": "string", "minLength": 1, "maxLength": 50}, phone=TEXT),
    "ExportWish": _object("dataset format", dataset={"enum": ["cards", "register", "events"]}, format={"enum": ["csv", "xlsx"]}),
    "ImportWish": _object(
        "mapping filename mode",
        mapping=TEXT, filename={"type": "string", "maxLength": 200}, mode={"enum": ["check", "whole", "good"]}, reason={"type": "string", "maxLength": 500},
        signers={"type": "array", "maxItems": 10, "items": TEXT},
    ),
    "Contact": _object("report contact", report=TEXT, contact={"type": ["string", "null"], "description": "没有留下或已删除为 null"}),
    "Scan": _object("plate", plate={"type": "string", "description": "码牌上的网址或 29 位编号"}),
    "Photo": _object("content_type", content_type={"enum": ["image/jpeg", "image/png", "image/webp"]}),
    "Paper": _object(
        "paper events",
        paper={"enum": ["inspection_record", "rectification_order"]},
        events={"type": "array", "minItems": 1, "maxItems": 40, "items": {"$ref": "#/components/schemas/AppendToSite"}},
    ),
}  # fmt: skip
