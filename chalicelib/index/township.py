"""One township's part of a month's run: freeze, grade each site once, assess the map, measure the sub-items. Pure.

The partial result is a small JSON document: two counts per sub-item, a capped list of cases with a whole count, the map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from chalicelib.clock import add_months, last_day, month_of, parse_month
from chalicelib.errors import NotFound
from chalicelib.grading.judge import grade
from chalicelib.grading.rulebook import rules_on
from chalicelib.grading.rules import RuleSet
from chalicelib.index.cases import case_labels, case_places, own_labels
from chalicelib.index.document import measure_document
from chalicelib.index.freeze import frozen, late_records
from chalicelib.index.measure import measure_township
from chalicelib.index.month import Month, SiteMonth
from chalicelib.index.objections import corrected, objections_of
from chalicelib.index.records import standing, township_on
from chalicelib.index.rules import load_rules
from chalicelib.index.structure import IndexRules
from chalicelib.register.district import District, Township
from chalicelib.riskmap.assess import assess_site, assess_township
from chalicelib.riskmap.profile import profile_of
from chalicelib.riskmap.rules import RiskRules, load_risk_rules
from chalicelib.supervision.facts import fold
from chalicelib.supervision.model import Event

SCHEMA = 1


@dataclass(frozen=True)
class MonthRules:
    """The rule sets of a month in a district. Grading is asked by day: a past colour is judged by the rules of its day; before
    ``graded_from`` there were none and nobody had a colour."""

    district: str
    index: IndexRules
    riskmap: RiskRules
    grading_on: Callable[[date], RuleSet]
    graded_from: date
    references: tuple[Mapping[str, str], ...]


def month_rules(district: District, month: str) -> MonthRules:
    """What applies on the last day of a month. NotFound naming a judge without a rule set that day."""
    day = last_day(month)
    grading = _grading_rules(district, day)
    index, riskmap = load_rules(_path(district, "index", day)), load_risk_rules(_path(district, "riskmap", day))
    references = (index.reference(), riskmap.identity, grading.identity())
    graded_from = min(ref.effective_from for ref in district.rule_sets["grading"])
    return MonthRules(district.id, index, riskmap, lambda on: _grading_rules(district, on), graded_from, references)


def _path(district: District, judge: str, day: date) -> Path:
    ref = district.rule_set_on(judge, day)
    if ref is None:
        raise NotFound("no rule set applies", judge=judge, day=day.isoformat())
    return ref.path


def _grading_rules(district: District, day: date) -> RuleSet:
    rules = rules_on(district, day)
    if rules is None:
        raise NotFound("no rule set applies", judge="grading", day=day.isoformat())
    return rules


def compute_partial(
    township: Township, facts: Iterable[Mapping], events: Sequence[Event], month: str, known_at: datetime, rules: MonthRules
) -> dict:
    """The partial result of one township. ``facts`` of every site whose card stands there (and of those that stood there
    once, see :func:`lived_elsewhere`), ``events`` its own log."""
    documents = list({document["site_id"]: document for document in facts}.values())
    kept = [frozen(document, known_at) for document in documents]
    judged = (site_month(document, month, rules, township.code) for document in kept)
    sites = tuple(sorted(judged, key=lambda site: site.site_id))
    view = Month(month, township.code, sites, _township_records(events, known_at), rules.index)
    measures = measure_township(view)
    return {
        "schema": SCHEMA,
        "month": month,
        "township": township.code,
        "name": township.name,
        "sites": coefficient_sites(township, view, rules),
        "in_register": len(view.in_register),
        "sub_items": {measure.code: measure_document(measure) for measure in measures},
        "labels": case_labels(view, measures),
        "places": case_places(view, measures),
        "elsewhere": lived_elsewhere(sites, township.code),
        "late": sum(len(late_records(document, known_at, view.last)) for document in documents),
        "risk": assess_township(township.code, [site.risk for site in sites], last_day(month), rules.riskmap).to_document(),
    }


def with_objections(partial: dict, events: Sequence[Event], decided_by: datetime, rules: IndexRules) -> dict:
    """The partial result with the counts that the district's decisions named, and every objection on record."""
    records = fold(events)["records"] if events else {}
    objections = objections_of(records, partial["month"], decided_by)
    if not objections:
        return partial
    measures, documents = corrected(partial["sub_items"], objections, {item.code: item for item in rules.sub_items})
    words = dict(own_labels(frozen(fold(events), decided_by)["records"], rules.sub_items))
    labels = partial["labels"] | {one.objection_id: words[one.objection_id] for one in objections}
    return {**partial, "sub_items": measures, "objections": documents, "labels": dict(sorted(labels.items()))}


def site_month(facts: Mapping, month: str, rules: MonthRules, township: str) -> SiteMonth:
    """A site at month end, graded once, as its township sees it; its colours at the end of the month and of the quarter before."""
    first, end = parse_month(month)[0], last_day(month)
    judgement = grade(facts, rules.grading_on(end), end)
    month_before = last_day(month_of(add_months(first, -1)))
    quarter_before = last_day(month_of(add_months(first, -((first.month - 1) % 3) - 1)))
    colour_month = colour_on(facts, month_before, rules)
    colour_quarter = colour_month if quarter_before == month_before else colour_on(facts, quarter_before, rules)
    return SiteMonth(
        site_id=facts["site_id"], facts=facts, judgement=judgement, items=judgement.items,
        risk=assess_site(facts, judgement, end, rules.riskmap, township), profile=profile_of(facts, end.isoformat()),
        colour_month_before=colour_month, colour_quarter_before=colour_quarter,
    )  # fmt: skip


def colour_on(facts: Mapping, day: date, rules: MonthRules) -> str:
    """The colour of a site on an earlier day, by the rules of that day and the facts of this freeze."""
    if day < rules.graded_from or not any(standing(facts, "site_registered", day.isoformat())):
        return "none"
    return grade(facts, rules.grading_on(day), day).grade.code


def coefficient_sites(township: Township, month: Month, rules: MonthRules) -> int:
    """N of the coefficient: sites 在业 with a colour on the reference day (domain §12.60)."""
    day = reference_day(township, month, rules)
    on = day.isoformat()
    if on == month.last:
        return sum(site.colour != "none" for site in month.in_register)
    return sum(
        township_on(site.facts, on) == township.code
        and profile_of(site.facts, on).get("state", "operating") == "operating"
        and colour_on(site.facts, day, rules) != "none"
        for site in month.sites
    )


def reference_day(township: Township, month: Month, rules: MonthRules) -> date:
    """31 December before; for a township (or a system) that began later, the end of its first month, not after this one."""
    december = date(month.year - 1, 12, 31)
    registered = [row["on"] for site in month.sites for row in standing(site.facts, "site_registered", month.last)]
    began = max(township.valid_from.isoformat(), rules.graded_from.isoformat(), min(registered, default=month.last))
    return december if began <= december.isoformat() else min(last_day(began[:7]), date.fromisoformat(month.last))


def lived_elsewhere(sites: Iterable[SiteMonth], code: str) -> dict[str, list[str]]:
    """Township → sites that stood there once and whose card stands here now: their past events belong to it (domain §12.12)."""
    found: dict[str, list[str]] = {}
    for site in sites:
        for other in sorted(townships_of(site.facts) - {code}):
            found.setdefault(other, []).append(site.site_id)
    return found


def townships_of(facts: Mapping) -> set[str]:
    """Every township that the site ever stood in."""
    records = facts["records"]
    return {row["township"] for kind in ("site_registered", "site_moved") for row in records.get(kind, ()) if "void" not in row}


def _township_records(events: Sequence[Event], known_at: datetime) -> Mapping:
    return frozen(fold(events), known_at)["records"] if events else {}
