"""The public card of a site: what anyone may see after scanning its plate, ready made. Pure.

Only the public column of domain §2.7 goes into ``document`` (``card.schema.json``): no score, no item, no text of a
hazard. The attributes beside it are for indexes and conditions; ``outcome`` is what a history line compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import orjson

from chalicelib import labels
from chalicelib.exact import half_up, text_of
from chalicelib.grading.appeals import open_appeal, published_reply
from chalicelib.grading.case import Case, months_after
from chalicelib.grading.model import Judgement
from chalicelib.grading.register import read_register
from chalicelib.grading.rules import RuleSet
from chalicelib.register.entry import entry_text
from chalicelib.supervision.hazards import state_of
from chalicelib.supervision.site import names_of, site_on, standing

SCHEMA = 1
INSPECTORS = ("township", "district", "expert")
# The judge's words for what is said beside the colour, as the public reads them.
FLAG = {"C09": "many_not_applicable", "assessment_overdue": "assessment_expired", "self_reported": "self_assessed"}
NO_RULE_SET = "none"

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Card:
    """A card as stored. ``score`` in tenths; ``issue`` is the newest plate issued; ``review_on`` an ISO date or None."""

    site_id: str
    version: int
    as_of: str
    grade: str
    score: int | None
    name: str
    township: str
    enterprise_id: str | None
    issue: int | None
    rule_set: str
    review_on: str | None
    outcome: str
    search: str
    document: Mapping[str, object]


def build_card(
    facts: Facts, judgement: Judgement | None, on: date, rules_change_on: date | None = None, trend: Sequence[Facts] = ()
) -> Card | None:
    """The card of a site on a day; None if it is not registered by then. ``trend``: see :mod:`.trend`.

    ``judgement`` is None where the district has no rule set: the card is grey. ``rules_change_on`` is the first day of
    the next rule set: time alone changes the card then, as on the day of a fact that is dated later.
    """
    day = on.isoformat()
    site = site_on(facts, day)
    if site is None:
        return None
    grade = "none" if judgement is None else judgement.grade.code
    review_on = _earliest(judgement and judgement.review_on, rules_change_on and rules_change_on.isoformat(), *_later_days(facts, day))
    plate = _plate(facts, day)
    return Card(
        site_id=facts["site_id"],
        version=facts["version"],
        as_of=day,
        grade=grade,
        score=None if judgement is None else judgement.score,
        name=site["name"],
        township=site["township"],
        enterprise_id=facts["enterprise_id"],
        issue=plate["issue"],
        rule_set=rules_name(None if judgement is None else judgement.rules),
        review_on=review_on,
        outcome=_outcome(judgement, site["state"]),
        search=_search(facts, site, day),
        document=_document(
            facts, judgement, site, {"on": day, "grade": grade, "review_on": review_on, "plate": plate, "trend": list(trend)}
        ),
    )


def rules_name(rules: RuleSet | None) -> str:
    """How a card names the rules that judged it."""
    return NO_RULE_SET if rules is None else f"{rules.id}@{rules.version}"


def _document(facts: Facts, judgement: Judgement | None, site: Mapping[str, object], heading: dict[str, object]) -> dict[str, object]:
    day = heading["on"]
    return {
        "schema": SCHEMA,
        "site_id": facts["site_id"],
        "name": site["name"],
        "uscc": site["uscc"],
        "township": site["township"],
        "state": site["state"],
        "merged_into": site.get("merged_into"),
        **heading,
        "rule_set": None if judgement is None else judgement.rules.identity(),
        "axes": _axes(judgement),
        **_own_axes(judgement),
        "flags": _flags(judgement),
        "vetoes": 0 if judgement is None else len(judgement.vetoes),
        "caps": 0 if judgement is None else len(judgement.caps),
        "open_hazards": sum(state_of(hazard, day).open for hazard in standing(facts, "hazard_found", day)),
        **last_seen(facts, day),
        "evidence_on": evidence_on(facts, day),
        "coverage": None if judgement is None else _coverage(facts, judgement),
        "appeal": _appeal(facts, judgement, day),
        "reply": published_reply(facts, day),
    }


def _appeal(facts: Facts, judgement: Judgement | None, day: str) -> dict[str, object] | None:
    """Where an open appeal stands; nothing of what it says."""
    appeal = None if judgement is None else open_appeal(facts, judgement.rules, day)
    return appeal and appeal.clock()


def last_seen(facts: Facts, day: str) -> dict[str, str | None]:
    """The days of the last inspection (an assessment on site is one) and of the last self-check."""
    return {
        "last_inspection_on": _latest(_inspections(facts, day)),
        "last_self_check_on": _latest(record["on"] for record in standing(facts, "self_check", day)),
    }


def _search(facts: Facts, site: Mapping[str, object], day: str) -> str:
    """What the site is found by; the position is in it, so it is for those entitled and never in the document."""
    datum = str(site.get("datum") or "")
    return entry_text(names_of(facts, day), str(site.get("uscc") or ""), site.get("longitude"), site.get("latitude"), datum)


def _earliest(*days: object) -> str | None:
    return min((day for day in days if day), default=None)


def _latest(days: Iterator[str]) -> str | None:
    return max(days, default=None)


def _later_days(facts: Facts, day: str) -> Iterator[str]:
    """Days of facts dated after the card's: they begin to count without any event."""
    for records in facts["records"].values():
        for record in records:
            if record["on"] > day:
                yield record["on"]
            for step in record.get("then", ()):
                if step["on"] > day:
                    yield step["on"]


def _plate(facts: Facts, day: str) -> dict[str, object]:
    """The newest issue and the revoked ones: an older issue than the newest is void by that alone."""
    issued = max((record["issue"] for record in standing(facts, "plate_issued", day)), default=None)
    revoked = sorted({record["issue"] for record in standing(facts, "plate_revoked", day)})
    return {"issue": issued, "revoked": revoked}


def _axes(judgement: Judgement | None) -> dict[str, str | None]:
    values = {} if judgement is None else judgement.axes
    return {axis: None if values.get(axis) is None else text_of(values[axis], 10) for axis in labels.AXIS}


def _own_axes(judgement: Judgement | None) -> dict[str, dict[str, str]]:
    """The names of the axes where the rule set has others than the six: most of those would be empty for every site there."""
    axes = {} if judgement is None else judgement.rules.axes
    return {} if not axes or axes.keys() == labels.AXIS.keys() else {"axis_titles": {axis: title for axis, (title, _) in axes.items()}}


def _flags(judgement: Judgement | None) -> list[str]:
    if judgement is None:
        return []
    codes = [FLAG.get(flag.code, flag.code) for flag in judgement.flags]
    return [*codes, "override"] if judgement.overrides else codes


def _inspections(facts: Facts, day: str) -> Iterator[str]:
    yield from (record["on"] for record in standing(facts, "inspection", day))
    yield from (record["on"] for record in standing(facts, "assessment", day) if not record.get("desk_review"))


def evidence_on(facts: Facts, day: str) -> str | None:
    """The last day on which an inspector or expert looked; None if none ever did."""
    return _latest(_evidence(facts, day))


def _evidence(facts: Facts, day: str) -> Iterator[str]:
    """Days on which an inspector or expert looked: an assessment, an inspection, a hazard found."""
    for kind in ("assessment", "inspection", "hazard_found"):
        yield from (record["on"] for record in standing(facts, kind, day) if record["by"] in INSPECTORS)


def _coverage(facts: Facts, judgement: Judgement) -> str | None:
    tenths = coverage_tenths(facts, judgement)
    return None if tenths is None else text_of(tenths, 10)


def coverage_tenths(facts: Facts, judgement: Judgement) -> int | None:
    """Tenths of a percent of the applicable points that people set which an inspector or expert valued within the assessment's term.

    None where people set no points: a rule set that works everything out, or a site to which nothing applies.
    """
    rules, found = judgement.rules, judgement.findings
    months = _assessment_months(facts, judgement)
    full_on = found.full["on"] if found.full is not None and months_after(found.full["on"], months) > judgement.on else ""
    applicable = valued = 0
    for code, item in rules.settable.items():
        if code in found.not_applicable:
            continue
        applicable += item.points
        value = found.values.get(code)
        inspected_on = value.stamp[0] if value is not None and value.record["by"] in INSPECTORS else full_on
        if inspected_on and months_after(inspected_on, months) > judgement.on:
            valued += item.points
    return half_up(1000 * valued, applicable) if applicable else None


def _assessment_months(facts: Facts, judgement: Judgement) -> int:
    """How long an assessment is good for this site: the term of the rule set's cap on old assessments (C07)."""
    higher = read_register(Case(facts, judgement.on), judgement.rules).higher_risk
    term = "higher_months" if higher else "other_months"
    terms = [rule.params[term] for rule in judgement.rules.caps if rule.mechanism == "assessment_overdue"]
    return terms[0] if terms else 12


def _outcome(judgement: Judgement | None, state: str) -> str:
    """The visible result in one text: a history line is written when it changes, and only then."""
    if judgement is None:
        return orjson.dumps({"grade": "none", "state": state, "rule_set": None}).decode()
    outcome = {
        "grade": judgement.grade.code,
        "score": None if judgement.score is None else text_of(judgement.score, 10),
        "vetoes": [cause.code for cause in judgement.vetoes],
        "caps": [cause.code for cause in judgement.caps],
        "flags": _flags(judgement),
        "missing": len(judgement.missing),
        "state": state,
        "rule_set": {"id": judgement.rules.id, "version": judgement.rules.version, "hash": judgement.rules.hash},
    }
    return orjson.dumps(outcome).decode()
