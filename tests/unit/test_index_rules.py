"""The metadata table of the index: what ships is complete, what is wrong is named all at once, the hash is the content."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path

import pytest

from chalicelib.errors import BadRuleSet
from chalicelib.index.measure import MEASURES
from chalicelib.index.rules import MODEL_2020, load_rules, read_rules

RULES = load_rules(MODEL_2020)
DOCUMENT = tomllib.loads(MODEL_2020.read_text(encoding="utf-8"))
VOCABULARY = tomllib.loads((Path(MODEL_2020).parents[2] / "supervision/vocabulary.toml").read_text(encoding="utf-8"))


def changed(**paths: object) -> dict:
    """The shipped document with sub-item fields replaced: ``ZR1__points="9"``."""
    document = copy.deepcopy(DOCUMENT)
    for path, value in paths.items():
        code, field = path.split("__")
        next(row for row in document["sub_items"] if row["code"] == code)[field] = value
    return document


def faults_of(document: dict) -> list[str]:
    with pytest.raises(BadRuleSet) as caught:
        read_rules(document)
    return [f"{problem.place}.{problem.column}" for problem in caught.value.problems]


def test_seven_indicators_and_45_sub_items_of_100_points() -> None:
    assert [(i.code, i.points, len(i.sub_items)) for i in RULES.indicators] == [
        ("ZR", 1500, 7), ("PX", 1000, 5), ("ZX", 1500, 6), ("FX", 2000, 8), ("JG", 2000, 9), ("SG", 1500, 6), ("CX", 500, 4),
    ]  # fmt: skip
    assert len(RULES.sub_items) == 45


@pytest.mark.parametrize("item", RULES.sub_items, ids=lambda item: item.code)
def test_every_row_is_whole(item) -> None:
    assert item.code.startswith(item.parent) and item.title and item.rule and item.basis
    assert item.tag in ("V", "M", "D")
    assert (item.code in MEASURES) or item.source == "return", "measured from facts, or returned"
    assert bool(item.denominator) == (item.formula not in ("deduct", "zero_if_any", "level"))


@pytest.mark.parametrize("item", [item for item in RULES.sub_items if item.source == "facts"], ids=lambda item: item.code)
def test_every_sub_item_from_facts_is_read_by_some_kind_of_fact(item) -> None:
    indirect = {"ZR4", "FX1", "FX8", "FX4", "FX3", "ZR6"}  # through the judge's items and colours, or the returns themselves
    readers = {code for kind in VOCABULARY["kinds"].values() for code in kind["reads"]}
    assert item.code in readers | indirect


def test_the_hash_is_the_content_not_the_layout() -> None:
    shuffled = dict(reversed(list(DOCUMENT.items())))
    assert read_rules(shuffled).hash == RULES.hash
    assert read_rules(changed(ZR1__title="另一个名字")).hash != RULES.hash


def test_all_faults_are_named_at_once() -> None:
    document = changed(
        ZR1__points="three", PX1__formula="magic", ZX1__not_applicable="yes", SG1__not_applicable=True, CX2__levels={"national": "2"},
        FX4__limit="0", JG1__colour="red", SG4__direction="sideways", ZR5__expected=-1,
    )  # fmt: skip
    found = faults_of(document)
    for place in ("ZR1.points", "PX1.formula", "ZX1.not_applicable", "SG1.not_applicable", "CX2.national", "FX4.limit", "JG1.colour"):
        assert any(fault.endswith(place) for fault in found), place
    assert any("SG4.direction" in fault for fault in found) and any("ZR5.expected" in fault for fault in found)


def test_weights_codes_and_parents_must_hold_together() -> None:
    assert any(fault.endswith("ZR.points") for fault in faults_of(changed(ZR1__points="4")))
    assert "sub_items.code" in faults_of(changed(ZR2__code="ZR1"))
    assert "sub_items ZR1.parent" in faults_of(changed(ZR1__parent="QQ"))


@pytest.mark.parametrize(
    ("section", "value", "fault"),
    [
        ("coefficient", [{"from_sites": 100, "k": "1.00"}], "coefficient.from_sites"),
        ("coefficient", [{"from_sites": 0, "k": "1.00"}, {"from_sites": 0, "k": "1.01"}], "coefficient.from_sites"),
        ("coefficient", [{"from_sites": 0, "k": "1.005"}], "coefficient[0].k"),
        ("thresholds", {"blue": "80.0", "yellow": "90.0", "orange": "60.0"}, "thresholds."),
        ("overrides", [{"code": "x", "title": "x", "sub_item": "QQ1", "count": "numerator", "colour": "red"}], "overrides[0].sub_item"),
        ("overrides", [{"code": "x", "title": "x", "sub_item": "SG1", "count": "numerator", "colour": "green"}], "overrides[0].colour"),
        ("limits", {}, "limits.carry_months"),
        ("effective_from", "2020", ".effective_from"),
    ],
)
def test_sections_are_checked(section: str, value: object, fault: str) -> None:
    assert fault in faults_of({**DOCUMENT, section: value})
