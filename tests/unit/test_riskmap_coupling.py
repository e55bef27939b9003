"""Sectors and coupling are data: a later sector counts when its weight is raised, and a weighted sum may stand in the matrix's place."""

from __future__ import annotations

import tomllib

import pytest
from riskmap_support import DAY, FS, HC, RULES, SP, facts, registered, site

from chalicelib.errors import BadRuleSet
from chalicelib.riskmap.assess import assess_site, assess_township
from chalicelib.riskmap.inherent import inherent_grades
from chalicelib.riskmap.model import Joined
from chalicelib.riskmap.rules import METHODS, RiskRules, read_risk_rules

ROAD, SCENIC, PONDS = "ROAD_TRAFFIC", "SCENIC_SPOTS", "PONDS_RESERVOIRS"


def method() -> dict:
    return tomllib.loads((METHODS / "model-2020.toml").read_text(encoding="utf-8"))


def weighed(**weights: str) -> RiskRules:
    document = method()
    for sector in document["sectors"]:
        sector["weight"] = weights.get(sector["code"], sector["weight"])
    return read_risk_rules(document)


def weighted_coupling(**more: object) -> dict:
    document = method()
    coupling = document["coupling"]
    del coupling["colours"]
    coupling |= {
        "method": "weighted",
        "weights": {"inherent": "0.45", "governance": "0.55", "source": "试算", "tag": "D"},
        "thresholds": {"values": ["1.5", "2.5", "3.5"], "source": "试算", "tag": "D"},
        "site_pull_up": {**coupling["site_pull_up"], "at_least": "3.5"},
        **more,
    }
    document["township"]["thresholds"]["values"] = ["1.5", "2.5", "3.5"]
    document["township"]["sector_pull_up"]["at_least"] = "3.5"
    return document


@pytest.mark.parametrize(
    ("profile", "code", "level"),
    [
        ({"further_sectors": ["road_traffic"], "chemical_type": "transport"}, ROAD, 4),
        ({"further_sectors": ["road_traffic"], "staff": 50}, ROAD, 3),
        ({"further_sectors": ["road_traffic"], "staff": 49}, ROAD, 2),
        ({"further_sectors": ["scenic_spots"], "special_equipment": 5}, SCENIC, 3),
        ({"further_sectors": ["scenic_spots"]}, SCENIC, 1),
        ({"further_sectors": ["ponds_reservoirs"], "inherent_class": 4}, PONDS, 4),
        ({"further_sectors": ["ponds_reservoirs"]}, PONDS, 3),
        ({"further_sectors": ["ponds_reservoirs"], "inherent_class": 1}, PONDS, 1),
    ],
)
def test_the_later_sectors_have_members_and_grades(profile: dict, code: str, level: int) -> None:
    assert inherent_grades(profile, RULES)[code].level == level


def test_a_sector_of_weight_zero_is_shown_and_moves_nothing() -> None:
    sites = [site(1, {FS: 2, ROAD: 4}, 550), site(2, {FS: 1}, 950), site(3, {FS: 1}, 950)]
    with_it, without = (assess_township("330110110", group, DAY, RULES) for group in (sites, [site(1, {FS: 2}, 550), *sites[1:]]))
    road = next(sector for sector in with_it.sectors if sector.code == ROAD)
    assert (road.inherent, road.governance, road.risk, road.colour) == (4, 4, 16, "red")
    assert (with_it.combined, with_it.inherent, with_it.governance) == (without.combined, without.inherent, without.governance)


def test_a_raised_weight_counts_without_code() -> None:
    rules = weighed(ROAD_TRAFFIC="0.10", OTHER_REGISTERED="0.10")
    sites = [site(1, {FS: 1, ROAD: 4}, 800)]
    found = assess_township("330110110", sites, DAY, rules)
    assert found.combined.value == "3.7"  # (0.25·2 + 0.10·8) ÷ 0.35 = 3.714
    assert assess_township("330110110", sites, DAY, RULES).combined.value == "2.0"
    assert rules.hash != RULES.hash


def test_a_site_of_a_later_sector_comes_from_its_register_entry() -> None:
    from chalicelib.grading.judge import grade
    from chalicelib.grading.rules import MODEL_2020, load_rule_set

    document = facts(site_registered=registered(further_sectors=["ponds_reservoirs"], inherent_class=2))
    found = assess_site(document, grade(document, load_rule_set(MODEL_2020), DAY), DAY, RULES)
    assert found.inherent[PONDS].level == 2


def test_a_weighted_coupling_is_rounded_once_and_coloured_by_its_thresholds() -> None:
    rules = read_risk_rules(weighted_coupling())
    assert rules.coupling.text(rules.coupling.value(4, 1)) == "2.4"  # 1.80 + 0.55 = 2.35 → 2.4
    assert [rules.coupling.colour(i, i) for i in (1, 2, 3, 4)] == ["blue", "yellow", "orange", "red"]
    found = assess_township("330110110", [site(1, {HC: 4, SP: 1}, 800)], DAY, rules)
    assert [(sector.code, sector.risk_text, sector.colour) for sector in found.sectors if sector.risk] == [(HC, "2.9", "orange"), (SP, "1.6", "yellow")]
    assert (found.combined.value, found.combined.colour) == ("2.3", "yellow")
    assert found.to_document()["coupling"][3][1] == {"risk": "2.9", "colour": "orange"}


def test_the_matrix_publishes_whole_numbers() -> None:
    assert RULES.coupling.cells[2][3] == ("12", "red")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weights": {"inherent": "0.4", "governance": "0.5", "source": "x", "tag": "D"}}, "sum to 1"),
        ({"weights": {"inherent": "-0.5", "governance": "1.5", "source": "x", "tag": "D"}}, "not negative"),
        ({"thresholds": {"values": ["1.5"], "source": "x", "tag": "D"}}, "3 numbers in rising order"),
        ({"method": "average"}, "matrix or weighted"),
        ({"site_pull_up": {"at_least": 12, "colour": "orange", "source": "x", "tag": "D"}}, "no pair of levels couples to more than 4"),
    ],
)
def test_a_coupling_that_does_not_hold_together_is_refused(change: dict, said: str) -> None:
    with pytest.raises(BadRuleSet) as refused:
        read_risk_rules(weighted_coupling(**change))
    assert any(said in str(problem) for problem in refused.value.problems)


def test_what_is_behind_a_joined_figure_is_named() -> None:
    closed = site(2, 4, 500, operating=False, joined=Joined(deaths=("A1",), grave_accidents=("A1",), injuries=3, injuries_before=1))
    dark = site(3, 1, 950, joined=Joined(video_due=4, video_online=1))
    found = assess_township("330110110", [site(1, 1, 950), closed, dark], DAY, RULES)
    reasons = {reason.code: reason for sector in found.sectors if sector.code == FS for reason in sector.governance_reasons}
    assert (reasons["DEATH"].sites, reasons["DEATH"].events) == (("S0002",), ("A1",))
    assert reasons["GRAVE_ACCIDENT"].events == ("A1",)
    assert reasons["INJURIES"].sites == ("S0002",) and reasons["VIDEO"].sites == ("S0003",)
    assert reasons["MEAN"].sites == ("S0001", "S0003")
    assert set(found.names) == {"S0001", "S0002", "S0003"}


def test_an_accident_stays_with_the_township_of_its_day() -> None:
    from chalicelib.grading.judge import grade
    from chalicelib.grading.rules import MODEL_2020, load_rule_set

    accident = {"on": "2020-05-01", "deaths": 1, "serious_injuries": 0, "light_injuries": 0, "responsibility": "responsible"}
    document = facts(site_registered=registered(), accident=[accident], site_moved=[{"on": "2020-06-01", "township": "330110102"}])
    judgement = grade(document, load_rule_set(MODEL_2020), DAY)
    left, entered = (assess_site(document, judgement, DAY, RULES, code) for code in ("330110110", "330110102"))
    assert (left.operating, len(left.joined.deaths)) == (False, 1)
    assert (entered.operating, len(entered.joined.deaths)) == (True, 0)
