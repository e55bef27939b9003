"""Claims become an identity in one place, whatever form the authorizer hands them in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib import clock
from chalicelib.access.audit import audit_line
from chalicelib.access.identity import Identity, groups_of, identity_of
from chalicelib.errors import Forbidden, Unauthenticated

CLAIMS = {"sub": "7c1e", "token_use": "id", "cognito:groups": "township", "custom:organisation": "330110010"}


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        ("township", {"township"}),
        ("township,beta", {"township", "beta"}),
        ("[township, beta]", {"township", "beta"}),
        ("[township]", {"township"}),
        (["township", "beta"], {"township", "beta"}),
        ("", set()),
        ("[]", set()),
        (None, set()),
    ],
)
def test_groups_are_read_alike_in_every_form(claim: object, groups: set[str]) -> None:
    assert groups_of(claim) == groups


def test_an_id_token_gives_role_and_organisation() -> None:
    assert identity_of(CLAIMS) == Identity("7c1e", "township", "330110010", False)


@pytest.mark.parametrize("use", ["access", "", None, "ID"])
def test_only_an_id_token_is_accepted(use: object) -> None:
    with pytest.raises(Unauthenticated):
        identity_of({**CLAIMS, "token_use": use})


def test_a_token_without_a_subject_names_nobody() -> None:
    with pytest.raises(Unauthenticated):
        identity_of({**CLAIMS, "sub": ""})


@pytest.mark.parametrize("groups", ["", "[]", "beta", "township,district", ["enterprise", "admin"]])
def test_exactly_one_role_is_required(groups: object) -> None:
    with pytest.raises(Forbidden):
        identity_of({**CLAIMS, "cognito:groups": groups})


def test_a_group_named_like_a_part_of_a_role_is_no_role() -> None:
    with pytest.raises(Forbidden):
        identity_of({**CLAIMS, "cognito:groups": "districts"})


@pytest.mark.parametrize(
    ("claim", "has"), [("true", True), ("33011020001", True), ("1", True), ("", False), ("false", False), ("0", False), (None, False)]
)
def test_the_certificate_claim(claim: object, has: bool) -> None:
    assert identity_of({**CLAIMS, "custom:certificate": claim}).enforcement_certificate is has


def test_an_expert_has_the_sites_named_in_the_organisation() -> None:
    expert = Identity("x", "expert", "3MAPZ0XKQ7WCV5TG, 0000000000000000")
    assert expert.assigned_to("3MAPZ0XKQ7WCV5TG") and expert.assigned_to("0000000000000000")
    assert not expert.assigned_to("3MAP") and not expert.assigned_to("")
    assert not Identity("t", "township", "3MAPZ0XKQ7WCV5TG").assigned_to("3MAPZ0XKQ7WCV5TG")


def test_an_audit_line_says_who_what_where_and_when_and_no_more() -> None:
    now = datetime(2020, 6, 30, 23, 30, tzinfo=clock.SHANGHAI)
    line = audit_line(identity_of(CLAIMS), "append", "S:3MAPZ0XKQ7WCV5TG", "inspection", now)
    assert (line.day, line.line[:24]) == ("2020-06-30", "2020-06-30T15:30:00.000Z")
    assert (line.actor, line.role, line.organisation) == ("7c1e", "township", "330110010")
    assert (line.action, line.subject, line.what) == ("append", "S:3MAPZ0XKQ7WCV5TG", "inspection")


def test_audit_lines_sort_by_time_and_two_of_one_instant_stay_apart() -> None:
    who = identity_of(CLAIMS)
    now = datetime(2020, 6, 30, 1, tzinfo=UTC)
    lines = {audit_line(who, "read", "S:1", "case", now).line for _ in range(50)}
    assert len(lines) == 50
    assert max(lines) < audit_line(who, "read", "S:1", "case", now + timedelta(milliseconds=1)).line


def test_an_unknown_action_and_a_naive_instant_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown audit action"):
        audit_line(identity_of(CLAIMS), "delete", "S:1", "", datetime.now(UTC))
    with pytest.raises(ValueError, match="naive"):
        audit_line(identity_of(CLAIMS), "read", "S:1", "", datetime(2020, 6, 30))
