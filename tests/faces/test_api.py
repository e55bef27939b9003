"""The API through Chalice's own client: who sees what, who may append, and how it answers when something is wrong."""

from __future__ import annotations

import base64
import json
from collections import Counter
from datetime import date, datetime

import pytest
import zxingcpp
from chalice import Chalice, CognitoUserPoolAuthorizer
from chalice.test import Client

from chalicelib import ids
from chalicelib.index.runs import MemoryRuns
from chalicelib.access.audit import AuditLine
from chalicelib.code.compose import Stores, judge_of, refusal_of, rules_of, with_months
from chalicelib.code.rows import row_of
from chalicelib.code.token import parse_keys, verify
from chalicelib.code.views import build_blueprint
from chalicelib.clock import parse_instant
from chalicelib.config import read_settings
from chalicelib.cosign.views import build_blueprint as cosign_routes
from chalicelib.errors import Conflict, NotFound, Unavailable
from chalicelib.grading.card import build_card
from chalicelib.grading.judge import grade
from chalicelib.grading.rulebook import rules_on
from chalicelib.grading.views import build_blueprint as grading_routes
from chalicelib.register.district import load_district
from chalicelib.supervision.facts import fold
from chalicelib.supervision.model import Actor, Event, make_event, to_text
from tests.unit.test_code_qr import picture

# Without an Authorization header the test client lets everybody through and says so; the view then refuses.
pytestmark = pytest.mark.filterwarnings("ignore:CognitoUserPoolAuthorizer")

SECRET = "00112233445566778899aabbccddeeff"
SETTINGS = read_settings({"PLATE_KEYS": f"1:{SECRET}", "TODAY": "2020-07-01", "PUBLIC_BASE_URL": "https://aqm.example.cn"})
SITE, OTHER_SITE, ENTERPRISE = "3MAPZ0XKQ7WCV5TG", "4MAPZ0XKQ7WCV5TG", "1B9X4T6C8D2F5G3H"
TOWNSHIP, NEXT_TOWNSHIP = "330110010", "330110001"
SYSTEM = Actor("import", "system")


class MemoryLog:
    """The event log as the store behaves: same content again is no change, other content a Conflict."""

    def __init__(self) -> None:
        self.events: dict[str, dict[str, Event]] = {}
        self.calls: list[list[Event]] = []

    def list_events(self, subject: str) -> tuple[Event, ...]:
        return tuple(self.events.get(subject, {}).values())

    def append(self, events, now: datetime) -> None:
        self.calls.append(list(events))
        for event in events:
            standing = self.events.setdefault(event.subject, {}).setdefault(event.event_id, event)
            if to_text(standing) != to_text(event):
                raise Conflict("the same event id stands with other content")


class CountingLog:
    """The world's log, and how often each subject is asked for."""

    def __init__(self, log: MemoryLog) -> None:
        self.log, self.read = log, Counter()

    def list_events(self, subject: str) -> tuple:
        self.read[subject] += 1
        return self.log.list_events(subject)

    def append(self, events, now: datetime) -> None:
        self.log.append(events, now)


class MemoryCards:
    """Cards and history lines of the sites in the log, graded as the stream would."""

    def __init__(self, log: MemoryLog) -> None:
        self.log = log

    def find(self, site_id: str):
        events = self.log.list_events(f"S:{site_id}")
        return dict(self._card(site_id).document) if events else None

    def list_township(self, township: str):
        cards = [self._card(subject[2:]) for subject in sorted(self.log.events) if subject.startswith("S:")]
        names = ("site_id", "name", "grade", "score", "as_of", "review_on", "enterprise_id")
        return [{name: getattr(card, name) for name in names} for card in cards if card.township == township]

    def walk_township(self, township: str, after: str, at_once: int):
        return (card for card in self.list_township(township) if card["site_id"] > after)

    def list_lines(self, site_id: str):
        return [{"line": "2020-06-28#1", "grade": "blue"}]

    def _card(self, site_id: str):
        facts = fold(self.log.list_events(f"S:{site_id}"), self.log.list_events(f"E:{ENTERPRISE}"))
        day = date(2020, 7, 1)
        rules = rules_on(load_district("demo"), day)
        return build_card(facts, grade(facts, rules, day), day)


class MemoryAudit:
    def __init__(self) -> None:
        self.lines: list[AuditLine] = []

    def write(self, line: AuditLine) -> None:
        self.lines.append(line)

    def said(self) -> list[tuple[str, str, str, str]]:
        return [(line.actor, line.action, line.subject, line.what) for line in self.lines]


class MemoryFiles:
    def __init__(self) -> None:
        self.held = {
            f"staff/{TOWNSHIP}/index/2020-06/r1/index.html": b"<!doctype html>\xe9\x95\x87",
            "staff/district/map/2020-06/r1/t/a.json": b"{}",
        }

    def read(self, key: str) -> bytes:
        if key not in self.held:
            raise NotFound("no such file")
        return self.held[key]

    def first(self, key: str, count: int) -> bytes:
        return self.read(key)[:count]

    def keep(self, key: str, kept: str, count: int, fits) -> bool:
        if kept not in self.held and fits(self.first(key, count)):
            self.held[kept] = self.held[key]
        return kept in self.held


class MemoryActs:
    """Acts that wait, and the signature with its facts in one, as the store behaves."""

    def __init__(self, log: MemoryLog) -> None:
        self.log, self.acts = log, {}

    def find(self, act: str):
        return self.acts.get(act)

    def list_open(self, now: datetime):
        waiting = [act for act in self.acts.values() if act.state == "open" and parse_instant(act.open_until) > now]
        return sorted(waiting, key=lambda act: act.open_until)

    def list_of(self, person: str):
        return sorted((act for act in self.acts.values() if act.first.subject == person), key=lambda act: act.prepared_at, reverse=True)

    def create(self, act) -> bool:
        return self.acts.setdefault(act.act, act) is act

    def end(self, act) -> bool:
        if self.acts[act.act].version != act.version - 1:
            return False
        self.acts[act.act] = act
        return True

    def sign(self, act, events, now: datetime) -> str:
        if self.acts[act.act].version != act.version - 1:
            return "act"
        if any(event.event_id in self.log.events.get(event.subject, {}) for event in events):
            return "event"
        self.log.append(events, now)
        self.acts[act.act] = act
        return ""


class World:
    """A district with two sites behind the API, and people who ask."""

    def __init__(self, judge=None) -> None:
        self.log, self.audit = MemoryLog(), MemoryAudit()
        self.cards = MemoryCards(self.log)
        self.stores = Stores(self.log, self.cards, self.cards, self.audit, MemoryFiles(), judge or judge_of("demo"), with_months(refusal_of("demo"), load_district("demo"), self.log, MemoryRuns()), rules_of("demo"))
        self.app = Chalice(app_name="api-test")
        guard = CognitoUserPoolAuthorizer("cognito", provider_arns=["arn:aws:cognito-idp:us-east-1:000000000000:userpool/x"])
        for routes in (build_blueprint, grading_routes):
            self.app.register_blueprint(routes(guard, lambda settings: self.stores, lambda: SETTINGS))
        self.acts, self.woken = MemoryActs(self.log), []
        self.app.register_blueprint(cosign_routes(guard, lambda settings: self.stores, lambda: SETTINGS, lambda settings: self.acts, self.woken.append))
        self.fact("enterprise_registered", ENTERPRISE, name="示例集团", uscc="91330110MA0000015C")
        for site, township in ((SITE, TOWNSHIP), (OTHER_SITE, NEXT_TOWNSHIP)):
            self.fact("site_opened", ENTERPRISE, site_id=site)
            self.fact(
                "site_registered", site, enterprise_id=ENTERPRISE, name=f"示例厂{site[0]}", township=township, chemical_type="production"
            )
        self.fact("plate_issued", SITE, issue=3)
        self.inspection = self.fact(
            "inspection", SITE, actor=Actor("t-1", "township", TOWNSHIP), source="township", officers=["33011001", "33011002"]
        )
        self.fact("certificate", SITE, type="licence", number="ABC123", valid_from="2020-01-01", valid_to="2021-01-01")
        self.general = self.fact("hazard_found", SITE, source="township", level="general", description="漏电", deadline_on="2020-08-01")
        self.major = self.fact("hazard_found", SITE, source="township", level="major", description="三合一", deadline_on="2020-08-01")

    def fact(self, kind: str, subject_id: str, *, actor: Actor = SYSTEM, source: str = "system", caused_by=None, **payload) -> str:
        (event_id,) = self.facts(kind, [subject_id], actor=actor, source=source, caused_by=caused_by, **payload)
        return event_id

    def facts(self, kind: str, subject_ids: list[str], *, actor: Actor = SYSTEM, source: str = "system", caused_by=None, **payload) -> list[str]:
        events = [
            make_event(
                kind, subject_id, occurred_on="2020-06-01", known_at="2020-06-01T01:00:00.000Z", actor=actor, source=source, payload=payload,
                caused_by=caused_by,
            )
            for subject_id in subject_ids
        ]  # fmt: skip
        self.log.append(events, datetime(2020, 6, 1))
        return [event.event_id for event in events]

    def ask(self, method: str, path: str, who: str | None, body: object = None, headers: dict | None = None):
        sent = {"Content-Type": "application/json", **(headers or {}), **({"Authorization": PEOPLE[who]} if who else {})}
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        with Client(self.app) as client:
            return client.http.request(method, path, headers=sent, body=data)

    def together(self, first: str, second: str, kind: str, *, key: str = "k-1", **rest: object):
        """One prepares, the other signs; the answer to the last step that was reached."""
        prepared = self.ask("POST", f"/sites/{SITE}/acts", first, {"kind": kind, "key": key, **rest})
        return self.ask("POST", f"/acts/{prepared.json_body['act']}/sign", second, {}) if prepared.status_code == 202 else prepared

    def append(self, who: str | None, kind: str, *, site: str = SITE, key: str = "k-1", **rest: object):
        return self.ask("POST", f"/sites/{site}/events", who, {"kind": kind, "key": key, **rest})


def token(sub: str, groups: str, organisation: str = "", certificate: str = "", use: str = "id") -> str:
    """What the pool would have signed: the gateway has verified it before the view runs."""
    claims = {"sub": sub, "cognito:username": sub, "token_use": use, "cognito:groups": groups}
    claims |= {"custom:organisation": organisation, "custom:certificate": certificate}
    return "e30." + base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=") + ".sig"


PEOPLE = {
    "enterprise": token("e-1", "enterprise", ENTERPRISE),
    "stranger": token("e-2", "enterprise", "1B9X4T6C8D2F5G30"),
    "township": token("t-1", "[township]", TOWNSHIP),
    "neighbour": token("t-2", "township", NEXT_TOWNSHIP),
    "district": token("d-1", "district", "district", "33011020001"),
    "district 2": token("d-2", "district", "district", "33011020002"),
    "expert": token("x-1", "expert", SITE),
    "admin": token("a-1", "admin"),
    "access": token("d-1", "district", use="access"),
    "nobody": token("n-1", ""),
}


@pytest.fixture
def world() -> World:
    return World()


# ── Faces 通用 ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_health_needs_no_sign_in_and_every_answer_carries_the_security_headers(world: World) -> None:
    for answer in (world.ask("GET", "/health", None), world.ask("GET", "/me", None), world.ask("GET", "/me", "township")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert world.ask("GET", "/health", None).json_body == {"status": "ok", "version": "dev"}


@pytest.mark.parametrize(
    ("who", "status", "code"), [(None, 401, "sign-in-required"), ("access", 401, "sign-in-required"), ("nobody", 403, "not-allowed")]
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/me"),
        ("GET", "/townships"),
        ("GET", "/sites"),
        ("GET", f"/sites/{SITE}"),
        ("GET", f"/sites/{SITE}/history"),
        ("GET", "/rules"),
        ("GET", "/rules/drafts/x"),
        ("POST", "/rules/events"),
        ("GET", f"/sites/{SITE}/official"),
        ("GET", f"/sites/{SITE}/way-back"),
        ("GET", f"/sites/{SITE}/proof"),
        ("POST", f"/sites/{SITE}/would-be"),
        ("POST", f"/sites/{SITE}/events"),
        ("POST", f"/sites/{SITE}/acts"),
        ("POST", f"/enterprises/{ENTERPRISE}/acts"),
        ("POST", f"/townships/{TOWNSHIP}/acts"),
        ("GET", "/acts"),
        ("GET", f"/acts/{SITE}"),
        ("POST", f"/acts/{SITE}/sign"),
        ("POST", f"/acts/{SITE}/decline"),
        ("POST", f"/acts/{SITE}/withdraw"),
        ("POST", f"/enterprises/{ENTERPRISE}/events"),
        ("POST", f"/townships/{TOWNSHIP}/events"),
        ("GET", f"/plates/{SITE}.svg"),
        ("GET", "/releases/district/index/2020-06/r1/index.html"),
    ],
)
def test_without_a_role_every_route_but_health_is_closed(
    world: World, method: str, path: str, who: str | None, status: int, code: str
) -> None:
    answer = world.ask(method, path, who, {} if method == "POST" else None)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json_body["type"] == f"urn:safety-code:{code}"
    assert answer.json_body["title"] and answer.json_body["detail"].endswith("。")


def test_me_tells_the_role_in_chinese(world: World) -> None:
    me = world.ask("GET", "/me", "township").json_body
    assert (me["role"], me["role_word"], me["organisation"], me["enforcement_certificate"], me["today"]) == ("township", "镇街", TOWNSHIP, False, "2020-07-01")
    assert world.ask("GET", "/me", "district").json_body["enforcement_certificate"] is True


def test_townships_are_those_of_the_day(world: World) -> None:
    townships = world.ask("GET", "/townships", "enterprise").json_body["townships"]
    assert len(townships) == 20 and {"code": TOWNSHIP, "name": "良渚街道"} in townships


# ── Reading 查阅 ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_township_lists_its_own_area_only(world: World) -> None:
    own = world.ask("GET", f"/sites?township={TOWNSHIP}", "township").json_body
    assert [row["site_id"] for row in own["sites"]] == [SITE] and own["cursor"] is None
    assert world.ask("GET", f"/sites?township={NEXT_TOWNSHIP}", "township").status_code == 403
    assert world.ask("GET", f"/sites?township={NEXT_TOWNSHIP}", "district").status_code == 200


def test_a_list_is_narrowed_by_grade_and_an_unknown_grade_or_cursor_is_named(world: World) -> None:
    listed = world.ask("GET", f"/sites?township={TOWNSHIP}", "district").json_body["sites"][0]["grade"]
    assert listed == "none"
    assert world.ask("GET", f"/sites?township={TOWNSHIP}&grade=none", "district").json_body["sites"]
    assert not world.ask("GET", f"/sites?township={TOWNSHIP}&grade=red", "district").json_body["sites"]
    for query, column in (
        (f"township={TOWNSHIP}&grade=green", "grade"),
        (f"township={TOWNSHIP}&cursor=%21", "cursor"),
        ("grade=red", "township"),
    ):
        answer = world.ask("GET", f"/sites?{query}", "district")
        assert (answer.status_code, answer.json_body["problems"][0]["column"]) == (400, column)


def test_a_long_list_goes_on_where_the_cursor_says_and_misses_nothing(world: World) -> None:
    sites = [ids.keyed_id(b"k", "site", str(number)) for number in range(205)]
    world.facts("site_registered", sites, enterprise_id=ENTERPRISE, name="示例", township=TOWNSHIP)
    seen, cursor = [], ""
    while True:
        page = world.ask("GET", f"/sites?township={TOWNSHIP}&cursor={cursor}", "district").json_body
        seen += [row["site_id"] for row in page["sites"]]
        cursor = page["cursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 206 and seen == sorted(seen)
    for most in (7, 100):
        few, after = [], ""
        while after is not None:
            page = world.ask("GET", f"/sites?township={TOWNSHIP}&limit={most}&cursor={after}", "district").json_body
            assert len(page["sites"]) <= most
            few, after = [*few, *(row["site_id"] for row in page["sites"])], page["cursor"]
        assert few == seen
    for wrong in ("0", "-1", "x", "501", "９", "1" * 5000):
        answer = world.ask("GET", f"/sites?township={TOWNSHIP}&limit={wrong}", "district")
        assert (answer.status_code, answer.json_body["problems"][0]["column"]) == (400, "limit"), wrong
    first = world.ask("GET", f"/sites?township={TOWNSHIP}&limit=7", "district").json_body["cursor"]
    for other in (f"township={NEXT_TOWNSHIP}", f"township={TOWNSHIP}&grade=none"):
        answer = world.ask("GET", f"/sites?{other}&cursor={first}", "district")
        assert (answer.status_code, answer.json_body["problems"][0]["column"]) == (400, "cursor"), "it would leave rows out"


def test_an_enterprise_and_an_expert_list_their_own_sites(world: World) -> None:
    assert {row["site_id"] for row in world.ask("GET", "/sites", "enterprise").json_body["sites"]} == {SITE, OTHER_SITE}
    assert world.ask("GET", "/sites", "stranger").json_body["sites"] == []
    assert [row["site_id"] for row in world.ask("GET", "/sites", "expert").json_body["sites"]] == [SITE]


def test_an_administrator_sees_no_scores(world: World) -> None:
    rows = world.ask("GET", f"/sites?township={TOWNSHIP}", "admin").json_body["sites"]
    assert rows and all("score" not in row for row in rows)
    assert all("score" in row for row in world.ask("GET", f"/sites?township={TOWNSHIP}", "district").json_body["sites"])


def test_a_lists_scores_are_written_as_published() -> None:
    card = {"site_id": "A" * 16, "name": "示例", "grade": "red", "score": 966}
    assert row_of(card, ("grade", "score", "review_on")) == {"grade": "red", "score": "96.6", "review_on": None}
    assert row_of({**card, "score": None}, ("score",)) == {"score": None}


GROUPS = {
    "enterprise": {"identity", "radar", "case", "penalties", "secrets", "persons", "replies", "appeals"},
    "township": {"identity", "radar", "case", "penalties", "secrets", "persons", "replies", "appeals"},
    "district": {"identity", "radar", "case", "penalties", "secrets", "persons", "replies", "appeals"},
    "expert": {"identity", "radar", "case", "penalties", "secrets", "persons", "replies"},
    "admin": {"identity", "radar", "case", "penalties"},
    "stranger": {"identity", "radar", "case", "penalties", "replies"},
    "neighbour": {"identity", "radar", "case", "penalties", "replies"},
}


@pytest.mark.parametrize("who", sorted(GROUPS))
def test_a_site_is_projected_by_the_read_matrix(world: World, who: str) -> None:
    site = world.ask("GET", f"/sites/{SITE}", who).json_body
    assert set(site) - {"site_id", "audience"} == GROUPS[who]
    inside = who not in ("admin", "stranger", "neighbour")
    assert ("漏电" in str(site)) is inside and ("production" in str(site)) is inside
    assert ("ABC123" in str(site)) is (who in ("enterprise", "district"))
    assert site["case"]["hazards"] == 2 if not inside else len(site["case"]["hazards"]) == 2


def test_the_staff_view_is_the_judge_s_word_on_the_log_as_it_stands_now(world: World) -> None:
    assert world.ask("GET", f"/sites/{SITE}", "district").json_body["identity"]["grade"] == "none"
    world.fact("accident", SITE, deaths=1, serious_injuries=0, light_injuries=0, responsibility="pending")
    after = world.ask("GET", f"/sites/{SITE}", "district").json_body
    assert after["identity"]["grade"] == "red"
    assert [veto["code"] for veto in after["case"]["vetoes"]] == ["V01"]


def test_every_staff_look_is_written_down_and_a_reveal_is_named(world: World) -> None:
    world.ask("GET", f"/sites/{SITE}", "township")
    masked = world.audit.said()
    shown = world.ask("GET", f"/sites/{SITE}?reveal=persons", "township").json_body
    assert masked == [("t-1", "read", f"S:{SITE}", "township")]
    assert ("t-1", "reveal", f"S:{SITE}", "persons") in world.audit.said()
    assert "ABC123" in str(shown)


def test_the_district_s_look_at_persons_is_always_written_down(world: World) -> None:
    world.ask("GET", f"/sites/{SITE}", "district")
    assert ("d-1", "reveal", f"S:{SITE}", "persons") in world.audit.said()


def test_an_enterprise_reading_its_own_record_leaves_no_line(world: World) -> None:
    world.ask("GET", f"/sites/{SITE}", "enterprise")
    assert world.audit.lines == []


def test_without_an_audit_line_nothing_is_shown(world: World) -> None:
    def broken(line: AuditLine) -> None:
        raise Unavailable("no audit")

    world.audit.write = broken
    answer = world.ask("GET", f"/sites/{SITE}", "district")
    assert answer.status_code == 503 and "漏电" not in answer.body.decode()
    assert answer.headers["Retry-After"] == "2"


@pytest.mark.parametrize("path", ["/sites/XXXX", "/sites/0000000000000000", f"/sites/{SITE.lower()}"])
def test_an_unknown_site_is_not_found(world: World, path: str) -> None:
    assert world.ask("GET", path, "district").status_code == 404


@pytest.mark.parametrize(
    ("who", "status"), [("enterprise", 200), ("township", 200), ("district", 200), ("neighbour", 403), ("stranger", 403), ("admin", 403)]
)
def test_history_is_for_those_whose_reach_includes_the_site(world: World, who: str, status: int) -> None:
    answer = world.ask("GET", f"/sites/{SITE}/history", who)
    assert answer.status_code == status
    assert status != 200 or answer.json_body["history"] == [{"line": "2020-06-28#1", "grade": "blue"}]


# ── Appending 记录事实 ──────────────────────────────────────────────────────────────────────────────────────────────
def test_an_inspection_is_appended_once_however_often_it_is_sent(world: World) -> None:
    first = world.append("township", "inspection", payload={"officers": ["t-1"]}, occurred_on="2020-06-30")
    again = world.append("township", "inspection", payload={"officers": ["t-1"]}, occurred_on="2020-06-30")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json_body["event_id"] == again.json_body["event_id"]
    stored = next(event for event in world.log.list_events(f"S:{SITE}") if event.event_id == first.json_body["event_id"])
    assert (stored.source, stored.actor.id, stored.occurred_on) == ("township", "t-1", "2020-06-30")
    assert world.audit.said() == [("t-1", "append", f"S:{SITE}", "inspection")]


@pytest.mark.parametrize(
    ("payload", "named"),
    [
        ({"coverage": "full", "items": {"B03": {"tired": 1}}}, [("payload.items.B03", "tired")]),
        ({"coverage": "full", "items": {"Z99": {"x": 1}, "H01": {}}}, [("payload.items.Z99", "Z99"), ("payload.items.H01", "H01")]),
        ({"coverage": "full", "items": {}, "not_applicable": ["W01"]}, [("payload.not_applicable", "W01")]),
    ],
)
def test_findings_that_the_rules_do_not_know_are_refused_before_they_are_recorded(world: World, payload: dict, named: list) -> None:
    before = world.log.list_events(f"S:{SITE}")
    answer = world.append("township", "assessment", payload=payload)
    assert answer.status_code == 400
    assert [(problem["column"], problem["value"]) for problem in answer.json_body["problems"]] == named
    assert world.log.list_events(f"S:{SITE}") == before


def test_a_count_written_with_a_point_is_the_same_count(world: World) -> None:
    body = b'{"kind": "self_check", "key": "k", "payload": {"coverage": "partial", "items": {"B03": {"unlicensed": 1.0}}}}'
    assert world.ask("POST", f"/sites/{SITE}/events", "enterprise", body).status_code == 201
    assert world.ask("GET", f"/sites/{SITE}", "enterprise").status_code == 200


def test_the_same_key_with_other_content_is_a_conflict(world: World) -> None:
    world.append("township", "inspection", payload={"officers": ["t-1"]})
    other = world.append("township", "inspection", payload={"officers": ["t-1"], "planned": True})
    assert (other.status_code, other.json_body["type"]) == (409, "urn:safety-code:conflict")


def test_two_people_s_keys_do_not_meet(world: World) -> None:
    one = world.append("township", "inspection", payload={"officers": ["t-1"]})
    two = world.append("district", "inspection", payload={"officers": ["d-1"]})
    assert (one.status_code, two.status_code) == (201, 201)


def test_whoever_loses_a_race_with_the_same_content_gets_the_same_receipt(world: World) -> None:
    late = World()
    first = world.append("township", "inspection", payload={"officers": ["t-1"]})
    winner = next(event for event in world.log.list_events(f"S:{SITE}") if event.event_id == first.json_body["event_id"])
    append = late.log.append

    def overtaken(events, now):
        late.log.append = append
        late.log.events[f"S:{SITE}"][winner.event_id] = winner
        raise Conflict("somebody was faster")

    late.log.append = overtaken
    second = late.append("township", "inspection", payload={"officers": ["t-1"]})
    assert (second.status_code, second.json_body) == (200, {"event_id": winner.event_id, "new": False})


@pytest.mark.parametrize(
    ("who", "kind", "payload", "status"),
    [
        ("enterprise", "self_check", {"coverage": "full", "items": {}}, 201),
        ("stranger", "self_check", {"coverage": "full", "items": {}}, 403),
        ("township", "self_check", {"coverage": "full", "items": {}}, 403),
        ("neighbour", "inspection", {"officers": ["t-2"]}, 403),
        ("expert", "assessment", {"coverage": "full", "items": {}}, 201),
        ("admin", "inspection", {"officers": ["a-1"]}, 403),
        ("district", "site_registered", {"enterprise_id": ENTERPRISE, "name": "x", "township": TOWNSHIP}, 403),
    ],
)
def test_the_write_matrix_decides_and_a_refusal_is_written_down(world: World, who: str, kind: str, payload: dict, status: int) -> None:
    answer = world.append(who, kind, payload=payload)
    assert answer.status_code == status, answer.body
    assert world.audit.lines[-1].action == ("append" if status == 201 else "refuse")
    assert status == 201 or answer.json_body["fields"]["sentence"].endswith("。")


def test_a_general_hazard_is_closed_by_the_township_and_a_major_one_by_two_of_the_district(world: World) -> None:
    close = {"payload": {"officers": ["t-1"], "on_site": True}}
    assert world.append("township", "hazard_closed", caused_by=world.general, **close).status_code == 201
    assert (
        world.append("township", "hazard_closed", caused_by=world.major, key="k-2", **close).json_body["fields"]["reason"]
        == "major-hazard-district"
    )
    alone = world.append("district", "hazard_closed", caused_by=world.major, payload={"officers": ["d-1"]})
    assert alone.json_body["fields"]["reason"] == "two-officers"
    named = world.append("district", "hazard_closed", caused_by=world.major, payload={"officers": ["d-1", "d-2"]})
    assert named.json_body["fields"]["reason"] == "unsigned"
    assert world.together("district", "district 2", "hazard_closed", caused_by=world.major, payload={"on_site": True}).status_code == 201


def test_a_fact_is_withdrawn_by_two_signers(world: World) -> None:
    one = world.append("district", "void", voids=world.inspection, payload={"reason": "录错企业", "signers": ["d-1"]})
    named = world.append("district", "void", voids=world.inspection, payload={"reason": "录错企业", "signers": ["d-1", "d-2"]})
    two = world.together("district", "district 2", "void", voids=world.inspection, payload={"reason": "录错企业"})
    assert [one.json_body["fields"]["reason"], named.json_body["fields"]["reason"], two.status_code] == ["two-signers", "unsigned", 201]


def test_a_field_that_is_null_is_a_field_that_was_not_given(world: World) -> None:
    nothing = {"evidence": None, "place": None, "caused_by": None, "voids": None, "occurred_on": None}
    assert world.append("district", "inspection", payload={"officers": ["d-1"]}, **nothing).status_code == 201


def test_a_fact_of_a_site_names_its_own_photos_and_any_document(world: World) -> None:
    own, others = f"{SITE}.{'A' * 20}.jpg", f"{'4' * 16}.{'A' * 20}.jpg"
    world.stores.files.held |= {f"uploads/photos/{name}": b"\xff\xd8\xff\xe0" for name in (own, others)}
    refused = world.append("township", "inspection", payload={"officers": ["t-1"]}, evidence=[own, others])
    assert (refused.status_code, refused.json_body["problems"][0]["place"]) == (400, "evidence[1]")
    assert world.append("township", "inspection", payload={"officers": ["t-1"]}, evidence=[own, "余应急检〔2020〕12号"]).status_code == 201


def test_an_appeal_is_decided_by_somebody_who_is_not_in_the_evidence(world: World) -> None:
    found = world.append("district", "hazard_found", key="h", payload={"level": "general", "deadline_on": "2020-08-01"}).json_body[
        "event_id"
    ]
    appeal = world.append("enterprise", "appeal", payload={"text": "不实", "against": found}).json_body["event_id"]
    verdict = {"caused_by": appeal, "payload": {"outcome": "rejected"}}
    assert world.append("district", "appeal_decided", **verdict).json_body["fields"]["reason"] == "in-the-evidence"
    assert world.append("district 2", "appeal_decided", **verdict).status_code == 201


def test_an_appeal_against_nothing_in_particular_is_against_everything_entered_before(world: World) -> None:
    for who, person in (("district", "d-1"), ("district 2", "d-2")):
        world.append(who, "inspection", payload={"officers": [person]})
    appeal = world.append("enterprise", "appeal", payload={"text": "不服"}).json_body["event_id"]
    for who in ("district", "district 2"):
        answer = world.append(who, "appeal_decided", caused_by=appeal, payload={"outcome": "rejected"})
        assert answer.json_body["fields"]["reason"] == "in-the-evidence"


# ── What an upheld appeal sets right 申诉成立 ─────────────────────────────────────────────────────────────────────────
def upheld(world: World, appeal: str, key: str = "u", **more: object):
    payload = {"outcome": "upheld", **more}
    return world.together("district 2", "district", "appeal_decided", key=key, caused_by=appeal, payload=payload)


def appealed(world: World, **payload: object) -> str:
    return world.append("enterprise", "appeal", key="a", payload={"text": "不实", **payload}).json_body["event_id"]


def fresh(world: World) -> str:
    """A major hazard that the township found today."""
    payload = {"level": "major", "description": "三合一", "deadline_on": "2020-08-01"}
    return world.append("township", "hazard_found", key="h", payload=payload).json_body["event_id"]


def story(world: World, *kinds: str) -> list:
    return [event for event in world.log.list_events(f"S:{SITE}") if event.kind in kinds]


def held_against(world: World) -> set[str]:
    """The evidence of the caps that hold."""
    facts = fold(world.log.list_events(f"S:{SITE}"), world.log.list_events(f"E:{ENTERPRISE}"))
    rules = rules_on(load_district("demo"), date(2020, 7, 1))
    return {name for cap in grade(facts, rules, date(2020, 7, 1)).caps for name in cap.evidence}


def test_an_upheld_appeal_takes_the_contested_fact_back_in_the_same_breath(world: World) -> None:
    found = fresh(world)
    assert found in held_against(world)
    appeal, before = appealed(world, against=found), len(world.log.calls)
    answer = upheld(world, appeal)
    assert answer.status_code == 201
    assert [[event.kind for event in call] for call in world.log.calls[before:]] == [["appeal_decided", "void"]]
    (void,) = story(world, "void")
    assert (void.voids, list(void.payload["signers"]), void.actor.id) == (found, ["d-2", "d-1"], "d-2")
    assert appeal in void.payload["reason"] and answer.json_body["event_id"] in void.payload["reason"]
    assert found not in held_against(world)


def test_an_upheld_appeal_may_say_what_is_right(world: World) -> None:
    found = fresh(world)
    appeal = appealed(world, against=found)
    right = {"level": "general", "description": "三合一（已查明为一般）", "deadline_on": "2020-08-01"}
    assert upheld(world, appeal, corrected=right).status_code == 201
    (corrected,) = [event for event in story(world, "hazard_found") if appeal in event.evidence]
    assert (corrected.occurred_on, dict(corrected.payload)) == ("2020-07-01", right)
    assert held_against(world).isdisjoint({found, corrected.event_id})


def test_the_same_decision_twice_is_one_and_a_second_one_is_refused(world: World) -> None:
    appeal = appealed(world, against=fresh(world))
    first, again = upheld(world, appeal), upheld(world, appeal)
    assert (first.json_body["new"], again.json_body["new"]) == (True, False)
    assert len(story(world, "appeal_decided")) == len(story(world, "void")) == 1
    assert "已有决定" in upheld(world, appeal, key="other", text="另有理由").body.decode()
    assert "已有决定" in world.append("district", "appeal_decided", caused_by=appeal, payload={"outcome": "rejected"}).body.decode()


def test_of_two_decisions_at_the_same_moment_one_is_refused_by_name(world: World) -> None:
    """Both were judged before either was written: the log has room for one end of an appeal."""
    appeal = appealed(world, against=fresh(world))
    append, answers = world.log.append, []

    def overtaken(events, now):
        world.log.append = append
        answers.append(world.append("district 2", "appeal_decided", caused_by=appeal, payload={"outcome": "rejected", "text": "维持"}))
        append(events, now)

    world.log.append = overtaken
    late = world.append("district", "appeal_decided", caused_by=appeal, payload={"outcome": "rejected", "text": "不成立"})
    assert (answers[0].status_code, late.status_code) == (201, 409)
    assert late.json_body["fields"]["sentence"] == "该申诉在此期间已有决定或已撤回，您的决定没有写入。"
    assert [event.payload["text"] for event in story(world, "appeal_decided")] == ["维持"]


def test_an_appeal_is_not_withdrawn_and_decided_at_the_same_moment(world: World) -> None:
    appeal = appealed(world, against=fresh(world))
    append = world.log.append

    def overtaken(events, now):
        world.log.append = append
        assert world.append("enterprise", "appeal_withdrawn", caused_by=appeal, payload={}).status_code == 201
        append(events, now)

    world.log.append = overtaken
    late = world.append("district", "appeal_decided", caused_by=appeal, payload={"outcome": "rejected"})
    assert late.status_code == 409 and story(world, "appeal_decided") == []


def test_a_decision_that_two_have_withdrawn_makes_room_for_the_next(world: World) -> None:
    appeal = appealed(world, against=fresh(world))
    first = world.append("district", "appeal_decided", caused_by=appeal, payload={"outcome": "rejected"}).json_body["event_id"]
    world.together("district", "district 2", "void", voids=first, payload={"reason": "漏看维保记录"})
    assert upheld(world, appeal).status_code == 201
    assert len(story(world, "appeal_decided")) == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"corrected": {"level": "general"}}, "deadline_on"),
        ({"corrected": {"level": "general", "deadline_on": "2020-08-01", "note": 3}}, "note"),
        ({"against": "ZZZZZZ-ZZZZZZZZZZZZZZZZZZ"}, "须指明"),
        ({"outcome": "rejected", "against": "ZZZZZZ-ZZZZZZZZZZZZZZZZZZ"}, "没有要更正的事实"),
        ({"signers": ["d-2", "t-1"]}, "unsigned"),
    ],
)
def test_a_faulty_remedy_leaves_nothing_half_written(world: World, more: dict, said: str) -> None:
    appeal = appealed(world, against=fresh(world))
    before = len(world.log.list_events(f"S:{SITE}"))
    answer = upheld(world, appeal, **more)
    assert answer.status_code in (400, 403) and said in answer.body.decode()
    assert len(world.log.list_events(f"S:{SITE}")) == before


def test_an_appeal_against_nothing_in_particular_is_upheld_by_naming_the_fact(world: World) -> None:
    appeal = appealed(world)
    assert "须指明" in upheld(world, appeal).body.decode()
    assert upheld(world, appeal, against=world.major).status_code == 201
    assert [void.voids for void in story(world, "void")] == [world.major]


def test_a_township_return_is_confirmed_by_a_second_person(world: World) -> None:
    path = f"/townships/{TOWNSHIP}/events"
    filed = world.ask(
        "POST", path, "township", {"kind": "monthly_return", "key": "m", "payload": {"sub_item": "ZR1", "month": "2020-06", "numerator": 3}}
    )
    confirm = {"kind": "monthly_return_confirmed", "key": "c", "caused_by": filed.json_body["event_id"], "payload": {}}
    assert filed.status_code == 201
    assert world.ask("POST", path, "township", confirm).json_body["fields"]["reason"] == "same-person"
    assert world.ask("POST", path, "district", confirm).status_code == 201
    assert world.ask("POST", path, "neighbour", confirm).status_code == 403
    assert world.ask("POST", "/townships/999/events", "district", {**confirm, "kind": "annual_plan"}).status_code == 404


@pytest.mark.parametrize("month", ["0000-01", "0001-01", "9999-12", "2020-13"])
def test_a_month_that_no_calendar_has_is_refused_and_named(world: World, month: str) -> None:
    payload = {"sub_item": "ZR1", "month": month, "numerator": 3}
    answer = world.ask("POST", f"/townships/{TOWNSHIP}/events", "township", {"kind": "monthly_return", "key": "m", "payload": payload})
    assert answer.status_code == 400 and month in answer.body.decode()


def test_an_enterprise_fact_is_appended_to_the_enterprise(world: World) -> None:
    path = f"/enterprises/{ENTERPRISE}/events"
    listed = {"kind": "dishonesty_listed", "key": "d", "payload": {"reason": "严重失信"}}
    changed = {"kind": "enterprise_changed", "key": "n", "payload": {"name": "示例集团二"}}
    assert world.ask("POST", path, "district", listed).status_code == 201
    assert world.ask("POST", path, "township", listed).status_code == 403
    assert world.ask("POST", path, "township", changed).status_code == 201
    assert world.ask("POST", "/enterprises/0000000000000000/events", "district", listed).status_code == 404


@pytest.mark.parametrize(
    ("body", "columns"),
    [
        ({}, {"key", "kind"}),
        ({"kind": "inspection", "key": "k", "known_at": "2019-01-01"}, {"known_at"}),
        ({"kind": "annual_plan", "key": "k"}, {"kind"}),
        ({"kind": ["inspection"], "key": "k"}, {"kind"}),
        (
            {"kind": "inspection", "key": "", "payload": [], "evidence": "x", "occurred_on": 5},
            {"key", "payload", "evidence", "occurred_on"},
        ),
        ({"kind": "inspection", "key": "k" * 201}, {"key"}),
        ({"kind": "inspection", "key": "k", "payload": {"officers": "t-1", "colour": "blue"}}, {"payload.officers", "payload.colour"}),
        ({"kind": "inspection", "key": "k", "payload": {"officers": ["t-1"]}, "occurred_on": "2020-02-30"}, {"occurred_on"}),
        ({"kind": "inspection", "key": "k", "payload": {"officers": ["t-1"]}, "occurred_on": "2020-07-02"}, {"occurred_on"}),
        ({"kind": "recheck", "key": "k", "payload": {"result": "passed", "officers": []}}, {"caused_by"}),
        ({"kind": "recheck", "key": "k", "payload": {"result": "passed", "officers": []}, "caused_by": "x"}, {"caused_by"}),
    ],
)
def test_everything_wrong_with_an_event_is_named_at_once_and_nothing_is_kept(world: World, body: dict, columns: set[str]) -> None:
    before = len(world.log.list_events(f"S:{SITE}"))
    answer = world.ask("POST", f"/sites/{SITE}/events", "township", body)
    assert answer.status_code == 400, answer.body
    assert {problem["column"] for problem in answer.json_body["problems"]} == columns
    assert len(world.log.list_events(f"S:{SITE}")) == before


def test_a_step_answers_only_what_its_kind_follows(world: World) -> None:
    answer = world.append("township", "recheck", caused_by=world.inspection, payload={"result": "passed", "officers": ["t-1"]})
    assert answer.json_body["problems"][0]["column"] == "caused_by"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"x"', 400),
        (b'{"kind": NaN}', 400),
        (b'{"kind": "a", "kind": "b"}', 400),
        (b"\xff\xfe", 400),
        (b"[" * 30000, 400),
        (b'{"kind": "inspection", "key": "k", "payload": {"note": "\\ud800"}}', 400),
        (b'{"kind": "inspection", "key": "\\udfff"}', 400),
        (b'{"kind": "inspection", "key": "k", "\\ud800": 1}', 400),
        (b'{"kind": "inspection", "key": "k", "payload": {"note": ' + b"9" * 5000 + b"}}", 400),
        (b'{"key": "' + b"x" * 70000 + b'"}', 413),
    ],
)
def test_a_body_that_is_not_one_json_object_of_64_kilobytes_is_refused(world: World, body: bytes, status: int) -> None:
    answer = world.ask("POST", f"/sites/{SITE}/events", "township", body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")


# ── Plates and staff files 码牌与内部文件 ───────────────────────────────────────────────────────────────────────────
def test_a_plate_is_drawn_for_those_responsible_and_says_the_valid_issue(world: World) -> None:
    answer = world.ask("GET", f"/plates/{SITE}.svg", "enterprise")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    assert answer.body.startswith(b"<svg")
    assert ("e-1", "plate", f"S:{SITE}", "issue 3") in world.audit.said()
    for who, status in (("stranger", 403), ("neighbour", 403), ("township", 200), ("admin", 403)):
        assert world.ask("GET", f"/plates/{SITE}.svg", who).status_code == status
    assert world.ask("GET", f"/plates/{SITE}.png", "district").status_code == 404


def test_the_plate_scans_to_the_site_and_issue(world: World) -> None:
    text = world.ask("GET", f"/plates/{SITE}.svg", "district").body.decode()
    url = zxingcpp.read_barcodes(picture(text))[0].text
    assert url.startswith("HTTPS://AQM.EXAMPLE.CN/C/")
    assert verify(url.rsplit("/", 1)[1], parse_keys(SETTINGS.plate_keys)) == (SITE, 3)


@pytest.mark.parametrize(
    ("who", "status"), [("township", 200), ("district", 200), ("neighbour", 403), ("enterprise", 403), ("expert", 403), ("admin", 403)]
)
def test_a_township_s_files_are_for_it_and_the_district(world: World, who: str, status: int) -> None:
    answer = world.ask("GET", f"/releases/{TOWNSHIP}/index/2020-06/r1/index.html", who)
    assert answer.status_code == status
    assert status != 200 or (answer.body.decode() == "<!doctype html>镇" and answer.headers["Content-Type"].startswith("text/html"))


def test_a_variable_has_one_name_at_its_place_in_the_tree_of_paths(world: World) -> None:
    """The gateway refuses, or never finds, a second name beside the first."""
    names: dict[tuple[str, ...], set[str]] = {}
    for path in world.app.routes:
        parts = path.strip("/").split("/")
        for place, part in enumerate(parts):
            if part.startswith("{"):
                before = tuple("{}" if known.startswith("{") else known for known in parts[:place])
                names.setdefault(before, set()).add(part)
    assert names and {place: found for place, found in names.items() if len(found) > 1} == {}


def test_the_district_s_files_are_not_a_township_s(world: World) -> None:
    path = "/releases/district/map/2020-06/r1/t/a.json"
    assert (world.ask("GET", path, "district").status_code, world.ask("GET", path, "township").status_code) == (200, 403)


@pytest.mark.parametrize(
    "path",
    [
        "district/index/2020-06/r1/..",
        "district/index/2020-06/r1/missing.html",
        "district/index/2020-06/r1/a.exe",
        "public/index/2020-06/r1/index.html",
        "district/cards/2020-06/r1/index.html",
        "district/index/2020-6/r1/index.html",
        "district/index/2020-06/../index.html",
        "district/index/2020-06/r1/../index.html",
    ],
)
def test_no_path_leads_out_of_the_staff_tree(world: World, path: str) -> None:
    assert world.ask("GET", f"/releases/{path}", "district").status_code in (403, 404)


@pytest.mark.parametrize("kind", ["plate_issued", "plate_printed", "plate_mounted", "plate_damaged", "plate_replaced", "plate_revoked"])
def test_an_issue_that_no_plate_can_bear_is_refused_and_the_site_stays_readable(kind: str) -> None:
    """Two characters of the number are the issue. A record beyond them made every look at the site an error."""
    world = World()
    refused = world.append("district", kind, key="beyond", payload={"issue": 1024, "reason": "x"} if kind == "plate_revoked" else {"issue": 1024})
    assert (refused.status_code, refused.json_body["problems"][0]["column"]) == (400, "payload.issue")
    world.append("district", kind, key="last", payload={"issue": 1023, "reason": "x"} if kind == "plate_revoked" else {"issue": 1023})
    assert world.ask("GET", f"/sites/{SITE}", "district").json_body["case"]["plate"]["number"][15:].replace(" ", "")[-3:-1] == "ZZ"
