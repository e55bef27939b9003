"""The judge of one sector of a township: inherent I, governance G, what they couple to (R) and its colour, each with its reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from chalicelib.exact import TENTHS, half_up, text_of
from chalicelib.riskmap.inherent import FILED, GIVEN
from chalicelib.riskmap.model import (
    ASSESSED,
    GOVERNANCE_OF,
    GRADES,
    NO_SITES,
    UNGRADED,
    Cause,
    Inherent,
    Reason,
    SectorRisk,
    SiteRisk,
    Statistics,
    worse,
)  # fmt: skip
from chalicelib.riskmap.rules import RiskRules, Sector


LOWEST_LISTED = 10  # sites that pull the mean down most, named under it


def assess_sector(sector: Sector, sites: Sequence[SiteRisk], statistics: Statistics, rules: RiskRules) -> SectorRisk:
    """The sector as its operating member sites and the joined statistics make it. Order of the sites does not matter.

    No site: 无此类. Sites but none coded: I alone (未评定), no G, no R.
    """
    members = sorted((s for s in sites if s.operating and sector.code in s.inherent), key=lambda site: site.site_id)
    found = [(site, site.inherent[sector.code]) for site in members]
    coded = [site for site in members if site.standing.grade != "none"]
    basis: dict[str, object] = {
        "code": sector.code, "title": sector.title, "weight": sector.weight_text, "sites": len(members), "coded": len(coded),
        "grades": count_grades(members), "levels": tuple(sum(i.level == level for _, i in found) for level in (1, 2, 3, 4)),
    }  # fmt: skip
    if not members:
        return SectorRisk(state=NO_SITES, **basis)  # type: ignore[arg-type]
    level, value, why_inherent = _inherent(sector, found, rules)
    basis.update(value=value, inherent=level, inherent_reasons=why_inherent)
    if not coded:
        return SectorRisk(state=UNGRADED, **basis)  # type: ignore[arg-type]
    governance, mean, why_governance = _governance(coded, statistics, rules)
    risk, matrix_colour = rules.coupling.value(level, governance), rules.coupling.colour(level, governance)
    pull_ups = _pull_ups(sector.code, coded, matrix_colour, rules)
    return SectorRisk(
        state=ASSESSED, mean=mean, governance=governance, governance_reasons=why_governance, risk=risk,
        risk_text=rules.coupling.text(risk), matrix_colour=matrix_colour, colour=rules.steps["site_pull_up"].colour if pull_ups else matrix_colour,
        pull_ups=pull_ups, **basis,  # type: ignore[arg-type]
    )  # fmt: skip


def count_grades(sites: Sequence[SiteRisk]) -> dict[str, int]:
    """How many sites have each colour code, every code named."""
    counts = Counter(site.standing.grade for site in sites)
    return {grade: counts[grade] for grade in GRADES}


def level_of(value: Fraction, thresholds: Sequence[Fraction]) -> int:
    """1 below the first threshold … 4 from the last on."""
    return 1 + sum(value >= limit for limit in thresholds)


def _inherent(sector: Sector, found: Sequence[tuple[SiteRisk, Inherent]], rules: RiskRules) -> tuple[int, str, tuple[Reason, ...]]:
    worths = [rules.risk_values[inherent.level - 1] for _, inherent in found]
    highest, mean = max(worths), sum(worths, Fraction(0)) / len(worths)
    value = (highest + mean) / 2
    level = level_of(value, rules.inherent_thresholds)
    shown = _hundredths(value)
    counts = {"highest": str(highest), "mean": _hundredths(mean), "v": shown, "sites": len(found)}
    reasons = [Reason("VALUE", f"最高风险值 {highest}、平均 {counts['mean']}，v = {shown}，{level} 级", counts)]
    reasons += _why_top(sector, found)
    top = rules.steps["top_site"]
    exposed = tuple(site.site_id for site, inherent in found if inherent.level >= top.limit)
    if exposed and level < top.effect:
        level = top.effect
        reasons.append(Reason("TOP_SITE", f"有 {len(exposed)} 家 {top.limit} 级企业，不低于 {top.effect} 级", {"sites": len(exposed)}, exposed))
    return level, shown, tuple(reasons)


def _why_top(sector: Sector, found: Sequence[tuple[SiteRisk, Inherent]]) -> list[Reason]:
    """The rules that made the highest sites what they are, with how many and which."""
    top = max(inherent.level for _, inherent in found)
    titles = {rule.id: rule.title for rule in sector.grades} | {FILED: "风险分级备案结果上调", GIVEN: "直接给出的固有等级"}
    by_rule: dict[str, list[str]] = {}
    for site, inherent in found:
        for name in inherent.rules if inherent.level == top else ():
            by_rule.setdefault(name, []).append(site.site_id)
    return [
        Reason(name, f"{titles.get(name, name)}：{len(ids)} 家（{top} 级）", {"sites": len(ids), "level": top}, tuple(ids))
        for name, ids in sorted(by_rule.items())
    ]


def _governance(coded: Sequence[SiteRisk], statistics: Statistics, rules: RiskRules) -> tuple[int, str, tuple[Reason, ...]]:
    tenths = half_up(sum(_counted_score(site, rules) for site in coded), len(coded))
    level = 4 - sum(Fraction(tenths, TENTHS) >= limit for limit in rules.governance_thresholds)
    mean = text_of(tenths, TENTHS)
    lowest = sorted(coded, key=lambda site: (_counted_score(site, rules), site.site_id))[:LOWEST_LISTED]
    counts = {"mean": mean, "coded": len(coded)}
    reasons = [Reason("MEAN", f"{len(coded)} 家已赋码企业平均 {mean} 分，{level} 级", counts, tuple(site.site_id for site in lowest))]
    for name, reason in _floors(coded, statistics, rules):
        level = max(level, rules.steps[name].effect)
        reasons.append(reason)
    for name, reason in _steps_up(statistics, rules):
        level = min(4, level + rules.steps[name].effect)
        reasons.append(reason)
    return level, mean, tuple(reasons)


def _counted_score(site: SiteRisk, rules: RiskRules) -> int:
    """Tenths that enter the mean. A red by veto counts at most the veto score, also when it has no score."""
    score = site.standing.score_tenths
    if site.standing.vetoed or score is None:
        return rules.veto_score_tenths if score is None else min(score, rules.veto_score_tenths)
    return score


def _floors(coded: Sequence[SiteRisk], statistics: Statistics, rules: RiskRules) -> list[tuple[str, Reason]]:
    floors = []
    red = tuple(site.site_id for site in coded if site.standing.grade == "red")
    step = rules.steps["red_share"]
    if Fraction(len(red), len(coded)) > step.limit:
        counts = {"red": len(red), "coded": len(coded), "share": _percent(len(red), len(coded))}
        text = f"红码 {len(red)} 家，占 {counts['share']}，高于 {_percent(step.limit.numerator, step.limit.denominator)}，不优于 {step.effect} 级"
        floors.append(("red_share", Reason("RED_SHARE", text, counts, red)))
    for name, code, count, words in (
        ("death", "DEATH", statistics.deaths, "个月内发生亡人事故"),
        ("grave_accident", "GRAVE_ACCIDENT", statistics.grave_accidents, "个月内发生较大及以上事故"),
    ):
        if count:
            step = rules.steps[name]
            cause = statistics.causes.get(f"{name}s", Cause())
            text = f"{step.months} {words} {count} 起，不优于 {step.effect} 级"
            floors.append((name, Reason(code, text, {"accidents": count}, cause.sites, cause.events)))
    return floors


def _steps_up(statistics: Statistics, rules: RiskRules) -> list[tuple[str, Reason]]:
    steps = []
    now, before = statistics.injuries, statistics.injuries_before
    if now is not None and before is not None and now > before * (1 + rules.steps["injuries"].limit):
        text = f"工伤 {now} 起，上年同期 {before} 起，增幅超过限值，加 {rules.steps['injuries'].effect} 级"
        steps.append(("injuries", Reason("INJURIES", text, {"injuries": now, "before": before}, _causing(statistics, "injuries"))))
    due, online = statistics.video_due, statistics.video_online
    if due and online is not None and Fraction(online, due) < rules.steps["video"].limit:
        counts = {"online": online, "due": due, "share": _percent(online, due)}
        text = f"视频在线 {online}/{due}（{counts['share']}），加 {rules.steps['video'].effect} 级"
        steps.append(("video", Reason("VIDEO", text, counts, _causing(statistics, "video"))))
    return steps


def _causing(statistics: Statistics, name: str) -> tuple[str, ...]:
    return statistics.causes.get(name, Cause()).sites


def _pull_ups(code: str, coded: Sequence[SiteRisk], matrix_colour: str, rules: RiskRules) -> tuple[Reason, ...]:
    """The colour-only pull-up by single sites; none when the matrix colour is already as bad."""
    step = rules.steps["site_pull_up"]
    if worse(matrix_colour, step.colour) == matrix_colour:
        return ()
    ids = tuple(
        s.site_id for s in coded if rules.coupling.value(s.inherent[code].level, GOVERNANCE_OF[s.standing.grade]) >= step.limit
    )
    if not ids:
        return ()
    return (Reason("SITE_RISK", f"{len(ids)} 家企业自身风险值 ≥ {step.limit}，颜色上调", {"sites": len(ids), "to": step.colour}, ids),)


def _hundredths(value: Fraction) -> str:
    return text_of(half_up(value.numerator * 100, value.denominator), 100)


def _percent(part: int, whole: int) -> str:
    return text_of(half_up(part * 1000, whole), TENTHS) + "%"
