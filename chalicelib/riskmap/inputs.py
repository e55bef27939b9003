"""A township as one JSON document (``input.schema.json``): from the document, already valid by its schema, to what the judge takes.

Everything that the schema cannot say is checked here, all problems at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chalicelib.errors import BadInput, Problem
from chalicelib.exact import TENTHS, parse_scaled
from chalicelib.riskmap.conditions import FIELDS
from chalicelib.riskmap.inherent import GIVEN, inherent_grades
from chalicelib.riskmap.model import Inherent, SiteRisk, Standing, Statistics
from chalicelib.riskmap.rules import RiskRules

KINDS: dict[str, tuple[type, ...]] = {"number": (int,), "flag": (bool,), "text": (str,), "list": (list,)}


@dataclass(frozen=True, slots=True)
class TownshipInput:
    """What :func:`chalicelib.riskmap.assess.assess_township` takes."""

    township: str
    on: date
    sites: tuple[SiteRisk, ...]
    statistics: Mapping[str, Statistics]


def read_input(document: Mapping[str, object], rules: RiskRules) -> TownshipInput:
    """The township of this document. BadInput names every site, sector and field that does not fit the rules."""
    problems: list[Problem] = []
    sites: list[Mapping[str, object]] = document["sites"]  # type: ignore[assignment]
    statistics: Mapping[str, Mapping[str, int]] = document.get("statistics", {})  # type: ignore[assignment]
    for number, site in enumerate(sites):
        _check_site(site, f"sites[{number}]", rules, problems)
    for name in sorted({str(s["id"]) for s in sites if [other["id"] for other in sites].count(s["id"]) > 1}):
        problems.append(Problem("sites", "id", name, "the same id twice"))
    for code, figures in statistics.items():
        _check_statistics(code, figures, rules, problems)
    if problems:
        raise BadInput(problems)
    return TownshipInput(
        township=str(document["township"]),
        on=date.fromisoformat(str(document["on"])),
        sites=tuple(_site(site, str(document["township"]), rules) for site in sites),
        statistics={code: Statistics(**figures) for code, figures in statistics.items()},
    )


def _check_site(site: Mapping[str, object], place: str, rules: RiskRules, problems: list[Problem]) -> None:
    if site["grade"] == "none" and (site["score"] is not None or site.get("vetoed")):
        problems.append(Problem(place, "grade", "none", "a site without a colour has neither score nor veto"))
    if site["score"] is None and site["grade"] != "none" and not site.get("vetoed"):
        problems.append(Problem(place, "score", "null", "only a veto gives a colour without a score"))
    if site.get("vetoed") and site["grade"] != "red":
        problems.append(Problem(place, "vetoed", "true", "a veto makes the site red"))
    for code in site.get("inherent", {}):  # type: ignore[attr-defined]
        _check_sector(code, f"{place}.inherent", rules, problems)
    for field, value in site.get("profile", {}).items():  # type: ignore[attr-defined]
        if field not in FIELDS:
            problems.append(Problem(f"{place}.profile", field, str(value), "no such field of a site"))
        elif value is not None and type(value) not in KINDS[FIELDS[field]]:
            problems.append(Problem(f"{place}.profile", field, str(value), f"a {FIELDS[field]} is required"))


def _check_sector(code: str, place: str, rules: RiskRules, problems: list[Problem]) -> None:
    if code not in {sector.code for sector in rules.sectors if sector.is_member}:
        problems.append(Problem(place, code, "", "no such sector in the rules"))


def _check_statistics(code: str, figures: Mapping[str, int], rules: RiskRules, problems: list[Problem]) -> None:
    _check_sector(code, "statistics", rules, problems)
    due, online = figures.get("video_due"), figures.get("video_online")
    if due is not None and online is not None and online > due:
        problems.append(Problem(f"statistics.{code}", "video_online", str(online), "more online than due"))


def _site(site: Mapping[str, object], township: str, rules: RiskRules) -> SiteRisk:
    given: Mapping[str, int] | None = site.get("inherent")  # type: ignore[assignment]
    score = None if site["score"] is None else parse_scaled(str(site["score"]), TENTHS)
    if given is None:
        inherent = inherent_grades(site["profile"], rules)  # type: ignore[arg-type]
    else:
        inherent = {code: Inherent(level, (GIVEN,)) for code, level in given.items()}
    standing = Standing(str(site["grade"]), score, bool(site.get("vetoed", False)))
    return SiteRisk(str(site["id"]), str(site.get("name", "")), township, True, standing, inherent)
