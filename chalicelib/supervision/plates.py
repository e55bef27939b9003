"""The plate at the gate: 已发放 → 已印制 → 已安装, then 损坏 or 作废 until it is 更换. Pure functions of a site's facts.

Only what happened to the newest issue counts: an older one is void by that alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.supervision.site import standing

NONE, ISSUED, PRINTED, MOUNTED, DAMAGED, REVOKED = "none", "issued", "printed", "mounted", "damaged", "revoked"
STATE_OF_KIND = {
    "plate_issued": ISSUED,
    "plate_printed": PRINTED,
    "plate_mounted": MOUNTED,
    "plate_damaged": DAMAGED,
    "plate_replaced": MOUNTED,
    "plate_revoked": REVOKED,
}
# What somebody has to do next; nothing where the plate hangs as it should.
DUE = {NONE: "issue", ISSUED: "print", PRINTED: "mount", DAMAGED: "replace", REVOKED: "replace", MOUNTED: ""}
TO_PRINT = frozenset({"issue", "print", "replace"})


@dataclass(frozen=True, slots=True)
class PlateState:
    """Where the newest plate of a site stands on a day. ``since`` is an ISO date, "" where there never was one."""

    issue: int | None
    state: str
    since: str

    @property
    def due(self) -> str:
        return DUE[self.state]

    def to_document(self) -> dict[str, object]:
        return {"issue": self.issue, "state": self.state, "since": self.since, "due": self.due}


def plate_on(facts: Mapping[str, object], on: str) -> PlateState:
    """The newest issue on a day and what last happened to it. An issue is new with its first record of any kind."""
    records = [(record, kind) for kind in STATE_OF_KIND for record in standing(facts, kind, on)]
    if not records:
        return PlateState(None, NONE, "")
    newest = max(record["issue"] for record, _ in records)
    last, kind = max(
        ((record, kind) for record, kind in records if record["issue"] == newest), key=lambda pair: (pair[0]["on"], pair[0]["at"], pair[0]["id"])
    )
    return PlateState(newest, STATE_OF_KIND[kind], last["on"])
