"""Papers served on a site, 文书: 现场检查记录 and 责令限期整改指令书, with what stands in each and its number. Pure.

A number is ``<office>-<paper>-<year>-<n>``; the office is a township's code or the district. On paper it reads as officials
write it, 余应急检记〔2020〕1号.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.desk.words import vocabulary_words
from chalicelib.errors import BadInput, Problem

DISTRICT_OFFICE = "district"


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper: the letter code in its number, the fact that carries the number, and facts that may come with it."""

    name: str
    code: str
    carrier: str
    beside: frozenset[str]

    @property
    def title(self) -> str:
        return vocabulary_words()["value"][self.name]


PAPERS = {
    "inspection_record": Paper("inspection_record", "JC", "inspection", frozenset(("hazard_found",))),
    "rectification_order": Paper("rectification_order", "ZG", "rectification_ordered", frozenset()),
}
MOST_EVENTS = 40


def asked_paper(body: Mapping[str, object]) -> tuple[Paper, Sequence[Mapping[str, object]]]:
    """The paper of a request and the bodies of its facts, in order. BadInput for another frame."""
    paper = PAPERS.get(str(body.get("paper")))
    events = body.get("events")
    found = []
    if paper is None:
        found.append(Problem("$", "paper", str(body.get("paper"))[:40], f"只能是 {'、'.join(PAPERS)} 之一"))
    if not isinstance(events, list) or not 0 < len(events) <= MOST_EVENTS or not all(isinstance(one, dict) for one in events):
        found.append(Problem("$", "events", "", f"须为 1–{MOST_EVENTS} 项事实"))
    if set(body) - {"paper", "events"}:
        found.append(Problem("$", "、".join(sorted(set(body) - {"paper", "events"}))[:80], "", "没有这个字段"))
    if found or paper is None:
        raise BadInput(found)
    kinds = [one.get("kind") for one in events]
    if paper.carrier not in kinds or not set(kinds) <= {paper.carrier} | paper.beside or (paper.beside and kinds.count(paper.carrier) > 1):
        raise BadInput([Problem("events", "kind", "、".join(map(str, kinds))[:80], f"与文书“{paper.title}”不符")])
    return paper, sorted(events, key=lambda one: one["kind"] != paper.carrier)


def office_of(role: str, organisation: str) -> str:
    """Whose numbers they are: a township's own, else the district's."""
    return organisation if role == "township" and organisation else DISTRICT_OFFICE


def series_of(paper: Paper, office: str, day: str) -> str:
    return f"{office}-{paper.code}-{day[:4]}"


def number_of(series: str, position: int) -> str:
    """The number as facts carry it (type ``code`` of the vocabulary)."""
    return f"{series}-{position:04d}"
