"""Mapping files: every fault is named at once; the shipped ones hold together."""

from __future__ import annotations

import pytest
from intake_support import DEMO, MAPPINGS, mapping_of

from chalicelib.errors import BadRuleSet
from chalicelib.intake.mapping import load_mapping
from chalicelib.register.district import DISTRICTS

GOOD = """
schema = 1
ignore = ["备注"]
[subjects]
site = ["代码", "序号"]
[columns]
"代码" = { read = "uscc" }
"日期" = { read = "date" }
[[records]]
kind = "work_injury"
on = "日期"
source = { value = "system" }
fields = { cases = "人数" }
"""


def faults(text: str) -> str:
    with pytest.raises(BadRuleSet) as caught:
        mapping_of(text)
    return "\n".join(str(problem) for problem in caught.value.problems)


def test_a_mapping_knows_its_columns_and_takes_the_subject_for_key():
    mapping = mapping_of(GOOD)
    assert mapping.known_columns == {"代码", "序号", "日期", "人数", "备注"}
    assert mapping.records[0].key == ("代码", "序号")


@pytest.mark.parametrize("path", sorted(DISTRICTS.glob("*/mappings/*.toml")), ids=lambda path: path.stem)
def test_shipped_mappings_load(path):
    assert load_mapping(path).title


def test_the_demo_district_ships_a_mapping_for_every_table_and_for_the_sheets_of_its_offices():
    from infra.synthetic.book import SHEETS

    assert {path.stem for path in MAPPINGS.glob("*.toml")} == set(SHEETS) | {"hazard-sheet", "enterprise-sheet", "persons"}
    assert DEMO.id == "demo"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("schema = 1", "schema = 2"), "schema = 1 is required"),
        (('kind = "work_injury"', 'kind = "gossip"'), "not a kind of the vocabulary"),
        (('cases = "人数"', 'case = "人数"'), "has no such field"),
        (('cases = "人数"', ""), "requires this field"),
        (('on = "日期"', ""), "records[0] work_injury.on"),
        (('read = "uscc"', 'read = "magic"'), "one of text code uscc"),
        (('read = "uscc"', 'reed = "uscc"'), "unknown key"),
        (('site = ["代码", "序号"]', "site = []"), "at least one column"),
        (('site = ["代码", "序号"]', 'enterprise = ["代码"]'), "which columns name the site"),
        (('site = ["代码", "序号"]', 'planet = ["代码"]'), "subjects.planet"),
        (('{ value = "system" }', '{ value = "system", column = "来源" }'), "exactly one of"),
        (('{ value = "system" }', "{}"), "exactly one of"),
        (('{ value = "system" }', "7"), "a column name or a table"),
        (('"人数" }', '{ event = "gossip", key = ["a"] } }'), "not a kind of the vocabulary"),
        (('"人数" }', '{ subject = "enterprise" } }'), "[subjects] does not name it"),
        (('"人数" }', '{ column = "人数", values = [1] } }'), "a table of word = value"),
        (('ignore = ["备注"]', "ignore = 3"), "a list of texts"),
        (('read = "uscc"', 'read = "fen", times = 0'), "above 0"),
        (('read = "uscc"', 'read = "fen", times = 0.1'), "a decimal as text"),
        (('read = "uscc"', 'read = "text", times = 2'), "only for integer number fen"),
        (("[[records]]", "[[recordz]]"), "at least one [[records]]"),
    ],
)
def test_a_faulty_mapping_names_the_fault(change, fault):
    assert change[0] in GOOD
    assert fault in faults(GOOD.replace(*change))


def test_all_faults_are_named_at_once():
    assert faults(GOOD.replace("schema = 1", "").replace("cases", "case").replace("uscc", "magic")).count("mapping · ") == 4


def test_a_file_that_is_no_toml_is_refused(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text("= 3", encoding="utf-8")
    with pytest.raises(BadRuleSet, match="not TOML"):
        load_mapping(path)
