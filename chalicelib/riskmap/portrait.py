"""From one township's document to its page: three values, weakest axis, age of the evidence, each sector with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from chalicelib import labels
from chalicelib.exact import TENTHS, half_up, text_of
from chalicelib.register.district import Township
from chalicelib.riskmap import maps
from chalicelib.riskmap.draw import outlines
from chalicelib.riskmap.model import COLOURS, GRADES, NO_SITES
from chalicelib.riskmap.present import LEVEL_WORD, age_of, coverage_of, frame

if TYPE_CHECKING:
    from chalicelib.riskmap.pages import Document, Edition

REASONS = ("inherent_reasons", "governance_reasons", "pull_ups")


def township_view(edition: Edition, document: Document, township: Township) -> dict[str, object]:
    """A township page. Sites are named only where the document carries names."""
    names = document.get("names")
    return {
        **frame(edition),
        "township": township,
        "on": edition.shown if edition.is_now else document["on"],
        "outlines": outlines(edition.sheet),
        "locator": maps.locator(edition, township),
        "coverage": coverage_of([document]),
        "document": document,
        "layers": [(name, maps.LAYER[name], document[name], LEVEL_WORD[name]) for name in maps.LAYER],
        "pull_ups": [reason for name in maps.LAYER for reason in document[name]["pull_ups"]],  # type: ignore[index]
        "moved": maps.change_of(document, edition.previous.get(township.code)),
        "bars": bars(document["grades"]),  # type: ignore[arg-type]
        "sectors": [_sector(sector, names) for sector in document["sectors"]],  # type: ignore[attr-defined]
        "nothing": maps.nothing_of(document),
        "absent": [sector["title"] for sector in document["sectors"] if sector["state"] == NO_SITES],  # type: ignore[attr-defined]
        "axes": _axes(document),
        "age": age_of(document),
        "staff": names is not None,
    }


def bars(grades: Mapping[str, int]) -> list[dict[str, object]]:
    """Colour counts with the width of each part in percent, one decimal."""
    total = sum(grades.values())
    return [
        {"code": code, "count": count, "width": text_of(half_up(count * 1000, total), TENTHS)}
        for code, count in ((code, grades[code]) for code in GRADES)
        if count
    ]


def _axes(document: Document) -> list[dict[str, object]]:
    """The axes with their means; the weakest is marked."""
    axes: Mapping[str, str | None] = document["axes"]  # type: ignore[assignment]
    return [
        {"title": labels.AXIS[axis], "value": value, "weakest": axis == document["weakest"]} for axis, value in axes.items() if value is not None
    ]


def _sector(sector: Mapping[str, object], names: object) -> dict[str, object]:
    levels: Mapping[str, int] = sector["levels"]  # type: ignore[assignment]
    return {
        **sector,
        "nothing": maps.NOTHING.get(str(sector["state"])),
        "bars": bars(sector["grades"]),  # type: ignore[arg-type]
        "ladder": [{"level": level, "colour": COLOURS[level - 1], "count": levels[str(level)]} for level in (4, 3, 2, 1)],
        "reasons": [_reason(reason, names) for name in REASONS for reason in sector[name]],  # type: ignore[attr-defined]
    }


def _reason(reason: Mapping[str, object], names: object) -> dict[str, object]:
    """A reason with the deciding sites by name, where the document carries names."""
    listed = [(site, names.get(site, "")) for site in reason.get("sites", ())] if isinstance(names, Mapping) else []
    return {"text": reason["text"], "listed": listed, "events": len(reason.get("events", ()))}
