"""A thousand mutated sheets the whole way of an upload: asked, sent, started, worked off. No server error, no half-written import, and every job ends."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.jobs import DONE, REFUSED
from chalicelib.supervision.vocabulary import problems
from tests.faces import test_imports as uploads

pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore:CognitoUserPoolAuthorizer")]
aws = uploads.aws
UNIT = Path(__file__).parents[1] / "unit"


def sheets():
    """The mutations under which the library path is fuzzed."""
    sys.path.insert(0, str(UNIT))
    spec = importlib.util.spec_from_file_location("sheets_of_the_fuzz", UNIT / "test_intake_fuzz.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FUZZ = sheets()
TEXTS = st.builds(FUZZ.as_text, FUZZ.mutated_rows(FUZZ.CELLS), st.sampled_from(FUZZ.ENCODINGS), st.sampled_from(",;\t"))
BOOKS = st.builds(FUZZ.as_workbook, FUZZ.mutated_rows(FUZZ.TYPED), st.lists(st.tuples(st.integers(1, 21), st.integers(1, 9), st.integers(1, 4)), max_size=3))
FILES = st.one_of(TEXTS, BOOKS, FUZZ.mutated_bytes(), st.binary(max_size=300))


def test_a_thousand_mutated_sheets_go_through_the_upload_job(tmp_path: Path) -> None:
    desk = uploads.Desk(tmp_path)
    before, states = dict(desk.log.events), []

    @settings(max_examples=1000, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(FILES, st.sampled_from([".csv", ".xlsx"]), st.sampled_from(["check", "whole", "good"]))
    def goes_through(content: bytes, suffix: str, mode: str) -> None:
        desk.log.events = dict(before)
        sheet = tmp_path / f"sheet{suffix}"
        sheet.write_bytes(content)
        shown = desk.upload(sheet, filename=f"隐患{suffix}", mode=mode)
        states.append(shown["state"])
        assert shown["state"] in (DONE, REFUSED)
        status, result = desk.ask("GET", f"/imports/jobs/{shown['job']}/result")
        new = [event for key, event in desk.log.events.items() if key not in before]
        assert status == 200 and not [problem for event in new for problem in problems(event)]
        if shown["state"] == REFUSED or mode == "check":
            assert new == []
            assert shown["state"] == DONE or all(problem["reason"] for problem in result["problems"])
        else:
            assert len(new) == shown["outcome"]["new"]
            assert mode == "good" or shown["outcome"]["rejected"] == 0
        assert {event.caused_by for event in new if event.caused_by} <= {event.event_id for event in new}

    goes_through()
    assert {DONE, REFUSED} == set(states)
