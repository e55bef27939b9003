"""The shadow report 影子评估: what a drafted rule set would do to every site on a day, beside the rules in force. Pure.

Who changes colour, from which to which, and why: the codes that come and go, and the score before and after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from chalicelib.canonical import content_hash
from chalicelib.grading.judge import grade
from chalicelib.grading.outlook import Standing, standing_of
from chalicelib.grading.rules import RuleSet

SCHEMA = 1
Facts = Mapping[str, object]


def shadow_report(sites: Iterable[Facts], now: RuleSet, then: RuleSet, on: date) -> dict[str, object]:
    """The report as JSON with its hash. The same facts and rules give the same report, in whatever order the sites come."""
    moves: Counter[str] = Counter()
    before, after, changed = Counter(), Counter(), []
    for facts in sites:
        was, would = standing_of(grade(facts, now, on)), standing_of(grade(facts, then, on))
        before[was.grade.code] += 1
        after[would.grade.code] += 1
        if was.grade is not would.grade:
            moves[f"{was.grade.code}>{would.grade.code}"] += 1
            changed.append(change(str(facts["site_id"]), was, would))
    report = {
        "schema": SCHEMA,
        "on": on.isoformat(),
        "rules": {"now": now.identity(), "then": then.identity()},
        "sites": sum(before.values()),
        "before": dict(sorted(before.items())),
        "after": dict(sorted(after.items())),
        "moves": dict(sorted(moves.items())),
        "changed": sorted(changed, key=lambda entry: str(entry["site_id"])),
    }
    return {**report, "hash": content_hash(report)}


def change(site_id: str, was: Standing, would: Standing) -> dict[str, object]:
    """One site that changes colour: what it is, what it would be, and the codes that come and go."""
    old, new = {*was.vetoes, *was.caps}, {*would.vetoes, *would.caps}
    return {
        "site_id": site_id,
        "before": was.to_document(),
        "after": would.to_document(),
        "begins": sorted(new - old),
        "ends": sorted(old - new),
        "by_score": was.score != would.score,
    }
