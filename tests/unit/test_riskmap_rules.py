"""The method file: every value with its source, all faults named at once, the hash of the content and not of the layout."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path

import pytest
from riskmap_support import RULES

from chalicelib.errors import BadRuleSet
from chalicelib.riskmap.conditions import DERIVED, FIELDS
from chalicelib.riskmap.rules import METHODS, load_risk_rules, read_risk_rules

MODEL = METHODS / "model-2020.toml"
VOCABULARY = Path("chalicelib/supervision/vocabulary.toml")


@pytest.fixture
def document() -> dict:
    return tomllib.loads(MODEL.read_text(encoding="utf-8"))


def problems_of(document: dict) -> list[str]:
    with pytest.raises(BadRuleSet) as refused:
        read_risk_rules(document)
    return [str(problem) for problem in refused.value.problems]


def test_the_model_standard_loads_with_its_hash() -> None:
    assert RULES.id == "riskmap-model-2020"
    assert RULES.hash.startswith("sha256:")
    assert "示范标准" in RULES.title


def test_layout_does_not_change_the_hash_and_a_value_does(document: dict, tmp_path: Path) -> None:
    spaced = tmp_path / "spaced.toml"
    spaced.write_text("# another comment\n\n" + MODEL.read_text(encoding="utf-8"), encoding="utf-8")
    assert load_risk_rules(spaced).hash == RULES.hash
    document["governance"]["thresholds"]["values"] = ["91", "75", "60"]
    assert read_risk_rules(document).hash != RULES.hash


def test_every_value_names_its_source_and_tag(document: dict) -> None:
    for table in ("inherent", "governance", "grave", "township", "evidence"):
        for name, entry in document[table].items():
            assert entry["source"] and entry["tag"] in ("V", "V-exist", "M", "D"), f"{table}.{name}"
    for sector in document["sectors"]:
        assert sector["source"] and sector["tag"]
        for rule in sector.get("grades", ()):
            assert rule["source"] and rule["tag"], rule["id"]


def test_later_sectors_are_named_and_weigh_nothing() -> None:
    later = {sector.code: sector for sector in RULES.sectors if sector.weight == 0}
    assert set(later) == {"ROAD_TRAFFIC", "SCENIC_SPOTS", "PONDS_RESERVOIRS"}
    assert all(sector.is_member is not None for sector in later.values())


def test_the_fields_of_conditions_are_those_of_the_register() -> None:
    vocabulary = tomllib.loads(VOCABULARY.read_text(encoding="utf-8"))
    registered = set(vocabulary["kinds"]["site_registered"]["fields"])
    assert set(FIELDS) - set(DERIVED) <= registered


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("inherent", "thresholds", "values"), ["3.5", "9", "6.5"], "3 numbers in rising order"),
        (("inherent", "thresholds", "values"), [3.5, 6.5, 9.0], "a decimal in quotes"),
        (("governance", "thresholds", "values"), ["90", "75"], "3 numbers in falling order"),
        (("governance", "veto_score", "value"), "59.05", "at most one decimal"),
        (("governance", "death", "floor"), 5, "a level from 1 to 4"),
        (("governance", "death", "months"), 0, "above 0"),
        (("governance", "death", "source"), "", "a text is required"),
        (("governance", "death", "tag"), "X", "one of V"),
        (("coupling", "colours"), [["red"] * 4] * 3, "4 rows of 4 colours"),
        (("coupling", "colours"), [["red", "blue", "blue", "blue"]] + [["red"] * 4] * 3, "may not improve"),
        (("coupling", "site_pull_up", "colour"), "green", "one of blue"),
        (("filed", "levels"), {"red": 4}, "a level for each colour"),
        (("township",), "none", "a table is required"),
        (("title",), 3, "a text is required"),
    ],
)
def test_a_wrong_value_is_named(document: dict, path: tuple, value: object, said: str) -> None:
    target = document
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    assert any(said in problem for problem in problems_of(document))


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ({"field": "colour", "is": "red"}, "no such field"),
        ({"field": "staff"}, "exactly one operator"),
        ({"field": "staff", "at_least": 1, "at_most": 2}, "exactly one operator"),
        ({"field": "staff", "has": "x"}, "does not fit the field"),
        ({"field": "staff", "at_least": "many"}, "does not fit the field"),
        ({"field": "staff", "over": 3}, "not a word of this language"),
    ],
)
def test_a_wrong_clause_is_named(document: dict, clause: dict, said: str) -> None:
    document["sectors"][0]["grades"][0]["all"] = [clause]
    assert any(said in problem for problem in problems_of(document))


def test_sectors_must_hold_together(document: dict) -> None:
    document["sectors"][0]["weight"] = "0.31"
    document["sectors"][1]["grades"].pop()
    document["sectors"][2]["grades"][1]["id"] = document["sectors"][2]["grades"][0]["id"]
    document["sectors"][4]["weight"] = "0.05"
    del document["sectors"][4]["members"]
    found = problems_of(document)
    assert any("sum to 1" in problem for problem in found)
    assert any("catch the rest" in problem for problem in found)
    assert any("used twice" in problem for problem in found)
    assert any("not open has weight 0" in problem for problem in found)


def test_all_faults_are_named_at_once(document: dict) -> None:
    broken = copy.deepcopy(document)
    broken["title"], broken["version"] = "", None
    del broken["coupling"]
    broken["inherent"]["thresholds"]["values"] = []
    assert len(problems_of(broken)) >= 5


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("id = ", encoding="utf-8")
    with pytest.raises(BadRuleSet, match="broken.toml"):
        load_risk_rules(path)
