"""What the register in the log says about a site on a day: the fold of its registration, changes, moves and states. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter

REGISTER = ("site_registered", "site_changed", "site_moved", "site_state_changed")
COMPANY = ("enterprise_registered", "enterprise_changed")
OPERATING = "operating"
POSITION = ("longitude", "latitude", "datum")
# Of a record that was merged into another one: no state of the site, so no event says it.
MERGED = "merged"
ENVELOPE = frozenset(("id", "on", "at", "by", "kind", "scope", "then", "void", "evidence", "place", "caused_by", "voids", "reason", "of"))

Record = Mapping[str, object]
_order = itemgetter("on", "at", "id")


def standing(facts: Mapping[str, object], kind: str, on: str, known_at: str | None = None) -> Iterator[Record]:
    """The records of a kind that count on a day, in order: dated by it, known by ``known_at``, not withdrawn by then."""
    for record in facts["records"].get(kind, ()):
        void = record.get("void")
        withdrawn = void is not None and (known_at is None or void["at"] <= known_at)
        if record["on"] <= on and not withdrawn and (known_at is None or record["at"] <= known_at):
            yield record


def site_on(facts: Mapping[str, object], on: str, known_at: str | None = None) -> dict[str, object] | None:
    """The register's fields of the site on a day (names of the vocabulary, ``state`` always set); None if not registered.

    A field keeps its last value, but a position ends with the address it belonged to. A site that bears its enterprise's name or
    credit code bears the new one when that changes; without a code of its own it shows its enterprise's. ``merged_into`` is the
    site whose record took this one in, with ``state`` ``merged``.
    """
    fields: dict[str, object] = {}
    registered = False
    for record in _in_order(facts, REGISTER, on, known_at):
        if registered and record.get("address") and "township" in record:
            fields.update(dict.fromkeys(POSITION))
        registered = registered or "enterprise_id" in record
        fields.update({name: value for name, value in record.items() if name not in ENVELOPE})
    if not registered:
        return None
    fields.setdefault("state", OPERATING)
    company = _in_order(facts, COMPANY, on, known_at)
    codes = [record["uscc"] for record in company if record.get("uscc")]
    if not fields.get("uscc"):
        fields["uscc"] = codes[-1] if codes else None
    elif len(codes) > 1:
        fields["uscc"] = _borne("uscc", facts, on, known_at)[-1]
    if len(company) > 1:
        fields["name"] = names_of(facts, on, known_at)[-1]
    for merge in standing(facts, "site_merged", on, known_at):
        fields |= {"state": MERGED, "merged_into": merge["into"]}
    return fields


def names_of(facts: Mapping[str, object], on: str, known_at: str | None = None) -> list[str]:
    """The names of a registered site up to a day, oldest first, each once; the last one is its name now."""
    return list(reversed(dict.fromkeys(reversed(_borne("name", facts, on, known_at)))))


def _borne(field: str, facts: Mapping[str, object], on: str, known_at: str | None) -> list[str]:
    """The values of a field that a site bore: its own, and its enterprise's new ones as long as it bears its enterprise's."""
    borne: list[str] = []
    enterprise = ""
    for record in _in_order(facts, (*COMPANY, *REGISTER), on, known_at):
        value = str(record.get(field) or "")
        if not value:
            continue
        if record.get("scope") != "enterprise":
            borne.append(value)
        else:
            if borne and borne[-1] == enterprise:
                borne.append(value)
            enterprise = value
    return borne


def _in_order(facts: Mapping[str, object], kinds: tuple[str, ...], on: str, known_at: str | None) -> list[Record]:
    records = [record for kind in kinds if kind in facts["records"] for record in standing(facts, kind, on, known_at)]
    return records if len(records) < 2 else sorted(records, key=_order)
