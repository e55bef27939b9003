"""Score, colour, flags and the review date: the judgement in a plain shape that a test can compare."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.second_judge.adjustments import (
    STANDARDISATION,
    accident_free_since,
    bonuses,
    deductions,
    engineers,
    penalties,
    repeats,
    true_complaints,
)
from tests.second_judge.items import DERIVED, effective, items_of, official, uncapped_loss
from tests.second_judge.limits import assessment_due, cap_c03, cap_c07, caps, licences, self_check_due, vetoes
from tests.second_judge.site import (
    AXES,
    BY_ACT,
    DAY,
    GOVERNMENT_OR_EXPERT,
    ITEMS,
    Record,
    Site,
    day,
    first_assessed,
    half_up,
    plus_months,
    within,
    worst,
)
from tests.second_judge.stories import accidents, closed, deadline_of, dismissed


def extra(site: Site, items: dict, axis: str) -> Fraction:
    """B03 once when its uncapped deductions reach 4, B06 once; none when the item is N/A (12.21)."""
    taken = Fraction(0)
    if axis == "B":
        b03, b06 = effective(site, "B03"), effective(site, "B06")
        if items["B03"][0] is not None and uncapped_loss("B03", b03.findings) >= 4:
            taken += Fraction("2.5")
        if items["B06"][0] is not None and b06.findings.get("unqualified_contractor", 0):
            taken += 1
    return taken


def axis_sums(site: Site, items: dict) -> dict[str, tuple[Fraction, Fraction]]:
    """Per axis: points left after the extra, floor 0, and points applicable."""
    sums = {}
    for axis in AXES:
        here = [code for code in ITEMS if ITEMS[code]["axis"] == axis and items[code][1] != "not_applicable"]
        got = sum((items[code][0] for code in here), Fraction(0)) - extra(site, items, axis)
        sums[axis] = (max(Fraction(0), got), sum((Fraction(ITEMS[code]["points"]) for code in here), Fraction(0)))
    return sums


def axes_of(sums: dict[str, tuple[Fraction, Fraction]]) -> dict[str, Fraction | None]:
    return {axis: half_up(100 * got / full, 1) if full else None for axis, (got, full) in sums.items()}


def score_of(sums: dict, minus: dict[str, Fraction], plus: dict[str, Fraction]) -> Fraction:
    """One clamp, one rounding (12.2, 12.23)."""
    base = 100 * sum(got for got, _ in sums.values()) / sum(full for _, full in sums.values())
    raw = base - sum(minus.values()) + min(Fraction(5), sum(plus.values()))
    return half_up(min(Fraction(100), max(Fraction(0), raw)), 1)


def score_colour(score: Fraction) -> str:
    if score >= 90:
        return "blue"
    if score >= 75:
        return "yellow"
    return "orange" if score >= 60 else "red"


def flags(site: Site, items: dict) -> set[str]:
    """Listed apart from caps; they change no colour (12.43)."""
    found = set()
    absent = sum(Fraction(ITEMS[code]["points"]) for code in items if items[code][1] == "not_applicable")
    if absent > 20:
        found.add(f"空项过多：不适用的条款共 {float(absent):.2f} 分")
    if cap_c07(site):
        found.add("评定已过期")
    alone = [code for code in items if code not in DERIVED and items[code][1] == "valued" and only_self(site, code)]
    if alone:
        found.add(" ".join(["自评", *alone]))
    if any(not site.steps(one, "appeal_decided", "appeal_withdrawn") for one in site.of("appeal")):
        found.add("申诉中")
    return found


def only_self(site: Site, code: str) -> bool:
    """No inspector's or expert's value in the last 12 months."""
    theirs = official(site, code)
    return theirs is None or not within(site.on, day(theirs.instant[0]), 12)


def overrides(site: Site) -> list[tuple[str, date]]:
    """Two signers; its printed last day still holds."""
    found = [(one["grade"], day(one["until_on"]) + DAY) for one in site.of("override") if len(set(one["signers"])) >= 2]
    return [one for one in found if one[1] > site.on]


def review_days(site: Site) -> list[date]:
    """Every day on which a dated test flips by itself (12.49), row by row of its table."""
    ends = []
    for one in accidents(site):
        ends += [plus_months(one.on, 6)] if one.deaths else []
        ends += [plus_months(one.on, 12)] if one.level >= 1 or one.light or one.serious else []
        ends += [plus_months(one.on, 6)] if 1 <= one.serious < 3 else []
        ends += [plus_months(one.on, 36)] if one.level >= 1 or one.deaths or one.social else []
    for dates in vetoes(site).values():
        ends += [end for end in dates if end != BY_ACT]
    ends += [end for _, _, end in cap_c03(site)]
    ends += [plus_months(day(one["on"]), 12) for one in penalties(site)]
    ends += [end for _, end in overrides(site)]
    ends += [day(one["until_on"]) + DAY for one in engineers(site) if "until_on" in one]
    ends += [plus_months(on, 12) for on in true_complaints(site)]
    ends += [plus_months(day(one["on"]), 12) for one in repeats(site)]
    for one in site.of("certificate"):
        if not site.steps(one, "certificate_revoked") and one["type"] in STANDARDISATION:
            ends += [day(one["valid_from"]), day(one["valid_to"]) + DAY]
    ends += [last + DAY for _, last in licences(site)]
    since = accident_free_since(site)
    if since is not None:
        ends += [plus_months(since, 36), plus_months(since, 60)]
    ends += [due for due in (self_check_due(site), assessment_due(site)) if due is not None]
    ends += hazard_days(site)
    spoken = [official(site, code) for code in ITEMS if code not in DERIVED]
    ends += [plus_months(day(one.instant[0]), 12) for one in spoken if one is not None and one.value is not None]
    if first_assessed(site) is not None:
        ends.append(plus_months(site.on.replace(day=1), 1))
    return ends


def hazard_days(site: Site) -> list[date]:
    """C01, V04, R08: deadline + 1; H02: deadline + 1 and + 6 months; H05: recheck + 12 months."""
    ends = []
    for one in site.of("hazard_found"):
        official = one["by"] in GOVERNMENT_OR_EXPERT
        if official:
            ends += [plus_months(day(recheck["on"]), 12) for recheck in site.steps(one, "recheck")]
        if dismissed(site, one):
            continue
        deadline = deadline_of(site, one)
        if one["level"] == "general" and official:
            ends += [deadline + DAY, plus_months(deadline, 6)]
        if not closed(site, one):
            ends.append(deadline + DAY)
    return ends


def unassessed(site: Site, code: str) -> bool:
    """Before the first full assessment an item is still to be assessed unless an inspector or expert spoke of it (12.44)."""
    return code not in DERIVED and first_assessed(site) is None and official(site, code) is None


def judge(facts: Record, on: date, known_at: str | None = None) -> Record:
    """Everything that the method defines, in a plain shape that a test can compare."""
    site = Site(facts, on, known_at)
    items = items_of(site)
    missing = [code for code, (_, status) in items.items() if status == "missing" or unassessed(site, code)]
    minus, plus = deductions(site), bonuses(site)
    complete = first_assessed(site) is not None and not missing
    sums = axis_sums(site, items) if complete else {}
    axes = axes_of(sums) if complete else dict.fromkeys(AXES)
    scored = score_of(sums, minus, plus) if complete else None
    red, limits, adjusted = vetoes(site), caps(site, axes), overrides(site)
    state = site.profile().get("state", "operating")
    return {
        "state": state,
        "grade": colour(site, state, scored, red, limits, adjusted),
        "score": scored if state == "operating" or "V05" in red else None,
        "axes": axes,
        "items": items,
        "minus": {code: points for code, points in minus.items() if points},
        "plus": {code: points for code, points in plus.items() if points},
        "vetoes": {code: max(ends) for code, ends in red.items()},
        "caps": limits,
        "overrides": adjusted,
        "flags": flags(site, items),
        "missing": missing,
        "review_on": min((end for end in review_days(site) if end > on), default=None),
    }


def colour(site: Site, state: str, scored: Fraction | None, red: dict, limits: list, adjusted: list) -> str:
    """Worst of score colour, vetoes, caps, overrides (12.33); grey before a full assessment unless a veto holds (12.44)."""
    if state != "operating" and "V05" not in red:
        return "none"
    if scored is None:
        return "red" if red else "none"
    return worst([score_colour(scored), *("red" for _ in red), *(grade for _, grade, _ in limits), *(grade for grade, _ in adjusted)])
