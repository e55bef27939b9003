"""``./dev explain`` on the tables: log → facts → judge → explanation and proof; nothing is written but the proof."""

from __future__ import annotations

import json
from datetime import date

import pytest

from chalicelib import bulk, clock
from chalicelib.config import settings
from chalicelib.grading.regrade import Regrader
from chalicelib.register.district import load_district
from infra import cli
from tests.event_builders import SITE, busy_site, site_id


@pytest.fixture
def stack(tables, monkeypatch):
    tables.clear()
    monkeypatch.setenv("TODAY", "2020-06-20")
    settings.cache_clear()
    made = Regrader(tables.prefix, load_district("demo"))
    made.log.append(busy_site(), clock.utc_now())
    made.regrade([SITE], date(2020, 6, 20))
    yield made
    settings.cache_clear()


def card(stack):
    return bulk.client().get_item(TableName=stack.saver.cards.table, Key={"site_id": {"S": SITE}})["Item"]


def test_a_site_of_the_log_is_explained_as_its_card_says(stack, capsys):
    before = card(stack)
    assert cli.main(["explain", SITE, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["result"]["grade"] == before["grade"]["S"]
    assert [loss["code"] for loss in shown["losses"]] == ["E05", "H01"]
    assert card(stack) == before


def test_the_proof_of_a_site_of_the_log_holds(stack, tmp_path, capsys):
    path = tmp_path / "proof.json"
    assert cli.main(["explain", SITE, "--on", "2020-06-10", "--known-at", "2020-06-05T23:00:00+08:00", "--proof", str(path)]) == 0
    assert "如果什么都不发生" in capsys.readouterr().out
    proof = json.loads(path.read_bytes())
    steps = [step["kind"] for step in proof["facts"]["records"]["hazard_found"][0]["then"]]
    assert steps == ["rectification_ordered", "rectification_reported"]
    assert cli.main(["explain", "--verify", str(path)]) == 0


def test_an_unknown_site_and_a_future_day_are_named(stack, capsys):
    assert cli.main(["explain", site_id("nobody")]) == 2
    assert "no such site" in capsys.readouterr().err
    assert cli.main(["explain", SITE, "--on", "2020-06-21"]) == 2
    assert "in the future" in capsys.readouterr().err
