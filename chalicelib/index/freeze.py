"""A frozen month: the facts as they were known at an instant. Late facts never change a frozen month (domain §12.7, §13.11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chalicelib.clock import instant_text
from chalicelib.grading.case import known_by


def frozen(facts: Mapping, known_at: datetime) -> Mapping:
    """The fact document as of an instant; itself when nothing came later."""
    if facts["known_at"] <= instant_text(known_at):
        return facts
    return {**facts, "records": {kind: rows for kind, rows in known_by(facts["records"], known_at).items() if rows}}


def late_records(facts: Mapping, known_at: datetime, until: str) -> list[str]:
    """Ids of records about days up to ``until`` that came in after the freeze: listed, not judged."""
    limit = instant_text(known_at)
    if facts["known_at"] <= limit:
        return []
    rows = [row for kind in facts["records"].values() for row in kind]
    rows += [step for row in rows for step in row.get("then", ())]
    return sorted(row["id"] for row in rows if row["at"] > limit and row["on"] <= until)
