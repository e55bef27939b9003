"""An enacted rule set in the tables: on its day the sweep regrades every site, also those whose card did not know of it."""

from __future__ import annotations

from datetime import date

from chalicelib import clock
from chalicelib.config import read_settings
from chalicelib.grading.enacted import governed_district
from chalicelib.grading.regrade import Regrader
from chalicelib.grading.sweep import handle_schedule
from chalicelib.register.district import load_district
from chalicelib.supervision.store import EventLog
from infra import cli
from tests.event_builders import SITE, busy_site
from tests.unit.test_grading_governance import DRAFT, SHADOW, enactment


def settings(prefix: str, today: str):
    return read_settings({"TABLE_PREFIX": prefix, "TODAY": today, "DISTRICT": "demo"})


def test_a_site_is_judged_by_the_enacted_rules_from_their_first_day_after_missed_days_too(tables, capsys, monkeypatch) -> None:
    prefix, log = tables.prefix, EventLog(tables.prefix)
    log.append(busy_site(), clock.utc_now())
    monkeypatch.setenv("DISTRICT", "demo")
    assert cli.main(["rules", "list", "--table-prefix", prefix]) == 0
    assert capsys.readouterr().out == "no drafts: the rule sets of the district's folder are in force\n"
    Regrader(prefix, load_district("demo")).regrade([SITE], date(2020, 6, 1))
    log.append([DRAFT, SHADOW, enactment()], clock.utc_now())
    named = lambda: Regrader(prefix, load_district("demo")).saver.cards.find(SITE)["rule_set"]["version"]  # noqa: E731
    handle_schedule(settings(prefix, "2020-06-09"))
    assert named() == "1.0.0"
    handle_schedule(settings(prefix, "2020-06-13"))
    assert named() == "1.1.0"
    assert handle_schedule(settings(prefix, "2020-06-13"))["written"] == 0, "nothing is left to do"
    assert [ref.effective_from for ref in governed_district(prefix, "demo").rule_sets["grading"]] == [date(2018, 1, 1), date(2020, 6, 10)]
    monkeypatch.setenv("TODAY", "2020-06-13")
    assert cli.main(["rules", "list", "--table-prefix", prefix]) == 0
    assert "in force from 2020-06-10, enacted by enacter" in capsys.readouterr().out
    assert cli.main(["rules", "shadow", DRAFT.event_id, "--table-prefix", prefix, "--on", "2020-06-05"]) == 0
    assert "1.0.0 → 1.1.0 · 2020-06-05 · 1 sites" in capsys.readouterr().out
    assert cli.main(["rules", "enact", DRAFT.event_id, "--table-prefix", prefix]) == 2
    assert "--report FILE" in capsys.readouterr().err
