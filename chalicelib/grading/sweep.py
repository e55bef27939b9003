"""The daily sweep, 00:05 Shanghai: regrades every site whose review date has come, missed days included."""

from __future__ import annotations

import logging
from datetime import date

from chalicelib.config import Settings
from chalicelib.errors import Unavailable
from chalicelib.grading.regrade import Done, Regrader
from chalicelib.grading.store import CardStore
from chalicelib.register.district import load_district

log = logging.getLogger(__name__)


def sweep(regrader: Regrader, cards: CardStore, day: date) -> Done:
    """Regrade what is due on ``day``. Running it twice, or after days without it, ends in the same cards."""
    return regrader.regrade(cards.list_due(day.isoformat()), day)


def handle_schedule(settings: Settings) -> dict[str, int]:
    """The scheduled entrance. Unavailable if a site could not be read: the schedule's own retry repeats it."""
    regrader = Regrader(settings.table_prefix, load_district(settings.district))
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
