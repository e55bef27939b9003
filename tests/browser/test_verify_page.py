"""The page that recomputes a proof without a network: an independent judge in the browser agrees bit for bit, tampering shows."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path

import pytest

from chalicelib import clock
from chalicelib.canonical import canonical_json, content_hash
from chalicelib.grading.proof import proof_of
from chalicelib.grading.rulebook import rules_on
from chalicelib.grading.rules import MODEL_2020, load_rule_set
from chalicelib.register.district import load_district
from infra.commands import colours
from tests.builders import AS_OF, facts, hazard, penalty
from tests.random_sites import RandomSite

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "web" / "verify.html"
RULES = load_rule_set(MODEL_2020)
DINESAFE = load_district("dinesafe")
JUDGE = """([rules, proofs]) => proofs.map(text => {
  const proof = {...JSON.parse(text), rules}, {wrong, again} = SafetyCode.verify(proof);
  return wrong.length ? [wrong.join("；"), SafetyCode.canonical(again)] : null;
})"""


@pytest.fixture(scope="module")
def page(browser):
    """The page from the disk, in a browser without any network."""
    context = browser.new_context(offline=True, viewport={"width": 360, "height": 800})
    opened = context.new_page()
    opened.goto(PAGE.as_uri())
    yield opened
    context.close()


def random_proofs(first: int, last: int) -> list[dict[str, object]]:
    made = []
    for seed in range(first, last):
        site = RandomSite(seed)
        known_at = clock.parse_instant(site.known_at) if site.known_at else None
        made += [proof_of(site.facts, RULES, day, known_at) for day in site.days]
    return made


def disagreements(page, rules, proofs: list[dict[str, object]]) -> list[object]:
    texts = [canonical_json({name: part for name, part in proof.items() if name != "rules"}).decode() for proof in proofs]
    return [entry for entry in page.evaluate(JUDGE, [json.loads(canonical_json(rules.document)), texts]) if entry]


def give(page, proof: object) -> str:
    text = proof if isinstance(proof, str) else canonical_json(proof).decode()
    page.set_input_files("#file", {"name": "proof.json", "mimeType": "application/json", "buffer": text.encode()})
    page.wait_for_function("!document.getElementById('verdict').hidden")
    return page.inner_text("#verdict")


def an_orange_site() -> dict[str, object]:
    return facts({"W01": {"blocked": 1}}, penalty=[penalty("2020-03-01")], hazard_found=[hazard("2020-06-01", "2020-07-01", level="major")])


def test_random_sites_come_out_bit_for_bit_as_the_first_judge_says(page) -> None:
    assert disagreements(page, RULES, random_proofs(0, 80)) == []


@pytest.mark.full
def test_thousands_of_random_sites_come_out_bit_for_bit(page) -> None:
    for start in range(1000, 5000, 250):
        assert disagreements(page, RULES, random_proofs(start, start + 250)) == []


def test_the_other_rule_set_is_recomputed_as_well(page) -> None:
    on = date(2020, 12, 31)
    rules, mapping = rules_on(DINESAFE, on), DINESAFE.folder / "mappings" / "dinesafe.toml"
    sites = colours.facts_of(ROOT / "tests/fixtures/dinesafe_200.csv", mapping, DINESAFE, on)
    assert disagreements(page, rules, [proof_of(site, rules, on) for site in sites]) == []


def test_a_person_sees_the_verdict_the_grade_the_reasons_and_the_ledger(page) -> None:
    told = give(page, proof_of(an_orange_site(), RULES, AS_OF, district=load_district("demo")))
    assert "证明成立" in told and page.get_attribute("#verdict", "class") == "verdict good"
    assert page.inner_text("#grade").split() == ["橙码", "四级中第三，得分", "94.0"]
    assert "C01" in page.inner_text("#limits") and "R06" in page.inner_text("#ledger") and "安全出口" in page.inner_text("#items")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "no sideways scrolling at 360 px"


def test_the_words_and_colours_are_those_of_the_district_that_gave_the_proof(page) -> None:
    shown = {}
    for name in ("demo", "shifan"):
        proof = proof_of(facts(), RULES, AS_OF, district=load_district(name))
        assert "证明成立" in give(page, proof) and proof["derivation"]["grade"] == "blue"
        shown[name] = (page.inner_text("#grade b"), page.eval_on_selector("#grade", "one => getComputedStyle(one).backgroundColor"))
    assert shown == {"demo": ("蓝码", "rgb(31, 98, 201)"), "shifan": ("绿码", "rgb(27, 122, 61)")}


def test_a_word_says_no_more_than_was_worked_out(page) -> None:
    """Whoever changes the words and the hash with them cannot change the rank, and gets nothing but text and a colour onto the page."""
    proof = proof_of(an_orange_site(), RULES, AS_OF, district=load_district("shifan"))
    proof["palette"]["orange"] = {"word": "<b>绿码</b>", "fill": "url(//x)", "ink": "red;"}
    bare = {name: part for name, part in proof.items() if name != "hash"}
    give(page, {**bare, "hash": content_hash(bare)})
    assert page.inner_text("#grade b") == "<b>绿码</b>" and "四级中第三" in page.inner_text("#grade")
    assert page.get_attribute("#grade", "style") in (None, "")


def tampered() -> dict[str, tuple[object, str]]:
    """Proofs changed in one place, those that were given a right hash again among them."""
    proof = json.loads(canonical_json(proof_of(an_orange_site(), RULES, AS_OF)))

    def changed(change, rehash: bool = True) -> dict[str, object]:
        other = copy.deepcopy(proof)
        change(other)
        bare = {name: part for name, part in other.items() if name != "hash"}
        return {**bare, "hash": content_hash(bare)} if rehash else other

    return {
        "a grade": (changed(lambda p: p["derivation"].update(grade="blue")), "derivation.grade"),
        "a score": (changed(lambda p: p["derivation"].update(score="95.0")), "derivation.score"),
        "a fact left out": (changed(lambda p: p["facts"]["records"].pop("penalty")), "derivation.adjustments"),
        "a rule": (changed(lambda p: p["rules"]["thresholds"].update(blue="99.0")), "rules"),
        "a date": (changed(lambda p: p.update(on="2020-06-21"), rehash=False), "hash"),
        "another site's facts": (changed(lambda p: p["facts"].update(site_id="4" * 16)), "site_id"),
    }


@pytest.mark.parametrize("name", list(tampered()))
def test_a_proof_changed_in_any_part_does_not_hold(page, name: str) -> None:
    proof, part = tampered()[name]
    told = give(page, proof)
    assert "证明不成立" in told and part in told


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", '{"hash": 1}'])
def test_what_is_no_proof_is_said_to_be_none(page, text: str) -> None:
    assert "不是证明文件" in give(page, text or " ") and page.is_hidden("#result")
