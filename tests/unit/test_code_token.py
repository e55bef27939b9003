"""A plate token proves that we issued it: anything else is refused before anything is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import ids
from chalicelib.code.token import (
    MAX_ISSUE,
    TOKEN_LENGTH,
    KeyRing,
    parse_keys,
    plate_url,
    plate_version,
    sign,
    verify,
)
from chalicelib.errors import BadInput, BadToken

SECRET = "00112233445566778899aabbccddeeff"
OTHER = "ffeeddccbbaa99887766554433221100"
RING = parse_keys(f"1:{SECRET}")
SITE = "3MAPZ0XKQ7WCV5TG"

site_ids = st.text(ids.ALPHABET, min_size=16, max_size=16)
issues = st.integers(1, MAX_ISSUE)


@given(site_ids, issues)
def test_a_signed_token_gives_back_site_and_issue(site_id: str, issue: int) -> None:
    token = sign(site_id, issue, RING)
    assert len(token) == TOKEN_LENGTH == 29
    assert set(token) <= set(ids.ALPHABET)
    assert verify(token, RING) == (site_id, issue)


@given(site_ids, issues, st.integers(0, TOKEN_LENGTH - 1), st.sampled_from(ids.ALPHABET + "ILOUabc-_ é"))
def test_any_single_changed_character_is_refused(site_id: str, issue: int, at: int, character: str) -> None:
    token = sign(site_id, issue, RING)
    changed = token[:at] + character + token[at + 1 :]
    if changed != token:
        with pytest.raises(BadToken):
            verify(changed, RING)


@given(site_ids, issues, st.integers(0, TOKEN_LENGTH - 1))
def test_any_truncation_and_any_extension_is_refused(site_id: str, issue: int, length: int) -> None:
    token = sign(site_id, issue, RING)
    for text in (token[:length], token[length + 1 :], token + token[length], token[length] + token):
        with pytest.raises(BadToken):
            verify(text, RING)


@given(site_ids, issues, st.integers(0, TOKEN_LENGTH - 1), st.integers(0, TOKEN_LENGTH - 1))
def test_any_transposition_is_refused(site_id: str, issue: int, one: int, two: int) -> None:
    token = list(sign(site_id, issue, RING))
    original = "".join(token)
    token[one], token[two] = token[two], token[one]
    if "".join(token) != original:
        with pytest.raises(BadToken):
            verify("".join(token), RING)


@given(st.text(max_size=60))
def test_arbitrary_text_is_refused(text: str) -> None:
    with pytest.raises(BadToken):
        verify(text, RING)


def test_a_token_of_another_secret_is_refused_though_the_key_id_is_the_same() -> None:
    with pytest.raises(BadToken):
        verify(sign(SITE, 1, parse_keys(f"1:{OTHER}")), RING)


def test_after_a_rotation_old_plates_still_verify_and_new_ones_carry_the_new_key() -> None:
    rotated = parse_keys(f"2:{OTHER},1:{SECRET}")
    assert verify(sign(SITE, 7, RING), rotated) == (SITE, 7)
    fresh = sign(SITE, 8, rotated)
    assert fresh[18] == "2"
    with pytest.raises(BadToken):
        verify(fresh, RING)


def test_when_a_key_is_dropped_its_plates_are_refused() -> None:
    with pytest.raises(BadToken):
        verify(sign(SITE, 1, RING), parse_keys(f"2:{OTHER}"))


def test_a_test_plate_never_verifies_under_production_keys_even_with_the_same_secret() -> None:
    test_token = sign(SITE, 1, parse_keys(f"T:{SECRET}"))
    relabelled = test_token[:18] + "1" + test_token[19:]
    for token in (test_token, relabelled):
        with pytest.raises(BadToken):
            verify(token, RING)
    production_ring = parse_keys(f"1:{SECRET}")
    smuggled = KeyRing("1", {**production_ring.keys, "T": production_ring.keys["1"]})
    with pytest.raises(BadToken):
        verify(test_token, smuggled)


@pytest.mark.parametrize(
    "text",
    [
        f"T:{SECRET},1:{OTHER}",
        f"1:{SECRET},T:{OTHER}",
        f"1:{SECRET},1:{OTHER}",
        f"1:{SECRET[:30]}",
        "1:zz",
        "1",
        f"12:{SECRET}",
        f"I:{SECRET}",
        f":{SECRET}",
    ],
)
def test_a_faulty_key_ring_is_refused_without_repeating_a_secret(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_keys(text)
    assert SECRET[:8] not in str(refused.value)
    assert SECRET[:8] not in repr(RING)


def test_without_keys_nothing_is_signed_and_nothing_verifies() -> None:
    empty = parse_keys("")
    with pytest.raises(BadInput):
        sign(SITE, 1, empty)
    with pytest.raises(BadToken):
        verify(sign(SITE, 1, RING), empty)


@pytest.mark.parametrize("issue", [0, -1, MAX_ISSUE + 1])
def test_an_issue_number_outside_1_to_1023_is_not_signed(issue: int) -> None:
    with pytest.raises(BadInput):
        sign(SITE, issue, RING)


@pytest.mark.parametrize("site_id", ["", SITE[:15], SITE + "0", SITE[:15] + "I", SITE.lower()])
def test_what_is_not_a_site_id_is_not_signed(site_id: str) -> None:
    with pytest.raises(BadInput):
        sign(site_id, 1, RING)


def test_the_address_on_a_plate_is_upper_case_and_fits_version_4() -> None:
    url = plate_url("https://aqm.yuhang.gov.cn/", sign(SITE, 1, RING))
    assert url.startswith("HTTPS://AQM.YUHANG.GOV.CN/C/3MAPZ0XKQ7WCV5TG")
    assert plate_version(url) == (4, "Q")


@pytest.mark.parametrize(("length", "expected"), [(50, (4, "H")), (51, (4, "Q")), (67, (4, "Q"))])
def test_50_characters_take_level_h_and_67_level_q(length: int, expected: tuple[int, str]) -> None:
    assert plate_version("A" * length) == expected


@pytest.mark.parametrize("url", ["A" * 68, "https://x/C/A", "HTTPS://X/C/A?B"])
def test_an_address_that_does_not_fit_a_plate_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        plate_version(url)
