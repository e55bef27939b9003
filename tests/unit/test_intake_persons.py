"""A sheet of persons: into the person table and never into the log; whole or nothing, the same again is no change, no fault repeats a name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake_support import KEY, MAPPINGS, MemoryLog, bring_in, mapping_of

from chalicelib.errors import BadInput, BadRuleSet
from chalicelib.ids import keyed_id
from chalicelib.intake.persons import People
from chalicelib.intake.run import Wish
from tests.job_builders import MemoryPersons

FIXTURES = Path(__file__).parents[1] / "fixtures"
SITE = "91330110MA0000007H"
HEAD = "统一社会信用代码,职务,姓名,电话\n"
MAPPING = MAPPINGS / "persons.toml"


@pytest.fixture
def log() -> MemoryLog:
    made = MemoryLog()
    bring_in(made, FIXTURES / "enterprise_sheet.csv", MAPPINGS / "enterprise-sheet.toml")
    return made


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """The district's mapping, for a register that knows its sites by credit code."""
    path = tmp_path / "persons.toml"
    path.write_text(MAPPING.read_text("utf-8").replace("场所编号", "统一社会信用代码"), "utf-8")
    return path


class Office:
    """The person table with what was written down about it."""

    def __init__(self) -> None:
        self.table, self.notes = MemoryPersons(), []

    def wish(self, **more: object) -> Wish:
        return Wish(people=People(self.table, lambda subject, what: self.notes.append((subject, what))), **more)

    def held(self) -> list[tuple[str, str, str]]:
        return sorted((person.office, person.name, person.phone) for person in self.table.held.values())


def sheet(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "persons.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
    return path


def test_persons_come_into_their_table_and_the_log_stays_as_it_was(log, mapping, tmp_path):
    office, before = Office(), dict(log.events)
    rows = sheet(tmp_path, f"{SITE},主要负责人,示例甲,0571-00000001", f"{SITE},安全管理员,示例乙,１３０００００００００")
    done = bring_in(log, rows, mapping, wish=office.wish())
    assert (done.rows, done.new, done.same, done.kinds) == (2, 2, 0, {"person_entered": 2})
    assert office.held() == [("head", "示例甲", "0571-00000001"), ("safety_officer", "示例乙", "13000000000")]
    assert log.events == before
    assert {subject for subject, _ in office.notes} == {f"S:{keyed_id(KEY, 'site', SITE)}"} and "示例" not in str(office.notes)


def test_the_same_sheet_again_changes_nothing_and_another_holder_replaces_the_one_before(log, mapping, tmp_path):
    office = Office()
    rows = sheet(tmp_path, f"{SITE},主要负责人,示例甲,0571-00000001")
    bring_in(log, rows, mapping, wish=office.wish())
    reference = next(iter(office.table.held.values())).reference
    again = bring_in(log, rows, mapping, wish=office.wish())
    assert (again.new, again.same) == (0, 1) and next(iter(office.table.held.values())).reference == reference
    other = bring_in(log, sheet(tmp_path, f"{SITE},主要负责人,示例丙,0571-00000003"), mapping, wish=office.wish())
    assert other.kinds == {"person_replaced": 1} and office.held() == [("head", "示例丙", "0571-00000003")]
    assert next(iter(office.table.held.values())).reference != reference


def test_one_bad_row_refuses_the_sheet_and_no_fault_repeats_a_name_or_phone(log, mapping, tmp_path):
    office = Office()
    rows = sheet(
        tmp_path, f"{SITE},主要负责人,示例甲,0571-00000001", f"{SITE},主要负责人,示例乙,0571-00000002", f"{SITE},经理,示例丙,0571-00000003",
        f"{SITE},安全管理员,示例丁,没有", "91330110MA00000015,应急联系人,示例戊,0571-00000005",
    )  # fmt: skip
    with pytest.raises(BadInput) as refused:
        bring_in(log, rows, mapping, wish=office.wish())
    told = {(problem.place, problem.column): problem for problem in refused.value.problems}
    assert set(told) == {("row 3", ""), ("row 4", "职务"), ("row 5", "电话"), ("row 6", "统一社会信用代码")}
    assert told["row 3", ""].reason == "与第2行是同一场所的同一职务（主要负责人）"
    assert not any("示例" in str(problem) or "0571" in str(problem) for problem in refused.value.problems)
    assert office.held() == [] and office.notes == []


def test_good_rows_come_in_and_the_others_go_back(log, mapping, tmp_path):
    office = Office()
    rows = sheet(tmp_path, f"{SITE},主要负责人,示例甲,0571-00000001", f"{SITE},安全管理员,示例丁,没有")
    done = bring_in(log, rows, mapping, wish=office.wish(rejects=tmp_path / "rejects.csv"))
    assert (done.rows, done.new, done.rejected, [name for name, *_ in office.held()]) == (1, 1, 1, ["head"])
    assert "3" in (tmp_path / "rejects.csv").read_text("utf-8-sig").splitlines()[1]


def test_without_a_person_table_a_sheet_of_persons_is_refused(log, mapping, tmp_path):
    with pytest.raises(BadInput):
        bring_in(log, sheet(tmp_path, f"{SITE},主要负责人,示例甲,0571-00000001"), mapping)


def test_a_mapping_tells_facts_or_brings_persons_never_both():
    both = MAPPING.read_text("utf-8") + '\n[[records]]\nkind = "site_changed"\non = "姓名"\nsource = { value = "system" }\n[records.fields]\nname = "姓名"\n'
    for text in (both, 'schema = 1\n[subjects]\nsite = ["场所"]\n'):
        with pytest.raises(BadRuleSet) as refused:
            mapping_of(text)
        assert "persons" in str(refused.value)


@given(st.lists(st.tuples(st.sampled_from(["主要负责人", "安全管理员", "应急联系人"]), st.text("甲乙丙", min_size=1, max_size=3)), max_size=6))
def test_whatever_is_sent_either_every_row_is_in_the_table_or_none(tmp_path_factory, rows):
    log, office, folder = MemoryLog(), Office(), tmp_path_factory.mktemp("persons")
    bring_in(log, FIXTURES / "enterprise_sheet.csv", MAPPINGS / "enterprise-sheet.toml")
    path = folder / "persons.toml"
    path.write_text(MAPPING.read_text("utf-8").replace("场所编号", "统一社会信用代码"), "utf-8")
    offices = [held for held, _ in rows]
    try:
        bring_in(log, sheet(folder, *(f"{SITE},{held},{name},0571-00000001" for held, name in rows)), path, wish=office.wish())
    except BadInput:
        assert len(set(offices)) < len(offices) or not rows
        assert office.held() == []
    else:
        assert len(office.held()) == len(set(offices)) == len(offices)
