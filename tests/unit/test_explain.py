"""Explaining a grade without a stack: every loss with its end, the proof and its check, named errors."""

from __future__ import annotations

import argparse
import json
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings

from chalicelib import clock, labels
from chalicelib.canonical import canonical_json, content_hash
from chalicelib.errors import BadInput
from chalicelib.grading.bare import bare
from chalicelib.grading.judge import grade
from chalicelib.grading.proof import as_known, proof_of, verify
from chalicelib.supervision.facts import fold
from infra import cli
from infra.commands import explain
from tests.builders import AS_OF, RULES, SITE, accident, certificate, facts, hazard, measured, penalty, self_checks
from tests.event_builders import busy_site
from tests.unit.test_grading_examples import PRINTING_SHOP_NA, in_time_hazards, late_hazards
from tests.unit.test_grading_laws import sites

FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
E2 = facts(
    {"E05": {"defect": 3}, "M01": {"post_missing": 4}, "B04": {"untrained": 5}, "W01": {"blocked": 1}},
    not_applicable=PRINTING_SHOP_NA,
    hazard_found=in_time_hazards(4) + late_hazards(1),
    penalty=[penalty("2020-03-01", id="FINE")],
    certificate=[certificate("standardisation_3", "2019-06-01", "2022-05-31")],
)


def arguments(*words):
    parser = argparse.ArgumentParser()
    explain.add_arguments(parser)
    return parser.parse_args(words)


def through_json(document):
    return json.loads(canonical_json(document))


# ── Every point lost ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_point_lost_has_item_clause_amount_evidence_source_and_end():
    found = {loss["code"]: loss for loss in explain.explained(E2, RULES, AS_OF, labels.GRADE)["losses"]}
    exit_blocked, late, fine = found["W01"], found["H02"], found["R06"]
    assert (exit_blocked["clause"], exit_blocked["points"]) == ("出口或通道堵塞、锁闭、占用×1", "3.00")
    assert (exit_blocked["source"], exit_blocked["ends"]) == ("区级执法", "整改并复查后")
    assert exit_blocked["evidence"] == [E2["records"]["assessment"][1]["id"]]
    assert (late["clause"], late["points"], late["ends"], len(late["evidence"])) == ("4/5", "1.00", "2020-08-10", 5)
    assert (fine["points"], fine["ends"], fine["evidence"]) == ("3.00", "2021-03-01", [E2["records"]["penalty"][0]["id"]])
    assert (fine["source"], fine["basis"], exit_blocked["basis"]) == ("区级执法", "SIP:三年内受罚-10", "消防法；劳动密集表10")


def test_losses_of_items_add_up_to_the_items_of_the_ledger():
    explanation = explain.explained(E2, RULES, AS_OF, labels.GRADE)
    ledger = sum(Fraction(line["points"]) for line in explanation["result"]["ledger"] if line["line"] == "item")
    assert sum(Fraction(loss["points"]) for loss in explanation["losses"] if not loss["code"].startswith("R")) == ledger


def test_months_without_a_self_check_and_late_hazards_name_the_day_they_recover():
    site = facts(hazard_found=late_hazards(1) + in_time_hazards(1), self_check=self_checks("2020-05-20", "2020-06-01"))
    found = {loss["code"]: loss for loss in explain.explained(site, RULES, AS_OF, labels.GRADE)["losses"]}
    assert (found["H02"]["ends"], found["H01"]["ends"]) == ("2020-08-10", "2020-07-01")


def test_a_further_deduction_is_a_loss_of_its_own():
    found = explain.explained(facts({"B03": {"unlicensed": 4}}), RULES, AS_OF, labels.GRADE)["losses"]
    assert [(loss["code"], loss["clause"], loss["points"]) for loss in found] == [
        ("B03", "特种作业无证上岗×4", "4.00"),
        ("B03", "追加扣分", "2.50"),
    ]


def test_what_no_day_brings_back_is_said_so():
    (lost,) = explain.explained(facts(completeness_measured=[measured(20, 30)]), RULES, AS_OF, labels.GRADE)["losses"]
    assert (lost["code"], lost["clause"], lost["points"], lost["ends"]) == ("M06", "20/30", "1.00", "无新情况时不恢复")


def test_a_person_reads_grade_losses_ledger_way_and_calendar():
    text = "\n".join(explain.told(explain.explained(E2, RULES, AS_OF, labels.GRADE), labels.GRADE))
    for part in (
        "黄码",
        "得分 87.2",
        "限级 C05 疏散通道堵塞",
        "W01 安全出口、疏散通道畅通 出口或通道堵塞、锁闭、占用×1 -3.00（0.00/3.00）区级执法",
        "扣分账 空项折算",
        "距蓝码 2.8 分，须消除 C05 疏散通道堵塞或证照过期；完成 1 项即可达到",
        "不晚于 2020-06-20 整改“安全出口、疏散通道畅通”",
        "如果什么都不发生",
        "2020-09-01",
    ):
        assert part in text


def test_a_wait_and_its_duties_are_told():
    site = facts(accident=[accident("2020-06-12", deaths=1)])
    text = "\n".join(explain.told(explain.explained(site, RULES, AS_OF, labels.GRADE), labels.GRADE))
    assert "等待 V01 亡人生产安全责任事故 至 2020-12-12" in text and "其间按月完成企业自查" in text


# ── Bare facts ───────────────────────────────────────────────────────────────────────────────────────────────────────


@FEW
@given(sites())
def test_the_grade_of_bare_facts_is_the_grade_of_the_facts_with_every_reason(site):
    assert grade(bare(site, RULES), RULES, AS_OF).to_document() == grade(site, RULES, AS_OF).to_document()


def test_bare_facts_show_no_prose_no_officer_and_no_kind_that_no_rule_asks_for():
    events = busy_site()
    covered = bare(fold([event for event in events if event.scope == "site"]), RULES)
    assert "inspection" not in covered["records"] and covered["records"]["hazard_found"][0]["description"] == "…"
    assert [step["officers"] for step in covered["records"]["hazard_found"][0]["then"] if "officers" in step] == [["P1"], ["P1"]]


# ── The proof ────────────────────────────────────────────────────────────────────────────────────────────────────────


@FEW
@given(sites())
def test_a_proof_holds_after_it_was_written_and_read(site):
    proof = through_json(proof_of(site, RULES, AS_OF))
    assert verify(proof, [RULES]) == []
    assert proof["derivation"] == through_json(grade(site, RULES, AS_OF).to_document())


def test_the_same_facts_have_the_same_proof_bytes():
    assert canonical_json(proof_of(E2, RULES, AS_OF)) == canonical_json(proof_of(through_json(E2), RULES, AS_OF))


def test_a_proof_names_rule_set_and_hash():
    proof = proof_of(E2, RULES, AS_OF)
    assert proof["rule_set"] == RULES.identity()
    assert proof["hash"] == content_hash({name: value for name, value in proof.items() if name != "hash"})


def with_hash(proof):
    """A forger also makes the hash anew."""
    rest = {name: value for name, value in proof.items() if name != "hash"}
    return {**rest, "hash": content_hash(rest)}


def forged(change):
    proof = through_json(proof_of(E2, RULES, AS_OF, clock.parse_instant("2020-06-20T23:00:00+08:00")))
    change(proof)
    return proof


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda proof: proof["derivation"].update(grade="blue"), "derivation.grade"),
        (lambda proof: proof["derivation"].update(more=1), "derivation.more"),
        (lambda proof: proof["derivation"].pop("ledger"), "derivation.ledger"),
        (lambda proof: proof["facts"]["records"]["penalty"].clear(), "derivation.score"),
        (lambda proof: proof["rule_set"].update(version="9"), "rule_set"),
        (lambda proof: proof.update(site_id="0" * 16), "site_id"),
        (lambda proof: proof.update(known_at="2020-05-01T00:00:00.000Z"), "known_at"),
    ],
)
def test_whatever_is_changed_the_proof_no_longer_holds(change, told):
    proof = forged(change)
    assert verify(proof, [RULES])[0].startswith("hash")
    assert any(line.startswith(told) for line in verify(with_hash(proof), [RULES]))


@pytest.mark.parametrize(
    "change",
    [
        lambda proof: proof.pop("facts"),
        lambda proof: proof.update(schema="1"),
        lambda proof: proof.update(on="2020-02-30"),
        lambda proof: proof.update(known_at="2020-02-20T00:00:00"),
        lambda proof: proof.update(more=1),
        lambda proof: proof["rule_set"].update(hash="sha256:0"),
    ],
)
def test_what_is_no_proof_is_bad_input(change):
    with pytest.raises(BadInput):
        verify(forged(change), [RULES])


def test_a_proof_as_known_at_an_instant_holds_nothing_recorded_later():
    instant = clock.parse_instant("2020-02-20T12:00:00+08:00")
    site = facts(hazard_found=[hazard("2020-01-10", "2020-02-10")], penalty=[penalty("2020-03-01")])
    proof = proof_of(site, RULES, AS_OF, instant)
    assert "penalty" not in proof["facts"]["records"] and "hazard_found" in proof["facts"]["records"]
    assert proof["derivation"] == grade(site, RULES, AS_OF, instant).to_document()
    assert as_known(as_known(site, instant), instant) == as_known(site, instant)
    assert verify(through_json(proof), [RULES]) == []


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def proof_file(tmp_path):
    events = busy_site()
    site = fold([event for event in events if event.scope == "site"], [event for event in events if event.scope == "enterprise"])
    path = tmp_path / "proof.json"
    path.write_bytes(canonical_json(proof_of(site, RULES, AS_OF)))
    return path


def test_verify_says_yes_or_no_by_its_exit_code(proof_file, capsys):
    assert cli.main(["explain", "--verify", str(proof_file)]) == 0
    assert "证明成立" in capsys.readouterr().out
    proof_file.write_bytes(proof_file.read_bytes().replace(b'"score":"', b'"score":"1'))
    assert cli.main(["explain", "--verify", str(proof_file)]) == 1
    assert "derivation.score" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"schema": 1}', b"not json"])
def test_what_cannot_be_read_as_a_proof_is_bad_input(content, tmp_path, capsys):
    path = tmp_path / "proof.json"
    path.write_bytes(content)
    assert cli.main(["explain", "--verify", str(path)]) == 2
    assert "dev:" in capsys.readouterr().err


def test_a_missing_proof_and_facts_of_the_wrong_form_are_bad_input(proof_file, tmp_path, capsys):
    assert cli.main(["explain", "--verify", str(tmp_path / "absent.json")]) == 2
    proof = json.loads(proof_file.read_bytes())
    proof["facts"]["records"]["assessment"][0]["items"] = {"W01": {"blocked": -1}}
    proof_file.write_bytes(canonical_json(with_hash(proof)))
    assert cli.main(["explain", "--verify", str(proof_file)]) == 2
    assert "facts.records.assessment.0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "site"),
        (["nobody"], "a site id is 16 characters"),
        ([SITE.lower()], "a site id is 16 characters"),
        ([SITE, "--on", "2020-02-30"], "a date is required"),
        ([SITE, "--on", "2020-06-21"], "is in the future"),
        ([SITE, "--known-at", "2020-06-15"], "with its offset"),
    ],
)
def test_a_wrong_question_is_named(words, told):
    with pytest.raises(BadInput, match=told):
        explain.asked(arguments(*words), AS_OF)


def test_all_that_is_wrong_is_named_at_once():
    with pytest.raises(BadInput) as error:
        explain.asked(arguments("x", "--on", "y", "--known-at", "z"), AS_OF)
    assert len(error.value.problems) == 3


def test_today_is_the_day_if_none_is_given():
    assert explain.asked(arguments(SITE), AS_OF) == (AS_OF, None)
    day, instant = explain.asked(arguments(SITE, "--on", "2020-01-31", "--known-at", "2020-02-01T00:00:00+08:00"), AS_OF)
    assert day == date(2020, 1, 31) and clock.instant_text(instant) == "2020-01-31T16:00:00.000Z"


def test_only_explaining_needs_a_stack():
    assert explain.needs_stack(arguments(SITE)) and not explain.needs_stack(arguments("--verify", "proof.json"))
