"""GB 32100-2015: the codes of the standard's worked examples, and what a person mistypes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.register.uscc import ALPHABET, check_code, complete_code

REAL = ["91330100799655058B", "9144030071526726XG", "914403001922038216", "91110000710925462X"]
SYNTHETIC = ["91330110MA0000015C", "91330110MA00000237", "91330110MA00000312", "91330110000000019M"]


@pytest.mark.parametrize("code", REAL + SYNTHETIC)
def test_codes_of_the_reference_are_valid(code):
    assert check_code(code).valid
    assert check_code(code).text == code


def test_a_wrong_check_character_is_named_with_the_right_one():
    verdict = check_code("91330110MA0000015D")
    assert not verdict.valid
    assert "应为“C”" in verdict.reason and "“D”" in verdict.reason


def test_transposed_digits_are_found():
    assert "应为“4”" in check_code("91330110MA0000051C").reason


def test_letter_o_is_not_zero_and_is_not_corrected():
    verdict = check_code("91330110MA000O015C")
    assert "第14位“O”" in verdict.reason
    assert verdict.text == "91330110MA000O015C"


def test_outer_blanks_are_cut_and_lower_case_is_raised():
    assert check_code(" 91330110ma0000015c\u3000").text == "91330110MA0000015C"
    assert check_code(" 91330110ma0000015c\u3000").valid


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "为空"),
        ("91330110MA000001C", "实际17位"),
        ("91330110-MA0000015C", "实际19位"),
        ("91330110MA000001５C", "第17位"),
        ("９１330110MA0000015C", "第1位"),
        ("91330110 A0000015C", "第9位"),
        ("91A30110MA0000015C", "行政区划"),
    ],
)
def test_every_other_difference_is_invalid(code, reason):
    assert reason in check_code(code).reason


def test_registering_departments_with_a_letter_are_codes_too():
    assert check_code(complete_code("N2", "330110", "MF000001")).valid


def test_only_the_inner_check_failing_is_a_warning():
    for last in "0123456789X":
        stem = "91330110MA000001" + last
        whole = next(stem + check for check in ALPHABET if check_code(stem + check).valid)
        assert bool(check_code(whole).warning) == (last != "5")


BODIES = st.text(alphabet=ALPHABET, min_size=8, max_size=8)


@given(BODIES, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(body, place, character):
    code = complete_code("91", "330110", body)
    wrong = code[:place] + character + code[place + 1 :]
    assert check_code(code).valid and not check_code(code).warning
    assert check_code(wrong).valid == (wrong == code)
