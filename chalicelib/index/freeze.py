"""A frozen month: the facts as they were known at an instant. Late facts never change a frozen month (domain §12.7, §13.11)."""

from __future__ import annotations

from collections.abc import Mapping


def known_by(facts: Mapping, known_at: str) -> Mapping:
    """The fact document without records, steps and voids recorded after ``known_at`` (ISO text, UTC); itself if there are none."""
    if facts["known_at"] <= known_at:
        return facts
    records = {kind: kept for kind, rows in facts["records"].items() if (kept := [_known(row, known_at) for row in rows if row["at"] <= known_at])}
    newest = max((row["at"] for rows in records.values() for row in rows), default="")
    return {**facts, "records": records, "known_at": newest}


def late_records(facts: Mapping, known_at: str, until: str) -> list[str]:
    """Ids of records about days up to ``until`` that came in after the freeze: listed, not judged."""
    if facts["known_at"] <= known_at:
        return []
    rows = [row for kind in facts["records"].values() for row in kind]
    rows += [step for row in rows for step in row.get("then", ())]
    return sorted(row["id"] for row in rows if row["at"] > known_at and row["on"] <= until)


def _known(row: Mapping, known_at: str) -> Mapping:
    void, steps = row.get("void"), row.get("then")
    if (void is None or void["at"] <= known_at) and not steps:
        return row
    kept = {key: value for key, value in row.items() if key not in ("void", "then")}
    if void is not None and void["at"] <= known_at:
        kept["void"] = void
    if then := [_known(step, known_at) for step in steps or () if step["at"] <= known_at]:
        kept["then"] = then
    return kept
