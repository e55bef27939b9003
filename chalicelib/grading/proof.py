"""The proof of a grade: the facts, the rule set's hash and the derivation in one document that anyone can recompute. Pure.

Canonical JSON (RFC 8785) gives the document one byte form; its hash stands in it. The facts are bare (:mod:`.bare`), the rule
set stands in it entire: whoever has the proof gets the same derivation bit for bit, with this judge or with the page
``web/verify.html``, which needs no network. It holds what the grade was worked out from: it is for those entitled to see that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from chalicelib import clock
from chalicelib.canonical import canonical_json, content_hash
from chalicelib.errors import BadInput, Problem
from chalicelib.grading.actions import Facts
from chalicelib.grading.bare import bare, unsaid
from chalicelib.grading.case import known_by
from chalicelib.grading.judge import grade
from chalicelib.grading.rules import RuleSet
from chalicelib.register.district import District

SCHEMA = 1
PARTS = {
    "schema": int,
    "site_id": str,
    "on": str,
    "known_at": (str, type(None)),
    "rule_set": dict,
    "rules": dict,
    "facts": dict,
    "derivation": dict,
    "hash": str,
}
# How the district calls and colours its grades, for whoever looks at the proof; nothing is worked out from it.
PALETTE = "palette"


def proof_of(
    facts: Facts, rules: RuleSet, on: date, known_at: datetime | None = None, district: District | None = None
) -> dict[str, object]:
    """The proof of the grade on a day, by what was known at an instant (None: by everything); shown in a district's words and colours."""
    known = bare(as_known(facts, known_at), rules)
    proof = {
        "schema": SCHEMA,
        "site_id": facts["site_id"],
        "on": on.isoformat(),
        "known_at": None if known_at is None else clock.instant_text(known_at),
        "rule_set": rules.identity(),
        "rules": rules.document,
        "facts": known,
        "derivation": grade(known, rules, on).to_document(),
        **({PALETTE: palette_of(district)} if district else {}),
    }
    return {**proof, "hash": content_hash(proof)}


def palette_of(district: District) -> dict[str, dict[str, str]]:
    """Word, fill and ink of each grade, for a page that does not know the district."""
    return {code: {"word": district.grade_words[code], "fill": swatch.fill, "ink": swatch.ink} for code, swatch in district.palette.items()}


def as_known(facts: Facts, known_at: datetime | None) -> Facts:
    """The facts as they were recorded by an instant: what a grade with ``known_at`` looks at, and no more."""
    if known_at is None:
        return facts
    records = {kind: found for kind, found in known_by(facts["records"], known_at).items() if found}
    return {**facts, "known_at": min(clock.instant_text(known_at), facts.get("known_at", "~")), "records": records}


def verify(proof: Mapping[str, object], rule_sets: Iterable[RuleSet]) -> list[str]:
    """What does not hold of a proof, worked out anew; empty when it holds. BadInput for what is no proof or names unknown rules."""
    check_form(proof)
    named = proof["rule_set"]
    rules = next((known for known in rule_sets if known.hash == named.get("hash")), None)
    if rules is None:
        raise BadInput([Problem("rule_set", "hash", str(named.get("hash"))[:80], "no rule set with this hash is known here")])
    wrong = []
    if content_hash({name: value for name, value in proof.items() if name != "hash"}) != proof["hash"]:
        wrong.append("hash: 内容与其摘要不符")
    if named != rules.identity():
        wrong.append("rule_set: 名称或版本与其摘要所指的规则集不符")
    if content_hash(proof["rules"]) != rules.hash:
        wrong.append("rules: 所附规则集与其摘要不符")
    if proof["facts"].get("site_id") != proof["site_id"]:
        wrong.append("site_id: 事实属于另一场所")
    if proof["known_at"] is not None and as_known(proof["facts"], clock.parse_instant(proof["known_at"])) != proof["facts"]:
        wrong.append("known_at: 含有当时尚未记录的事实")
    again = grade(unsaid(proof["facts"]), rules, date.fromisoformat(proof["on"])).to_document()
    return wrong + differences(proof["derivation"], again)


def check_form(proof: object) -> None:
    """BadInput unless the document has a proof's parts; the facts have their own schema."""
    if not isinstance(proof, Mapping):
        raise BadInput([Problem("proof", "", type(proof).__name__, "a proof is a JSON object")])
    problems = [
        Problem("proof", name, "", "is required, of the right type")
        for name, kind in PARTS.items()
        if not isinstance(proof.get(name, ...), kind)
    ]
    problems += [Problem("proof", str(name), "", "is no part of a proof") for name in proof if name not in (*PARTS, PALETTE)]
    for name, read in (("on", date.fromisoformat), ("known_at", clock.parse_instant)):
        value = proof.get(name)
        if isinstance(value, str) and not readable(value, read):
            problems.append(Problem("proof", name, value[:80], "is not a date or an instant"))
    if problems:
        raise BadInput(problems)


def readable(value: str, read: Callable[[str], object]) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


def differences(stored: Mapping[str, object], again: Mapping[str, object]) -> list[str]:
    """The parts of a derivation whose bytes differ from the one worked out anew."""
    names = sorted({*stored, *again})
    absent = object()
    return [
        f"derivation.{name}: 与重新推导的结果不同"
        for name in names
        if stored.get(name, absent) is absent
        or again.get(name, absent) is absent
        or canonical_json(stored[name]) != canonical_json(again[name])
    ]
