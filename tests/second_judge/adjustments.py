"""What events take and give (12.23 - 12.32)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.second_judge.site import Record, Site, day, plus_months, within
from tests.second_judge.stories import Accident, accidents, dismissed, overdue


def cut(points: Fraction, cap: str) -> Fraction:
    return min(points, Fraction(cap))


def deductions(site: Site) -> dict[str, Fraction]:
    """R01 to R10, each cut at its cap (12.23)."""
    happened = accidents(site)
    last_year = [one for one in happened if within(site.on, one.on, 12)]
    grave, fatal, social = three_year_accidents(site, happened)
    punished = [one for one in penalties(site) if not one.get("for_grave_accident") and within(site.on, day(one["on"]), 12)]
    late = [one for one in site.of("hazard_found") if one["level"] == "general" and overdue(site, one)]
    return {
        "R01": cut(Fraction("0.5") * sum(one.light for one in last_year), "3"),
        "R02": cut(Fraction(5 * sum(one.serious for one in last_year)), "10"),
        "R03": cut(Fraction(8 * fatal), "16"),
        "R04": cut(Fraction(10 * grave), "20"),
        "R05": cut(Fraction(5 * social), "10"),
        "R06": cut(Fraction(3 * sum(one["procedure"] == "general" for one in punished)), "9"),
        "R07": cut(Fraction(sum(one["procedure"] == "simple" for one in punished)), "3"),
        "R08": cut(Fraction(len(late)), "5"),
        "R09": cut(Fraction(sum(within(site.on, on, 12) for on in true_complaints(site))), "3"),
        "R10": cut(Fraction(sum(within(site.on, day(one["on"]), 12) for one in repeats(site))), "3"),
    }


def three_year_accidents(site: Site, happened: list[Accident]) -> tuple[int, int, int]:
    """Each gives the first that applies of R04, R03, R05; past R04's two that reach its cap the rest count under R03 (12.25)."""
    recent = [one for one in happened if within(site.on, one.on, 36)]
    grave = sum(one.level >= 1 for one in recent)
    fatal = sum(one.level == 0 and one.deaths >= 1 for one in recent)
    social = sum(one.level == 0 and one.deaths == 0 and one.social for one in recent)
    return min(grave, 2), fatal + max(0, grave - 2), social


def penalties(site: Site) -> list[Record]:
    return site.of("penalty", "enterprise_penalty")


def true_complaints(site: Site) -> list[date]:
    """The day a complaint was found true (12.10)."""
    found = []
    for complaint in site.of("complaint"):
        decided = [step for step in site.steps(complaint, "complaint_decided") if step["found_true"]]
        found += [day(step["on"]) for step in decided[:1]]
    return found


def repeats(site: Site) -> list[Record]:
    return [one for one in site.of("hazard_found") if one.get("repeat_of") and not dismissed(site, one)]


def bonuses(site: Site) -> dict[str, Fraction]:
    return {"A01": bonus_certificate(site), "A02": bonus_accident_free(site), "A03": cut(Fraction(len(engineers(site)), 2), "1")}


STANDARDISATION = {"standardisation_1": 5, "standardisation_2": 3, "standardisation_3": 1, "standardisation_micro": 1}


def bonus_certificate(site: Site) -> Fraction:
    """The best one valid that day and not revoked (12.31); its last day is still good (12.9)."""
    best = 0
    for one in site.of("certificate"):
        valid = day(one["valid_from"]) <= site.on <= day(one["valid_to"])
        if valid and not site.steps(one, "certificate_revoked"):
            best = max(best, STANDARDISATION.get(one["type"], 0))
    return Fraction(best)


def accident_free_since(site: Site) -> date | None:
    """The newest confirmed date, unless an accident happened since (12.32)."""
    confirmed = site.of("accident_free_confirmed")
    if not confirmed:
        return None
    since = day(confirmed[-1]["since_on"])
    return None if any(one.on >= since for one in accidents(site)) else since


def bonus_accident_free(site: Site) -> Fraction:
    since = accident_free_since(site)
    if since is None or site.on < plus_months(since, 36):
        return Fraction(0)
    return Fraction(2 if site.on >= plus_months(since, 60) else 1)


def engineers(site: Site) -> list[Record]:
    """In post that day: not left, and the printed last day not over."""
    return [
        one
        for one in site.of("engineer_posted")
        if not site.steps(one, "engineer_left") and ("until_on" not in one or day(one["until_on"]) >= site.on)
    ]
