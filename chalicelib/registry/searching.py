"""Who may find which sites, and what a hit shows: the reach of the read matrix over the search index.

A person finds what he may list: an inspector the sites of his township, the district and the administrator all, an expert the assigned ones, an
enterprise its own. Near a place finds nobody who may not see a position; scores are left out where the matrix leaves them out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from chalicelib.access.identity import Identity
from chalicelib.code.plate import NUMBER_LENGTH, read_number
from chalicelib.code.token import TOKEN_LENGTH, KeyRing, typed, verify
from chalicelib.errors import BadInput, Forbidden, NotFound
from chalicelib.exact import TENTHS, text_of
from chalicelib.ids import ALPHABET, SITE_ID_LENGTH
from chalicelib.register.district import District
from chalicelib.register.entry import Entry
from chalicelib.registry.find import Hit, Query, find

PAGE_SIZE, MOST = 20, 100
# A plate and its number have some; a name in pinyin has hardly any.
FIGURES = re.compile("[0-9].*[0-9]")
SEES_POSITIONS = ("enterprise", "township", "district", "expert")
NO_SCORES = ("admin",)


class Entries(Protocol):
    """As :class:`chalicelib.registry.store.Entries`."""

    def of_townships(self, codes: Sequence[str]) -> list[tuple[str, Entry]]: ...
    def of_sites(self, site_ids: Iterable[str]) -> list[tuple[str, Entry]]: ...
    def rows(self, site_ids: Iterable[str]) -> dict[str, dict[str, object]]: ...


@dataclass(frozen=True, slots=True)
class Searcher:
    """One person's search. ``own_sites`` names an enterprise's or an expert's sites."""

    identity: Identity
    district: District
    entries: Entries
    keys: KeyRing
    own_sites: Callable[[], Sequence[str]]

    def page(self, query: Query, after: Sequence[object] | None, most: int = PAGE_SIZE) -> tuple[list[dict[str, object]], list[object] | None]:
        """Some hits with what may be shown of them, beginning behind ``after``, and where the list goes on (None: nowhere).

        Forbidden for a place asked by who may not see positions; BadToken for a plate that is not genuine.
        """
        if query.near is not None and self.identity.role not in SEES_POSITIONS:
            raise Forbidden("positions are not for this role")
        named = self._named(query.text)
        hits = find(self._reached(), query) if named is None else self._one(named)
        left = [hit for hit in hits if after is None or list(hit.order) > list(after)]
        shown = left[:most]
        rows = self.entries.rows([hit.site_id for hit in shown])
        following = list(shown[-1].order) if len(left) > most else None
        return [self._row(hit, rows[hit.site_id]) for hit in shown if hit.site_id in rows], following

    def _named(self, text: str) -> str | None:
        """The site that a plate's token or address, its number as people type it, or a site id names; None for any other text.

        BadToken, or BadInput for a number with a wrong character: nobody's name has as many figures.
        """
        last, number = typed(text), re.sub("[ -]", "", text)
        if len(last) == TOKEN_LENGTH and set(last) <= set(ALPHABET) and FIGURES.search(last):
            return verify(last, self.keys)[0]
        if len(number) == NUMBER_LENGTH and number.isascii() and number.isalnum() and FIGURES.search(number):
            try:
                return read_number(number)[0]
            except BadInput as error:
                raise BadInput([replace(fault, place="query", column="q") for fault in error.problems]) from None
        return last if len(last) == SITE_ID_LENGTH and set(last) <= set(ALPHABET) and "/" not in text else None

    def _one(self, site_id: str) -> list[Hit]:
        """The site of a plate, if it is one of those this person finds. NotFound otherwise: neither its name nor that it exists is told."""
        reached = dict(self._reached())
        if site_id not in reached:
            raise NotFound("no such site in your reach")
        return [Hit(site_id, "plate", 0, None, reached[site_id].names[0])]

    def _reached(self) -> list[tuple[str, Entry]]:
        role = self.identity.role
        if role in ("enterprise", "expert"):
            return self.entries.of_sites(self.own_sites())
        codes = list(dict.fromkeys(township.code for township in self.district.townships))
        if role == "township":
            codes = [code for code in codes if code == self.identity.organisation]
        elif role not in ("district", "admin"):
            raise Forbidden("this role searches nothing")
        return self.entries.of_townships(codes)

    def _row(self, hit: Hit, row: dict[str, object]) -> dict[str, object]:
        shown = {"site_id": hit.site_id, **row, "by": hit.by}
        if hit.distance_m is not None:
            shown["distance_m"] = hit.distance_m
        score = shown.pop("score")
        if self.identity.role not in NO_SCORES:
            shown["score"] = None if score is None else text_of(int(str(score)), TENTHS)
        return shown
