"""The QR of a plate (ISO/IEC 18004) as SVG and PNG: alphanumeric mode, quiet zone of four modules, drawn from the matrix's rows.

The qrcode library is imported when a code is drawn: the scan never loads it. Many at once: :mod:`.matrix`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import lru_cache

from markupsafe import escape

from chalicelib.code.matrix import rows_of
from chalicelib.code.token import plate_version

QUIET_ZONE = 4
PIXELS = 24
STEP = 11
PIECE = (1 << STEP + 1) - 1


def modules(url: str) -> list[list[bool]]:
    """The dark modules of a plate's QR, row by row, without quiet zone. BadInput if the address does not fit a plate."""
    import qrcode

    version, level = plate_version(url)
    code = qrcode.QRCode(version=version, error_correction=getattr(qrcode.constants, f"ERROR_CORRECT_{level}"), border=0)
    code.add_data(qrcode.util.QRData(url, mode=qrcode.util.MODE_ALPHA_NUM), optimize=0)
    code.make(fit=False)
    return code.get_matrix()


def svg(url: str, *, title: str, description: str) -> str:
    """A plate's QR as a self-contained SVG with a title and a description for screen readers. Scales without blur."""
    return svg_of(rows_of(modules(url)), title=title, description=description)


def svg_of(rows: Sequence[int], *, title: str, description: str) -> str:
    """As :func:`svg`, of a matrix that is there already: one path, rectangles along each row."""
    side = len(rows) + 2 * QUIET_ZONE
    drawn = _pieces()
    path = "".join(
        [
            f"M{QUIET_ZONE} {y}{drawn[row & PIECE]}{drawn[row >> STEP & PIECE]}{drawn[row >> 2 * STEP]}"
            for y, row in enumerate(rows, QUIET_ZONE)
        ]
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side * 8}" height="{side * 8}" '
        f'shape-rendering="crispEdges" role="img" aria-labelledby="t d" lang="zh-CN">'
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(description)}</desc>'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>'
    )


def png_of(rows: Sequence[int], pixels: int = PIXELS) -> bytes:
    """A matrix with its quiet zone as a PNG of two colours, a module being a square of ``pixels``."""
    from PIL import Image

    side = len(rows) + 2 * QUIET_ZONE
    image = Image.new("1", (side, side), 1)
    for y, start, length in runs(rows):
        image.paste(0, (start + QUIET_ZONE, y + QUIET_ZONE, start + length + QUIET_ZONE, y + 1 + QUIET_ZONE))
    file = io.BytesIO()
    image.resize((side * pixels, side * pixels), Image.Resampling.NEAREST).save(file, "PNG", optimize=True)
    return file.getvalue()


def runs(rows: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """The dark runs of each row: row, first column, length."""
    for y, row in enumerate(rows):
        while row:
            lowest = row & -row
            start, row = lowest.bit_length() - 1, row + lowest
            end = (row & -row).bit_length() - 1
            yield y, start, end - start
            row &= row - 1


@lru_cache(maxsize=1)
def _pieces() -> list[str]:
    """The rectangles of every pattern of twelve modules, from the first one's corner to the last one's.

    A row is drawn in pieces that share a module, so that a run across two of them has no seam.
    """
    return [_piece(pattern) for pattern in range(PIECE + 1)]


def _piece(pattern: int) -> str:
    drawn, pen = [], 0
    for _, start, length in runs([pattern]):
        drawn.append(f"m{start - pen} 0h{length}v1h-{length}z")
        pen = start
    return "".join(drawn) + f"m{STEP - pen} 0"
