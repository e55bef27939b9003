"""The import against the real log: looked up by hundreds, all or nothing, and the same again is no change."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from chalicelib import ids
from chalicelib.errors import BadInput, Conflict
from chalicelib.intake.correct import Correction
from chalicelib.intake.run import Wish, import_file
from chalicelib.intake.store import ImportLog
from chalicelib.register.district import load_district
from chalicelib.supervision.store import EventLog
from infra.synthetic.district import write

AS_OF = date(2020, 5, 31)
DEMO = load_district("demo")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    summary = write(tmp_path_factory.mktemp("demo"), district=DEMO, sites=90, as_of=AS_OF)
    return {name: path for path, name in summary.files}


@pytest.fixture
def bring_in(tables, files):
    tables.clear()
    log = ImportLog(EventLog(tables.prefix))

    def run(name: str, path=None, **more):
        mapping = DEMO.folder / "mappings" / f"{name}.toml"
        return import_file(
            path or files[name], mapping, log, district=DEMO, id_key=b"key", today=AS_OF, now=datetime(2020, 6, 1, tzinfo=UTC), **more
        )

    return run


def test_a_file_comes_in_once(bring_in):
    first, again = bring_in("sites"), bring_in("sites")
    assert first.new > 350 and first.same == 0
    assert (again.new, again.same) == (0, first.new)


def test_facts_before_their_sites_are_refused_and_after_them_accepted(bring_in):
    with pytest.raises(BadInput, match="没有登记过的企业或场所"):
        bring_in("assessments")
    bring_in("sites")
    done = bring_in("assessments")
    assert done.new == done.rows


def test_other_content_is_a_conflict_and_nothing_of_the_file_is_written(bring_in, files, tmp_path):
    bring_in("sites")
    text = files["completeness"].read_text("utf-8").splitlines()
    half = tmp_path / "half.csv"
    half.write_text("\n".join(text[:2]) + "\n", "utf-8")
    bring_in("completeness", half)
    changed = tmp_path / "changed.csv"
    columns = text[1].split(",")
    changed.write_text("\n".join([text[0], ",".join([*columns[:2], "1", columns[3]]), *text[2:]]) + "\n", "utf-8")
    with pytest.raises(Conflict, match="第2行"):
        bring_in("completeness", changed)
    assert bring_in("completeness").new == len(text) - 2


def test_a_correction_goes_into_the_real_log_once(bring_in, files, tables, tmp_path):
    bring_in("sites")
    bring_in("completeness")
    text = files["completeness"].read_text("utf-8").splitlines()
    changed = tmp_path / "changed.csv"
    columns = text[1].split(",")
    changed.write_text("\n".join([text[0], ",".join([*columns[:2], "1", columns[3]]), *text[2:]]) + "\n", "utf-8")
    wish = Wish(correction=Correction("核对后更正", ("A", "B")))
    done = bring_in("completeness", changed, wish=wish)
    assert (done.new, done.corrections, done.kinds) == (0, 1, {"completeness_measured": 1, "void": 1})
    [corrected] = done.corrected
    subject = ids.subject_of("site", ids.keyed_id(b"key", "site", columns[0]))
    events = {event.event_id: event for event in EventLog(tables.prefix).list_events(subject)}
    assert events[corrected.event_id].payload["filled"] == 1
    assert [event.voids for event in events.values() if event.kind == "void"] == [corrected.voided]
    again = bring_in("completeness", changed, wish=wish)
    assert (again.new, again.corrections) == (0, 0)
