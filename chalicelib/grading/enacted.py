"""The district as it is governed today: its folder and the rule sets that its log says were enacted. For jobs and entrances.

An enactment lies at least seven days ahead, so a process may keep what it read for its life: the sweep of the first day regrades
everything, whatever an old process still thought.
"""

from __future__ import annotations

from chalicelib.grading.governance import governed
from chalicelib.ids import subject_of
from chalicelib.register.district import District, load_district
from chalicelib.supervision.store import EventLog


def governed_district(table_prefix: str, district_id: str) -> District:
    """The district with its enacted rule sets: one consistent query. Unavailable: ask again."""
    return governed(load_district(district_id), EventLog(table_prefix).list_events(subject_of("district", district_id)))
