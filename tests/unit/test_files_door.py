"""Presigned files pass the front door, and nothing else of the bucket does."""

from __future__ import annotations

import pytest

from infra.local.files_door import in_bucket
from infra.local.front_door import Upstream

SIGNED = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=ab"


def test_a_form_goes_to_the_bucket_itself() -> None:
    assert in_bucket("POST", "/files/b", "b") == "/b"


def test_a_signed_address_goes_to_its_object_under_the_emulators_own_name() -> None:
    door = Upstream("127.0.0.1", 4566, "d.cloudfront.localhost", "b")
    assert door.place("GET", f"/files/b/exports/1.csv?{SIGNED}") == (f"/b/exports/1.csv?{SIGNED}", "127.0.0.1:4566")


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/files/b/exports/1.csv"),
        ("GET", f"/files/b/staff/district/index.html?{SIGNED}"),
        ("GET", f"/files/b/public/index.html?{SIGNED}"),
        ("GET", f"/files/b/uploads%2F..%2Fstaff/x?{SIGNED}"),
        ("GET", f"/files/other/exports/1.csv?{SIGNED}"),
        ("GET", f"/files/b?{SIGNED}"),
        ("POST", "/files/b/exports/1.csv"),
        ("POST", "/files/b?delete"),
        ("PUT", f"/files/b/uploads/1.csv?{SIGNED}"),
        ("DELETE", f"/files/b/uploads/1.csv?{SIGNED}"),
        ("GET", "/index.html"),
    ],
)
def test_nothing_else_of_the_bucket_is_here(method: str, target: str) -> None:
    assert in_bucket(method, target, "b") == ""


def test_without_a_bucket_there_are_no_files() -> None:
    assert in_bucket("POST", "/files/", "") == ""
