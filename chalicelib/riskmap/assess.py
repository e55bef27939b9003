"""The judge of the regional safety map: site → sector → township (domain rules: 固有风险 × 动态治理).

Pure: the same facts, judgement, day and rules give the same result, in whatever order the sites come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from chalicelib.exact import TENTHS, half_up, text_of
from chalicelib.grading.card import coverage_tenths, evidence_on
from chalicelib.grading.model import Judgement
from chalicelib.riskmap.basis import axes_of, evidence_of, weakest_of
from chalicelib.riskmap.inherent import inherent_grades
from chalicelib.riskmap.model import Cause, Layer, Reason, SectorRisk, SiteRisk, Standing, Statistics, TownshipRisk, worse
from chalicelib.riskmap.profile import filed_grades, joined_of, profile_of
from chalicelib.riskmap.rules import RiskRules
from chalicelib.riskmap.sector import assess_sector, count_grades, level_of

THREE_IN_ONE_ITEM = "W05"


def assess_site(
    facts: Mapping[str, object], judgement: Judgement, on: date, rules: RiskRules, township: str | None = None
) -> SiteRisk:
    """One site as the map sees it on a day: sectors with inherent grades, code colour, joined statistics.

    ``facts`` is the fact document of the site, ``judgement`` what the grading judge said of it for the same day. For a
    ``township`` the site is in no count when it stands elsewhere, but what happened while it was there still belongs to it.
    """
    day = on.isoformat()
    profile = profile_of(facts, day)
    profile["three_in_one"] = _three_in_one(judgement)
    stands = "township" in profile and township in (None, profile["township"])
    return SiteRisk(
        site_id=str(facts["site_id"]),
        name=str(profile.get("name", "")),
        township=str(profile.get("township", "")),
        operating=profile.get("state", "operating") == "operating" and stands,
        standing=standing_of(facts, judgement),
        inherent=inherent_grades(profile, rules, filed_grades(facts, day)) if "township" in profile else {},
        joined=joined_of(facts, on, rules, township),
    )


def standing_of(facts: Mapping[str, object], judgement: Judgement) -> Standing:
    """What the map needs of a judgement: colour, score in tenths, red by veto or not, axes, age and coverage of the evidence."""
    return Standing(
        judgement.grade.code, judgement.score, bool(judgement.vetoes), judgement.axes,
        evidence_on(facts, judgement.on), coverage_tenths(facts, judgement),
    )  # fmt: skip


def _three_in_one(judgement: Judgement) -> bool:
    """三合一 found: the item stands at zero."""
    item = judgement.rules.items.get(THREE_IN_ONE_ITEM)
    return item is not None and judgement.findings.value_of(item) == 0


def assess_township(
    township: str, sites: Sequence[SiteRisk], on: date, rules: RiskRules, statistics: Mapping[str, Statistics] | None = None
) -> TownshipRisk:
    """A township on a day from its sites (those of other townships are refused by nobody: pass only its own).

    ``statistics`` by sector replaces what the sites' own accidents, injuries and video links add up to.
    """
    operating = sorted((site for site in sites if site.operating), key=lambda site: site.site_id)
    joined = join_statistics(sites, rules) if statistics is None else statistics
    sectors = tuple(assess_sector(sector, operating, joined.get(sector.code, Statistics()), rules) for sector in rules.sectors)
    weights = {sector.code: sector.weight for sector in rules.sectors}
    return TownshipRisk(
        township=township,
        on=on.isoformat(),
        rule_set=rules.identity,
        coupling=rules.coupling.cells,
        sites=len(operating),
        coded=sum(site.standing.grade != "none" for site in operating),
        grades=count_grades(operating),
        inherent=_layer(sectors, "inherent", weights, rules),
        governance=_layer(sectors, "governance", weights, rules),
        combined=_combined(sectors, weights, rules),
        sectors=sectors,
        axes=(axes := axes_of(operating)),
        weakest=weakest_of(axes),
        evidence=evidence_of(operating, on, rules.evidence),
        names=_deciding_names(sectors, sites),
    )


def join_statistics(sites: Iterable[SiteRisk], rules: RiskRules) -> dict[str, Statistics]:
    """The joined statistics by sector, summed over the sites; accidents of sites no longer counted belong to it too."""
    found: dict[str, list[SiteRisk]] = {sector.code: [] for sector in rules.sectors}
    for site in sites:
        joined = site.joined
        if joined.deaths or joined.grave_accidents or joined.injuries or joined.injuries_before or joined.video_due:
            for code in site.inherent:
                found[code].append(site)
    return {code: _sum(sorted(members, key=lambda site: site.site_id)) for code, members in found.items()}


def _sum(sites: Sequence[SiteRisk]) -> Statistics:
    """The statistics of these sites together, with who and what is behind each figure."""
    causes: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    due = online = 0
    for site in sites:
        joined = site.joined
        for name, events in (("deaths", joined.deaths), ("grave_accidents", joined.grave_accidents)):
            if events:
                causes[name][0].append(site.site_id)
                causes[name][1].extend(events)
        if joined.injuries:
            causes["injuries"][0].append(site.site_id)
        if site.operating and joined.video_due:
            due, online = due + joined.video_due, online + joined.video_online
            causes["video"][0].extend([site.site_id] if joined.video_online < joined.video_due else [])
    return Statistics(
        deaths=len(causes["deaths"][1]), grave_accidents=len(causes["grave_accidents"][1]),
        injuries=sum(site.joined.injuries for site in sites), injuries_before=sum(site.joined.injuries_before for site in sites),
        video_due=due, video_online=online,
        causes={name: Cause(tuple(found), tuple(events)) for name, (found, events) in causes.items()},
    )  # fmt: skip


def weighted_mean(pairs: Iterable[tuple[Fraction, int | Fraction]]) -> int | None:
    """Σ w·x ÷ Σ w in tenths, rounded once half-up; None when no weight is there."""
    kept = [(weight, value) for weight, value in pairs if weight]
    if not kept:
        return None
    mean = sum((weight * value for weight, value in kept), Fraction(0)) / sum((weight for weight, _ in kept), Fraction(0))
    return half_up(mean.numerator * TENTHS, mean.denominator)


def _layer(sectors: Sequence[SectorRisk], name: str, weights: Mapping[str, Fraction], rules: RiskRules) -> Layer:
    levels = [(sector, getattr(sector, name)) for sector in sectors if getattr(sector, name) is not None]
    tenths = weighted_mean((weights[sector.code], level) for sector, level in levels)
    if tenths is None:
        return Layer(None, "none", "none")
    colour = rules.level_colour(level_of(Fraction(tenths, TENTHS), rules.layer_thresholds))
    step = rules.steps["layer_pull_up"]
    top = [sector for sector, level in levels if level >= step.limit and weights[sector.code]]
    return _pulled(tenths, colour, step.colour, "TOP_SECTOR", f"达 {step.limit} 级", top)


def _combined(sectors: Sequence[SectorRisk], weights: Mapping[str, Fraction], rules: RiskRules) -> Layer:
    rated = [sector for sector in sectors if sector.risk is not None]
    tenths = weighted_mean((weights[sector.code], sector.risk) for sector in rated)  # type: ignore[misc]
    if tenths is None:
        return Layer(None, "none", "none")
    colour = rules.level_colour(level_of(Fraction(tenths, TENTHS), rules.township_thresholds))
    step = rules.steps["sector_pull_up"]
    red = [sector for sector in rated if sector.risk >= step.limit and weights[sector.code]]  # type: ignore[operator]
    return _pulled(tenths, colour, step.colour, "RED_SECTOR", f"R ≥ {step.limit}", red)


def _pulled(tenths: int, colour: str, floor: str, code: str, words: str, causes: Sequence[SectorRisk]) -> Layer:
    value = text_of(tenths, TENTHS)
    if not causes or worse(colour, floor) == colour:
        return Layer(value, colour, colour)
    titles = "、".join(sector.title for sector in causes)
    reason = Reason(code, f"{titles} {words}，颜色上调", {"sectors": [sector.code for sector in causes], "to": floor})
    return Layer(value, floor, colour, (reason,))


def _deciding_names(sectors: Sequence[SectorRisk], sites: Sequence[SiteRisk]) -> dict[str, str]:
    deciding = {
        site_id
        for sector in sectors
        for reason in (*sector.inherent_reasons, *sector.governance_reasons, *sector.pull_ups)
        for site_id in reason.sites
    }
    return {site.site_id: site.name for site in sites if site.site_id in deciding}
