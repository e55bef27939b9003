"""A site's whole story in the order it happened, for whoever may see which part of it. Pure.

Every kind of fact belongs to a group of the read matrix; what a kind says is shown without the people who signed it, whose
number is told instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib.access.policy import read_matrix

ENVELOPE = frozenset(("id", "on", "at", "by", "kind", "scope", "then", "void", "evidence", "place", "caused_by", "voids"))
PEOPLE = frozenset(("officers", "signers"))
REFERENCES = frozenset(("person", "persons"))
BOOKKEEPING = frozenset(("site_opened", "void", "enterprise_void"))
GROUP = {
    **dict.fromkeys(("appeal", "appeal_opinion", "appeal_decided", "appeal_withdrawn", "error_reported"), "appeals"),
    **dict.fromkeys(("reply", "reply_published"), "replies"),
    **dict.fromkeys(("penalty", "enterprise_penalty"), "penalties"),
    **dict.fromkeys(("major_hazard_source_filed", "major_hazard_source_removed", "direct_red_condition_found"), "secrets"),
    **dict.fromkeys(("enterprise_registered", "site_registered", "site_state_changed"), "identity"),
}
# Who reported is protected: a complaint is for those who look into it, never for the site it is about.
PROTECTED = frozenset(("complaint", "complaint_decided"))
OFFICIALS = ("township", "district")

Record = Mapping[str, object]


def timeline(facts: Mapping[str, object], audience: str) -> list[dict[str, object]]:
    """Entries, newest first: what happened, when, by which source, what it answers, whether it was withdrawn."""
    shown = [entry(kind, record, root) for kind, record, root in every(facts) if may_see(kind, record, root, audience)]
    return sorted(shown, key=lambda one: (str(one["on"]), str(one["at"]), str(one["id"])), reverse=True)


def every(facts: Mapping[str, object]) -> Iterator[tuple[str, Record, Record | None]]:
    """Each record with its kind, and each step with the record that it answers."""
    for kind, records in facts["records"].items():  # type: ignore[attr-defined]
        if kind in BOOKKEEPING:
            continue
        for record in records:
            yield kind, record, None
            for step in record.get("then", ()):
                yield str(step["kind"]), step, record


def may_see(kind: str, record: Record, root: Record | None, audience: str) -> bool:
    """Whether this audience sees an entry. Of correspondence, an enterprise sees its own and the answers to it."""
    if kind in PROTECTED:
        return audience in OFFICIALS
    mode = read_matrix()[GROUP.get(kind, "case")][audience]
    if mode == "own":
        return "self" in (record["by"], root["by"] if root else "")
    return mode in ("show", "logged")


def entry(kind: str, record: Record, root: Record | None) -> dict[str, object]:
    said = {name: value for name, value in record.items() if name not in ENVELOPE | PEOPLE | REFERENCES}
    people = {person for name in PEOPLE for person in record.get(name) or ()}  # type: ignore[attr-defined]
    return {
        "id": record["id"],
        "kind": kind,
        "on": record["on"],
        "at": record["at"],
        "by": record["by"],
        "says": said,
        "people": len(people),
        "evidence": list(record.get("evidence") or ()),  # type: ignore[call-overload]
        "answers": root["id"] if root else record.get("caused_by"),
        "withdrawn_on": record["void"]["on"] if "void" in record else None,  # type: ignore[index]
    }
