"""Lists of sites: a card's line as it is shown, and pages of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.exact import TENTHS, text_of

# A township of a demo fits one page, a city that is one township (6,600 sites) 14; a page stays far below what a function may answer.
PAGE_SIZE = 500
COLUMNS = ("site_id", "name", "grade", "score", "as_of", "review_on", "enterprise_id")


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and the site id after which it goes on; ``next`` None at the end."""

    rows: list[dict[str, object]]
    next: str | None


def page_of(cards: Sequence[Mapping[str, object]], columns: Sequence[str], most: int) -> Page:
    """The first page of these cards, of at most so many rows."""
    rows = [row_of(card, columns) for card in cards[:most]]
    return Page(rows, str(rows[-1]["site_id"]) if len(cards) > most else None)


def row_of(card: Mapping[str, object], columns: Sequence[str]) -> dict[str, object]:
    """A card's line in a list; its score as it is published, with its decimal."""
    row = {name: card.get(name) for name in columns}
    if row.get("score") is not None:
        row["score"] = text_of(int(str(row["score"])), TENTHS)
    return row
