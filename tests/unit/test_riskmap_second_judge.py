"""Three judges of the map on the same random districts: the exact one, the slow one of the text, the one on columns. All agree."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction

import numpy
import pytest
from riskmap_support import DAY, FS, HC, OR, RULES, SP, grade_of

from chalicelib.exact import parse_scaled
from chalicelib.riskmap.assess import assess_township
from chalicelib.riskmap.columns import GRADE_CODES, MapColumns, SiteColumns, Tally
from chalicelib.riskmap.model import Inherent, SiteRisk, Standing, Statistics, TownshipRisk
from tests.second_judge.map import township_of

CODES = (HC, SP, FS, OR)
WORD = {"blue": "蓝", "yellow": "黄", "orange": "橙", "red": "红", "none": None}
EDGES = (0, 590, 599, 600, 749, 750, 894, 895, 899, 900, 1000)


def a_site(chance: random.Random, number: int, township: int) -> SiteRisk:
    sectors = chance.sample(CODES, chance.randint(0, 3))
    score = None if chance.random() < 0.15 else chance.choice(EDGES) if chance.random() < 0.5 else chance.randint(450, 1000)
    vetoed = chance.random() < 0.1
    grade = "red" if vetoed else grade_of(score)
    levels = {code: Inherent(chance.choice((1, 1, 2, 2, 3, 4)), ("TEST",)) for code in sectors}
    return SiteRisk(f"S{number:06d}", "示例", str(township), True, Standing(grade, score, vetoed), levels)


def a_district(chance: random.Random) -> tuple[list[list[SiteRisk]], list[dict[str, Statistics]]]:
    """Some townships, from none to forty sites each, with statistics that often lie on a limit."""
    townships = range(chance.randint(1, 8))
    sites = [[a_site(chance, 1000 * township + number, township) for number in range(chance.choice((0, 1, 2, 10, 11, 40)))] for township in townships]
    return sites, [{code: figures(chance) for code in CODES if chance.random() < 0.3} for _ in townships]


def figures(chance: random.Random) -> Statistics:
    count = lambda limit: chance.choice((None, *range(limit)))  # noqa: E731
    due = chance.choice((None, 0, 5, 10, 20))
    online = None if due is None else chance.choice((None, *range(due + 1)))
    return Statistics(chance.choice((0, 0, 1)), chance.choice((0, 0, 0, 1)), count(7), count(5), due, online)


def second(sites: list[SiteRisk], given: dict[str, Statistics]) -> dict:
    plain = [
        {
            "levels": {code: found.level for code, found in site.inherent.items()},
            "grade": site.standing.grade,
            "score": None if site.standing.score_tenths is None else Fraction(site.standing.score_tenths, 10),
            "vetoed": site.standing.vetoed,
        }
        for site in sites
    ]
    names = ("deaths", "grave_accidents", "injuries", "injuries_before", "video_due", "video_online")
    return township_of(plain, {code: {name: getattr(found, name) for name in names} for code, found in given.items()})


def columns_of(district: list[list[SiteRisk]]) -> SiteColumns:
    flat = [(township, site) for township, sites in enumerate(district) for site in sites]
    order = [sector.code for sector in RULES.sectors]
    levels = [[site.inherent[code].level if code in site.inherent else 0 for code in order] for _, site in flat]
    return SiteColumns(
        numpy.array([township for township, _ in flat], numpy.int64),
        numpy.array(levels, numpy.int64).reshape(len(flat), len(order)),
        numpy.array([GRADE_CODES.index(site.standing.grade) for _, site in flat], numpy.int64),
        numpy.array([site.standing.score_tenths or 0 for _, site in flat], numpy.int64),
        numpy.array([site.standing.score_tenths is not None for _, site in flat], bool),
        numpy.array([site.standing.vetoed for _, site in flat], bool),
    )


def part(sites: SiteColumns, chosen: numpy.ndarray) -> SiteColumns:
    return SiteColumns(*(getattr(sites, name)[chosen] for name in SiteColumns.__slots__))


def by_columns(district: list[list[SiteRisk]], given: list[dict[str, Statistics]], chance: random.Random) -> MapColumns:
    """In several chunks, cut and ordered by chance."""
    tally, sites = Tally(len(district), RULES), columns_of(district)
    rows = numpy.array(chance.sample(range(len(sites.township)), len(sites.township)), numpy.int64)
    for chunk in numpy.array_split(rows, chance.randint(1, 4)):
        tally.add(part(sites, chunk))
    return tally.finish({(township, code): found for township, entry in enumerate(given) for code, found in entry.items()})


def compare(first: TownshipRisk, other: dict, found: MapColumns, township: int) -> Iterator[tuple[object, object, object]]:
    for place, sector in enumerate(first.sectors):
        slow = other["sectors"].get(sector.code)
        if slow is None:
            continue
        risk, colour = int(found.risk_tenths[township, place]), GRADE_CODES[found.colour[township, place]]
        yield sector.inherent, slow["I"], int(found.inherent[township, place]) or None
        yield sector.governance, slow["G"], int(found.governance[township, place]) or None
        yield sector.risk, slow["R"], None if risk < 0 else Fraction(risk, 10)
        yield WORD[sector.colour], slow["colour"], WORD[colour]
        yield sector.mean and Fraction(sector.mean), slow["m"], slow["m"]
    value = first.combined.value
    tenths = int(found.combined_tenths[township])
    yield value and Fraction(parse_scaled(value, 10), 10), other["T"], None if tenths < 0 else Fraction(tenths, 10)
    yield WORD[first.combined.colour], other["colour"], WORD[GRADE_CODES[found.combined_colour[township]]]


def agree(seeds: range) -> None:
    for seed in seeds:
        chance = random.Random(seed)
        district, given = a_district(chance)
        found = by_columns(district, given, chance)
        for township, (sites, figures_of) in enumerate(zip(district, given)):
            first = assess_township(str(township), sites, DAY, RULES, {**dict.fromkeys(CODES, Statistics()), **figures_of})
            for one, two, three in compare(first, second(sites, figures_of), found, township):
                assert one == two == three, (seed, township, one, two, three)


def test_three_judges_agree() -> None:
    agree(range(60))


@pytest.mark.full
def test_three_judges_agree_on_a_thousand_districts() -> None:
    agree(range(60, 1060))


def test_a_wrong_rule_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.second_judge import map as slow

    monkeypatch.setitem(slow.MATRIX, 3, "蓝黄红红")
    with pytest.raises(AssertionError):
        agree(range(60))


def test_a_weighted_coupling_and_other_weights_hold_on_columns_too() -> None:
    from test_riskmap_coupling import weighted_coupling

    from chalicelib.riskmap.rules import read_risk_rules

    rules = read_risk_rules(weighted_coupling())
    for seed in range(20):
        district, _ = a_district(random.Random(seed))
        tally = Tally(len(district), rules)
        tally.add(columns_of(district))
        found = tally.finish()
        for township, sites in enumerate(district):
            exact = assess_township(str(township), sites, DAY, rules).combined
            assert WORD[exact.colour] == WORD[GRADE_CODES[found.combined_colour[township]]]
            assert (exact.value is None) == (found.combined_tenths[township] < 0)
            assert exact.value is None or parse_scaled(exact.value, 10) == found.combined_tenths[township]
