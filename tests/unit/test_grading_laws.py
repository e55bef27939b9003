"""Laws that hold for every site: what dominates, what never improves, what adds up, what time alone may change."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import clock
from chalicelib.grading.judge import grade
from chalicelib.grading.model import Grade
from chalicelib.supervision.hazards import state_of
from tests.builders import AS_OF, RULES, SITE, accident, hazard, judged, penalty, record, registered, self_check, told_hazard

LAW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
START = date(2017, 1, 1)
SETTABLE = list(RULES.settable.values())


def days(last=AS_OF):
    return st.integers(0, (last - START).days).map(lambda n: (START + timedelta(n)).isoformat())


def near():
    """Days around the as-of day, some of them after it."""
    return st.integers(-400, 60).map(lambda n: (AS_OF + timedelta(n)).isoformat())


@st.composite
def findings(draw):
    chosen = draw(st.lists(st.sampled_from(SETTABLE), max_size=6, unique_by=lambda item: item.code))
    return {item.code: {draw(st.sampled_from(sorted(item.clauses))): draw(st.integers(0, 5))} for item in chosen}


@st.composite
def assessments(draw, coverage="full"):
    away = draw(st.lists(st.sampled_from([item.code for item in SETTABLE if item.not_applicable]), max_size=4, unique=True))
    by = draw(st.sampled_from(["township", "district", "expert"]))
    return record(draw(near()), by, coverage=coverage, items=draw(findings()), not_applicable=away)


@st.composite
def hazards(draw):
    found = date.fromisoformat(draw(near()))
    kinds = [
        "rectification_reported",
        "recheck",
        "hazard_closed",
        "extension_decided",
        "rectification_ordered",
        "hazard_dismissed",
        "rectification_refused",
    ]
    steps, day = [], found
    for kind in draw(st.lists(st.sampled_from(kinds), max_size=4)):
        day += timedelta(draw(st.integers(0, 12)))
        steps.append({"kind": kind, **record(day.isoformat(), **draw(payload(kind, day)))})
    deadline = (found + timedelta(draw(st.integers(0, 40)))).isoformat()
    level, by = draw(st.sampled_from(["general", "major"])), draw(st.sampled_from(["self", "township", "expert"]))
    repeat = {"repeat_of": "X"} if draw(st.booleans()) else {}
    return hazard(found.isoformat(), deadline, steps, level=level, by=by, **repeat)


def payload(kind, day):
    later = st.integers(0, 30).map(lambda n: (day + timedelta(n)).isoformat())
    return {
        "recheck": st.fixed_dictionaries({"result": st.sampled_from(["passed", "failed"]), "officers": st.just(["a"])}),
        "hazard_closed": st.fixed_dictionaries(
            {"officers": st.sampled_from([["a"], ["a", "b"], ["a", "a"]])}, optional={"on_site": st.booleans()}
        ),
        "extension_decided": st.fixed_dictionaries({"approved": st.booleans()}, optional={"deadline_on": later}),
        "rectification_ordered": st.fixed_dictionaries({"deadline_on": later}),
        "hazard_dismissed": st.just({"reason": "误报"}),
    }.get(kind, st.just({}))


@st.composite
def accidents(draw):
    few = st.one_of(st.none(), st.integers(0, 4))
    return accident(
        draw(days()), draw(few), draw(few), draw(few), responsibility=draw(st.sampled_from(["responsible", "not_responsible", "pending"])),
        social_effect=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def certificates(draw):
    start, length = date.fromisoformat(draw(near())), draw(st.integers(1, 300))
    kind = draw(st.sampled_from(["standardisation_1", "standardisation_3", "licence"]))
    return record("2019-01-01", type=kind, valid_from=start.isoformat(), valid_to=(start + timedelta(length)).isoformat())


@st.composite
def sites(draw):
    """A site with whatever may happen to one, assessed at least once."""
    few = 3
    held = {
        "site_registered": [
            registered("2017-01-01", inherent_class=draw(st.integers(1, 4)), chemical_type=draw(st.sampled_from(["production", "use"])))
        ],
        "assessment": [record(draw(days()), coverage="full", items=draw(findings()), not_applicable=[])]
        + draw(st.lists(assessments(), max_size=1))
        + draw(st.lists(assessments("partial"), max_size=2)),
        "self_check": [self_check(day, draw(findings())) for day in draw(st.lists(near(), max_size=4))],
        "completeness_measured": [record("2017-02-01", "system", filled=draw(st.integers(0, 30)), required=30)],
        "hazard_found": draw(st.lists(hazards(), max_size=few)),
        "accident": draw(st.lists(accidents(), max_size=2)),
        "penalty": [penalty(day, draw(st.sampled_from(["general", "simple"]))) for day in draw(st.lists(near(), max_size=few))],
        "certificate": draw(st.lists(certificates(), max_size=2)),
        "accident_free_confirmed": [record("2019-01-01", since_on=day) for day in draw(st.lists(days(), max_size=1))],
        "dishonesty_listed": [record(day) for day in draw(st.lists(near(), max_size=1))],
        "override": [
            record(day, grade="orange", reason="x", legal_basis="x", signers=["a", "b"], until_on=draw(near()))
            for day in draw(st.lists(near(), max_size=1))
        ],
    }
    return {"schema": 1, "site_id": SITE, "records": held}


def with_more(site, kind, *records):
    held = site["records"]
    return {**site, "records": {**held, kind: [*held.get(kind, ()), *records]}}


def as_number(result):
    return -1 if result.score is None else result.score


@LAW
@given(sites())
def test_a_veto_dominates_everything(site):
    assert judged(with_more(site, "obstruction_established", record("2020-06-19"))).grade is Grade.RED


@LAW
@given(sites(), st.randoms(use_true_random=False))
def test_the_order_and_the_repetition_of_facts_do_not_matter(site, random):
    shuffled = {}
    for kind, records in random.sample(sorted(site["records"].items()), len(site["records"])):
        mixed = [dict(entry, then=random.sample(entry["then"], len(entry["then"]))) if "then" in entry else entry for entry in records]
        shuffled[kind] = random.sample(mixed, len(mixed)) + mixed[:1]
    assert judged({**site, "records": shuffled}).to_document() == judged(site).to_document()


@LAW
@given(sites())
def test_a_missing_item_never_improves(site):
    result = judged({**site, "records": {**site["records"], "completeness_measured": []}})
    assert result.grade in (Grade.NONE, Grade.RED) and result.score is None
    assert "M06" in result.missing


@LAW
@given(sites())
def test_one_more_penalty_accident_or_open_overdue_hazard_never_improves(site):
    before = judged(site)
    worse = [
        ("penalty", penalty("2020-06-01")),
        ("accident", accident("2020-06-01", deaths=1)),
        ("hazard_found", hazard("2020-05-01", "2020-05-10")),
        ("complaint", {**record("2020-05-01"), "then": [{"kind": "complaint_decided", **record("2020-06-01", found_true=True)}]}),
    ]
    for kind, fact in worse:
        after = judged(with_more(site, kind, fact))
        assert after.grade <= before.grade and as_number(after) <= as_number(before)


@LAW
@given(sites(), findings())
def test_a_self_check_never_raises_an_item(site, found):
    before = judged(site).items
    newest = self_check("2020-06-20", found, at="2020-06-20T15:00:00.000Z")
    without = {**site, "records": {**site["records"], "self_check": []}}
    for code, item in judged(with_more(site, "self_check", newest)).items.items():
        inspected = judged(without).items[code]
        if code in RULES.settable and item.value is not None and inspected.value is not None:
            assert item.value <= max(before[code].value, inspected.value) and item.value <= inspected.value


@LAW
@given(sites())
def test_the_ledger_adds_up_exactly(site):
    document = judged(site).to_document()
    total = sum((Fraction(line["points"]) for line in document["ledger"]), Fraction(0))
    assert total == (100 - Fraction(document["score"]) if document["score"] else 0)


@LAW
@given(sites())
def test_the_score_can_be_recomputed_from_what_is_published(site):
    result = judged(site)
    document = result.to_document()
    if document["score"] is None:
        return
    kept = whole = Fraction(0)
    for axis in document["axes"]:
        items = [item for item in document["items"] if item["axis"] == axis and item["value"] is not None]
        extra = sum(Fraction(entry.points, 100) for entry in result.parts.extras if entry.axis == axis)
        kept += max(Fraction(0), sum(Fraction(item["value"]) for item in items) - extra)
        whole += sum(Fraction(item["points"]) for item in items)
    events = {entry["code"]: Fraction(entry["points"]) for entry in document["adjustments"]}
    bonus = min(Fraction(5), sum(points for code, points in events.items() if code.startswith("A")))
    exact = 100 * kept / whole + sum(points for code, points in events.items() if code.startswith("R")) + bonus
    exact = min(max(exact, Fraction(0)), Fraction(100))
    scaled = Decimal(exact.numerator) / Decimal(exact.denominator)
    assert document["score"] == str(scaled.quantize(Decimal("0.1"), ROUND_HALF_UP))


@LAW
@given(sites())
def test_until_the_review_day_time_alone_changes_nothing(site):
    today = judged(site).to_document()
    review = date.fromisoformat(today["review_on"])
    facts_of_later_days = {entry["on"] for records in site["records"].values() for entry in every(records)}
    day = AS_OF + timedelta(1)
    while day < review and day.isoformat() not in facts_of_later_days:
        assert {**judged(site, day).to_document(), "on": today["on"]} == today
        day += timedelta(1)


def every(records):
    for entry in records:
        yield entry
        yield from entry.get("then", ())


@LAW
@given(sites(), near())
def test_a_past_grade_uses_what_was_recorded_by_then(site, limit):
    instant = clock.parse_instant(f"{limit}T12:00:00+08:00")
    text = clock.instant_text(instant)

    def known(records):
        return [
            {**entry, **({"then": [step for step in entry["then"] if step["at"] <= text]} if "then" in entry else {})}
            for entry in records
            if entry["at"] <= text
        ]

    by_then = {**site, "records": {kind: known(records) for kind, records in site["records"].items()}}
    assert grade(site, RULES, AS_OF, known_at=instant).to_document() == judged(by_then).to_document()


def test_a_void_counts_only_once_it_was_known():
    death = {**accident("2020-06-01", deaths=1), "void": {"id": "V", "on": "2020-06-10", "at": "2020-06-10T08:00:00.000Z"}}
    site = with_more({"schema": 1, "site_id": SITE, "records": {}}, "accident", death)
    assert grade(site, RULES, AS_OF, known_at=clock.parse_instant("2020-06-10T07:59:59Z")).grade is Grade.RED
    assert grade(site, RULES, AS_OF, known_at=clock.parse_instant("2020-06-10T08:00:00Z")).grade is Grade.NONE


@LAW
@given(hazards(), near())
def test_the_judge_and_the_work_list_see_the_same_hazard(made, on):
    made = {**made, "then": sorted(made.get("then", ()), key=lambda entry: (entry["on"], entry["at"], entry["id"]))}
    seen, shown = told_hazard(made, on), state_of(made, on)
    assert (seen.deadline, seen.overdue(on), seen.major, seen.in_time) == (shown.deadline_on, shown.overdue, shown.major, shown.in_time)
    assert seen.open == shown.open
