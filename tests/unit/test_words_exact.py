"""Exact points, canonical JSON and opaque ids."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import canonical, exact, ids


def test_half_up_where_floats_and_bankers_rounding_fail():
    assert exact.half_up(8985, 10) == 899  # 89.85 → 89.9; round(89.85, 1) gives 89.8
    assert exact.half_up(-25, 10) == -3
    assert exact.half_up(25, 10) == 3


@given(st.integers(-(10**9), 10**9), st.sampled_from([1, 2, 4, 5, 8, 10, 16, 20, 25, 100, 1000]))
def test_half_up_agrees_with_decimal(numerator, denominator):
    expected = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert exact.half_up(numerator, denominator) == int(expected)


def test_half_up_refuses_a_denominator_that_is_not_positive():
    with pytest.raises(ValueError):
        exact.half_up(1, 0)


def test_points_are_always_written_with_their_decimals():
    assert exact.text_of(1000, exact.TENTHS) == "100.0"
    assert exact.text_of(1393, exact.HUNDREDTHS) == "13.93"
    assert exact.text_of(-5, exact.TENTHS) == "-0.5"
    assert exact.parse_scaled("2.5", exact.HUNDREDTHS) == 250
    with pytest.raises(ValueError, match="more decimals"):
        exact.parse_scaled("0.125", exact.HUNDREDTHS)


@given(st.integers(-(10**6), 10**6))
def test_text_and_value_are_inverse(value):
    assert exact.parse_scaled(exact.text_of(value, 100), 100) == value


def test_fractions_are_written_in_lowest_terms():
    assert exact.fraction_text(Fraction(830, 93)) == "830/93"
    assert exact.fraction_text(Fraction(4, 2)) == "2"


def test_the_same_content_has_the_same_hash_whatever_the_key_order():
    assert canonical.content_hash({"b": 1, "a": "蓝"}) == canonical.content_hash({"a": "蓝", "b": 1})
    assert canonical.canonical_json({"b": 1, "a": "蓝"}) == '{"a":"蓝","b":1}'.encode()
    assert canonical.content_hash({"a": 1}) != canonical.content_hash({"a": 2})


def test_ids_are_keyed_opaque_and_in_the_alphabet_without_look_alikes():
    one = ids.keyed_id(b"key", "site", "91330110MA0000015C|1")
    assert one == ids.keyed_id(b"key", "site", "91330110MA0000015C|1")
    assert one != ids.keyed_id(b"another key", "site", "91330110MA0000015C|1")
    assert len(one) == ids.SITE_ID_LENGTH
    assert set(one) <= set(ids.ALPHABET)
    assert not set("ILOU") & set(ids.ALPHABET)


def test_an_event_id_of_another_subject_is_recognised_without_a_read():
    mine, other = ids.subject_of("site", "A" * 16), ids.subject_of("site", "B" * 16)
    event_id = ids.event_id_of(mine, "penalty", "no-1")
    assert ids.belongs(event_id, mine)
    assert not ids.belongs(event_id, other)
    assert event_id != ids.event_id_of(mine, "accident", "no-1")


@given(st.binary(min_size=10, max_size=32))
def test_base32_takes_five_bits_a_character_from_the_front(data):
    text = ids.base32(data, 16)
    bits = int.from_bytes(data, "big") >> (len(data) * 8 - 80)
    value = 0
    for character in text:
        value = value * 32 + ids.ALPHABET.index(character)
    assert value == bits
