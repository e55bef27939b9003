"""./dev tour: pictures of the running stack for the documents, taken like a visitor sees it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.errors import NotFound, Unavailable
from chalicelib.grading.model import Grade

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HELP = "screenshots of the running stack: scan page on a phone; map, leaderboard and township pages on a desk"
IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
PHONE, DESK = (360, 740), (1280, 1000)
TOWNSHIP_LINK = 'table a[href*="townships/"]'
PATIENCE_MS = 20_000


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its file name, the address, the window, the link to follow first, and whether it shows the whole page."""

    name: str
    address: str
    window: tuple[int, int]
    follow: str = ""
    whole: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=IMAGES, metavar="FOLDER", help="where the pictures go (default: docs/images)")


def run(arguments: argparse.Namespace) -> int:
    """0 when every picture was taken; Unavailable names the page that did not answer."""
    from infra.browser import chromium, find_chromium
    from infra.local import demo, report
    from infra.local.stack import current

    deployed = current()
    shots = shots_of(report.addresses(deployed), demo.plates(deployed, len(Grade)))
    with chromium(find_chromium()) as browser:
        for path in take(browser, shots, arguments.out):
            print(path)
    return 0


def shots_of(addresses: dict[str, str], plates: Iterable[tuple[str, str, str]]) -> list[Shot]:
    """The tour: a scan page of each grade there is, then the published pages. NotFound when the district has no plate yet."""
    scans = {grade: address for grade, _name, address in plates}
    if not scans:
        raise NotFound("no plate to scan yet: is the district imported?")
    return [
        *(Shot(f"scan-{grade}-360", address, PHONE, whole=True) for grade, address in sorted(scans.items())),
        Shot("portal-1280", addresses["portal"], DESK),
        Shot("map-1280", addresses["map"], DESK),
        Shot("map-township-1280", addresses["map"], DESK, follow=TOWNSHIP_LINK),
        Shot("leaderboard-1280", addresses["leaderboard"], DESK),
        Shot("township-1280", addresses["leaderboard"], DESK, follow=TOWNSHIP_LINK),
    ]


def take(browser: Browser, shots: Iterable[Shot], folder: Path) -> Iterator[Path]:
    """Take each picture and yield its file. A page that answers with an error is no picture: Unavailable."""
    folder.mkdir(parents=True, exist_ok=True)
    for shot in shots:
        phone = shot.window[0] < 600
        size = {"width": shot.window[0], "height": shot.window[1]}
        context = browser.new_context(viewport=size, device_scale_factor=2 if phone else 1, locale="zh-CN")
        page = context.new_page()
        address = shot.address
        _open(page, address)
        if shot.follow:
            address = page.locator(shot.follow).first.evaluate("link => link.href")
            _open(page, address)
        path = folder / f"{shot.name}.png"
        page.screenshot(path=path, full_page=shot.whole, animations="disabled")
        context.close()
        _reduce(path)
        yield path


def _reduce(path: Path) -> None:
    """256 colours are enough for pages drawn from a palette, and a third of the size in the repository."""
    from PIL import Image

    with Image.open(path) as picture:
        reduced = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    reduced.save(path, optimize=True)


def _open(page, address: str) -> None:
    from playwright.sync_api import Error

    try:
        answer = page.goto(address, wait_until="load", timeout=PATIENCE_MS)
    except Error as error:
        raise Unavailable(f"{address}: {error.message.splitlines()[0]}") from error
    if answer is not None and answer.status >= 400:
        raise Unavailable(f"{address} answered {answer.status}")
