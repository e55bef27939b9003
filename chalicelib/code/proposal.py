"""What somebody asks to be appended: the frame of the request, what it answers, who is in the evidence. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.errors import BadInput, Problem
from chalicelib.supervision.kin import standing_merges
from chalicelib.supervision.model import Event
from chalicelib.supervision.vocabulary import Kind, kind_of, load_vocabulary

BODY_KEYS = {"kind", "key", "occurred_on", "payload", "caused_by", "voids", "evidence", "place"}
MAX_KEY_LENGTH = 200


def asked(body: Mapping[str, object], scope: str) -> tuple[Kind, str]:
    """Kind and idempotency key of a body; every fault of its frame at once."""
    found = [Problem("$", name, "", "没有这个字段") for name in sorted(set(body) - BODY_KEYS)]
    key, name = body.get("key"), body.get("kind")
    if not isinstance(key, str) or not 0 < len(key) <= MAX_KEY_LENGTH:
        found.append(Problem("$", "key", "", f"必填：本次提交的唯一编号，1–{MAX_KEY_LENGTH} 个字符"))
    kind = load_vocabulary().kinds.get(name) if isinstance(name, str) else None
    if kind is None or kind.scope != scope:
        found.append(Problem("$", "kind", str(name)[:64], "没有这种事实类型，或它不属于这个对象"))
    if kind is not None and kind.pair:
        found.append(Problem("$", "kind", kind.name, "合并须作为一件事办理，不能只登记一半"))
    for column, shape in (("payload", dict), ("evidence", list), ("place", dict), ("occurred_on", str), ("caused_by", str), ("voids", str)):
        if body.get(column) is not None and not isinstance(body[column], shape):
            found.append(Problem("$", column, "", "类型不正确"))
    if found:
        raise BadInput(found)
    return kind_of(str(name)), str(key)


def root_of(kind: Kind, event: Event, standing: Sequence[Event]) -> Event | None:
    """The event that this one answers or withdraws. BadInput if it is named and not there, or of a kind it cannot follow."""
    wanted = event.voids if kind.voids else event.caused_by
    if wanted is None:
        return None
    root = {known.event_id: known for known in standing}.get(wanted)
    if root is None or (not kind.voids and root.kind not in kind.follows):
        raise BadInput([Problem("$", "voids" if kind.voids else "caused_by", wanted[:64], "该对象下没有可以对应的原事实")])
    return root


def refuse_merged(kind: Kind, event: Event, standing: Sequence[Event]) -> None:
    """BadInput for a new fact about a record that was merged: the other record is the site now. What began here goes on here."""
    merge = standing_merges(standing).get(event.subject)
    if merge is not None and not kind.voids and not kind.follows:
        raise BadInput([Problem("$", "kind", kind.name, f"该档案已并入 {merge.payload['into']}，请登记在那一份档案上")])


def involved(appeal: Event | None, standing: Sequence[Event]) -> frozenset[str]:
    """Everybody in the evidence of an appeal: who entered or signed what it is against, with its story; without a
    named target, whatever authority entered on the site before it."""
    if appeal is None:
        return frozenset()
    against = appeal.payload.get("against")
    if against:
        story = [event for event in standing if against in (event.event_id, event.caused_by)]
    else:
        story = [event for event in standing if event.known_at <= appeal.known_at]
    story += [event for event in standing if event.caused_by == appeal.event_id and event.kind == "appeal_opinion"]
    people = {event.actor.id for event in story}
    for event in story:
        people.update(event.payload.get("officers") or (), event.payload.get("signers") or ())  # type: ignore[arg-type]
    return frozenset(people)


def content(event: Event) -> tuple[object, ...]:
    """What makes two events of one key the same: everything said, not the moment it was said."""
    return (
        event.kind,
        event.occurred_on,
        event.actor,
        event.source,
        dict(event.payload),
        event.caused_by,
        event.voids,
        event.evidence,
        event.place,
    )
