"""The worked examples of the map, row by row: they must come out exactly."""

from __future__ import annotations

import pytest
from riskmap_support import DAY, FS, HC, OR, RULES, SP, sector, site

from chalicelib.riskmap.assess import assess_township, weighted_mean
from chalicelib.riskmap.inherent import inherent_grades
from chalicelib.riskmap.model import Joined, Statistics


def test_m1_mixed_sector_with_a_red_site() -> None:
    found = sector([site(1, 4, 920), site(2, 3, 880), site(3, 2, 700), site(4, 2, 550)])
    assert (found.value, found.inherent) == ("8.50", 3)
    assert (found.mean, found.governance) == ("76.3", 3)
    assert (found.risk, found.colour) == (9, "orange")
    red = next(reason for reason in found.governance_reasons if reason.code == "RED_SHARE")
    assert red.sites == ("S0004",)
    assert red.counts == {"red": 1, "coded": 4, "share": "25.0%"}


def combined_of(risks: dict[str, tuple[int, int]]):
    """A township whose sectors have these (I, G)."""
    scores = {1: 950, 2: 800, 3: 650}
    sites = [site(number, {code: inherent}, scores[governance]) for number, (code, (inherent, governance)) in enumerate(risks.items())]
    return assess_township("330110110", sites, DAY, RULES)


def test_m4_weighted_sum() -> None:
    found = combined_of({HC: (4, 2), SP: (3, 2), FS: (3, 1), OR: (2, 2)})
    assert [entry.risk for entry in found.sectors][:4] == [8, 6, 3, 4]
    assert (found.combined.value, found.combined.colour) == ("5.5", "yellow")
    assert found.combined.pull_ups == ()


def test_m5_a_red_sector_pulls_the_township_to_orange() -> None:
    found = combined_of({HC: (4, 3), SP: (3, 2), FS: (3, 1), OR: (2, 2)})
    assert [entry.risk for entry in found.sectors][:4] == [12, 6, 3, 4]
    assert (found.combined.value, found.combined.own_colour, found.combined.colour) == ("6.7", "yellow", "orange")
    assert [reason.code for reason in found.combined.pull_ups] == ["RED_SECTOR"]
    assert found.combined.pull_ups[0].counts["sectors"] == [HC]


def test_m6_grey_sites_count_in_the_inherent_layer_only() -> None:
    found = sector([site(1, 2, 950), site(2, 2, 930), site(3, 4, None)])
    assert (found.value, found.inherent) == ("8.33", 3)
    assert (found.mean, found.governance) == ("94.0", 1)
    assert (found.risk, found.colour) == (3, "blue")
    assert (found.sites, found.coded) == (3, 2)


def test_m8_a_veto_counts_59_and_exactly_one_of_eleven_is_not_above_ten_percent() -> None:
    blue = [site(number, 1, 900) for number in range(10)]
    found = sector([*blue, site(10, 1, 900, vetoed=True)])
    assert (found.mean, found.governance) == ("87.2", 2)
    assert (found.inherent, found.risk, found.colour) == (1, 2, "blue")


def test_m10_floor_then_steps_then_cap() -> None:
    found = sector([site(1, 2, 950)], Statistics(deaths=1, injuries=16, injuries_before=10, video_due=20, video_online=10))
    assert [reason.code for reason in found.governance_reasons] == ["MEAN", "DEATH", "INJURIES", "VIDEO"]
    assert (found.governance, found.risk) == (4, 8)


def test_m11_exactly_at_the_limits_has_no_effect() -> None:
    found = sector([site(1, 2, 950)], Statistics(injuries=15, injuries_before=10, video_due=20, video_online=12))
    assert found.governance == 1
    assert [reason.code for reason in found.governance_reasons] == ["MEAN"]


def test_m13_one_sector_alone_and_none_at_all() -> None:
    alone = assess_township("330110110", [site(1, 2, 950)], DAY, RULES)
    assert (alone.combined.value, alone.combined.colour) == ("2.0", "blue")
    empty = assess_township("330110110", [], DAY, RULES)
    assert (empty.combined.value, empty.combined.colour) == (None, "none")
    assert {entry.state for entry in empty.sectors} == {"no_sites"}


def test_m15_a_dealer_without_storage_that_sprays() -> None:
    found = inherent_grades({"chemical_type": "trade_without_storage", "special_premises": ["spraying"]}, RULES)
    assert {code: inherent.level for code, inherent in found.items()} == {HC: 1, SP: 3, FS: 1}


def test_m16_red_share_is_of_coded_sites() -> None:
    sites = [site(number, 1, 946) for number in range(8)]
    found = sector([*sites, site(8, 1, 590), site(9, 1, None)])
    assert found.mean == "90.6"
    assert found.governance == 3
    assert next(reason for reason in found.governance_reasons if reason.code == "RED_SHARE").counts["share"] == "11.1%"


def test_exactly_ten_percent_red_does_not_count() -> None:
    found = sector([*(site(number, 1, 950) for number in range(9)), site(9, 1, 590)])
    assert (found.mean, found.governance) == ("91.4", 1)


@pytest.mark.parametrize(
    ("vetoed", "score", "mean"),
    [(True, 900, "59.0"), (True, 400, "40.0"), (True, None, "59.0"), (False, 590, "59.0"), (False, 850, "85.0")],
)
def test_what_a_red_site_brings_into_the_mean(vetoed: bool, score: int | None, mean: str) -> None:
    """Red by veto: at most 59, and 59 without a score; red by score or cap keeps its score."""
    assert sector([site(1, 1, score, "red", vetoed=vetoed)]).mean == mean


def test_a_sector_of_grey_sites_shows_inherent_risk_alone_and_is_left_out_of_t() -> None:
    found = assess_township("330110110", [site(1, {FS: 3}, None), site(2, {HC: 2}, 950)], DAY, RULES)
    fire = next(entry for entry in found.sectors if entry.code == FS)
    assert (fire.state, fire.inherent, fire.governance, fire.risk, fire.colour) == ("ungraded", 3, None, None, "none")
    assert found.combined.value == "2.0"


@pytest.mark.parametrize(("deaths", "grave", "governance"), [(0, 0, 1), (1, 0, 3), (0, 1, 4), (1, 1, 4)])
def test_accidents_are_floors(deaths: int, grave: int, governance: int) -> None:
    assert sector([site(1, 1, 950)], Statistics(deaths=deaths, grave_accidents=grave)).governance == governance


def test_injuries_up_from_none_count_as_worse_and_unknown_has_no_effect() -> None:
    assert sector([site(1, 1, 950)], Statistics(injuries=1, injuries_before=0)).governance == 2
    assert sector([site(1, 1, 950)], Statistics(injuries=0, injuries_before=0)).governance == 1
    assert sector([site(1, 1, 950)], Statistics(injuries=9, injuries_before=None, video_due=0, video_online=0)).governance == 1


def test_one_top_site_lifts_the_sector_to_three_and_its_colour_to_orange_not_its_number() -> None:
    sites = [site(0, 4, 700), *(site(number, 1, 980) for number in range(1, 40))]
    found = sector(sites)
    assert found.value == "6.10"
    assert found.inherent == 3
    assert [reason.code for reason in found.inherent_reasons][-1] == "TOP_SITE"
    assert (found.risk, found.matrix_colour, found.colour) == (3, "blue", "orange")
    assert found.pull_ups[0].sites == ("S0000",)


def test_the_matrix_is_the_published_one() -> None:
    letters = {"blue": "蓝", "yellow": "黄", "orange": "橙", "red": "红"}
    assert ["".join(letters[cell] for cell in row) for row in RULES.coupling.colours] == ["蓝蓝蓝黄", "蓝黄黄橙", "蓝黄橙红", "黄橙红红"]


def test_weights_are_renormalised_over_what_is_there() -> None:
    third = [(RULES.sectors[0].weight, 8), (RULES.sectors[3].weight, 3), (RULES.sectors[4].weight, 16)]
    assert weighted_mean(third) == 60  # (0.30·8 + 0.20·3) ÷ 0.50; the unopened sector has weight 0
    assert weighted_mean([(RULES.sectors[4].weight, 16)]) is None


def test_sites_not_in_operation_are_in_no_count_but_their_deaths_are() -> None:
    closed = site(2, 4, 500, operating=False, joined=Joined(deaths=("A1",)))
    found = sector([site(1, 1, 950), closed])
    assert (found.sites, found.inherent, found.governance) == (1, 1, 3)
