"""Which Chromium to drive: a given one, one on the PATH, else Playwright's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_chromium(environment: Mapping[str, str] = os.environ) -> str | None:
    """The executable that ``CHROMIUM`` names, or the first known one on the PATH; None leaves the choice to Playwright."""
    if environment.get("CHROMIUM"):
        return environment["CHROMIUM"]
    found = (shutil.which(name, path=environment.get("PATH")) for name in NAMES)
    return next((path for path in found if path), None)


@contextmanager
def chromium(executable: str | None = None) -> Iterator[Browser]:
    """A headless Chromium, closed at the end. Its own sandbox is off only for root, who cannot have one."""
    from playwright.sync_api import sync_playwright

    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"] if root else [])
        try:
            yield browser
        finally:
            browser.close()
