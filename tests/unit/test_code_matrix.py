"""Many plates at once: every matrix is the library's own, module for module, under the mask that the library chooses."""

from __future__ import annotations

import io

import numpy as np
import pytest
import qrcode
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from chalicelib import ids
from chalicelib.code.matrix import MASKS, matrices, penalties, rows_of, words_of
from chalicelib.code.qr import modules, png_of, runs
from chalicelib.code.token import TOKEN_LENGTH, parse_keys, plate_url, plate_version, sign
from chalicelib.errors import BadInput

RING = parse_keys("1:00112233445566778899aabbccddeeff")
# An odd and an even place of the token, and both levels: 4-H and 4-Q.
HOSTS = ("https://aq.cn", "https://aqm.cn", "https://anquanma.yuhang.gov.cn", "https://anquanma2.yuhang.gov.cn", "http://localhost:8000")


def url(host: str, number: int) -> str:
    return plate_url(host, sign(ids.keyed_id(b"key", "site", str(number)), 1 + number % 1023, RING))


@pytest.mark.parametrize("host", HOSTS)
def test_the_matrices_are_the_library_s(host: str) -> None:
    urls = [url(host, number) for number in range(30)]
    assert [rows for rows in matrices(urls)] == [rows_of(modules(one)) for one in urls]


@pytest.mark.parametrize("host", HOSTS)
def test_a_mask_s_points_are_the_library_s_less_what_the_timing_lines_add_to_every_code(host: str) -> None:
    candidates = [candidate(url(host, number), mask) for number in range(12) for mask in MASKS]
    ours = penalties(np.array([words_of(one) for one in candidates], np.uint64).T)
    assert len({qrcode.util.lost_point(one) - points for one, points in zip(candidates, ours.tolist(), strict=True)}) == 1
    assert len(set(ours.tolist())) > 50


def candidate(text: str, mask: int) -> list[list[bool]]:
    """What the library scores when it chooses."""
    version, level = plate_version(text)
    code = qrcode.QRCode(version=version, error_correction=getattr(qrcode.constants, f"ERROR_CORRECT_{level}"), border=0)
    code.add_data(qrcode.util.QRData(text, mode=qrcode.util.MODE_ALPHA_NUM), optimize=0)
    code.makeImpl(True, mask)
    return code.modules


@settings(max_examples=40)
@example("0" * TOKEN_LENGTH)
@given(st.text(ids.ALPHABET, min_size=TOKEN_LENGTH, max_size=TOKEN_LENGTH))
def test_whatever_the_token_says(token: str) -> None:
    text = plate_url(HOSTS[0], token)
    (rows,) = matrices([text])
    try:
        assert rows == rows_of(modules(text))
    except ValueError:  # the library cannot encode a block of nothing but zeros; ours must be read all the same
        assert [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(png_of(rows, 4))).convert("L"))] == [text]


def test_the_same_in_any_company_and_order() -> None:
    urls = [url(HOSTS[0], number) for number in range(130)]
    together = list(matrices(urls))
    assert list(matrices(urls[::-1])) == together[::-1]
    assert list(matrices(urls[64:65])) == together[64:65]
    assert list(matrices([])) == []


def test_a_text_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="length or beginning"):
        list(matrices([url(HOSTS[0], 1), url(HOSTS[2], 1)]))
    with pytest.raises(BadInput):
        list(matrices(["A" * 68]))


@given(st.integers(0, (1 << 33) - 1))
def test_runs_cover_exactly_the_dark_modules(row: int) -> None:
    found = list(runs([row]))
    assert sum(((1 << length) - 1) << start for _, start, length in found) == row
    ends = [start + length for _, start, length in found]
    assert all(start > end for (_, start, _), end in zip(found[1:], ends, strict=False)), "runs do not touch"
