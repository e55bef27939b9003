"""``./dev recompute --from-log``: exit 0 when every card follows from the log, 1 when one does not, 0 again after a repair."""

from __future__ import annotations

import argparse
from datetime import date

import pytest

from chalicelib import bulk, clock
from chalicelib.errors import BadInput
from chalicelib.grading.regrade import Regrader
from chalicelib.register.district import load_district
from infra.commands import recompute
from tests.event_builders import SITE, busy_site


@pytest.fixture
def regrader(tables) -> Regrader:
    tables.clear()
    made = Regrader(tables.prefix, load_district("demo"))
    made.log.append(busy_site(), clock.utc_now())
    made.regrade([SITE], date(2020, 6, 20))
    return made


def run(*words):
    parser = argparse.ArgumentParser()
    recompute.add_arguments(parser)
    return recompute.run(parser.parse_args([*words, "--days", "1"]))


def test_it_must_be_said_that_the_log_is_the_source():
    with pytest.raises(BadInput, match="--from-log"):
        run("--repair")


def test_cards_that_follow_from_the_log_are_no_difference(regrader, capsys):
    assert run("--from-log") == 0
    assert "1 sites rebuilt from the log, 0 differences" in capsys.readouterr().out


def test_a_card_that_was_tampered_with_is_shown_and_repaired(regrader, capsys):
    bulk.client().update_item(
        TableName=regrader.saver.cards.table,
        Key={"site_id": {"S": SITE}},
        UpdateExpression="SET doc = :doc",
        ExpressionAttributeValues={":doc": {"S": '{"grade":"red"}'}},
    )
    assert run("--from-log") == 1
    shown = capsys.readouterr().out
    assert SITE in shown and "stored" in shown and "rebuilt" in shown
    assert run("--from-log", "--repair", "--table-prefix", regrader.log.table_prefix) == 0
    assert "(repaired)" in capsys.readouterr().out
    assert run("--from-log") == 0
