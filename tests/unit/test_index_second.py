"""Two indices that share no code say the same of any month; and the second one is shown to notice a wrong number."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import second_index
from hypothesis import given, settings
from hypothesis import strategies as st
from index_builders import JUNE, NO_SHRINKING, RULES, TOWNSHIPS, at_share, no_data, random_district, township

from chalicelib.index.document import measure_document
from chalicelib.index.model import Measure, TownshipMonth, TownshipScore
from chalicelib.index.score import score

DISTRICTS = st.lists(TOWNSHIPS, min_size=1, max_size=6, unique_by=lambda entry: entry.code)
MONTHS = ("2020-06", "2020-07", "2020-12", "2021-01")


def document(entry: TownshipMonth) -> dict:
    return {"code": entry.code, "sites": entry.sites, "sub_items": {measure.code: measure_document(measure) for measure in entry.measures}}


def ours(entry: TownshipScore) -> dict:
    def hundredths(value: int | None) -> Fraction | None:
        return None if value is None else Fraction(value, 100)

    return {
        "code": entry.code,
        "points": {item.code: hundredths(item.points) for item in entry.sub_items if item.points is not None},
        "indicators": {indicator.code: hundredths(indicator.points) for indicator in entry.indicators if indicator.points is not None},
        "raw": hundredths(entry.raw), "k": hundredths(entry.coefficient),
        "index": None if entry.index is None else Fraction(entry.index, 10),
        "enough": entry.sufficient, "colour": entry.colour, "rank": entry.rank, "sg_lost": entry.exact_lost("SG") / 100,
    }  # fmt: skip


def differences(month: str, entries: list[TownshipMonth], rules=RULES) -> list[tuple]:
    first, second = score(month, entries, rules), second_index.district(month, [document(entry) for entry in entries])
    return [(a, b) for a, b in zip(map(ours, first), second, strict=True) if a != b]


def test_both_say_the_same_of_random_districts() -> None:
    found = {seed: differences(MONTHS[seed % 4], random_district(seed)) for seed in range(60)}
    assert {seed: rows for seed, rows in found.items() if rows} == {}


@pytest.mark.full
def test_both_say_the_same_of_many_random_districts() -> None:
    for seed in range(60, 3_000):
        assert differences(MONTHS[seed % 4], random_district(seed)) == [], seed


@settings(max_examples=25, deadline=None, phases=NO_SHRINKING)
@given(st.sampled_from(MONTHS), DISTRICTS)
def test_both_say_the_same_of_any_district(month: str, entries: list[TownshipMonth]) -> None:
    assert differences(month, entries) == []


def with_item(code: str, **fields: object):
    indicators = tuple(
        replace(i, sub_items=tuple(replace(item, **fields) if item.code == code else item for item in i.sub_items)) for i in RULES.indicators
    )
    return replace(RULES, indicators=indicators)


@pytest.mark.parametrize(
    "wrong",
    [
        with_item("FX4", limit=Fraction(1, 9)), with_item("ZR6", step=49), with_item("PX4", formula="plan"), with_item("JG3", formula="ratio"),
        replace(RULES, bands=tuple((edge + 1, k) for edge, k in RULES.bands[:-1]) + RULES.bands[-1:]),
        replace(RULES, sufficient_share=Fraction(3, 4)), replace(RULES, overrides=RULES.overrides[:1]),
        replace(RULES, limits={**RULES.limits, "carry_months": 0}), replace(RULES, thresholds=(("blue", 901), *RULES.thresholds[1:])),
    ],
)  # fmt: skip
def test_the_second_one_notices_a_wrong_number(wrong) -> None:
    assert differences(JUNE, REVEALING, wrong) + differences("2020-07", REVEALING, wrong), "the difference must show on a district made for it"


def _revealing() -> list[TownshipMonth]:
    items = [item.code for item in RULES.sub_items]
    return [
        township(at_share("FX4", 3, 90), Measure("ZR6", numerator=1), at_share("PX4", 5, 12), at_share("JG3", 1, 6), sites=500, code="1"),
        township(Measure("SG2", numerator=1), code="2"),
        township(*(no_data(code, month="2020-05", share="1/2") for code in items[:18]), code="3"),
        township(at_share("FX2", 0, 3), at_share("ZR3", 0, 3), at_share("ZX1", 0, 12), at_share("CX3", 0, 3), sites=400, code="4"),
    ]


REVEALING = _revealing()
