"""The QR of a plate as SVG (ISO/IEC 18004): alphanumeric mode, one path, quiet zone of four modules.

The qrcode library is imported when a code is drawn: the scan never loads it.
"""

from __future__ import annotations

from markupsafe import escape

from chalicelib.code.token import plate_version

QUIET_ZONE = 4


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
    matrix = modules(url)
    side = len(matrix) + 2 * QUIET_ZONE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side * 8}" height="{side * 8}" '
        f'shape-rendering="crispEdges" role="img" aria-labelledby="t d" lang="zh-CN">'
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(description)}</desc>'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{_path(matrix)}"/></svg>'
    )


def _path(matrix: list[list[bool]]) -> str:
    """One path for all dark modules: a rectangle per horizontal run."""
    return "".join(
        f"M{start + QUIET_ZONE} {y + QUIET_ZONE}h{length}v1h-{length}z" for y, row in enumerate(matrix) for start, length in _runs(row)
    )


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    start = None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            runs.append((start, x - start))
            start = None
    return runs
