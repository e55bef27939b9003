"""What the register in the log says about a site on a day: the fold of its registration, changes, moves and states. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter

REGISTER = ("site_registered", "site_changed", "site_moved", "site_state_changed")
COMPANY = ("enterprise_registered", "enterprise_changed")
OPERATING = "operating"
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

    A field keeps its last value. Without a credit code of its own the site shows its enterprise's; a site that bears its
    enterprise's name is renamed with it. ``merged_into`` is the site whose record took this one in, with ``state`` ``merged``.
    """
    fields: dict[str, object] = {}
    registered = False
    for record in _in_order(facts, REGISTER, on, known_at):
        registered = registered or "enterprise_id" in record
        fields.update({name: value for name, value in record.items() if name not in ENVELOPE})
    if not registered:
        return None
    fields.setdefault("state", OPERATING)
    company = _in_order(facts, COMPANY, on, known_at)
    if not fields.get("uscc"):
        codes = [record["uscc"] for record in company if record.get("uscc")]
        fields["uscc"] = codes[-1] if codes else None
    if len(company) > 1:
        fields["name"] = names_of(facts, on, known_at)[-1]
    for merge in standing(facts, "site_merged", on, known_at):
        fields |= {"state": MERGED, "merged_into": merge["into"]}
    return fields


def names_of(facts: Mapping[str, object], on: str, known_at: str | None = None) -> list[str]:
    """The names of a registered site up to a day, oldest first, each once; the last one is its name now."""
    names: list[str] = []
    enterprise = ""
    for record in _in_order(facts, (*COMPANY, *REGISTER), on, known_at):
        name = str(record.get("name") or "")
        if not name:
            continue
        if record.get("scope") != "enterprise":
            names.append(name)
        else:
            if names and names[-1] == enterprise:
                names.append(name)
            enterprise = name
    return list(reversed(dict.fromkeys(reversed(names))))


def _in_order(facts: Mapping[str, object], kinds: tuple[str, ...], on: str, known_at: str | None) -> list[Record]:
    records = [record for kind in kinds if kind in facts["records"] for record in standing(facts, kind, on, known_at)]
    return records if len(records) < 2 else sorted(records, key=_order)
