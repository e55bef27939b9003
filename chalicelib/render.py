"""Templates: one Jinja2 environment for every page, escaping on, undefined names an error. Faces only; never a store."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Mapping

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from chalicelib import labels
from chalicelib.register.district import District

PACKAGE = Path(__file__).resolve().parent
ROOMS = ("code", "index", "riskmap", "reports")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Shared templates by their name (``base.html``), a package's own as ``index/leaderboard.html``."""
    rooms = PrefixLoader({room: FileSystemLoader(PACKAGE / room / "templates") for room in ROOMS})
    return Environment(
        loader=ChoiceLoader([FileSystemLoader(PACKAGE / "templates"), rooms]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def render(template: str, district: District, **context: object) -> str:
    """A whole page. Every template sees ``district``, ``palette`` and ``labels``; nothing else is implied."""
    return environment().get_template(template).render(district=district, palette=district.palette, labels=labels, **context)


def render_bytes(template: str, district: District, context: Mapping[str, object]) -> bytes:
    """As :func:`render`, UTF-8, for files of a release."""
    return render(template, district, **context).encode("utf-8")
