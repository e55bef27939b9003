"""The result as a document: every reason in the rule set's order, points as text. Built when somebody asks for it."""

from __future__ import annotations

from functools import lru_cache

from chalicelib.exact import HUNDREDTHS, TENTHS, text_of
from chalicelib.grading.findings import Value
from chalicelib.grading.ledger import ledger_of
from chalicelib.grading.model import RESULT_SCHEMA, Adjustment, Cause, Finding, ItemResult, Judgement, maker
from chalicelib.grading.rules import Item, Rule


def document_of(judgement: Judgement) -> dict[str, object]:
    """The JSON of a judgement, as in ``result.schema.json``."""
    rules = judgement.rules
    adjusting = {rule.code: rule for rule in rules.adjustments}
    return {
        "schema": RESULT_SCHEMA,
        "site_id": judgement.site_id,
        "on": judgement.on,
        "rule_set": rules.identity(),
        "state": judgement.state,
        "grade": judgement.grade.code,
        "score": tenths_text(judgement.score),
        "score_grade": judgement.score_grade.code,
        "axes": {axis: tenths_text(tenths) for axis, tenths in judgement.axes.items()},
        "items": [item_document(rules.items[code], result) for code, result in judgement.items.items()],
        "adjustments": [adjustment_document(entry, adjusting[entry.code]) for entry in judgement.adjustments],
        "vetoes": [cause_document(cause) for cause in judgement.vetoes],
        "caps": [cause_document(cause) for cause in judgement.caps],
        "overrides": [cause_document(cause) for cause in judgement.overrides],
        "flags": [{"code": cause.code, "text": cause.note, "evidence": list(cause.evidence)} for cause in judgement.flags],
        "missing": [{"item": code, "title": rules.items[code].title} for code in judgement.missing],
        "ledger": ledger_of(judgement),
        "review_on": judgement.review_on,
    }


make_item_result = maker(ItemResult)


def tenths_text(tenths: int | None) -> str | None:
    return None if tenths is None else text_of(tenths, TENTHS)


@lru_cache(maxsize=4096)
def hundredths_text(hundredths: int | None) -> str | None:
    return None if hundredths is None else text_of(hundredths, HUNDREDTHS)


def item_results(judgement: Judgement) -> dict[str, ItemResult]:
    """Every item of the rule set, in its order. Most are as the full assessment left them: at their full points."""
    found, full = judgement.findings, judgement.findings.full
    other = {*found.values, *found.derived, *found.not_applicable, *found.missing}
    if full is None:
        return {code: item_result(judgement, item) for code, item in judgement.rules.items.items()}
    by, on, evidence = full["by"], full["on"], (full["id"],)
    return {
        code: item_result(judgement, item)
        if code in other
        else make_item_result((code, item.points, item.points, "valued", by, on, (), evidence, None))
        for code, item in judgement.rules.items.items()
    }


def item_result(judgement: Judgement, item: Item) -> ItemResult:
    found, code = judgement.findings, item.code
    if code in found.missing and code not in found.values:
        return ItemResult(code, item.points, None, "missing")
    if code in found.derived:
        derived = found.derived[code]
        return ItemResult(code, item.points, derived.value, derived.status, "system", derived.on, (), derived.evidence, derived.ratio)
    record = found.not_applicable.get(code, found.full)
    if code in found.not_applicable:
        by, on, evidence = (record["by"], record["on"], (record["id"],)) if record else ("system", item.introduced_on, ())
        return ItemResult(code, item.points, None, "not_applicable", by, on, (), evidence)
    if code in found.values:
        value = found.values[code]
        record, findings = value.record, counted(item, value)
    else:
        findings = ()
    return ItemResult(code, item.points, found.value_of(item), "valued", record["by"], record["on"], findings, (record["id"],))


def counted(item: Item, value: Value) -> tuple[Finding, ...]:
    """The findings of a value in the clauses' order, each with what it takes by itself."""
    findings = []
    for code, clause in item.clauses.items():
        count = value.found.get(code, 0)
        if count:
            lost = item.points if clause.mode == "zero" else clause.amount * (count if clause.mode == "each" else 1)
            findings.append(Finding(code, count, lost))
    return tuple(findings)


def item_document(item: Item, result: ItemResult) -> dict[str, object]:
    return {
        "item": item.code,
        "axis": item.axis,
        "title": item.title,
        "key": item.key,
        "points": hundredths_text(item.points),
        "value": hundredths_text(result.value),
        "status": result.status,
        "source": result.source or None,
        "on": result.on or None,
        "ratio": list(result.ratio) if result.ratio else None,
        "findings": [
            {"clause": entry.clause, "title": item.clauses[entry.clause].title, "count": entry.count, "lost": hundredths_text(entry.lost)}
            for entry in result.findings
        ],
        "evidence": list(result.evidence),
    }


def adjustment_document(adjustment: Adjustment, rule: Rule) -> dict[str, object]:
    """``points`` after the code's cap, signed; each occurrence with its unsigned points and the first day it no longer counts."""
    return {
        "code": adjustment.code,
        "title": rule.title,
        "points": hundredths_text(adjustment.points),
        "uncapped": hundredths_text(adjustment.uncapped),
        "cap": hundredths_text(rule.cap),
        "occurrences": [
            {
                "evidence": entry.evidence,
                "on": entry.on,
                "count": entry.count,
                "points": hundredths_text(entry.points),
                "end": entry.end or None,
            }
            for entry in adjustment.occurrences
        ],
    }


def cause_document(cause: Cause) -> dict[str, object]:
    """``end`` is the first free day, null when only an act ends it; ``ends`` says so in words."""
    return {
        "code": cause.code,
        "title": cause.title,
        "grade": cause.grade.code,
        "ends": cause.ends or None,
        "end": cause.end or None,
        "note": cause.note,
        "evidence": list(cause.evidence),
    }
