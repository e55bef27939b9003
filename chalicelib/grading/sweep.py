"""The daily sweep, 00:05 Shanghai: regrades every site whose review date has come, missed days included."""

from __future__ import annotations

import logging
from datetime import date

from chalicelib.config import Settings
from chalicelib.errors import Unavailable
from chalicelib.grading.enacted import governed_district
from chalicelib.grading.regrade import Done, Regrader
from chalicelib.grading.card import rules_name
from chalicelib.grading.rulebook import rules_on
from chalicelib.grading.store import CardStore

log = logging.getLogger(__name__)


def sweep(regrader: Regrader, cards: CardStore, day: date) -> Done:
    """Regrade what is due on ``day``, and what other rules judged. Running it twice, or after days without it, ends in the same cards."""
    return regrader.regrade({*cards.list_due(day.isoformat()), *judged_otherwise(regrader, cards, day)}, day)


def judged_otherwise(regrader: Regrader, cards: CardStore, day: date) -> set[str]:
    """Sites whose card was judged by another rule set than the one in force: a card made before an enactment does not know its day."""
    wanted = rules_name(rules_on(regrader.district, day))
    codes = dict.fromkeys(township.code for township in regrader.district.townships)
    return {str(row["site_id"]) for code in codes for row in cards.list_township(code) if row["rule_set"] != wanted}


def handle_schedule(settings: Settings) -> dict[str, int]:
    """The scheduled entrance. Unavailable if a site could not be read: the schedule's own retry repeats it."""
    regrader = Regrader(settings.table_prefix, governed_district(settings.table_prefix, settings.district))
    done = sweep(regrader, CardStore(settings.table_prefix), settings.day())
    counts = {
        "written": len(done.written),
        "unchanged": len(done.unchanged),
        "quarantined": len(done.quarantined),
        "failed": len(done.failed),
    }
    log.info("sweep done", extra=counts)
    if done.failed:
        raise Unavailable("some sites could not be regraded", failed=len(done.failed))
    return counts
