"""Where a PDF begins: an A4 canvas whose bytes follow from what is drawn on it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas


def a4_canvas(file: BinaryIO, title: str) -> Canvas:
    """An empty document in ``file``, compressed, without a time of making.

    Streams are binary: as text they are a quarter larger. That is a setting of the whole process, so it is made here for
    every document, or bytes would depend on what else the process has drawn.
    """
    from reportlab import rl_config
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    rl_config.useA85 = 0
    canvas = Canvas(file, pagesize=A4, pageCompression=1, invariant=1, lang="zh-CN")
    canvas.setTitle(title)
    return canvas
