"""The district's page: the weak indicators add up to what the townships lost; supervision follows colour and how long it has lasted."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_builders import RULES, random_district

from chalicelib.errors import BadRuleSet
from chalicelib.exact import HUNDREDTHS, parse_scaled
from chalicelib.index.focus import district_document
from chalicelib.index.focus_view import district_view, factor_words
from chalicelib.index.pages import Cover, render_release
from chalicelib.index.result import public_document, result_document
from chalicelib.index.rules import MODEL_2020, read_rules
from chalicelib.index.score import score
from chalicelib.index.trail import measures_of, months_in, plan_factor, trail_of
from chalicelib.register.district import load_district

COLOURS = ("red", "orange", "yellow", "blue", "none")
JUNE = "2020-06"
DISTRICT = load_district("demo")
TRAILS = st.lists(st.sampled_from(COLOURS), min_size=1, max_size=12).map(lambda colours: trail(*colours))


def trail(*colours: str) -> list[dict]:
    return [{"month": f"2020-{number:02d}", "index": "70.0", "colour": colour} for number, colour in enumerate(colours, start=1)]


def result(seed: int = 1, count: int = 5) -> dict:
    townships = random_district(seed, count)
    document = result_document(JUNE, score(JUNE, townships, RULES), RULES, None, "demo")
    for row in document["townships"]:
        row["trail"] = trail_of(JUNE, row, None, 12)
    return document


# ── How long ──


def test_months_in_a_row_end_at_another_colour() -> None:
    assert months_in(trail("red", "blue", "orange", "red"), ("red",)) == 1
    assert months_in(trail("red", "blue", "orange", "red"), ("red", "orange")) == 2
    assert months_in(trail("orange", "orange", "yellow"), ("red", "orange")) == 0


def test_a_trail_grows_by_a_month_and_forgets_the_oldest() -> None:
    row = {"code": "1", "index": "55.0", "colour": "red"}
    document = {"month": "2020-05", "townships": [{**row, "trail": trail("red", "orange", "yellow")}]}
    assert [entry["colour"] for entry in trail_of(JUNE, row, document, 12)] == ["red", "orange", "yellow", "red"]
    assert [entry["colour"] for entry in trail_of(JUNE, row, document, 2)] == ["yellow", "red"]


def test_a_month_that_was_not_published_or_a_new_township_breaks_the_trail() -> None:
    row = {"code": "1", "index": "55.0", "colour": "red"}
    assert len(trail_of(JUNE, row, None, 12)) == 1
    assert len(trail_of(JUNE, row, {"month": "2020-05", "townships": [{**row, "code": "2"}]}, 12)) == 1


def test_a_release_made_before_trails_counts_as_its_own_month() -> None:
    row = {"code": "1", "index": "55.0", "colour": "red"}
    found = trail_of(JUNE, row, {"month": "2020-05", "townships": [row]}, 12)
    assert [(entry["month"], entry["colour"]) for entry in found] == [("2020-05", "red"), (JUNE, "red")]


# ── What follows ──


@pytest.mark.parametrize(
    ("colours", "codes", "plan"),
    [
        (("red",), ["D1"], "3/2"),
        (("orange",), ["D2"], "5/4"),
        (("orange", "orange"), ["D2", "D3"], "5/4"),
        (("orange", "red"), ["D1", "D3"], "3/2"),
        (("red", "red"), ["D1", "D3", "D4"], "3/2"),
        (("red", "orange", "orange"), ["D2", "D3", "D5"], "5/4"),
        (("red", "red", "yellow"), ["D6"], "1"),
        (("blue", "blue"), ["D7"], "1"),
        (("none",), ["D8"], "1"),
    ],
)
def test_supervision_follows_the_colour_and_how_long_it_lasted(colours: tuple[str, ...], codes: list[str], plan: str) -> None:
    measures = measures_of(trail(*colours), RULES)
    assert [measure.code for measure in measures] == codes
    assert plan_factor(measures) == Fraction(plan)


@given(TRAILS)
def test_every_township_has_a_measure_and_a_worse_colour_never_fewer_inspections(months: list[dict]) -> None:
    now = measures_of(months, RULES)
    assert now
    worse = [*months[:-1], {**months[-1], "colour": "red"}]
    assert plan_factor(measures_of(worse, RULES)) >= plan_factor(now)


@given(TRAILS, st.sampled_from(("red", "orange")))
def test_a_colour_that_lasts_longer_never_drops_a_measure(months: list[dict], colour: str) -> None:
    once = [*months, {**months[-1], "colour": colour}]
    codes = [{measure.code for measure in measures_of(each, RULES)} for each in (once, [*once, once[-1]])]
    assert codes[0] <= codes[1]


def test_a_method_without_a_row_for_a_colour_or_with_an_endless_one_is_refused() -> None:
    import tomllib

    document = tomllib.loads(MODEL_2020.read_text(encoding="utf-8"))
    document["supervision"] = [row for row in document["supervision"] if row["colours"] != ["blue"]]
    document["supervision"][0] |= {"months": 13, "plan": "1/2"}
    with pytest.raises(BadRuleSet) as refused:
        read_rules(document)
    found = str(refused.value)
    assert all(words in found for words in ("blue", "trail_months", "factor of 1 or more", "red"))


# ── Weak indicators ──


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_what_indicators_and_townships_lost_is_the_same_sum(seed: int) -> None:
    document, month = district_document(found := result(seed), RULES), found
    by_township = sum(parse_scaled(e["lost"], HUNDREDTHS) for row in month["townships"] for e in row["lost_indicators"])
    by_indicator = sum(parse_scaled(entry["lost"], HUNDREDTHS) for entry in document["indicators"])
    assert by_indicator == by_township == parse_scaled(document["lost"], HUNDREDTHS)
    by_item = sum(parse_scaled(entry["lost"], HUNDREDTHS) for entry in document["sub_items"])
    assert by_item == sum(parse_scaled(e["lost"], HUNDREDTHS) for row in month["townships"] for e in row["lost"])
    for entries in (document["indicators"], document["sub_items"]):
        lost = [parse_scaled(entry["lost"], HUNDREDTHS) for entry in entries]
        assert lost == sorted(lost, reverse=True)
    assert (len(document["indicators"]), len(document["sub_items"]), len(document["supervision"])) == (7, 45, 5)


def test_the_gravest_stands_first() -> None:
    document = result(3)
    for row, colours in zip(document["townships"], (("blue",), ("orange",), ("red",), ("orange", "orange"), ("none",)), strict=True):
        row["colour"], row["trail"] = colours[-1], trail(*colours)
    order = [(entry["colour"], entry["months"]) for entry in district_document(document, RULES)["supervision"]]
    assert order == [("red", 1), ("orange", 2), ("orange", 1), ("none", 1), ("blue", 1)]


def test_factors_are_said_shortly() -> None:
    assert [factor_words(Fraction(text)) for text in ("1", "3/2", "5/4", "2")] == ["", "×1.5", "×1.25", "×2"]


# ── Pages ──


@pytest.fixture(scope="module")
def release() -> dict:
    document = result(3)
    row, item = next((row, item) for row in document["townships"] for i in row["indicators"] for item in i["sub_items"] if item["code"] == row["lost"][0]["code"])
    item |= {"case_count": 1, "cases": ["S1"]}
    row["colour"], row["trail"] = "red", trail("red", "red", "red")
    labels = {other["code"]: {} for other in document["townships"]} | {row["code"]: {"S1": "某某化工有限公司"}}
    codes = dict(zip((other["code"] for other in document["townships"]), (township.code for township in DISTRICT.townships)))
    for other in document["townships"]:
        other["code"] = codes[other["code"]]
    return render_release(document, {codes[code]: names for code, names in labels.items()}, DISTRICT, RULES, Cover("/index/2020-06/r1/"))


def test_staff_see_the_cases_by_name_and_the_public_their_number(release: dict) -> None:
    public, staff = release["public"]["district.html"].decode(), release["staff"]["district"]["district.html"].decode()
    assert "某某化工" in staff and "某某化工" not in public and "S1" not in public
    assert "红连续 <b class=\"num\">3</b> 个月" in public and "检查计划 <b class=\"num\">×1.5</b>" in public
    assert b'"cases":["S1"]' not in release["public"]["district.json"] and b"S1" in release["staff"]["district"]["district.json"]


def test_the_twin_says_what_the_page_says(release: dict) -> None:
    document, page = json.loads(release["public"]["district.json"]), release["public"]["district.html"].decode()
    for entry in document["indicators"]:
        assert entry["title"] in page and entry["lost"] in page
    for entry in document["supervision"]:
        assert entry["name"] in page and all(measure["title"] in page for measure in entry["measures"])


def test_leaderboard_leads_to_it(release: dict) -> None:
    assert 'href="/index/2020-06/r1/district.html"' in release["public"]["index.html"].decode()
    assert 'href="district.html"' in release["staff"]["district"]["index.html"].decode()


def test_the_view_counts_who_has_been_red_or_orange_for_long() -> None:
    document = result(3)
    for row in document["townships"]:
        row["colour"], row["trail"] = "orange", trail("orange", "red", "orange")
    view = district_view(document, RULES, "", None)
    assert (view["lasting"], view["lasting_months"], len(view["watched"]), view["others"]) == (5, 3, 5, [])


def test_what_the_public_gets_holds_no_case() -> None:
    assert '"cases": [' not in json.dumps(district_document(public_document(result(5)), RULES))
