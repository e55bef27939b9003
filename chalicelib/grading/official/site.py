"""What the official algorithms say of a site from its own facts: 19号 for chemical producers and dealers with storage, accident levels.

Only what the facts establish is known; everything else is unknown, never nought: the grade is 待定 with the best and the worst
colour still possible, until an assessment on paper (``./dev official chemicals-19``) says the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.grading.case import Case
from chalicelib.grading.official import accident_level, chemicals_19
from chalicelib.grading.official.facts_19 import known_findings
from chalicelib.grading.official.form_19 import load_guideline
from chalicelib.grading.rules import Level
from chalicelib.supervision.site import site_on

# To whom 应急〔2018〕19号 applies.
CONCERNED = ("production", "trade_with_storage")


def official(facts: Mapping[str, object], levels: Sequence[Level], on: str) -> dict[str, object]:
    """The results as JSON; ``chemicals_19`` None for a site that the guideline does not concern."""
    case = Case(facts, on)
    site, guideline = site_on(facts, on) or {}, load_guideline()
    concerned = site.get("chemical_type") in CONCERNED
    found = chemicals_19.diagnose(known_findings(case, levels, guideline), chemicals_19.PARTIAL, guideline) if concerned else None
    return {
        "site_id": facts["site_id"],
        "on": on,
        "chemicals_19": found and found.to_document(),
        "accidents": [
            {"id": record["id"], "on": record["on"], **accident_level.judge(accident_level.casualties_of(record), levels).to_document()}
            for record in case.live("accident")
        ],
    }
