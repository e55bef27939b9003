"""Whatever is sent: no answer of the API or of the scan is an accident of ours (5xx), and what was accepted can be judged."""

from __future__ import annotations

import json
from datetime import date
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.code.token import sign
from chalicelib.supervision.vocabulary import load_vocabulary
from tests.faces import test_api as api
from tests.faces import test_scan as scan

pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore:CognitoUserPoolAuthorizer")]
thorough = settings(max_examples=600, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

VOCABULARY = load_vocabulary()
SITE_KINDS = sorted(name for name, kind in VOCABULARY.kinds.items() if kind.scope == "site")
ROLES = sorted(api.PEOPLE)
THE_GATEWAYS_OWN = ({"message"}, {"Code", "Message"})
DAYS = ["2020-06-30", "2020-02-29", "2020-02-30", "0001-01-01", "9999-12-31", "2019-12-01", "2021-01-01", "", "20200630", "２０２０-06-30"]
junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=40)
    | st.sampled_from([10**40, -1, "\x00", "\ud800", *DAYS]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)


def values_of(schema: dict) -> st.SearchStrategy:
    """Values that a field's JSON Schema admits, or nearly."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if "null" in types:
        return st.none() | values_of({**schema, "type": [name for name in types if name != "null"]})
    kind = types[0]
    if kind == "string":
        return plain_text(schema)
    if kind in ("integer", "number"):
        return st.integers(schema.get("minimum", 0), schema.get("maximum", 10**15))
    if kind == "array":
        return st.lists(values_of(schema["items"]), max_size=4, unique=True)
    if kind == "object":
        clauses = st.dictionaries(st.sampled_from(["defect", "unlicensed", "missing"]), st.integers(0, 9), max_size=2)
        return st.dictionaries(st.sampled_from(["P01", "E05", "W02", "B03", "M06", "H01", "Z99"]), clauses, max_size=3)
    return st.booleans()


def plain_text(schema: dict) -> st.SearchStrategy:
    pattern = schema.get("pattern", "")
    if "(0[1-9]|1[0-2])-" in pattern:
        return st.dates(date(2018, 1, 1), date(2022, 12, 31)).map(str) | st.sampled_from(DAYS)
    if pattern:
        return st.from_regex(pattern, fullmatch=True)
    return st.text(min_size=schema.get("minLength", 0), max_size=30)


@st.composite
def proposals(draw: st.DrawFn) -> dict:
    """An event somebody might send: mostly of the right form, with something wrong here and there."""
    name = draw(st.sampled_from(SITE_KINDS))
    payload = {}
    for field, declared in VOCABULARY.kinds[name].fields.items():
        if not declared.optional or draw(st.booleans()):
            payload[field] = draw(values_of(VOCABULARY.types[declared.type])) if draw(st.integers(0, 19)) else draw(junk)
    body = {"kind": name, "key": draw(st.text(min_size=1, max_size=20)), "payload": payload, "occurred_on": draw(st.sampled_from(DAYS))}
    for extra in draw(
        st.lists(st.sampled_from(["caused_by", "voids", "evidence", "place", "occurred_on", "payload", "kind", "else"]), max_size=2)
    ):
        body[extra] = draw(junk)
    return body


def is_answer(answer) -> None:
    """Below 500, and a refusal says why in the one form; where there is no route, in the gateway's own."""
    assert answer.status_code < 500, answer.body
    if answer.status_code >= 400 and answer.json_body.keys() not in THE_GATEWAYS_OWN:
        assert answer.json_body["type"].startswith("urn:safety-code:"), answer.body


@thorough
@given(proposals(), st.sampled_from(ROLES))
def test_any_proposed_event_is_accepted_or_refused_and_its_site_can_still_be_judged(body: dict, who: str) -> None:
    world = api.World()
    for caused_by in (None, world.general, world.major, world.inspection):
        sent = {**body, "key": f"{caused_by}-{body['key']}"[:100], **({"caused_by": caused_by} if caused_by else {})}
        is_answer(world.ask("POST", f"/sites/{api.SITE}/events", who, json.dumps(sent).encode()))
    seen = world.ask("GET", f"/sites/{api.SITE}", "district")
    assert seen.status_code == 200, seen.body
    assert world.cards.find(api.SITE)["grade"]


@thorough
@given(
    st.binary(max_size=200) | junk.map(lambda value: json.dumps(value).encode()),
    st.sampled_from(ROLES),
    st.sampled_from(["sites", "enterprises", "townships"]),
)
@example(b"[" * 100_000, "district", "sites")
@example(b'{"kind": NaN}', "district", "sites")
@example(b'{"key": 1e999}', "district", "sites")
@example(b"\xff\xfe", "district", "sites")
def test_any_body_is_refused_in_the_one_form(body: bytes, who: str, scope: str) -> None:
    subject = {"sites": api.SITE, "enterprises": api.ENTERPRISE, "townships": api.TOWNSHIP}[scope]
    is_answer(api.World().ask("POST", f"/{scope}/{subject}/events", who, body))


WAYS = ["/sites/{}", "/sites/{}/history", "/sites?township={}", "/sites?township=330110010&cursor={}", "/sites?township=330110010&grade={}", "/plates/{}.svg", "/releases/district/map/2020-06/r1/{}", "/releases/{}/index/2020-06/r1/index.html", "/sites/{}/events"]  # fmt: skip


@thorough
@given(
    st.sampled_from(WAYS),
    st.text(min_size=1, max_size=30) | st.sampled_from(["..", "%2e%2e", "../../x", "\x00", "e30", "eyJhIjoxfQ", api.SITE, "👷"]),
    st.sampled_from(ROLES),
)
def test_any_address_is_answered(way: str, part: str, who: str) -> None:
    is_answer(api.World().ask("GET", way.format(quote(part, safe="")), who))


@thorough
@given(
    st.text(max_size=60) | st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=20, max_size=40),
    st.sampled_from(["", ".json", "/", "//", ".html"]),
)
def test_any_token_is_refused_without_a_read(token: str, ending: str) -> None:
    assert scan.get(token, scan.no_read, ending=ending)["statusCode"] in (400, 404)


@thorough
@given(st.data())
def test_a_genuine_plate_with_some_characters_changed_is_refused_without_a_read(data: st.DataObject) -> None:
    genuine = sign(scan.SITE, 2, scan.RING)
    changed = list(genuine)
    for place in data.draw(st.sets(st.integers(0, len(genuine) - 1), min_size=1, max_size=3)):
        changed[place] = data.draw(st.sampled_from([sign for sign in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" if sign != genuine[place]]))
    assert scan.get("".join(changed), scan.no_read)["statusCode"] == 404


@thorough
@given(
    st.dictionaries(st.sampled_from(["accept", "Accept", "If-None-Match", "accept-encoding"]), st.text(max_size=40), max_size=3),
    st.sampled_from(["GET", "HEAD", "POST", "X"]),
)
def test_any_headers_of_a_scan_are_answered(headers: dict, method: str) -> None:
    assert scan.get(sign(scan.SITE, 2, scan.RING), headers=headers, method=method)["statusCode"] < 500
