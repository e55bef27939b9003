"""A plate is read by three decoders of different make: turned, blurred, small, and with a part of it covered."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from chalicelib import ids
from chalicelib.code.matrix import matrices
from chalicelib.code.qr import png_of
from chalicelib.code.token import parse_keys, plate_url, plate_version, sign
from infra.local.debian import ensure_library

pytestmark = pytest.mark.full
RING = parse_keys("1:00112233445566778899aabbccddeeff")
HOSTS = ("https://aq.cn", "https://anquanma.example.cn")
URLS = [plate_url(host, sign(ids.keyed_id(b"key", "site", str(number)), 1, RING)) for host in HOSTS for number in range(3)]


def by_zxing(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


def by_zbar(image: Image.Image) -> list[str]:
    ensure_library("libzbar.so.0", "libzbar0")
    from pyzbar import pyzbar

    return [found.data.decode() for found in pyzbar.decode(image, symbols=[pyzbar.ZBarSymbol.QRCODE])]


def by_opencv(image: Image.Image) -> list[str]:
    """By either of its two detectors: one is better at small codes, the other at blurred ones."""
    seen = cv2.cvtColor(np.asarray(image), cv2.COLOR_GRAY2BGR)
    texts = (detector().detectAndDecode(seen)[0] for detector in (cv2.QRCodeDetector, cv2.QRCodeDetectorAruco))
    return [next(filter(None, texts), "")]


DECODERS = {"zxing-cpp": by_zxing, "zbar": by_zbar, "OpenCV": by_opencv}


def photo(url: str, side: int) -> Image.Image:
    """The plate's picture at this size, with some of the plate's white around it."""
    (rows,) = matrices([url])
    whole = Image.open(io.BytesIO(png_of(rows, 24))).convert("L").resize((side, side), Image.Resampling.LANCZOS)
    return whole


def bordered(image: Image.Image, margin: int) -> Image.Image:
    wide = Image.new("L", (image.width + 2 * margin, image.height + 2 * margin), 255)
    wide.paste(image, (margin, margin))
    return wide


def covered(image: Image.Image, share: float) -> Image.Image:
    """An opaque patch of this share of the code's area, off the centre and off the finders."""
    shown = image.copy()
    modules = 41
    unit = image.width / modules
    side = (share * 33 * 33) ** 0.5 * unit
    left, top = 21 * unit, 13 * unit
    ImageDraw.Draw(shown).rectangle((left, top, left + side, top + side), fill=255)
    return shown


CASES = {
    "plain": lambda url: photo(url, 410),
    "a quarter turned": lambda url: photo(url, 410).rotate(90),
    "turned by 17 degrees": lambda url: photo(url, 410).rotate(17, Image.Resampling.BICUBIC, expand=True, fillcolor=255),
    "blurred at 300 px": lambda url: photo(url, 300).filter(ImageFilter.GaussianBlur(2)),
    "90 px with margin": lambda url: bordered(photo(url, 90), 20),
    # Level H, for short hosts, bears 15 %; level Q, for long ones, is made for a quarter less.
    "covered": lambda url: covered(photo(url, 410), 0.15 if plate_version(url)[1] == "H" else 0.11),
}


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("decoder", DECODERS)
def test_a_plate_is_read(decoder: str, case: str, url: str) -> None:
    assert DECODERS[decoder](CASES[case](url)) == [url]
