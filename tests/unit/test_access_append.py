"""The write matrix, cell by cell, and the rules beside it: who signs, who must not decide in his own case."""

from __future__ import annotations

import pytest

from chalicelib.access.append import REASONS, SIGNATURES, Proposal, may_append, may_append_together
from chalicelib.access.identity import PUBLIC, Identity, SubjectFacts
from chalicelib.supervision.vocabulary import kind_of, load_vocabulary

SITE, ENTERPRISE, TOWNSHIP = "3MAPZ0XKQ7WCV5TG", "9ENTERPRSE000001", "330110010"
SUBJECT = SubjectFacts("site", SITE, ENTERPRISE, frozenset({TOWNSHIP}))

# Held against the rules of governance and kept apart from the vocabulary, so that a change of rights is made twice. Columns: public, enterprise, township,
# district, expert, admin, system. o own, a own area, A any, x assigned, p public, - never.
WRITE_MATRIX = """
enterprise_registered              - - - - - - -
enterprise_changed                 - - a A - - -
site_opened                        - - - - - - -
site_registered                    - - - - - - -
site_changed                       - - a A - - -
site_moved                         - - - A - - -
site_state_changed                 - - a A - - -
site_merged                        - - - A - - -
site_absorbed                      - - - A - - -
enterprise_merged                  - - - A - - -
enterprise_absorbed                - - - A - - -
sector_declared                    - o - - - - -
sector_confirmed                   - - a A - - -
plate_issued                       - - a A - - -
plate_revoked                      - - a A - - -
plate_printed                      - - a A - - -
plate_mounted                      - o a A - - -
plate_damaged                      - o a A x - -
plate_replaced                     - - a A - - -
completeness_measured              - - - - - - A
assessment                         - - a A x - -
self_check                         - o - - - - -
inspection                         - - a A x - -
inspection_joined                  - - a A x - -
inspection_quality_checked         - - - A - - -
double_random_task                 - - - A - - A
paper_signed                       - - a A - - -
hazard_found                       - o a A x - -
rectification_ordered              - - a A - - -
rectification_started              - o - - - - -
rectification_reported             - o - - - - -
extension_requested                - o - - - - -
extension_decided                  - - a A - - -
recheck                            - - a A - - -
hazard_closed                      - - a A - - -
rectification_refused              - - - A - - -
hazard_dismissed                   - - a A - - -
accident                           - - - A - - -
accident_updated                   - - - A - - -
accident_determined                - - - A - - -
accident_measures                  - - - A - - -
concealment_established            - - - A - - -
work_injury                        - - - A - - A
penalty                            - - - A - - -
enterprise_penalty                 - - - A - - -
result_published                   - - a A - - A
stop_order                         - - - A - - -
production_during_stop             - - - A - - -
stop_order_lifted                  - - - A - - -
obstruction_established            - - - A - - -
unlicensed_activity_found          - - - A - - -
unlicensed_activity_corrected      - - - A - - -
dishonesty_listed                  - - - A - - -
dishonesty_delisted                - - - A - - -
direct_red_condition_found         - - - A x - -
direct_red_condition_cleared       - - - A - - -
complaint                          p - a A - - -
complaint_decided                  - - a A - - -
certificate                        - - a A - - A
certificate_revoked                - - - A - - -
engineer_posted                    - - a A - - A
engineer_left                      - o a A - - A
accident_free_confirmed            - - - A - - -
staff_qualified                    - - a - - - A
responsibility_signed              - - a - - - A
insurance                          - - a A - - A
major_hazard_source_filed          - - - A - - -
major_hazard_source_removed        - - - A - - -
responsible_persons_named          - o - A - - A
video_link_measured                - - - - - - A
risk_graded                        - o - A x - -
appeal                             - o - - - - -
appeal_opinion                     - - a - - - -
appeal_decided                     - - - A - - -
appeal_withdrawn                   - o - - - - -
reply                              - o - - - - -
reply_published                    - - a A - - -
error_reported                     p o a A - - -
override                           - - - A - - -
void                               - - - A - - -
enterprise_void                    - - - A - - -
monthly_return                     - - a A - - -
monthly_return_confirmed           - - a A - - -
index_objection                    - - a - - - -
index_objection_decided            - - - A - - -
annual_plan                        - - a A - - -
rule_set_drafted                   - - - A - - -
rule_set_shadowed                  - - - A - - -
rule_set_enacted                   - - - A - - -
rule_set_withdrawn                 - - - A - - -
import_signed                      - - - A - - -
supervision_order                  - - - A - - -
supervision_order_closed           - - - A - - -
case_transferred                   - - a A - - -
feed_failed                        - - - - - - A
township_void                      - - - A - - -
"""
LETTER = {"o": "own", "a": "area", "A": "any", "x": "assigned", "p": "public", "-": None}
COLUMNS = ("public", "enterprise", "township", "district", "expert", "admin", "system")
CELLS = [
    (row.split()[0], role, LETTER[letter])
    for row in WRITE_MATRIX.strip().splitlines()
    for role, letter in zip(COLUMNS, row.split()[1:], strict=True)
]

NEAR = {
    "public": PUBLIC,
    "enterprise": Identity("e-1", "enterprise", ENTERPRISE),
    "township": Identity("t-1", "township", TOWNSHIP),
    "district": Identity("d-1", "district", "district", True),
    "expert": Identity("x-1", "expert", f"0000000000000000, {SITE}"),
    "admin": Identity("a-1", "admin"),
    "system": Identity("feed", "system"),
}
FAR = {
    **NEAR,
    "enterprise": Identity("e-2", "enterprise", "9ENTERPRSE000002"),
    "township": Identity("t-2", "township", "330110001"),
    "expert": Identity("x-2", "expert", "0000000000000000"),
}
TWO = ["d-1", "d-2"]
SIGNED = frozenset(TWO)


def proposal(kind: str, payload: dict | None = None, root: dict | None = None) -> Proposal:
    """A proposal that satisfies every rule beside the matrix."""
    return Proposal(
        kind, kind_of(kind).append, payload or {"officers": TWO, "signers": TWO}, root or {"level": "general", "actor": "other"}
    )


def test_the_matrix_written_here_has_a_row_for_every_kind_and_no_other() -> None:
    assert {kind for kind, _, _ in CELLS} == set(load_vocabulary().kinds)


@pytest.mark.parametrize(("kind", "role", "reach"), CELLS)
def test_write_matrix_cell(kind: str, role: str, reach: str | None) -> None:
    near = may_append(NEAR[role], proposal(kind), SUBJECT, SIGNED).allowed
    far = may_append(FAR[role], proposal(kind), SUBJECT, SIGNED).allowed
    assert near is (reach is not None)
    assert far is (reach in ("any", "public"))


@pytest.mark.parametrize("kind", sorted(load_vocabulary().kinds))
def test_an_administrator_and_an_unknown_role_decide_no_case(kind: str) -> None:
    for identity in (NEAR["admin"], Identity("z", "visitor", TOWNSHIP)):
        assert not may_append(identity, proposal(kind), SUBJECT).allowed


def test_an_organisation_left_empty_reaches_nothing() -> None:
    nobody = SubjectFacts("site", SITE, "", frozenset())
    assert may_append(Identity("e", "enterprise", ""), proposal("self_check"), nobody).reason == "not-own"
    assert may_append(Identity("t", "township", ""), proposal("inspection"), nobody).reason == "outside-area"
    assert may_append(Identity("x", "expert", ""), proposal("assessment"), SUBJECT).reason == "not-assigned"


def test_a_reach_the_program_does_not_know_is_refused() -> None:
    unknown = Proposal("inspection", {"district": "everywhere"}, {}, {})
    assert may_append(NEAR["district"], unknown, SUBJECT).reason == "role"


# ── Hazards 隐患 ────────────────────────────────────────────────────────────────────────────────────────────────────
def close(identity: Identity, level: str, officers: list[str]) -> str:
    return may_append(identity, proposal("hazard_closed", {"officers": officers}, {"level": level}), SUBJECT, SIGNED).reason


def test_a_general_hazard_is_closed_by_one_township_inspector() -> None:
    assert close(NEAR["township"], "general", ["t-1"]) == ""


def test_a_major_hazard_is_not_closed_by_the_township_even_with_two_officers() -> None:
    assert close(NEAR["township"], "major", ["t-1", "t-3"]) == "major-hazard-district"


def test_a_major_hazard_is_closed_by_two_district_officers_on_site() -> None:
    assert close(NEAR["district"], "major", TWO) == ""


@pytest.mark.parametrize("officers", [[], ["d-1"], ["d-1", "d-1"], ["d-2", "d-3"]])
def test_one_officer_or_two_absent_ones_do_not_close_a_major_hazard(officers: list[str]) -> None:
    assert close(NEAR["district"], "major", officers) == "two-officers"


def test_closing_a_major_hazard_takes_an_enforcement_certificate() -> None:
    without = Identity("d-1", "district", "district", False)
    assert close(without, "major", TWO) == "certificate"
    assert close(without, "general", ["d-1"]) == ""


def test_a_refused_signature_is_witnessed_by_two_officers() -> None:
    def sign(outcome: str, officers: list[str]) -> str:
        said = {"paper": "JC-1", "outcome": outcome, "officers": officers}
        return may_append(NEAR["township"], proposal("paper_signed", said), SUBJECT, frozenset({"t-2"})).reason

    assert sign("signed", []) == ""
    assert sign("refused", ["t-1"]) == sign("left_in_place", ["t-2", "t-3"]) == "two-officers"
    assert sign("refused", ["t-1", "t-2"]) == ""


@pytest.mark.parametrize("kind", ["hazard_dismissed", "extension_decided"])
def test_only_the_district_dismisses_or_extends_a_major_hazard(kind: str) -> None:
    major = proposal(kind, {"reason": "r"}, {"level": "major"})
    assert may_append(NEAR["township"], major, SUBJECT).reason == "major-hazard-district"
    assert may_append(NEAR["district"], major, SUBJECT).allowed


def test_a_township_inspector_rechecks_and_orders_also_for_a_major_hazard() -> None:
    for kind in ("recheck", "rectification_ordered"):
        assert may_append(NEAR["township"], proposal(kind, {"officers": ["t-1"]}, {"level": "major"}), SUBJECT).allowed


# ── Void and override 更正作废与人工调整 ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("kind", ["void", "enterprise_void", "township_void", "override"])
@pytest.mark.parametrize("signers", [None, [], ["d-1"], ["d-1", "d-1"], ["d-2", "d-3"], "d-1 d-2"])
def test_void_and_override_take_two_different_signers_of_whom_one_is_signed_in(kind: str, signers: object) -> None:
    assert may_append(NEAR["district"], proposal(kind, {"reason": "r", "signers": signers}), SUBJECT, SIGNED).reason == "two-signers"
    assert may_append(NEAR["district"], proposal(kind, {"reason": "r", "signers": TWO}), SUBJECT, SIGNED).allowed


@pytest.mark.parametrize("kind", [name for name, kind in load_vocabulary().kinds.items() if set(SIGNATURES) & set(kind.fields)])
def test_nobody_is_named_who_has_not_signed_himself(kind: str) -> None:
    """Whatever a kind asks of one or two: an id that somebody typed is no signature."""
    role = next(role for role in ("township", "district") if role in kind_of(kind).append)
    me = NEAR[role]
    named = proposal(kind, {name: [me.subject, "colleague"] for name in SIGNATURES})
    assert may_append(me, named, SUBJECT).reason == "unsigned"
    assert may_append(me, named, SUBJECT, frozenset({"colleague"})).allowed


def test_every_field_that_names_people_is_one_of_the_signatures() -> None:
    fields = {name for kind in load_vocabulary().kinds.values() for name, field in kind.fields.items() if field.type == "officers"}
    assert fields == set(SIGNATURES)


# ── Two together 会签 ────────────────────────────────────────────────────────────────────────────────────────────────
SECOND = Identity("d-2", "district", "district", True)


def test_two_sign_together_when_each_may_with_the_other() -> None:
    assert may_append_together(NEAR["district"], SECOND, proposal("void", {"reason": "r", "signers": TWO}), SUBJECT).allowed


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (NEAR["district"], "own-act"),
        (Identity("t-9", "township", TOWNSHIP, True), "major-hazard-district"),
        (Identity("d-2", "district", "district", False), "certificate"),
        (Identity("a-1", "admin"), "role"),
    ],
)
def test_the_second_must_have_every_right_of_the_first_and_be_another(second: Identity, reason: str) -> None:
    closing = proposal("hazard_closed", {"officers": ["d-1", second.subject]}, {"level": "major"})
    assert may_append_together(NEAR["district"], second, closing, SUBJECT).reason == reason


def test_a_second_who_is_in_the_evidence_decides_no_appeal() -> None:
    evidence = SubjectFacts("site", SITE, ENTERPRISE, frozenset({TOWNSHIP}), frozenset({"d-2"}))
    decision = proposal("appeal_decided", {"outcome": "upheld", "signers": TWO})
    assert may_append_together(NEAR["district"], SECOND, decision, evidence).reason == "in-the-evidence"


# ── Appeal and second person 申诉与复核 ──────────────────────────────────────────────────────────────────────────────
def test_whoever_is_in_the_evidence_does_not_decide_the_appeal() -> None:
    evidence = SubjectFacts("site", SITE, ENTERPRISE, frozenset({TOWNSHIP}), frozenset({"d-1", "t-1"}))
    decision = proposal("appeal_decided", {"outcome": "rejected"})
    assert may_append(NEAR["district"], decision, evidence).reason == "in-the-evidence"
    assert may_append(Identity("d-9", "district"), decision, evidence).allowed


def test_an_appeal_is_upheld_by_two_of_whom_none_is_in_the_evidence() -> None:
    evidence = SubjectFacts("site", SITE, ENTERPRISE, frozenset({TOWNSHIP}), frozenset({"t-1"}))
    for signers, reason in ((None, "two-signers"), (["d-1"], "two-signers"), (["d-1", "t-1"], "in-the-evidence"), (TWO, "")):
        decision = proposal("appeal_decided", {"outcome": "upheld", "signers": signers})
        assert may_append(NEAR["district"], decision, evidence, SIGNED).reason == reason


def test_being_in_the_evidence_stops_nothing_else() -> None:
    evidence = SubjectFacts("site", SITE, ENTERPRISE, frozenset({TOWNSHIP}), frozenset({"d-1"}))
    assert may_append(NEAR["district"], proposal("inspection"), evidence, SIGNED).allowed


def test_a_monthly_return_is_confirmed_by_a_second_person() -> None:
    township = SubjectFacts("township", TOWNSHIP, townships=frozenset({TOWNSHIP}))
    own, others = (Proposal("monthly_return_confirmed", kind_of("monthly_return_confirmed").append, {}, {"actor": actor}) for actor in ("t-1", "t-7"))
    assert may_append(NEAR["township"], own, township).reason == "same-person"
    assert may_append(NEAR["township"], others, township).allowed


def test_whoever_recorded_an_inspection_does_not_join_it_himself() -> None:
    own, others = (Proposal("inspection_joined", kind_of("inspection_joined").append, {}, {"actor": actor}) for actor in ("t-1", "t-7"))
    assert may_append(NEAR["township"], own, SUBJECT).reason == "same-person"
    assert may_append(NEAR["township"], others, SUBJECT).allowed


def test_every_refusal_has_a_chinese_sentence() -> None:
    reasons = {"role", "not-own", "outside-area", "not-assigned", "major-hazard-district", "certificate", "in-person", "source"}
    assert set(REASONS) == reasons | {"two-officers", "two-signers", "in-the-evidence", "same-person", "own-draft", "unsigned", "own-act"}
    assert all(text.endswith("。") for text in REASONS.values())
