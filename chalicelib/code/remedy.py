"""What an upheld appeal sets right: the contested fact is withdrawn and, where the decision says so, told as it was. Pure.

Both are events of their own, appended together with the decision or not at all; the judge needs to know nothing of appeals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.errors import Problem
from chalicelib.supervision.model import Event

DECIDED, CLOSED = "appeal_decided", ("appeal_decided", "appeal_withdrawn")
UPHELD = "upheld"


def remedy(decision: Event, appeal: Event | None, standing: Sequence[Event]) -> list[Mapping[str, object]]:
    """The bodies of the events that an upheld decision brings; none for any other event, and none twice."""
    target = contested(decision, appeal, standing)
    if target is None:
        return []
    reason = f"申诉 {decision.caused_by} 经 {decision.event_id} 决定成立，更正所争议的事实"
    payload = {"reason": reason, "signers": decision.payload.get("signers")}
    bodies = [{"kind": "void", "key": f"remedy {decision.event_id}", "voids": target.event_id, "payload": payload}]
    if "corrected" in decision.payload:
        told = {"payload": dict(decision.payload["corrected"]), "caused_by": target.caused_by, "evidence": [decision.caused_by]}
        bodies.append({"kind": target.kind, "key": f"corrected {decision.event_id}", "occurred_on": target.occurred_on, **told})
    return bodies


def contested(decision: Event, appeal: Event | None, standing: Sequence[Event]) -> Event | None:
    """The fact that an upheld decision takes back: the one it names, else the appeal's; None for every other event."""
    if decision.kind != DECIDED or appeal is None or decision.payload.get("outcome") != UPHELD:
        return None
    name = decision.payload.get("against") or appeal.payload.get("against")
    return next((event for event in standing if event.event_id == name), None)


def remedy_problems(decision: Event, appeal: Event | None, standing: Sequence[Event]) -> list[Problem]:
    """What stands against a decision: the appeal is closed, the fact is not named or gone, its story cannot be told anew."""
    if decision.kind != DECIDED or appeal is None:
        return []
    withdrawn = {event.voids for event in standing}
    steps = [event for event in standing if event.caused_by == appeal.event_id and event.event_id != decision.event_id]
    if any(event.kind in CLOSED and event.event_id not in withdrawn for event in steps):
        return [Problem("$", "caused_by", appeal.event_id, "该申诉已有决定或已撤回")]
    if decision.payload.get("outcome") != UPHELD:
        return [Problem("payload", name, "", "申诉不成立时没有要更正的事实") for name in ("against", "corrected") if name in decision.payload]
    return target_problems(decision, contested(decision, appeal, standing), standing)


def target_problems(decision: Event, target: Event | None, standing: Sequence[Event]) -> list[Problem]:
    if target is None:
        reason = "申诉成立须指明更正该场所的哪一事实（事实编号）"
        return [Problem("payload", "against", str(decision.payload.get("against") or ""), reason)]
    if any(event.voids == target.event_id and decision.event_id not in str(event.payload.get("reason")) for event in standing):
        return [Problem("payload", "against", target.event_id, "该事实已经作废")]
    if "corrected" in decision.payload and any(event.caused_by == target.event_id for event in standing):
        return [Problem("payload", "corrected", "", "该事实已有后续办理记录：不填此项（作废），再照实另行登记")]
    return []
