"""How long a plate's QR takes in a batch, against qrcode's own default and against libqrencode (C), in one run; and a district as files."""

from __future__ import annotations

import ctypes
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from chalicelib import ids
from chalicelib.code import matrix, token
from chalicelib.code.plate import Plate
from chalicelib.code.plates import PLATES_A_FILE, drawings
from chalicelib.code.sheet import sheet
from chalicelib.errors import Unavailable
from infra.fonts import plate_font
from infra.local.debian import ensure_library

NAME = "qr"
DISTRICT = 8_800
BATCH, BY_LIBRARY = 2_000, 40
ROUNDS = 3
RING = token.parse_keys("1:00112233445566778899aabbccddeeff")
HOST = "https://anquanma.example.cn"
EIGHT_BIT_HINT, LEVEL = 2, {"Q": 2, "H": 3}


def run() -> Iterator[dict[str, object]]:
    """Microseconds per matrix of the three ways, interleaved, and ours against the others; then every plate of a district as files."""
    urls = [token.plate_url(HOST, token.sign(ids.keyed_id(b"bench", "site", str(number)), 1, RING)) for number in range(DISTRICT)]
    ways: dict[str, tuple[Callable[[list[str]], object], int]] = {
        "ours": (lambda some: list(matrix.matrices(some)), BATCH),
        "qrcode": (_by_qrcode, BY_LIBRARY),
        "libqrencode": (_by_libqrencode(urls[0]), BATCH),
    }
    for draw, _ in ways.values():
        draw(urls[:2])
    best = {name: min(_microseconds(draw, urls[:many]) for _ in range(ROUNDS)) for name, (draw, many) in ways.items()}
    for name, title in (("ours", "a matrix in a batch"), ("qrcode", "a matrix by qrcode's default"), ("libqrencode", "a matrix by libqrencode")):
        yield {"bench": NAME, "figure": title, "value": round(best[name], 1), "unit": "CPU µs"}
    yield {"bench": NAME, "figure": "qrcode's default against ours", "value": round(best["qrcode"] / best["ours"], 1), "unit": "ratio", "target": 200}
    yield {"bench": NAME, "figure": "libqrencode against ours", "value": round(best["libqrencode"] / best["ours"], 2), "unit": "ratio", "target": 4}
    plates = [Plate(token_of(url), 1, f"示例场所{number}有限公司", "示例街道", url) for number, url in enumerate(urls)]
    with tempfile.TemporaryDirectory() as folder:
        for title, make, target in (("8,800 SVG files", _svg_files, 5), ("8,800 plates as PDF, four on a page", _pdf_files, None)):
            cpu, wall = time.process_time(), time.perf_counter()
            size = make(plates, Path(folder))
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            yield {"bench": NAME, "figure": title, "value": round(cpu, 2), "unit": "CPU s", **({"target": target} if target else {})}
            yield {"bench": NAME, "figure": f"{title}, on the clock", "value": round(wall, 2), "unit": "s"}
            yield {"bench": NAME, "figure": f"{title}, size", "value": round(size / 1e6, 1), "unit": "MB"}
    yield {"bench": NAME, "figure": "most memory of all this", "value": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), "unit": "MB"}


def token_of(url: str) -> str:
    return url.rsplit("/", 1)[-1][: ids.SITE_ID_LENGTH]


def _svg_files(plates: list[Plate], folder: Path) -> int:
    """As ``./dev plates --format svg`` writes them."""
    return sum((folder / name).write_bytes(drawn) for name, drawn in drawings(plates))


def _pdf_files(plates: list[Plate], folder: Path) -> int:
    """As ``./dev plates`` writes them: two hundred plates a file."""
    font, size = plate_font().read_bytes(), 0
    for start in range(0, len(plates), PLATES_A_FILE):
        size += (folder / f"{start}.pdf").write_bytes(sheet(plates[start : start + PLATES_A_FILE], font, per_page=4).content)
    return size


def _by_qrcode(urls: list[str]) -> None:
    import qrcode

    for url in urls:
        code = qrcode.QRCode()
        code.add_data(url)
        code.make()


def _by_libqrencode(url: str) -> Callable[[list[str]], None]:
    library = ctypes.CDLL(ensure_library("libqrencode.so.4", "libqrencode4"))
    encode, free = library.QRcode_encodeString, library.QRcode_free
    encode.restype, free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    encode.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int]
    version, level = token.plate_version(url)
    # The hint is what the library takes for "find the modes yourself": it finds the alphanumeric one.
    if not (made := encode(url.encode("ascii"), version, LEVEL[level], EIGHT_BIT_HINT, 1)):
        raise Unavailable("libqrencode does not encode a plate")
    free(made)

    def draw(urls: list[str]) -> None:
        for one in urls:
            free(encode(one.encode("ascii"), version, LEVEL[level], EIGHT_BIT_HINT, 1))

    return draw


def _microseconds(draw: Callable[[list[str]], object], urls: list[str]) -> float:
    start = time.process_time()
    draw(urls)
    return (time.process_time() - start) * 1e6 / len(urls)
