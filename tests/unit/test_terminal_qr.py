"""The QR that ``./dev up`` prints, as a phone in front of the screen sees it: the terminal's text painted, then read."""

from __future__ import annotations

import re

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from infra.local.report import terminal_qr

ADDRESS = "HTTPS://192.0.2.2:8783/C/2HRZV08CS67J4K3S01DG0PJSY8ZA7"
CELL = 6
HALVES = {"█": (0, 1), "▀": (0,), "▄": (1,), " ": (), "\xa0": ()}
COLOURS = {"": None, "0": None, "38;5;231;48;5;16": (255, 0)}


def painted(text: str, letters: int, ground: int) -> Image.Image:
    """What a terminal of these colours shows of this text, its colour codes obeyed."""
    rows = text.split("\n")
    width = max(len(re.sub(r"\x1b\[[\d;]*m", "", row)) for row in rows)
    image = Image.new("L", ((width + 4) * CELL, (len(rows) * 2 + 4) * CELL), ground)
    draw = ImageDraw.Draw(image)
    for y, row in enumerate(rows):
        x, ink, paper = 0, letters, ground
        for code, letter in re.findall(r"\x1b\[([\d;]*)m|(.)", row):
            if not letter:
                ink, paper = COLOURS[code] or (letters, ground)
                continue
            for half in (0, 1):
                left, top = (x + 2) * CELL, (2 * y + half + 2) * CELL
                draw.rectangle([left, top, left + CELL - 1, top + CELL - 1], fill=ink if half in HALVES[letter] else paper)
            x += 1
    return image


@pytest.mark.parametrize(("coloured", "letters", "ground"), [(False, 230, 20), (True, 230, 20), (True, 20, 240)], ids=["dark, plain", "dark", "light"])
def test_a_scanner_that_knows_no_negatives_reads_it(coloured: bool, letters: int, ground: int) -> None:
    image = painted(terminal_qr(ADDRESS, coloured=coloured), letters, ground)
    assert [found.text for found in zxingcpp.read_barcodes(image, try_invert=False)] == [ADDRESS]


def test_in_a_pipe_it_is_text_alone() -> None:
    told = terminal_qr(ADDRESS)
    assert set(told) <= {*HALVES, "\n"} and {len(row) for row in told.split("\n")} == {len(told.split("\n")[0])}
