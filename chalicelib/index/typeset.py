"""The font of printed pages, and how long its words are: subset of Noto Sans SC (GB 2312) in ``chalicelib/fonts``, of which a file
embeds only what it uses. A character it lacks is drawn as 〓, so that no line has a hole. Lengths are millimetres, sizes points.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reportlab.lib.colors import Color

FILE = Path(__file__).resolve().parent.parent / "fonts" / "NotoSansSC-Medium-GB2312.ttf"
FONT, GETA, MM = "paper", "〓", 72 / 25.4
NEVER_FIRST = "，。；：、）” "


@lru_cache(maxsize=1)
def register() -> Mapping[int, int]:
    """The font, once for this process; its characters by code point."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont(FONT, str(FILE)))
    return pdfmetrics.getFont(FONT).face.charToGlyph


@lru_cache(maxsize=64)
def colour(code: str) -> Color:
    from reportlab.lib.colors import HexColor

    return HexColor(code)


def drawable(text: str) -> str:
    known = register()
    return "".join(letter if ord(letter) in known else GETA for letter in text)


def width_of(text: str, size: float) -> float:
    """In millimetres."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return stringWidth(text, FONT, size) / MM


def shortened(text: str, size: float, width: float) -> str:
    """Cut, with an ellipsis, to what fits."""
    if width_of(drawable(text), size) <= width:
        return text
    while text and width_of(drawable(text) + "…", size) > width:
        text = text[:-1]
    return text + "…"


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Lines no wider than this; a mark never begins a line, a number or a Latin word is not broken."""
    lines, line = [], ""
    for word in _unbroken(text):
        if line and word not in NEVER_FIRST and width_of(drawable(line + word), size) > width:
            lines.append(line)
            line = word.lstrip()
        else:
            line += word
    return [*lines, line]


def _unbroken(text: str) -> list[str]:
    """Pieces a line may break between."""
    pieces: list[str] = []
    for letter in text:
        if pieces and letter.isascii() and letter != " " and pieces[-1].isascii() and pieces[-1] != " ":
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces
