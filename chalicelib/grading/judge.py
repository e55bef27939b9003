"""The judge: facts → findings → score → colour, as they stand on one day. Pure, without memory, the same for the same input."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from chalicelib.grading.case import Case, Remembered, known_by
from chalicelib.grading.colour import colour, flags, overrides
from chalicelib.grading.compiled import plan_of, watched_items
from chalicelib.grading.findings import find
from chalicelib.grading.limits import Hearing, holding
from chalicelib.grading.model import NO_COLOUR, Judgement, maker
from chalicelib.grading.register import OPERATING, read_register
from chalicelib.grading.rules import RuleSet
from chalicelib.grading.score import adjust, score
from chalicelib.grading.stories import tell

TEXT_OF = Remembered(date.isoformat)
make_judgement = maker(Judgement)


def grade(facts: Mapping[str, object], rules: RuleSet, on: date, known_at: datetime | None = None) -> Judgement:
    """The grade of a site on the day ``on``, with every reason.

    ``facts`` as in docs/architecture.md. With ``known_at`` only what was recorded by that instant counts.
    Raises BadInput for a finding whose clause the rule set does not know.
    """
    if known_at is not None:
        facts = {**facts, "records": known_by(facts["records"], known_at)}
    case = Case(facts, TEXT_OF[on])
    tell(case, rules)
    register = read_register(case, rules)
    found = find(case, rules)
    kinds, chemical_type = frozenset(case.records), register.fields.get("chemical_type")
    unwatched = watched_items(rules).isdisjoint(found.values)
    to_count, to_veto, to_cap = plan_of(rules, kinds, chemical_type, not case.open_hazards, not case.repeats, unwatched)
    adjustments = adjust(case, rules, to_count)
    missing = found.missing
    complete = not missing and (found.full is not None or not rules.settable)
    result = score(found, adjustments, rules) if complete else None
    hearing = Hearing(case, rules, found, result, register)
    vetoes = holding(hearing, to_veto) if to_veto else ()
    caps = holding(hearing, to_cap) if to_cap else ()
    adjusted = overrides(case, rules) if "override" in case.records else ()
    graded = register.state == OPERATING or any(veto.code in rules.stop_codes for veto in vetoes)
    shown = result if graded else None
    score_grade = NO_COLOUR if shown is None else rules.grade_of(shown.tenths)
    final = colour(score_grade, vetoes, caps, adjusted) if graded else NO_COLOUR
    said = flags(hearing, caps)
    axes = dict.fromkeys(rules.axes) if result is None else result.axes
    tenths = None if shown is None else shown.tenths
    state, review_on = register.state, case.review_on()
    judged = (facts["site_id"], case.on, rules, final, tenths, score_grade, axes, found)
    return make_judgement(judged + (adjustments, vetoes, caps, adjusted, said, missing, state, review_on, shown))
