"""The import matrix: whose tables come in, which rows of them, and that a file is no way around the rules of a kind."""

from __future__ import annotations

import pytest

from chalicelib.access.append import REASONS, Proposal
from chalicelib.access.identity import Identity, SubjectFacts
from chalicelib.access.imports import DECIDED_IN_PERSON, may_import, may_send, parse_imports, read_imports
from chalicelib.errors import BadRuleSet
from chalicelib.supervision.vocabulary import kind_of, load_vocabulary

TOWNSHIP = "330110010"
HERE = SubjectFacts("site", "3MAPZ0XKQ7WCV5TG", townships=frozenset({TOWNSHIP}))
THERE = SubjectFacts("site", "3MAPZ0XKQ7WCV5TG", townships=frozenset({"330110001"}))


def somebody(role: str, organisation: str = "", certificate: bool = False) -> Identity:
    return Identity("P1", role, organisation, certificate)


def reason(identity: Identity, kind: str, source: str = "township", subject: SubjectFacts = HERE, root=None, **payload: object) -> str:
    return may_import(identity, Proposal(kind, kind_of(kind).append, payload, root or {}), source, subject).reason


OFFICE, DISTRICT = somebody("township", TOWNSHIP), somebody("district")


@pytest.mark.parametrize(("role", "allowed"), [("township", True), ("district", True), ("admin", True), ("enterprise", False), ("expert", False), ("public", False)])
def test_officials_bring_in_tables_and_nobody_else(role: str, allowed: bool) -> None:
    assert may_send(somebody(role)).allowed is allowed
    assert may_import(somebody(role, TOWNSHIP), Proposal("hazard_found", kind_of("hazard_found").append), "township", HERE).allowed is allowed


def test_a_township_passes_on_what_it_and_its_enterprises_tell_of_its_own_area() -> None:
    assert reason(OFFICE, "hazard_found") == ""
    assert reason(OFFICE, "rectification_reported", "self") == ""
    assert reason(OFFICE, "hazard_found", subject=THERE) == "outside-area"
    assert reason(OFFICE, "hazard_found", subject=SubjectFacts("site", "X")) == "outside-area"


@pytest.mark.parametrize("kind", ["site_registered", "enterprise_registered", "penalty", "accident", "void", "video_link_measured"])
def test_a_township_brings_in_neither_the_register_nor_what_the_district_decides(kind: str) -> None:
    assert reason(OFFICE, kind) == "role"


@pytest.mark.parametrize("source", ["district", "expert", "system"])
def test_a_township_does_not_speak_for_others(source: str) -> None:
    assert reason(OFFICE, "hazard_found", source) == "source"


def test_the_district_brings_in_the_register_and_the_feeds_of_systems() -> None:
    for kind in load_vocabulary().kinds.keys() - DECIDED_IN_PERSON - {"void", "enterprise_void", "township_void"}:
        assert reason(DISTRICT, kind, "system", THERE) == "", kind


@pytest.mark.parametrize("kind", sorted(DECIDED_IN_PERSON))
@pytest.mark.parametrize("role", ["district", "admin"])
def test_what_is_decided_in_person_comes_in_by_no_table(role: str, kind: str) -> None:
    assert reason(somebody(role), kind, "district", signers=["P1", "P2"]) == "in-person"


def test_a_withdrawal_has_two_signers_and_one_is_who_sends_the_file() -> None:
    assert reason(DISTRICT, "void", "district", signers=[]) == "two-signers"
    assert reason(DISTRICT, "void", "district", signers=["P2", "P3"]) == "two-signers"
    assert reason(DISTRICT, "void", "district", signers=["P1", "P2"]) == ""


def test_a_major_hazard_is_closed_by_the_district_with_a_certificate_and_two_officers() -> None:
    major = {"level": "major"}
    assert reason(OFFICE, "hazard_closed", root=major) == "major-hazard-district"
    assert reason(DISTRICT, "hazard_closed", root=major, officers=["P1", "P2"]) == "certificate"
    assert reason(somebody("district", certificate=True), "hazard_closed", root=major, officers=["P2", "P3"]) == "two-officers"
    assert reason(somebody("district", certificate=True), "hazard_closed", root=major, officers=["P1", "P2"]) == ""


def test_every_refusal_has_a_sentence() -> None:
    assert {"role", "in-person", "source", "outside-area"} <= set(REASONS)


def test_the_matrix_names_every_cell_that_is_wrong() -> None:
    with pytest.raises(BadRuleSet) as faults:
        parse_imports('[imports.cook]\nreach = "all"\npasses_on = ["waiter"]\nsources = ["rumour"]')
    assert {problem.column for problem in faults.value.problems} == {"role", "reach", "passes_on", "sources"}


def test_the_roles_of_the_matrix_are_those_of_the_design() -> None:
    assert {role: row.reach for role, row in read_imports().items()} == {"township": "area", "district": "any", "admin": "any"}
