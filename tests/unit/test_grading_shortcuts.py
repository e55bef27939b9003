"""The judge's shortcuts change no result: facts in order are not sorted again, rules with nothing to say are not asked."""

from __future__ import annotations

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.canonical import content_hash
from chalicelib.grading.case import Case, counting_by, so_far
from chalicelib.grading.compiled import READS, plan_of, watched_items
from chalicelib.grading.findings import applicable_points
from chalicelib.grading.limits import Hearing, holding
from chalicelib.grading.model import Finding, maker
from chalicelib.grading.proof import proof_of, verify
from chalicelib.grading.register import read_register
from chalicelib.grading.score import adjust
from chalicelib.grading.stories import tell
from infra.commands.grade import read_facts
from tests.builders import AS_OF, RULES, codes, facts, hazard, judged, penalty, record, self_check, step, told_hazard
from tests.unit.test_grading_laws import LAW, assessments, hazards, near, sites, with_more

ON = AS_OF.isoformat()
EVERY_KIND = frozenset(kind for kinds in READS.values() for kind in kinds) | {
    rule.params["kind"] for rule in RULES.vetoes + RULES.caps if rule.mechanism == "fact"
}


def withdrawn(fact):
    return {**fact, "void": {"id": "V", "on": fact["on"], "at": fact["at"]}}


def names(found):
    return [fact["id"] for fact in found]


def test_facts_of_which_the_fold_says_so_are_taken_as_they_are():
    site = {**facts(), "stands_from": ON}
    assert counting_by(site, ON) is site["records"]


def test_a_strangers_word_on_the_order_of_facts_is_not_taken(tmp_path):
    late = facts(penalty=[withdrawn(penalty("2020-06-01")), penalty("2020-06-21")])
    path = tmp_path / "facts.json"
    path.write_text(json.dumps({**late, "stands_from": "2020-01-01"}), encoding="utf-8")
    assert judged(read_facts(path, RULES)).adjustments == judged(facts()).adjustments
    proof = proof_of({**facts(), "stands_from": "2020-06-01"}, RULES, AS_OF)
    assert "stands_from" not in proof["facts"]
    lie = proof_of(late, RULES, AS_OF)
    lie = {**lie, "facts": {**lie["facts"], "stands_from": "2020-01-01"}}
    lie["hash"] = content_hash({name: value for name, value in lie.items() if name != "hash"})
    assert verify(lie, [RULES]) == []


@LAW
@given(sites(), near())
def test_what_the_fold_says_of_the_order_changes_no_judgement_of_any_day(site, on):
    every = {**site, "records": counting_by(site, "9999-12-31")}
    newest = max(one["on"] for found in every["records"].values() for fact in found for one in (fact, *fact.get("then", ())))
    assert judged({**every, "stands_from": newest}, on).to_document() == judged(site, on).to_document()


def test_facts_of_a_later_day_and_withdrawn_ones_do_not_count():
    held = [record("2020-06-01", id="A"), withdrawn(record("2020-06-02", id="B")), record(ON, id="C"), record("2020-06-21", id="D")]
    assert names(so_far(held, ON)) == names([held[0], held[2]])
    assert not so_far([withdrawn(record("2020-06-02"))], ON)
    assert not so_far([record("2020-06-21")], ON)


def test_facts_out_of_order_or_said_twice_are_put_in_order_once_each():
    first, second = record("2020-06-01", at="2020-06-01T07:00:00.000Z", id="B"), record("2020-06-01", id="A")
    third = record("2020-06-01", id="C")
    for held in ([second, first, third], [third, second, first], [first, second, second, third], [first, third, second, first]):
        assert so_far(held, ON) == [first, second, third]


@LAW
@given(hazards(), near(), st.randoms(use_true_random=False))
def test_a_hazard_is_read_alike_whatever_stands_between_its_steps(made, on, mixed):
    noise = [withdrawn(step("hazard_dismissed", made["on"])), step("hazard_closed", "2030-01-01", officers=["a", "b"])]
    steps = [*made.get("then", ()), *noise]
    shuffled = {**made, "then": mixed.sample(steps, len(steps))}
    read, again = (told_hazard(one, on) for one in (made, shuffled))
    assert read[1:] == again[1:]
    assert again.record["id"] == made["id"]


@LAW
@given(sites())
def test_a_rule_that_is_not_asked_would_have_had_nothing_to_say(site):
    result = judged(site)
    case = Case(site, ON)
    tell(case, RULES)
    register = read_register(case, RULES)
    everything = plan_of(RULES, EVERY_KIND, register.fields.get("chemical_type"), False, False, False)
    hearing = Hearing(case, RULES, result.findings, result.parts, register)
    assert adjust(case, RULES, everything.adjustments) == result.adjustments
    assert holding(hearing, everything.vetoes) == result.vetoes
    assert holding(hearing, everything.caps) == result.caps


def test_items_that_a_veto_or_a_cap_watches_come_from_the_rule_file():
    assert watched_items(RULES) == {"B03", "P02", "W01", "W05"}


@LAW
@given(sites(), st.lists(assessments(), min_size=1, max_size=1), st.integers(0, 2))
def test_a_self_check_older_than_all_that_asks_for_one_changes_nothing_but_its_own_day(site, newer, number):
    newest = {**newer[0], "on": "2020-06-10", "at": "2020-06-10T08:00:00.000Z"}
    current = with_more(with_more(site, "assessment", newest), "self_check", self_check("2020-06-15"))
    old = self_check(f"2019-0{number + 1}-05", {"W01": {"blocked": 1}})
    assert judged(with_more(current, "self_check", old)).to_document() == judged(current).to_document()


def test_the_only_self_check_is_found_however_old():
    old = self_check("2019-12-05", id="OLD")
    result = judged(facts(self_check=[old]))
    (overdue,) = [cap for cap in result.caps if cap.code == "C06"]
    assert overdue.evidence == (old["id"],)


def test_the_applicable_points_shared_between_sites_are_never_written_to():
    before = dict(applicable_points(RULES, ("P04",))[0])
    lossy = facts({"B03": {"unlicensed": 4}, "P01": {"not_listed": 2}}, not_applicable=("P04",))
    result = judged(lossy)
    assert result.findings.extras and result.findings.applicable is applicable_points(RULES, ("P04",))[0]
    assert applicable_points(RULES, ("P04",))[0] == before
    assert sum(before.values()) == 10_000 - RULES.items["P04"].points


def test_a_maker_makes_what_the_class_makes():
    made = maker(Finding)(("blocked", 1, 300))
    assert type(made) is Finding
    assert made == Finding("blocked", 1, 300)


@LAW
@given(sites())
def test_everything_a_judgement_is_made_of_has_all_its_fields(site):
    result = judged(site)
    case = Case(site, ON)
    tell(case, RULES)
    parts = [result, result.findings, *result.findings.values.values(), *result.findings.derived.values(), *result.adjustments]
    parts += [entry for adjustment in result.adjustments for entry in adjustment.occurrences]
    parts += [*result.items.values(), *case.hazards, read_register(case, RULES), *([result.parts] if result.parts else [])]
    assert all(len(part) == len(part._fields) for part in parts)


def test_a_clause_takes_each_time_once_or_the_whole_item():
    assert RULES.takes["W01"]["blocked"] == (0, 300)
    assert RULES.takes["E03"]["defect"] == (50, 0)
    assert RULES.takes["B01"]["not_retrained"] == (0, 60)
    assert "H01" not in RULES.takes


def test_a_repeated_hazard_that_was_dismissed_does_not_repeat():
    dismissed = hazard("2020-05-01", "2020-05-20", [step("hazard_dismissed", "2020-05-02")], repeat_of="X")
    closed = hazard("2020-05-01", "2020-05-20", [step("hazard_closed", "2020-05-02", officers=["a"])], repeat_of="X")
    assert codes(judged(facts(hazard_found=[dismissed])).adjustments) == []
    assert codes(judged(facts(hazard_found=[closed])).adjustments) == ["R10"]


def test_shuffled_kinds_give_the_same_document():
    site = facts({"W01": {"blocked": 1}}, hazard_found=[hazard("2020-05-01", "2020-05-10", level="major")])
    kinds = list(site["records"])
    random.Random(1).shuffle(kinds)
    mixed = {**site, "records": {kind: site["records"][kind] for kind in kinds}}
    assert judged(mixed).to_document() == judged(site).to_document()
