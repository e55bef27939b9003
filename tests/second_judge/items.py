"""The value of every item (12.13 - 12.20)."""

from __future__ import annotations

from fractions import Fraction

from tests.second_judge.site import GOVERNMENT_OR_EXPERT, ITEMS, OFFICIAL, Record, Site, day, first_assessed, half_up, plus_months, within
from tests.second_judge.stories import deadline_of, dismissed, rectified_in_time


def uncapped_loss(code: str, findings: dict[str, int]) -> Fraction:
    """What the clauses take before the floor."""
    lost = Fraction(0)
    for clause in ITEMS[code]["clauses"]:
        count = findings.get(clause["code"], 0)
        if count:
            lost += Fraction(clause.get("each", "0")) * count + Fraction(clause.get("once", "0"))
            lost += Fraction(ITEMS[code]["points"]) if clause.get("zero") else 0
    return lost


def value_of(code: str, findings: dict[str, int]) -> Fraction:
    """Full less deductions, floor 0; a condition "=0" takes all points and so wins (12.13)."""
    return max(Fraction(0), Fraction(ITEMS[code]["points"]) - uncapped_loss(code, findings))


class Said:
    """What one assessment or self-check says about one item: ``value`` is None when it says N/A.

    ``rank`` orders what is said at the same instant: a finding, then N/A, then in order because nothing was named.
    """

    def __init__(self, record: Record, code: str, findings: dict[str, int] | None, rank: int) -> None:
        self.instant = (record["on"], record["at"])
        self.rank = rank
        self.findings = findings or {}
        self.value = None if findings is None else value_of(code, findings)
        self.lost = 0 if findings is None else uncapped_loss(code, findings)


def sayings(code: str, records: list[Record]) -> list[Said]:
    """With full coverage an item not named is in order; with partial coverage it is not spoken of."""
    said = []
    for record in records:
        if code in record.get("not_applicable", []):
            said.append(Said(record, code, None, 1))
        elif code in record["items"]:
            said.append(Said(record, code, record["items"][code], 0))
        elif record["coverage"] == "full" or code in record.get("covers", []):
            said.append(Said(record, code, {}, 2))
    return said


def latest(said: list[Said]) -> Said | None:
    """Of several at the same instant the lower counts (12.11); of two at zero the one that lost more."""
    if not said:
        return None
    newest = max(one.instant for one in said)
    return min([one for one in said if one.instant == newest], key=lambda one: (one.rank, -one.lost))


def effective(site: Site, code: str) -> Said | None:
    """The inspector's or expert's newest, lowered by the newest later self-check if that is lower (12.19)."""
    theirs, own = official(site, code), latest(sayings(code, site.of("self_check")))
    if theirs is None:
        return own
    if theirs.value is None or own is None or own.instant <= theirs.instant:
        return theirs
    return own if own.value < theirs.value else theirs


def official(site: Site, code: str) -> Said | None:
    return latest(sayings(code, [found for found in site.of("assessment") if found["by"] in OFFICIAL]))


def item_m06(site: Site) -> tuple[Fraction | None, str]:
    """3 × the newest completeness."""
    found = site.of("completeness_measured")
    if not found:
        return None, "missing"
    newest = max((record["on"], record["at"]) for record in found)
    shares = [Fraction(one["filled"], one["required"]) for one in found if (one["on"], one["at"]) == newest]
    return half_up(3 * min(shares), 2), "valued"


def item_h01(site: Site) -> tuple[Fraction, str]:
    """The three complete months before the as-of month, 1.5 for each without a self-check since the first assessment (12.15)."""
    first = first_assessed(site)
    checked = {found["on"][:7] for found in site.of("self_check")}
    months = [plus_months(site.on.replace(day=1), -back).isoformat()[:7] for back in (1, 2, 3)]
    due = [month for month in months if first is not None and month >= first.isoformat()[:7]]
    if not due:
        return Fraction(4), "nothing_due"
    lost = len([month for month in due if month not in checked])
    return max(Fraction(0), 4 - Fraction("1.5") * lost), "not_done" if lost else "valued"


def item_h02(site: Site) -> tuple[Fraction, str]:
    """General hazards found by government or experts whose deadline passed within 6 months (12.16)."""
    due = in_time = 0
    for hazard in general_hazards(site):
        deadline = deadline_of(site, hazard)
        if deadline < site.on < plus_months(deadline, 6):
            due += 1
            in_time += rectified_in_time(site, hazard)
    return (half_up(Fraction(5 * in_time, due), 2), "valued") if due else (Fraction(5), "nothing_due")


def item_h05(site: Site) -> tuple[Fraction, str]:
    """Rechecks of the last 12 months; passed at once = the hazard's first one and passed (12.17)."""
    made = passed = 0
    for hazard in [found for found in site.of("hazard_found") if found["by"] in GOVERNMENT_OR_EXPERT]:
        for number, recheck in enumerate(site.steps(hazard, "recheck")):
            if within(site.on, day(recheck["on"]), 12):
                made += 1
                passed += number == 0 and recheck["result"] == "passed"
    return (half_up(Fraction(2 * passed, made), 2), "valued") if made else (Fraction(2), "nothing_due")


def general_hazards(site: Site) -> list[Record]:
    """Those of government and experts; one taken back as a mistake was never due."""
    found = [one for one in site.of("hazard_found") if one["by"] in GOVERNMENT_OR_EXPERT and one["level"] == "general"]
    return [one for one in found if not dismissed(site, one)]


DERIVED = {"M06": item_m06, "H01": item_h01, "H02": item_h02, "H05": item_h05}


def items_of(site: Site) -> dict[str, tuple[Fraction | None, str]]:
    """The value to two decimals and the status of each item."""
    found = {}
    for code in ITEMS:
        if code in DERIVED:
            found[code] = DERIVED[code](site)
            continue
        said = effective(site, code)
        if said is None:
            found[code] = (None, "missing")
        else:
            found[code] = (said.value, "not_applicable" if said.value is None else "valued")
    return found
