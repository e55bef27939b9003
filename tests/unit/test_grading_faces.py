"""What leaves the judge: the result document, the facts form, the command, the radar."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft7Validator

from chalicelib import labels
from chalicelib.canonical import canonical_json
from chalicelib.grading import rules as rule_sets
from chalicelib.grading.factsform import facts_schema
from chalicelib.grading.radar import radar_svg
from chalicelib.supervision.vocabulary import load_vocabulary
from infra.cli import main
from tests.builders import accident, facts, judged, record

FOLDER = Path(rule_sets.__file__).parent
EXAMPLE = FOLDER / "facts.example.json"
FULL = dict.fromkeys("PEWBMH", 1000)
SVG = "{http://www.w3.org/2000/svg}"


def load(name):
    return json.loads((FOLDER / name).read_text("utf-8"))


def run(tmp_path, document, *more):
    path = tmp_path / "facts.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return main(["grade", str(path), "--on", "2020-06-20", *more])


# ── Documents ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_schema_file_is_the_one_made_from_the_vocabulary():
    assert load("facts.schema.json") == facts_schema()


def test_every_kind_of_a_site_or_its_enterprise_has_its_form():
    kinds = {name for name, kind in load_vocabulary().kinds.items() if kind.scope in ("site", "enterprise")}
    assert set(facts_schema()["properties"]["records"]["properties"]) == kinds


def test_the_example_is_judged_to_the_example_result():
    assert judged(load("facts.example.json")).to_document() == load("result.example.json")


@pytest.mark.parametrize(
    "site", [facts(), facts(assessment=[]), facts({"B03": {"unlicensed": 4}}, accident=[accident("2020-06-01", deaths=1)])]
)
def test_results_keep_to_their_schema(site):
    validator = Draft7Validator(load("result.schema.json"), format_checker=Draft7Validator.FORMAT_CHECKER)
    assert [error.message for error in validator.iter_errors(judged(site).to_document())] == []


def test_a_result_holds_no_float_and_has_one_canonical_form():
    site = load("facts.example.json")
    assert canonical_json(judged(site).to_document()) == canonical_json(load("result.example.json"))
    assert not re.search(rb":-?[0-9]+\.[0-9]", canonical_json(judged(site).to_document()))


def test_nothing_that_was_judged_was_changed():
    site = load("facts.example.json")
    before = copy.deepcopy(site)
    judged(site).to_document()
    assert site == before


# ── The command ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_tells_grade_score_and_reasons(capsys):
    assert main(["grade", str(EXAMPLE), "--on", "2020-06-20"]) == 0
    told = capsys.readouterr().out
    for words in ("黄码", "87.2", "示范标准", "限级 C05 疏散通道堵塞", "空项折算", "消防设施、器材缺陷×3", "申诉中", "2020-07-01"):
        assert words in told


def test_the_colours_are_called_what_the_district_calls_them(tmp_path, capsys):
    """The second district has green for best, the second rule set its own district: the words come from their palettes."""
    inspections = ("--rules", str(FOLDER / "rulesets/inspections-2020.toml"), "--district", "dinesafe")
    checked = {"records": {"assessment": [], "inspection": [record("2020-06-01", officers=["a"], outcome="pass")]}}
    for document, more, word in ((facts(), (), "蓝码"), (facts(), ("--district", "shifan"), "绿码"), ({**facts(), **checked}, inspections, "绿码")):
        run(tmp_path, document, *more)
        told = capsys.readouterr().out
        assert word in told and not any(other in told for other in {"蓝码", "绿码"} - {word}), more


def test_the_command_prints_the_whole_result_as_json(capsys):
    assert main(["grade", str(EXAMPLE), "--on", "2020-06-20", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == load("result.example.json")


def test_a_red_site_ends_with_1(tmp_path, capsys):
    site = load("facts.example.json")
    site["records"]["accident"][0].update(on="2020-06-01", at="2020-06-01T08:00:00.000Z", deaths=1)
    assert run(tmp_path, site) == 1
    assert "一票否决 V01" in capsys.readouterr().out


def test_an_unassessed_site_is_told_with_its_missing_items(tmp_path, capsys):
    assert run(tmp_path, {"schema": 1, "site_id": "S", "records": {}}) == 0
    told = capsys.readouterr().out
    assert "未赋码" in told and "未评定项目 P01 P02" in told


def test_an_override_is_told_with_its_reason(tmp_path, capsys):
    site = load("facts.example.json")
    made = record(
        "2020-06-10", id="OVERRIDE", grade="orange", reason="专项整治", legal_basis="依据", signers=["a", "b"], until_on="2020-06-30"
    )
    site["records"]["override"] = [made]
    assert run(tmp_path, site) == 0
    assert "人工调整 → 橙码，至 2020-07-01 解除：专项整治" in capsys.readouterr().out


def test_bad_input_ends_with_2_and_names_every_problem(tmp_path, capsys):
    site = load("facts.example.json")
    site["records"]["penalty"][0]["procedure"] = "harsh"
    site["records"]["site_registered"][0]["colour"] = "blue"
    site["records"]["hazard_found"][0]["then"][0]["deadline_on"] = "2020-02-31"
    site["records"]["mood"] = []
    assert run(tmp_path, site) == 2
    told = capsys.readouterr().err
    assert all(words in told for words in ("'harsh' is not one of", "'colour' was unexpected", "2020-02-31", "'mood' was unexpected"))


def test_what_no_schema_can_say_is_refused_too(tmp_path, capsys):
    site = load("facts.example.json")
    site["records"]["completeness_measured"][0].update(filled=31, required=30)
    site["records"]["assessment"][0]["items"] = {"B03": {"tired": 1}, "H01": {}}
    site["records"]["assessment"][0]["not_applicable"] = ["W05"]
    site["records"]["penalty"].append(site["records"]["penalty"][0])
    assert run(tmp_path, site) == 2
    told = capsys.readouterr().err
    assert all(
        words in told for words in ("不得大于 required", "该条款没有这种情形", "由事实算出", "不得作为空项", "already used at")
    )


@pytest.mark.parametrize("text", ["", "{", "[]", "3"])
def test_a_file_that_is_no_facts_document_is_refused(tmp_path, text):
    assert run(tmp_path, text) == 2


def test_a_missing_file_and_a_broken_rule_set_are_bad_input(tmp_path, capsys):
    broken = tmp_path / "rules.toml"
    broken.write_text('id = "x"', encoding="utf-8")
    assert main(["grade", str(tmp_path / "none.json"), "--on", "2020-06-20"]) == 2
    assert main(["grade", str(EXAMPLE), "--on", "2020-06-20", "--rules", str(broken)]) == 2
    assert "axes" in capsys.readouterr().err


# ── The radar ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("axes", [FULL, dict.fromkeys("PEWBMH", 0), dict.fromkeys("PEWBMH"), {**FULL, "P": 639, "H": None}])
def test_the_radar_is_small_has_six_labels_and_no_script(axes):
    svg = radar_svg(axes, labels.AXIS)
    tree = ElementTree.fromstring(svg)
    texts = [text.text for text in tree.iter(f"{SVG}text")]
    assert len(svg.encode()) <= 2048
    assert [text.split(" ")[0] for text in texts] == list(labels.AXIS.values())
    assert "script" not in svg and "style" not in svg
    assert all(title in tree.get("aria-label") for title in labels.AXIS.values())


def test_an_axis_with_nothing_applicable_is_a_gap_and_not_a_zero():
    whole, gap = radar_svg(FULL, labels.AXIS), radar_svg({**FULL, "P": None}, labels.AXIS)
    assert "生产工艺 —" in gap and "生产工艺 0.0" not in gap
    assert 'd="M0,-80L' in whole and 'd="M0,0L69.3,-40L' in gap
    assert 'd=""' in radar_svg(dict.fromkeys("PEWBMH"), labels.AXIS)


def test_the_radar_draws_each_value_on_its_axis():
    svg = radar_svg({**FULL, "P": 500, "W": 0}, labels.AXIS)
    assert 'd="M0,-40L69.3,-40L0,0L0,80L-69.3,40L-69.3,-40Z"' in svg


def test_a_radar_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="six"):
        radar_svg({"P": 1}, labels.AXIS)
