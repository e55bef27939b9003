"""How long a plate's QR takes: our SVG against the library's own way of making one, in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from chalicelib.code import qr, token

NAME = "qr"
CODES = 60
RING = token.parse_keys("1:00112233445566778899aabbccddeeff")
HOST = "https://anquanma.example.cn"


def run() -> Iterator[dict[str, object]]:
    """Milliseconds per code of both ways, and their ratio."""
    urls = [token.plate_url(HOST, token.sign("3MAPZ0XKQ7WCV5TG", issue, RING)) for issue in range(1, CODES + 1)]
    ours = _milliseconds(lambda url: qr.svg(url, title="安全码", description="码牌"), urls)
    library = _milliseconds(_by_the_library, urls)
    yield {"bench": NAME, "figure": "plate as SVG", "value": round(ours, 2), "unit": "CPU ms"}
    yield {"bench": NAME, "figure": "qrcode's own SVG", "value": round(library, 2), "unit": "CPU ms"}
    yield {"bench": NAME, "figure": "qrcode's own against ours", "value": round(library / ours, 2), "unit": "ratio"}


def _by_the_library(url: str) -> str:
    import qrcode
    from qrcode.image.svg import SvgPathImage

    return qrcode.make(url, image_factory=SvgPathImage).to_string(encoding="unicode")


def _milliseconds(draw: Callable[[str], str], urls: list[str]) -> float:
    draw(urls[0])
    start = time.process_time()
    for url in urls:
        draw(url)
    return (time.process_time() - start) * 1000 / len(urls)
