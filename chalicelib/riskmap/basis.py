"""What a township's colours rest on: the means of its sites' axes with the weakest one, and the age and coverage of the evidence. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from chalicelib.exact import TENTHS, half_up, parse_scaled, text_of
from chalicelib.labels import AXIS
from chalicelib.riskmap.model import Evidence, SiteRisk
from chalicelib.riskmap.rules import EvidenceRule

FRESH, AGED, OLD, UNSEEN = "fresh", "aged", "old", "none"


def axes_of(sites: Sequence[SiteRisk]) -> dict[str, str | None]:
    """Axis code → mean of the published axis values of coded sites, one decimal; None where no site has that axis."""
    return {axis: _mean([value for site in sites if (value := _axis(site, axis)) is not None]) for axis in AXIS}


def weakest_of(axes: Mapping[str, str | None]) -> str | None:
    """The axis with the lowest mean, the first in the axes' order if several share it."""
    known = {axis: value for axis, value in axes.items() if value is not None}
    return min(known, key=lambda axis: parse_scaled(known[axis], TENTHS), default=None)


def evidence_of(sites: Sequence[SiteRisk], on: date, rule: EvidenceRule) -> Evidence:
    """How old the evidence of the coded sites is, as a whole; a coded site nobody ever looked at counts as old."""
    coded = [site for site in sites if site.standing.grade != "none"]
    ages = sorted((on - date.fromisoformat(site.standing.evidence_on)).days for site in coded if site.standing.evidence_on)
    unseen = len(coded) - len(ages)
    old = sum(age > rule.old_days for age in ages)
    aged = sum(age > rule.aged_days for age in ages) - old
    limit = rule.share * len(coded)
    state = OLD if old + unseen > limit else AGED if aged + old + unseen > limit else FRESH if coded else UNSEEN
    counts = {FRESH: len(ages) - aged - old, AGED: aged, OLD: old, UNSEEN: unseen}
    covered = [site.standing.coverage_tenths for site in coded if site.standing.coverage_tenths is not None]
    return Evidence(state, counts, ages[(len(ages) - 1) // 2] if ages else None, _mean(covered))


def _axis(site: SiteRisk, axis: str) -> int | None:
    return site.standing.axes.get(axis) if site.standing.grade != "none" else None


def _mean(tenths: Sequence[int]) -> str | None:
    return text_of(half_up(sum(tenths), len(tenths)), TENTHS) if tenths else None
