"""The map as one PNG for messengers: combined large, inherent and governance below, key, date and what the colours do not mean.

Drawn with Pillow from the same sheet as the pages, at twice the size and scaled down. The font is a subset (GB 2312) of Noto Sans CJK SC
Bold that stands in ``chalicelib/fonts`` with its licence; Pillow is in the package for the plates, no other renderer is needed.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.register.district import Swatch
from chalicelib.riskmap.draw import Cell
from chalicelib.riskmap.maps import LAYER, layer_cells
from chalicelib.riskmap.model import GRADES
from chalicelib.riskmap.outline import Label, Outline, Sheet

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

    from chalicelib.riskmap.pages import Document, Edition

FONT = Path(__file__).resolve().parent.parent / "fonts" / "NotoSansCJKsc-Bold-GB2312.woff2"
SIGNS = "·×–—“”‘’…→↑↓≥≤＝＼、。（），：；！？％《》【】Ⅰ"
SCALE = 2  # drawn larger, then reduced: smooth edges
WIDTH, EDGE, GAP = 1080, 40, 24
PAPER, INK, SOFT, BRAND = "#FFFFFF", "#14202B", "#4B5966", "#0D3B59"
WORDS = {"red": "重大", "orange": "较大", "yellow": "一般", "blue": "低", "none": "无结论"}
DISCLAIMER = "颜色不是对某一家企业的评价，也不保证不发生事故。灰色是没有结论，不是安全。"


def draw_picture(edition: Edition, documents: Sequence[Document], title: str) -> bytes:
    """The PNG of these documents. The same documents give the same bytes."""
    board = _Board(edition.sheet, edition.district.palette)
    board.heading(title, f"{edition.district.name} · 数据截至 {edition.shown}")
    cells = {layer: layer_cells(edition, documents, layer, "") for layer in LAYER}
    board.tally(Counter(cell.colour for cell in cells["combined"]))
    board.caption(EDGE, "综合安全状况（固有风险 × 动态治理）", 30)
    board.map(cells["combined"], EDGE, WIDTH - 2 * EDGE, "wide")
    half = (WIDTH - 2 * EDGE - GAP) // 2
    top = board.y
    for place, layer in enumerate(("inherent", "governance")):
        board.y = top
        left = EDGE + place * (half + GAP)
        board.caption(left, LAYER[layer], 26)
        board.map(cells[layer], left, half, "narrow")
    board.footing((edition.district.notice, DISCLAIMER))
    return board.png()


def lacking(text: str) -> str:
    """The characters of a text that the picture's font does not have, each once."""
    return "".join(dict.fromkeys(letter for letter in text if not _has(letter)))


def _has(letter: str) -> bool:
    if letter.isascii() or letter in SIGNS:
        return True
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


class _Board:
    """A sheet of paper that is filled from the top; lengths in pixels of the finished picture."""

    def __init__(self, sheet: Sheet, palette: Mapping[str, Swatch]) -> None:
        from PIL import Image, ImageDraw

        self.sheet, self.palette, self.y = sheet, palette, 0.0
        ratio = sheet.frame[3] / sheet.frame[2]
        height = 420 + ratio * ((WIDTH - 2 * EDGE) + (WIDTH - 2 * EDGE - GAP) / 2) + 90
        self.image: Image.Image = Image.new("RGB", (WIDTH * SCALE, round(height) * SCALE), PAPER)
        self.pen: ImageDraw.ImageDraw = ImageDraw.Draw(self.image)

    def heading(self, title: str, line: str) -> None:
        self.pen.rectangle((0, 0, WIDTH * SCALE, 132 * SCALE), fill=BRAND)
        self.text(EDGE, 26, title, 44, "#FFFFFF")
        self.text(EDGE, 86, line, 24, "#D7E3EC")
        self.y = 152

    def tally(self, counts: Mapping[str, int]) -> None:
        """How many townships have each colour: swatch with pattern, word and letter, count, meaning."""
        x = float(EDGE)
        for code in GRADES:
            if code == "none" and not counts.get(code):
                continue
            swatch = self.palette[code]
            self.fill([(x, self.y), (x + 40, self.y), (x + 40, self.y + 40), (x, self.y + 40)], swatch)
            name = "灰" if code == "none" else f"{swatch.word} {swatch.letter}"
            x = self.text(x + 50, self.y + 4, f"{name} {counts.get(code, 0)}", 27, INK)
            x = self.text(x + 8, self.y + 10, WORDS[code], 20, SOFT) + 26
        self.y += 58

    def caption(self, x: float, words: str, size: int) -> None:
        self.text(x, self.y, words, size, INK)
        self.y += size * 1.5

    def map(self, cells: Sequence[Cell], left: float, width: float, view: str) -> None:
        scale = width / self.sheet.frame[2]
        place = (left - self.sheet.frame[0] * scale, self.y - self.sheet.frame[1] * scale, scale)
        for cell in cells:
            self._township(self.sheet.outlines[cell.code], self.palette[cell.colour], place)
        for cell in cells:
            outline = self.sheet.outlines[cell.code]
            self._label(outline.labels[view], cell, outline.number, place)
        self.y += self.sheet.frame[3] * scale + 16

    def footing(self, lines: Sequence[str]) -> None:
        for line in lines:
            for part in _wrapped(line, 48):
                self.text(EDGE, self.y, part, 19, SOFT)
                self.y += 28
        self.y += 16

    def png(self) -> bytes:
        from PIL import Image

        whole = self.image.crop((0, 0, WIDTH * SCALE, round(self.y) * SCALE))
        small = whole.reduce(SCALE).quantize(method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        out = io.BytesIO()
        small.save(out, "PNG")
        return out.getvalue()

    def text(self, x: float, y: float, words: str, size: float, ink: str) -> float:
        """Words from a corner; where they end."""
        font = _font(round(size * SCALE))
        self.pen.text((x * SCALE, y * SCALE), words, font=font, fill=ink)
        return x + font.getlength(words) / SCALE

    def fill(self, points: Sequence[tuple[float, float]], swatch: Swatch) -> None:
        self._paint([[(x * SCALE, y * SCALE) for x, y in points]], swatch)

    def _township(self, outline: Outline, swatch: Swatch, place: tuple[float, float, float]) -> None:
        dx, dy, scale = place
        for part in outline.parts:
            rings = [[((dx + x * scale) * SCALE, (dy + y * scale) * SCALE) for x, y in ring] for ring in part]
            self._paint(rings, swatch)
            self.pen.line([*rings[0], rings[0][0]], fill=PAPER, width=SCALE + 1)

    def _paint(self, rings: Sequence[Sequence[tuple[float, float]]], swatch: Swatch) -> None:
        """Colour and pattern inside the outer ring and outside its holes."""
        from PIL import Image, ImageDraw

        xs, ys = [x for x, _ in rings[0]], [y for _, y in rings[0]]
        left, top, right, bottom = int(min(xs)), int(min(ys)), int(max(xs)) + 2, int(max(ys)) + 2
        mask = Image.new("L", (right - left, bottom - top), 0)
        pen = ImageDraw.Draw(mask)
        for number, ring in enumerate(rings):
            pen.polygon([(x - left, y - top) for x, y in ring], fill=0 if number else 255)
        self.image.paste(_texture(swatch.fill, swatch.ink, swatch.pattern, mask.size), (left, top), mask)

    def _label(self, label: Label, cell: Cell, number: int, place: tuple[float, float, float]) -> None:
        swatch, (dx, dy, scale) = self.palette[cell.colour], place
        x, y, size = dx + label.x * scale, dy + label.y * scale, label.size * scale
        if label.kind == "full":
            self._centred(x, y - 0.56 * size, cell.short, size, swatch)
            self._centred(x, y + 0.52 * size, cell.mark, 0.8 * size, swatch)
        else:
            self._centred(x, y, f"{cell.short if label.kind == 'name' else number}{swatch.letter}", 0.92 * size, swatch)

    def _centred(self, x: float, y: float, words: str, size: float, swatch: Swatch) -> None:
        font = _font(max(6, round(size * SCALE)))
        halo = max(2, round(size * SCALE / 9))
        at = (x * SCALE, y * SCALE)
        self.pen.text(at, words, font=font, fill=swatch.ink, anchor="mm", stroke_width=halo, stroke_fill=swatch.fill)


@lru_cache(maxsize=32)
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(FONT), pixels)


def _wrapped(line: str, letters: int) -> list[str]:
    return [line[start : start + letters] for start in range(0, len(line), letters)]


@lru_cache(maxsize=128)
def _texture(fill: str, ink: str, pattern: str, size: tuple[int, int]) -> Image.Image:
    """A rectangle of the colour with the grade's own pattern over it, as on the pages."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", size, fill)
    shade = Image.new("L", size, 0)
    pen, (width, height), step = ImageDraw.Draw(shade), size, 9 * SCALE
    for start in range(-height, width, step):
        if pattern in ("cross", "diagonal"):
            pen.line((start, height, start + height, 0), fill=95, width=SCALE)
        if pattern == "cross":
            pen.line((start, 0, start + height, height), fill=95, width=SCALE)
    for y in range(step // 2, height, step):
        if pattern == "lines":
            pen.line((0, y, width, y), fill=95, width=SCALE)
        if pattern == "dots":
            for x in range(step // 2, width, step):
                pen.ellipse((x - SCALE, y - SCALE, x + SCALE, y + SCALE), fill=110)
    image.paste(Image.new("RGB", size, ink), (0, 0), shade)
    return image
