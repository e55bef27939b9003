"""What the result document says about how firm a result is: honest rank, the table without K, best-case weights, cheapest points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from chalicelib.exact import HUNDREDTHS, TENTHS, fraction_text, half_up, text_of
from chalicelib.index.best_case import best_case
from chalicelib.index.model import TownshipScore
from chalicelib.index.score import index_of
from chalicelib.index.structure import IndexRules
from chalicelib.index.uncertainty import GENERATOR, Experiment, HonestRank, experiment
from chalicelib.index.win_back import Ask, Plan, fewest_cases, win_back

THOUSANDTHS = 1_000
FINE = 10_000  # points per case: ten-thousandths


def stability_documents(
    district: str, month: str, scores: Sequence[TownshipScore], rules: IndexRules
) -> tuple[dict, dict[str, Mapping]]:
    """``(the experiment, township → its fields)`` of a month's result document."""
    found = experiment(district, month, scores, rules)
    plain = without_coefficient(scores)
    fields = {score.code: _township(score, month, rules) for score in scores}
    for score in scores:
        fields[score.code] |= {
            "without_coefficient": plain[score.code],
            "honest_rank": honest_document(found.townships.get(score.code), found),
            "best_case": best_document(score, scores, rules),
        }
    return experiment_document(found, district, rules), fields


def _township(score: TownshipScore, month: str, rules: IndexRules) -> dict:
    asks = win_back(score, month, rules)
    plan = fewest_cases(asks)
    return {"win_back": [_ask(ask) for ask in asks], "win_back_plan": plan and _plan(plan)}


def without_coefficient(scores: Sequence[TownshipScore]) -> dict[str, dict]:
    """Index and place of every township if K were 1.00 for all, and the places that K gives it (> 0) or takes."""
    plain = {score.code: index_of(score.raw, HUNDREDTHS) for score in scores if score.raw is not None}
    ranked = [plain[score.code] for score in scores if score.rank is not None]
    found = {}
    for score in scores:
        place = None if score.rank is None else 1 + sum(other > plain[score.code] for other in ranked)
        found[score.code] = {
            "index": None if score.raw is None else text_of(plain[score.code], TENTHS),
            "rank": place,
            "places_by_coefficient": None if place is None or score.rank is None else place - score.rank,
        }
    return found


def experiment_document(found: Experiment, district: str, rules: IndexRules) -> dict:
    """How the runs were drawn, how many failed: enough to draw them again."""
    plan = rules.uncertainty
    return {
        "generator": GENERATOR,
        "seed": found.seed,
        "seeded_by": {"district": district, "of": "SHA-256 of district and month"},
        "runs": found.runs,
        "failed": found.failed,
        "failed_weights_only": found.runs - found.valid_official,
        "spread": fraction_text(plan.spread),
        "interval": [fraction_text(plan.lower), fraction_text(plan.upper)],
        "top": plan.top,
        "paths": [{"normaliser": p.normaliser, "aggregator": p.aggregator, "runs": p.runs, "failed": p.failed} for p in found.paths],
    }


def honest_document(rank: HonestRank | None, found: Experiment) -> dict | None:
    """A township's interval, group and probabilities; shares of the runs that did not fail, three decimals, None without any."""
    if rank is None:
        return None
    return {
        "interval": list(rank.interval),
        "weights_only": list(rank.weights_only),
        "group": rank.group,
        "top": _share(rank.top, found.valid),
        "red": _share(rank.red, found.valid_official),
    }


def _share(count: int, runs: int) -> str | None:
    return text_of(half_up(count * THOUSANDTHS, runs), THOUSANDTHS) if runs else None


def best_document(score: TownshipScore, scores: Sequence[TownshipScore], rules: IndexRules) -> dict | None:
    found = best_case(score, scores, rules)
    if found is None:
        return None
    weights = {code: text_of(weight, HUNDREDTHS) for code, weight in found.weights.items()}
    return {"weights": weights, "raw": text_of(found.raw, HUNDREDTHS), "index": text_of(found.index, TENTHS), "rank": found.rank}


def _ask(ask: Ask) -> dict:
    return {"code": ask.code, "case_count": ask.cases, "idle": ask.idle, "points": _points(ask.points), "per_case": _points(ask.per_case, FINE)}


def _plan(plan: Plan) -> dict:
    steps = [{"code": code, "case_count": cases, "points": _points(plan.gains[code])} for code, cases in plan.steps.items()]
    return {"case_count": plan.cases, "points": _points(plan.points), "steps": steps}


def _points(hundredths: Fraction, scale: int = HUNDREDTHS) -> str:
    exact = hundredths * scale / HUNDREDTHS
    return text_of(half_up(exact.numerator, exact.denominator), scale)
