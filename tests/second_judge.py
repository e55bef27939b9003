"""A second judge of the enterprise code: written from the method's text alone, slow, plain, and sharing no code with the first.

An enterprise may be shut because of a grade, so two implementations that never saw each other must agree on every number.
It reads the items' points and clauses from the rule set's data; every window, cap and condition stands here once more,
as in the method's tables, so that a wrong number in the data is found too. Numbers such as (12.35) name the decision
that a function follows. Dates are ``datetime.date``, points are ``Fraction``.
"""

from __future__ import annotations

import calendar
import tomllib
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

RULE_SET = Path(__file__).parents[1] / "chalicelib" / "grading" / "rulesets" / "model-2020.toml"
TABLE = tomllib.loads(RULE_SET.read_text(encoding="utf-8"))
ITEMS = {item["code"]: item for item in TABLE["items"]}
AXES = ("P", "E", "W", "B", "M", "H")
ORDER = ("red", "orange", "yellow", "blue")
GOVERNMENT_OR_EXPERT = ("township", "district", "expert")
OFFICIAL = (*GOVERNMENT_OR_EXPERT, "system")
BY_ACT = date.max
DAY = timedelta(days=1)
Record = dict


# ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def day(text: str) -> date:
    return date.fromisoformat(text)


def plus_months(anchor: date, months: int) -> date:
    """In one step, clamped to the month's end (12.8)."""
    year, month = anchor.year, anchor.month + months
    while month > 12:
        year, month = year + 1, month - 12
    while month < 1:
        year, month = year - 1, month + 12
    return date(year, month, min(anchor.day, calendar.monthrange(year, month)[1]))


def within(on: date, anchor: date, months: int) -> bool:
    """``on`` in ``[anchor, anchor + months)``."""
    return anchor <= on < plus_months(anchor, months)


def half_up(value: Fraction, places: int) -> Fraction:
    """The magnitude is rounded, the sign put back (nothing published here is negative)."""
    shifted = abs(value) * 10**places
    whole = shifted.numerator // shifted.denominator
    if shifted - whole >= Fraction(1, 2):
        whole += 1
    return Fraction(whole if value >= 0 else -whole, 10**places)


def worst(colours: list[str]) -> str:
    return min(colours, key=ORDER.index)


# ── The facts that count on a day ────────────────────────────────────────────────────────────────────────────────────
class Site:
    """The records of a facts document that are dated by ``on`` and known by ``known_at``; withdrawn ones are gone (12.6, 12.7)."""

    def __init__(self, facts: Record, on: date, known_at: str | None) -> None:
        self.on = on
        self.known_at = known_at
        self.records = facts["records"]

    def counts(self, record: Record) -> bool:
        if day(record["on"]) > self.on:
            return False
        if self.known_at is not None and record["at"] > self.known_at:
            return False
        void = record.get("void")
        return void is None or (self.known_at is not None and void["at"] > self.known_at)

    def of(self, *kinds: str) -> list[Record]:
        found = [record for kind in kinds for record in self.records.get(kind, []) if self.counts(record)]
        return sorted(found, key=lambda record: (record["on"], record["at"], record["id"]))

    def steps(self, record: Record, *kinds: str) -> list[Record]:
        found = [step for step in record.get("then", []) if step["kind"] in kinds and self.counts(step)]
        return sorted(found, key=lambda step: (step["on"], step["at"], step["id"]))

    def profile(self) -> Record:
        """The register's fields as of the day: the newest value of each."""
        fields: Record = {}
        for record in self.of("site_registered", "site_changed", "site_state_changed"):
            fields.update({name: value for name, value in record.items() if name not in ("id", "on", "at", "by", "evidence", "place")})
        return fields


def full_assessments(site: Site) -> list[Record]:
    """A full government or expert assessment, never the firm's own or an informer's word (12.44); a desk review counts (12.42)."""
    return [found for found in site.of("assessment") if found["coverage"] == "full" and found["by"] in OFFICIAL]


def first_assessed(site: Site) -> date | None:
    found = full_assessments(site)
    return day(found[0]["on"]) if found else None


# ── Items ────────────────────────────────────────────────────────────────────────────────────────────────────────────
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


# ── Hazards ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def dismissed(site: Site, hazard: Record) -> bool:
    return bool(site.steps(hazard, "hazard_dismissed"))


def deadline_of(site: Site, hazard: Record) -> date:
    """Moved by an order or by an extension, each only if it came by the deadline that it moves (12.30)."""
    deadline = day(hazard["deadline_on"])
    for step in site.steps(hazard, "rectification_ordered", "extension_decided"):
        if day(step["on"]) > deadline:
            continue
        if step["kind"] == "rectification_ordered":
            deadline = day(step["deadline_on"])
        elif step["approved"] and "deadline_on" in step:
            deadline = max(deadline, day(step["deadline_on"]))
    return deadline


def closed(site: Site, hazard: Record) -> Record | None:
    """A major hazard is closed on site by two officers; a closing by one is void (12.34)."""
    for step in site.steps(hazard, "hazard_closed"):
        if hazard["level"] == "general" or (len(set(step["officers"])) >= 2 and step.get("on_site", True)):
            return step
    return None


def standing_report(site: Site, hazard: Record) -> bool:
    """Reported by the deadline and no check failed after that report (12.16, 12.30, 12.34)."""
    deadline, standing = deadline_of(site, hazard), False
    for step in site.steps(hazard, "rectification_reported", "recheck"):
        if step["kind"] == "rectification_reported" and day(step["on"]) <= deadline:
            standing = True
        if step["kind"] == "recheck" and step["result"] == "failed":
            standing = False
    return standing


def rectified_in_time(site: Site, hazard: Record) -> bool:
    ending = closed(site, hazard)
    return standing_report(site, hazard) or (ending is not None and day(ending["on"]) <= deadline_of(site, hazard))


def overdue(site: Site, hazard: Record) -> bool:
    if dismissed(site, hazard) or closed(site, hazard) or standing_report(site, hazard):
        return False
    return site.on > deadline_of(site, hazard)


def open_major(site: Site) -> list[Record]:
    return [
        found for found in site.of("hazard_found") if found["level"] == "major" and not dismissed(site, found) and not closed(site, found)
    ]


def refused(site: Site, hazard: Record) -> bool:
    return bool(site.steps(hazard, "rectification_refused"))


# ── Accidents ────────────────────────────────────────────────────────────────────────────────────────────────────────
class Accident:
    """An accident with the figures and the finding of responsibility known on the day (12.25 - 12.27)."""

    def __init__(self, site: Site, record: Record) -> None:
        self.on = day(record["on"])
        figures = {name: record.get(name) for name in ("deaths", "serious_injuries", "light_injuries", "loss_fen")}
        for update in site.steps(record, "accident_updated"):
            for name in figures:
                if update.get(name) is not None:
                    figures[name] = update[name]
        responsibility = record["responsibility"]
        for step in site.steps(record, "accident_determined"):
            responsibility = step["responsibility"]
        self.counts = responsibility != "not_responsible"
        self.deaths = 1 if figures["deaths"] is None else figures["deaths"]
        self.serious = 1 if figures["serious_injuries"] is None else figures["serious_injuries"]
        self.light = figures["light_injuries"] or 0
        self.loss = figures["loss_fen"] or 0
        self.social = bool(record.get("social_effect"))

    @property
    def level(self) -> int:
        """0 一般, 1 较大, 2 重大, 3 特别重大: the highest of the three figures, 10⁴ yuan = 10⁶ fen (493号 art. 3)."""
        edges = ((3, 10, 1000), (10, 50, 5000), (30, 100, 10000))
        return sum(1 for deaths, serious, loss in edges if self.deaths >= deaths or self.serious >= serious or self.loss >= loss * 10**6)


def accidents(site: Site) -> list[Accident]:
    return [found for found in (Accident(site, record) for record in site.of("accident")) if found.counts]


# ── Adjustments ──────────────────────────────────────────────────────────────────────────────────────────────────────
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


# ── Vetoes: code → first free day of each cause ──────────────────────────────────────────────────────────────────────
def vetoes(site: Site) -> dict[str, list[date]]:
    found = {
        "V01": [plus_months(one.on, 6) for one in accidents(site) if one.deaths >= 1],
        "V02": [plus_months(one.on, 12) for one in accidents(site) if one.level >= 1],
        "V03": [plus_months(day(one["on"]), 12) for one in site.of("concealment_established")],
        "V04": [BY_ACT for one in open_major(site) if overdue(site, one) or refused(site, one)],
        "V05": [end for one in site.of("stop_order") for end in stop_order_end(site, one)],
        "V06": [plus_months(day(one["on"]), 6) for one in site.of("obstruction_established")],
        "V07": [BY_ACT for one in site.of("unlicensed_activity_found") if not site.steps(one, "unlicensed_activity_corrected")],
        "V08": [listing_end(site, one) for one in site.of("dishonesty_listed")],
        "V09": chemical_vetoes(site),
    }
    holding = {code: [end for end in ends if end > site.on] for code, ends in found.items()}
    return {code: ends for code, ends in holding.items() if ends}


def stop_order_end(site: Site, order: Record) -> list[date]:
    """The resumption day, or 12 months after it when production during the order was established (12.36)."""
    lifted = site.steps(order, "stop_order_lifted")
    if not lifted:
        return [BY_ACT]
    resumed = day(lifted[0]["on"])
    return [plus_months(resumed, 12) if site.steps(order, "production_during_stop") else resumed]


def listing_end(site: Site, listing: Record) -> date:
    """On delisting, a fixed date, or at the latest 36 months after listing (12 under the rule before 2023-10-01) (12.36)."""
    listed = day(listing["on"])
    ends = [plus_months(listed, 36 if listed >= date(2023, 10, 1) else 12)]
    if "until_on" in listing:
        ends.append(day(listing["until_on"]))
    ends += [day(step["on"]) for step in site.steps(listing, "dishonesty_delisted")]
    return min(ends)


def chemical_vetoes(site: Site) -> list[date]:
    """19号: producers and dealers with storage only (12.35, 12.37)."""
    if site.profile().get("chemical_type") not in ("production", "trade_with_storage"):
        return []
    ends = [BY_ACT for one in site.of("direct_red_condition_found") if not site.steps(one, "direct_red_condition_cleared")]
    if unlicensed_workers(site):
        ends.append(BY_ACT)
    happened = accidents(site)
    ends += [plus_months(one.on, 36) for one in happened if one.level >= 2]
    ends += older_of_latest_two([one.on for one in happened if one.level == 1], 36)
    ends += older_of_latest_two([one.on for one in happened if one.level == 0 and one.deaths >= 1], 12)
    return ends


def older_of_latest_two(days: list[date], months: int) -> list[date]:
    return [plus_months(sorted(days)[-2], months)] if len(days) >= 2 else []


def unlicensed_workers(site: Site) -> bool:
    said = effective(site, "B03")
    return said is not None and said.value is not None and said.findings.get("unlicensed", 0) >= 1


# ── Caps: (code, colour, first free day) ─────────────────────────────────────────────────────────────────────────────
def caps(site: Site, axes: dict[str, Fraction | None]) -> list[tuple[str, str, date]]:
    found = [
        *cap_c01(site), *cap_c02(site), *cap_c03(site), *cap_c04(site), *cap_c05(site), *cap_c06(site), *cap_c07(site), *cap_c08(axes),
    ]  # fmt: skip
    return [cap for cap in found if cap[2] > site.on]


def cap_c01(site: Site) -> list[tuple[str, str, date]]:
    """An open major hazard in its term that the enterprise did not itself report; V04 stands alone (12.34)."""
    return [
        ("C01", "orange", BY_ACT) for one in open_major(site) if one["by"] != "self" and not overdue(site, one) and not refused(site, one)
    ]


def cap_c02(site: Site) -> list[tuple[str, str, date]]:
    """Each accident alone: three or more seriously injured red for 12 months, else orange for 6 (12.38)."""
    red = [("C02", "red", plus_months(one.on, 12)) for one in accidents(site) if one.serious >= 3]
    return red + [("C02", "orange", plus_months(one.on, 6)) for one in accidents(site) if 1 <= one.serious < 3]


def cap_c03(site: Site) -> list[tuple[str, str, date]]:
    """Every penalty decision; ends when the second newest leaves its window (12.39)."""
    return [("C03", "yellow", end) for end in older_of_latest_two([day(one["on"]) for one in penalties(site)], 12)]


def is_zero(site: Site, code: str) -> bool:
    said = effective(site, code)
    return said is not None and said.value == 0


def cap_c04(site: Site) -> list[tuple[str, str, date]]:
    """W05 = 0, P02 = 0 for whatever reason, or one unlicensed worker (12.40)."""
    return [("C04", "orange", BY_ACT)] if is_zero(site, "W05") or is_zero(site, "P02") or unlicensed_workers(site) else []


def cap_c05(site: Site) -> list[tuple[str, str, date]]:
    """W01 = 0; an expired licence, worse when legally required (12.41)."""
    found = [("C05", "yellow", BY_ACT)] if is_zero(site, "W01") else []
    expired = [one for one, last in licences(site) if last < site.on]
    return found + [("C05", "orange" if one.get("legally_required") else "yellow", BY_ACT) for one in expired]


def licences(site: Site) -> list[tuple[Record, date]]:
    """Of each licence number the record that lasts longest, with its last good day; a revoked one is good until the day before."""
    longest: dict[str, tuple[Record, date]] = {}
    for one in site.of("certificate"):
        if one["type"] != "licence":
            continue
        revoked = site.steps(one, "certificate_revoked")
        last = day(revoked[0]["on"]) - DAY if revoked else day(one["valid_to"])
        number = one.get("number", one["id"])
        if number not in longest or last > longest[number][1]:
            longest[number] = (one, last)
    return list(longest.values())


def self_check_due(site: Site) -> date | None:
    """The day C06 begins: 92 days after the last self-check, or after the first assessment if there was none (12.42)."""
    checked = site.of("self_check")
    last = day(checked[-1]["on"]) if checked else first_assessed(site)
    return None if last is None else last + 92 * DAY


def cap_c06(site: Site) -> list[tuple[str, str, date]]:
    due = self_check_due(site)
    return [("C06", "yellow", BY_ACT)] if due is not None and site.on >= due else []


def assessment_due(site: Site) -> date | None:
    """The day C07 begins: 12 months after the last full assessment for inherent grade 3 and 4, 36 for others (12.42)."""
    assessed = full_assessments(site)
    return plus_months(day(assessed[-1]["on"]), 12 if higher_risk(site) else 36) if assessed else None


def cap_c07(site: Site) -> list[tuple[str, str, date]]:
    due = assessment_due(site)
    return [("C07", "yellow", BY_ACT)] if due is not None and site.on >= due else []


def cap_c08(axes: dict[str, Fraction | None]) -> list[tuple[str, str, date]]:
    """An axis with nothing applicable is ignored (12.22)."""
    return [("C08", "yellow", BY_ACT)] if any(value is not None and value < 60 for value in axes.values()) else []


def higher_risk(site: Site) -> bool:
    """Inherent grade 3 or 4 in any sector (table 6.1): its rows 3 and 4, a filed result, or the register's own class."""
    known = site.profile()
    special, risky = known.get("special_premises", []), known.get("higher_risk_industries", [])
    dusty = known.get("dust_workers") is None or known["dust_workers"] >= 10
    crowded = known.get("staff") is None or known["staff"] >= 100
    shared = known.get("tenants") is None or known["tenants"] >= 3
    filed = [one for one in site.of("major_hazard_source_filed") if not site.steps(one, "major_hazard_source_removed")]
    return bool(
        (known.get("inherent_class") or 0) >= 3
        or filed
        or [one["colour"] for one in site.of("risk_graded")][-1:] in (["red"], ["orange"])
        or known.get("key_process")
        or known.get("inhalation_toxic")
        or {"metal_smelting", "ammonia_refrigeration", "shipbuilding"} & set(special)
        or ("combustible_dust" in special and dusty)
        or known.get("confined_space_toxic")
        or known.get("solvent_spraying")
        or known.get("key_fire_unit")
        or (known.get("labour_intensive") and crowded)
        or (known.get("premises") == "plant_in_plant" and shared)
        or risky
    )


# ── Score ────────────────────────────────────────────────────────────────────────────────────────────────────────────
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


# ── Flags, overrides, review ─────────────────────────────────────────────────────────────────────────────────────────
def flags(site: Site, items: dict) -> set[str]:
    """Listed apart from caps; they change no colour (12.43)."""
    found = set()
    absent = sum(Fraction(ITEMS[code]["points"]) for code in items if items[code][1] == "not_applicable")
    if absent > 20:
        found.add(f"空项过多 {float(absent):.2f}")
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
    for code, dates in vetoes(site).items():
        ends += [end for end in dates if end != BY_ACT]
        assert code
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


# ── The judgement ────────────────────────────────────────────────────────────────────────────────────────────────────
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
