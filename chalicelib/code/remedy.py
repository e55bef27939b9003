"""What an upheld appeal sets right: the contested fact is withdrawn and, where the decision says so, told as it was. Pure.

Both are events of their own, appended together with the decision or not at all; the judge needs to know nothing of appeals.
An appeal ends once, and so does an objection to the index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chalicelib.access.append import SIGNATURES
from chalicelib.code.proposal import content
from chalicelib.errors import Conflict, Problem
from chalicelib.ids import event_id_of
from chalicelib.supervision.model import Event

DECIDED, CLOSED = "appeal_decided", ("appeal_decided", "appeal_withdrawn")
UPHELD = "upheld"
# What can happen only once to the fact it answers: the kinds that stand in each other's place, and what whoever comes second is told.
ENDS = {
    **dict.fromkeys(CLOSED, ("appeal_ended", "该申诉在此期间已有决定或已撤回，您的决定没有写入。")),
    "index_objection_decided": ("index_objection_ended", "该异议在此期间已有决定，您的决定没有写入。"),
}


def remedy(decision: Event, appeal: Event | None, standing: Sequence[Event]) -> list[Mapping[str, object]]:
    """The bodies of the events that an upheld decision brings; none for any other event, and none twice."""
    target = contested(decision, appeal, standing)
    if target is None:
        return []
    reason = f"申诉 {decision.caused_by} 经 {decision.event_id} 决定成立，更正所争议的事实"
    payload = {"reason": reason, "signers": decision.payload.get("signers")}
    bodies = [{"kind": "void", "key": f"remedy {decision.event_id}", "voids": target.event_id, "payload": payload}]
    if "corrected" in decision.payload:
        told = {"payload": {**decision.payload["corrected"], **signatures(target)}, "caused_by": target.caused_by, "evidence": [decision.caused_by]}
        bodies.append({"kind": target.kind, "key": f"corrected {decision.event_id}", "occurred_on": target.occurred_on, **told})
    return bodies


def signatures(event: Event) -> dict[str, object]:
    """Who signed a fact, as it says itself: a correction by others leaves them where they were."""
    return {name: event.payload[name] for name in SIGNATURES if name in event.payload}


def people_in(bodies: Sequence[Mapping[str, object]]) -> frozenset[str]:
    """Everybody whom these bodies name: a remedy names those who sign it and those who signed what it corrects, nobody else."""
    payloads = [body["payload"] for body in bodies]
    return frozenset(str(person) for payload in payloads for name in SIGNATURES for person in payload.get(name) or ())  # type: ignore[attr-defined]


def ended_once(event: Event, root: Event | None, standing: Sequence[Event]) -> Event:
    """What ends an appeal or an objection ends it once: its id follows from what it ends, not from who ends it, so that of two people at
    the same moment the log refuses one. An ending that was withdrawn makes room for the next. Other events stay as they are."""
    if event.kind not in ENDS or root is None:
        return event
    end, withdrawn = ENDS[event.kind][0], {one.voids for one in standing}
    ends = [one.event_id for one in standing if one.caused_by == root.event_id and ENDS.get(one.kind, ("",))[0] == end]
    undone = len(withdrawn.intersection(ends))
    return replace(event, event_id=event_id_of(event.subject, end, f"{root.event_id}|{undone}"))


def stands_already(event: Event) -> Conflict:
    """The refusal of whoever finds something else under his event's id: under his own key, or another's end of the same matter."""
    told = {"sentence": ENDS[event.kind][1]} if event.kind in ENDS else {}
    return Conflict("the key stands with other content", event_id=event.event_id, **told)


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
    ends = [event for event in standing if event.kind in CLOSED and event.caused_by == appeal.event_id and event.event_id not in withdrawn]
    if any(event.event_id != decision.event_id or content(event) != content(decision) for event in ends):
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
    if named := [name for name in SIGNATURES if name in (decision.payload.get("corrected") or {})]:  # type: ignore[operator]
        return [Problem("payload", f"corrected.{name}", "", "签署人员照原事实，不在此更正") for name in named]
    if "corrected" in decision.payload and any(event.caused_by == target.event_id for event in standing):
        return [Problem("payload", "corrected", "", "该事实已有后续办理记录：不填此项（作废），再照实另行登记")]
    return []
