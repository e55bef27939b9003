"""What browser tests need on a machine: a Chromium and a font with Chinese characters, found or installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from chalicelib.errors import Unavailable

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FONT_PACKAGE = "fonts-noto-cjk"


def ensure_browser() -> str:
    """The browser to use: the one given as CHROMIUM, one on PATH, Playwright's own, or Debian's package when root.

    Unavailable, with what to do, if there is none and none can be installed.
    """
    return given() or on_path() or playwrights_own() or from_debian("chromium", on_path) or refuse_browser()


def given() -> str | None:
    named = os.environ.get("CHROMIUM")
    if named and not (shutil.which(named) or os.access(named, os.X_OK)):
        raise Unavailable(f"CHROMIUM={named} is no program")
    return named


def on_path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def playwrights_own() -> str | None:
    """Playwright's browser, downloaded when it is not there; None where the download is not possible."""
    where = "from playwright.sync_api import sync_playwright as p\nwith p() as x: print(x.chromium.executable_path)"
    asked = subprocess.run([sys.executable, "-c", where], capture_output=True, text=True, check=False)
    path = Path(asked.stdout.strip() or "/nonexistent")
    if not path.exists():
        tell("downloading Playwright's Chromium")
        quiet([sys.executable, "-m", "playwright", "install", "chromium"], seconds=300)
    return str(path) if path.exists() else None


def ensure_cjk_font() -> None:
    """A system font that has Chinese characters: without one every page is boxes and layout tests mean nothing."""
    if not has_cjk_font() and not from_debian(FONT_PACKAGE, lambda: "there" if has_cjk_font() else None):
        raise Unavailable(f"no font with Chinese characters; on Debian: apt install {FONT_PACKAGE}")


def has_cjk_font() -> bool:
    if shutil.which("fc-list") is None:
        return sys.platform == "darwin" or any(Path("/usr/share/fonts").rglob("*CJK*"))
    return bool(subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False).stdout.strip())


def from_debian(package: str, find) -> str | None:
    """Install a Debian package when that is possible here, then look again."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return None
    tell(f"installing Debian's {package}")
    if not quiet(["apt-get", "install", "-y", "--no-install-recommends", package], seconds=600):
        quiet(["apt-get", "update"], seconds=300)
        quiet(["apt-get", "install", "-y", "--no-install-recommends", package], seconds=600)
    return find()


def quiet(command: list[str], seconds: int) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def refuse_browser() -> str:
    raise Unavailable("no Chromium: install one, or name it in CHROMIUM (Debian: apt install chromium)")


def tell(line: str) -> None:
    print(f"dev: {line}", file=sys.stderr, flush=True)
