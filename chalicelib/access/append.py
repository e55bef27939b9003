"""Who may append which fact: the write matrix (``append`` in the vocabulary) and the rules beside it. Pure.

The vocabulary says which role reaches how far; the rules here add who must sign, who must not decide in his own case,
and which steps of a major hazard are the district's (regulation on hidden dangers: on-site check by two officers).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from chalicelib.access.identity import Identity, SubjectFacts

MIN_SIGNERS = 2
VOIDS = frozenset({"void", "enterprise_void", "township_void"})
MAJOR_DECISIONS = frozenset({"hazard_closed", "hazard_dismissed", "extension_decided"})
# The fields of a payload that say who signed, and the refusals that a second signature mends.
SIGNATURES = ("officers", "signers")
NEEDS_SECOND = frozenset({"two-officers", "two-signers"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """An event somebody wants to append: its kind, the row of the write matrix, what it says and what it answers.

    ``root`` is the record that ``caused_by`` (or ``voids``) names, flat as in the facts, with ``actor`` = who entered it.
    """

    kind: str
    append: Mapping[str, str]
    payload: Mapping[str, object] = field(default_factory=dict)
    root: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed, or why not: ``reason`` is a stable kebab-case code with a sentence in :data:`REASONS`."""

    allowed: bool
    reason: str = ""


REASONS = {
    "role": "此类事实不由您的角色记录。",
    "not-own": "只能为本企业的场所提交。",
    "outside-area": "只能处理本镇街辖区内的对象。",
    "not-assigned": "只能处理已指派给您的场所。",
    "major-hazard-district": "重大事故隐患由区级办理。",
    "certificate": "须持有行政执法证。",
    "two-officers": "须两名以上执法人员（含本人）现场核查。",
    "two-signers": "须两名不同签署人（含本人）。",
    "in-the-evidence": "参与过相关检查或处理的人员不得作出申诉决定。",
    "unsigned": "只能写本人：他人须自己登录签署，不能代填编号。",
    "own-act": "须由另一人会签，本人不能会签自己办理的事项。",
    "own-draft": "起草人不得发布自己起草的规则集，须由另一人发布。",
    "same-person": "须由原填报、登记的人以外的人员进行。",
    "in-person": "此类决定须由有权人员逐件办理，不能批量导入。",
    "source": "来源不在您可以转报的范围内。",
}
ALLOWED = Decision(True)


def may_append(identity: Identity, proposal: Proposal, subject: SubjectFacts, signed: frozenset[str] = frozenset()) -> Decision:
    """Whether this identity may append this event to this subject: first the matrix, then every rule of the kind.

    ``signed``: who else has signed it, each in a session of his own. Nobody else may be named as an officer or signer.
    """
    refusal = (
        _outside_matrix(identity, proposal.append.get(identity.role), subject)
        or refusal_of_rules(identity, proposal, subject)
        or _unsigned(proposal, signed | {identity.subject})
    )
    return Decision(False, refusal) if refusal else ALLOWED


def may_append_together(
    first: Identity, second: Identity, proposal: Proposal, subject: SubjectFacts, signed: frozenset[str] = frozenset()
) -> Decision:
    """Whether these two may append what both have signed: each of them could do it with the other, and they are two."""
    if first.subject == second.subject:
        return Decision(False, "own-act")
    people = signed | {first.subject, second.subject}
    decisions = (may_append(identity, proposal, subject, people) for identity in (first, second))
    return next((decision for decision in decisions if not decision.allowed), ALLOWED)


def refusal_of_rules(identity: Identity, proposal: Proposal, subject: SubjectFacts) -> str:
    """The first rule beside the matrix that refuses, or nothing."""
    refusals = (refuse(identity, proposal, subject) for applies, refuse in RULES if applies(proposal))
    return next(filter(None, refusals), "")


def _outside_matrix(identity: Identity, reach: str | None, subject: SubjectFacts) -> str:
    """The reason why the matrix refuses, or nothing. An unknown reach refuses."""
    if reach is None:
        return "role"
    if reach in ("any", "public"):
        return ""
    if reach == "own":
        return "" if identity.organisation and identity.organisation == subject.enterprise_id else "not-own"
    if reach == "area":
        return "" if identity.organisation in subject.townships else "outside-area"
    if reach == "assigned":
        return "" if identity.assigned_to(subject.subject_id) else "not-assigned"
    return "role"


def _unsigned(proposal: Proposal, signed: frozenset[str]) -> str:
    named = (proposal.payload.get(name) for name in SIGNATURES)
    people = {str(person) for names in named if isinstance(names, (list, tuple)) for person in names}
    return "" if people <= signed else "unsigned"


def _major(identity: Identity, proposal: Proposal, subject: SubjectFacts) -> str:
    return "" if identity.role == "district" else "major-hazard-district"


def _major_closing(identity: Identity, proposal: Proposal, subject: SubjectFacts) -> str:
    if not identity.enforcement_certificate:
        return "certificate"
    return "" if _signed_by_two(identity, proposal.payload.get("officers")) else "two-officers"


def _two_signers(identity: Identity, proposal: Proposal, subject: SubjectFacts) -> str:
    return "" if _signed_by_two(identity, proposal.payload.get("signers")) else "two-signers"


def _somebody_else_decides(identity: Identity, proposal: Proposal, subject: SubjectFacts) -> str:
    """Nobody who decides or signs is in the evidence; a decision that takes a fact back is signed by two, as every withdrawal."""
    signers = proposal.payload.get("signers")
    people = {identity.subject, *(signers if isinstance(signers, (list, tuple)) else ())}
    if not subject.involved.isdisjoint(people):
        return "in-the-evidence"
    return _two_signers(identity, proposal, subject) if proposal.payload.get("outcome") == "upheld" else ""


def _witnessed(identity: Identity, proposal: Proposal, subject: SubjectFacts) -> str:
    return "" if _signed_by_two(identity, proposal.payload.get("officers")) else "two-officers"


def _second_person(identity: Identity, proposal: Proposal, subject: SubjectFacts) -> str:
    return "same-person" if identity.subject == proposal.root.get("actor") else ""


def _another_enacts(identity: Identity, proposal: Proposal, subject: SubjectFacts) -> str:
    return "own-draft" if identity.subject == proposal.root.get("actor") else ""


def _signed_by_two(identity: Identity, signers: object) -> bool:
    """At least two different people, and the one who is signed in is one of them."""
    return isinstance(signers, (list, tuple)) and identity.subject in signers and len(set(signers)) >= MIN_SIGNERS


def _is_major(proposal: Proposal) -> bool:
    return proposal.root.get("level") == "major"


Rule = Callable[[Identity, Proposal, SubjectFacts], str]
RULES: tuple[tuple[Callable[[Proposal], bool], Rule], ...] = (
    (lambda proposal: proposal.kind in MAJOR_DECISIONS and _is_major(proposal), _major),
    (lambda proposal: proposal.kind == "hazard_closed" and _is_major(proposal), _major_closing),
    (lambda proposal: proposal.kind in VOIDS or proposal.kind in ("override", "import_signed"), _two_signers),
    (lambda proposal: proposal.kind == "paper_signed" and proposal.payload.get("outcome") in ("refused", "left_in_place"), _witnessed),
    (lambda proposal: proposal.kind == "appeal_decided", _somebody_else_decides),
    (lambda proposal: proposal.kind in ("monthly_return_confirmed", "inspection_joined"), _second_person),
    (lambda proposal: proposal.kind == "rule_set_enacted", _another_enacts),
)
