"""Libraries in C that only tests and benchmarks use: found, or installed from Debian's packages where that is possible."""

from __future__ import annotations

import ctypes

from chalicelib.errors import Unavailable
from infra.local.browser import from_debian


def ensure_library(name: str, package: str) -> str:
    """The shared library's name when it can be loaded, its package installed first where it is not there. Unavailable names the package."""
    if _loads(name) or from_debian(package, lambda: _loads(name)):
        return name
    raise Unavailable(f"{name} is needed; on Debian: apt install {package}")


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
