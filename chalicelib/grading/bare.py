"""The facts as far as a judge reads them: kinds that no rule asks for are left out, prose and names of persons are covered. Pure.

The grade of bare facts is the grade of the facts, with every reason: a proof can go to whoever may see a site's case without
showing an informer's words or an officer's number.
"""

from __future__ import annotations

from chalicelib.grading.actions import Facts
from chalicelib.grading.case import Record
from chalicelib.grading.compiled import READS, STANDING
from chalicelib.grading.rules import RuleSet
from chalicelib.supervision.vocabulary import load_vocabulary

REGISTER = ("site_registered", "site_changed", "site_state_changed", "site_merged", "major_hazard_source_filed", "risk_graded")
ALWAYS = frozenset((*REGISTER, "assessment", "self_check", "completeness_measured", "hazard_found", "accident", "override", "appeal"))
COVER = "…"
PROSE = ("text", "name")
# The judge repeats why a colour was adjusted by hand.
SAID = frozenset({("override", "reason")})
# Codes that lead to persons or papers: the judge only asks whether two are the same.
NUMBERS = ("number", "admin_action_code", "person")
NOT_READ = ("place", "evidence")


class Alias:
    """A stand-in for each name, in the order of their appearance: whether two are the same stays visible."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def of(self, name: str) -> str:
        return self.known.setdefault(name, f"P{len(self.known) + 1}")


def kinds_read(rules: RuleSet) -> frozenset[str]:
    """Every kind of fact that a judge asks for under these rules."""
    asked = set(ALWAYS)
    for item in rules.derived.values():
        asked.update(READS.get(item.derive["kind"], ()))
    for rule in (*rules.adjustments, *rules.vetoes, *rules.caps):
        asked.update((rule.params["kind"],) if rule.mechanism == "fact" else READS[rule.mechanism])
    return frozenset(asked - set(STANDING))


def bare(facts: Facts, rules: RuleSet) -> Facts:
    """The facts that grade a site under these rules, covered. The same facts give the same cover."""
    kinds, alias = kinds_read(rules), Alias()
    records = {
        kind: [covered(kind, record, alias) for record in facts["records"][kind]] for kind in sorted(kinds & facts["records"].keys())
    }
    return {**unsaid(facts), "records": records}


def unsaid(facts: Facts) -> dict[str, object]:
    """The facts without the fold's word on their order: who takes them from strangers puts them in order himself."""
    return {name: value for name, value in facts.items() if name != "stands_from"}


def covered(kind: str, record: Record, alias: Alias) -> dict[str, object]:
    fields = load_vocabulary().kinds[kind].fields
    shown: dict[str, object] = {}
    for name, value in record.items():
        if name in NOT_READ:
            continue
        field = fields.get(name)
        if name == "then":
            value = [covered(step["kind"], step, alias) for step in value]
        elif field is not None:
            value = cover(kind, name, field.type, value, alias)
        shown[name] = value
    return shown


def cover(kind: str, name: str, type_name: str, value: object, alias: Alias) -> object:
    if type_name in PROSE and (kind, name) not in SAID:
        return COVER
    if type_name == "officers":
        return [alias.of(str(person)) for person in value]  # type: ignore[attr-defined]
    return alias.of(str(value)) if name in NUMBERS else value
