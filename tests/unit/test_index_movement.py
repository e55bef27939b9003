"""Why a township moved: rules, own data, others, coefficient; exact fractions that sum to the change of index and of place."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from index_builders import JUNE, NO_SHRINKING, RULES, TOWNSHIPS, at_share, no_data, township

from chalicelib.exact import parse_scaled
from chalicelib.index.model import Measure, State, TownshipMonth
from chalicelib.index.movement import PLAYERS, score_again, shapley
from chalicelib.index.result import result_document
from chalicelib.index.rules import MODEL_2020, read_rules
from chalicelib.index.score import score
from chalicelib.index.structure import IndexRules

MAY = "2020-05"


def result(month: str, townships: list[TownshipMonth], previous: dict | None = None, rules: IndexRules = RULES) -> dict:
    return result_document(month, score(month, townships, rules), rules, previous)


def parts_of(document: dict, code: str = "330110001") -> dict[str, tuple[Fraction, Fraction | None]]:
    row = next(row for row in document["townships"] if row["code"] == code)
    return {p["kind"]: (Fraction(p["index"]), None if p["rank"] is None else Fraction(p["rank"])) for p in row["change"]["parts"]}


def test_only_the_own_data_changed() -> None:
    may = result(MAY, [township(at_share("FX2", 0, 4)), township(at_share("FX2", 1, 4), code="2")])
    june = result(JUNE, [township(at_share("FX2", 2, 4)), township(at_share("FX2", 1, 4), code="2")], may)
    assert parts_of(june) == {"rules": (0, 0), "own": (Fraction(3, 2), 1), "others": (0, 0), "coefficient": (0, 0)}
    assert parts_of(june, "2") == {"rules": (0, 0), "own": (0, 0), "others": (0, -1), "coefficient": (0, 0)}
    assert june["townships"][0]["change"]["sub_items"] == {"FX2": "+1.50"}


def test_the_others_move_a_place_but_never_the_index() -> None:
    may = result(MAY, [township(at_share("FX2", 2, 4)), township(at_share("FX2", 1, 4), code="2"), township(at_share("FX2", 3, 4), code="3")])
    june = result(JUNE, [township(at_share("FX2", 2, 4)), township(code="2"), township(code="3")], may)
    assert parts_of(june)["others"] == (0, -1)


def test_data_and_coefficient_together_share_what_only_both_do() -> None:
    may = result(MAY, [township(Measure("SG1", numerator=2), sites=400)])
    june = result(JUNE, [township(sites=620)], may)
    change = june["townships"][0]["change"]
    assert change["index"] == "+6.0"
    # K alone: 94.0 → 94.9; data alone: 94.0 → 100.0; both: capped at 100.0
    assert parts_of(june) == {
        "rules": (0, 0), "own": (Fraction(60 + 51, 20), 0), "others": (0, 0), "coefficient": (Fraction(9, 20), 0),
    }  # fmt: skip


def test_a_new_method_is_shown_on_last_months_data() -> None:
    document = tomllib.loads(MODEL_2020.read_text(encoding="utf-8"))
    for row in document["sub_items"]:
        row["points"] = {"FX2": "2", "FX3": "3"}.get(row["code"], row["points"])
    other = read_rules(document)
    may = result(MAY, [township(at_share("FX2", 0, 4))])
    june = result(JUNE, [township(at_share("FX2", 0, 4))], may, other)
    assert parts_of(june) == {"rules": (1, 0), "own": (0, 0), "others": (0, 0), "coefficient": (0, 0)}


def test_without_a_place_in_both_months_only_the_index_is_split() -> None:
    blind = township(*(no_data(code) for code in list({i.code for i in RULES.sub_items})[:30]))
    june = result(JUNE, [township()], result(MAY, [blind]))
    assert all(rank is None for _, rank in parts_of(june).values())


def test_a_township_that_is_new_has_no_change() -> None:
    june = result(JUNE, [township(), township(code="2")], result(MAY, [township()]))
    assert {row["code"]: row["change"] is None for row in june["townships"]} == {"330110001": False, "2": True}


MONTHS = st.lists(TOWNSHIPS, min_size=1, max_size=4, unique_by=lambda entry: entry.code)


@settings(max_examples=25, phases=NO_SHRINKING)
@given(MONTHS, MONTHS, st.data())
def test_the_parts_sum_to_the_change_of_index_and_place(before: list[TownshipMonth], after: list[TownshipMonth], data: st.DataObject) -> None:
    kept = data.draw(st.permutations([entry.code for entry in before]))
    after = [replace(entry, code=code) for entry, code in zip(after, kept)]
    document = result(JUNE, after, result("2020-05", before))
    for row in document["townships"]:
        if row["change"] is not None:
            parts = row["change"]["parts"]
            assert sum(Fraction(part["index"]) for part in parts) == Fraction(row["change"]["index"])
            assert next(part for part in parts if part["kind"] == "others")["index"] == "0"
            if parts[0]["rank"] is not None:
                assert sum(Fraction(part["rank"]) for part in parts) == row["change"]["rank"]


@settings(max_examples=25, phases=NO_SHRINKING)
@given(MONTHS)
def test_a_published_month_scores_again_from_its_own_document(entries: list[TownshipMonth]) -> None:
    for row in result(MAY, entries)["townships"]:
        again = score_again(row, MAY, RULES)
        assert again.index == (None if row["index"] is None else parse_scaled(row["index"], 10))
        assert [item.state for item in again.sub_items] == [State(i["state"]) for ind in row["indicators"] for i in ind["sub_items"]]


def test_shapley_is_the_mean_over_all_orders() -> None:
    worth = {frozenset(): 0, frozenset({"own"}): 6, frozenset({"coefficient"}): 0, frozenset({"own", "coefficient"}): 12}
    found = shapley(lambda players: worth[players - {"others"}])
    assert found == {"own": 9, "others": 0, "coefficient": 3} and sum(found.values()) == 12 and set(found) == set(PLAYERS)
