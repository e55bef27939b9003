"""A table as facts: the whole of it is judged before anything is stored; every problem names row, column, value, reason.

The same rows in any order give the same events.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import islice

from chalicelib.errors import BadInput, Problem
from chalicelib.grading.acceptance import Refuse, refusals_in
from chalicelib.index import acceptance as index_acceptance
from chalicelib.intake.merge import Draft, join, sorted_draft
from chalicelib.intake.model import Mapping, Record
from chalicelib.intake.notes import Notes
from chalicelib.intake.rows import Context, RowReader
from chalicelib.intake.spool import Spool, event_of
from chalicelib.intake.table import OTHER_REJECT_COLUMNS, REJECT_COLUMNS, Table
from chalicelib.intake.telling import cell_of, column_of
from chalicelib.register.district import District
from chalicelib.supervision.model import Event, to_text
from chalicelib.supervision.vocabulary import problems

MOST_PROBLEMS = 1000
WATCHED = 1000


@dataclass
class Plan:
    """The events of a table and the facts they lean on (registrations and roots), set aside in a spool; how it was read."""

    spool: Spool
    row_count: int
    notes: Notes = field(default_factory=Notes)

    @property
    def events(self) -> list[Event]:
        """All events at once, sorted by subject, day and id: for small tables."""
        found = [entry.event for page in self.spool.pages() for entry in page]
        return sorted(found, key=lambda event: (event.subject, event.occurred_on, event.event_id))

    @property
    def event_count(self) -> int:
        return self.spool.count()

    def refuse_problems(self) -> None:
        """BadInput naming the first problems, and how many more there are."""
        if self.spool.problem_count():
            raise BadInput(first_problems(self.spool))


def plan_events(table: Table, mapping: Mapping, context: Context) -> Plan:
    """The events of a whole table. BadInput naming every problem of every row; nothing half-done."""
    plan = judge_table(table, mapping, context)
    plan.refuse_problems()
    return plan


def judge_table(
    table: Table,
    mapping: Mapping,
    context: Context,
    without: Collection[int] = frozenset(),
    watch: Callable[[int], None] = lambda rows: None,
) -> Plan:
    """The events of a table, the rows of ``without`` left out, and in the spool every problem of the others; ``watch`` counts rows.

    BadInput when the columns are not those of the mapping. A fact that several rows tell together is told by all or not at all.
    """
    found = column_problems(table, mapping)
    if found:
        raise BadInput(found)
    reader, judge, count, torn = RowReader(table, mapping, context), _Judge(Spool(), mapping.records, refusals_of(context.district)), 0, {}
    for row in table.rows():
        if row.number in without:
            torn |= dict.fromkeys(reader.shared_ids(row), row.number)
            continue
        count += 1
        if count % WATCHED == 0:
            watch(count)
        reader.read(row)
        judge.take(reader)
    judge.finish(torn)
    watch(count)
    return Plan(judge.spool, count, reader.notes)


def refusals_of(district: District) -> Refuse:
    """What the rules of this district have against an event by itself: findings by the rule set, returns by the index method."""
    graded, indexed = refusals_in(district), index_acceptance.refusals_in(district)
    return lambda event: graded(event) + indexed(event)


class _Judge:
    """Takes in what each row asks for, joins rows that tell the same fact, and gathers what is wrong."""

    def __init__(self, spool: Spool, records: tuple[Record, ...], refuse: Refuse) -> None:
        self.spool, self.records, self.refuse = spool, records, refuse
        self.numbers = {id(record): number for number, record in enumerate(records)}

    def take(self, reader: RowReader) -> None:
        if reader.problems:
            self.spool.fault(reader.problems)
            return
        for (subject, event_id), problem in reader.needs.items():
            self.spool.need(subject, event_id, problem)
        for draft in reader.drafts:
            self._draft(draft)

    def _draft(self, draft: Draft) -> None:
        draft = sorted_draft(draft)
        event, text = draft.event, to_text(draft.event)
        if draft.record.merge:
            self.spool.tell(event.event_id, draft.row)
        if self.spool.add(event, text, draft.row, self.numbers[id(draft.record)]):
            if not draft.record.merge:
                self.spool.fault(judged(draft, self.refuse))
            return
        standing, row = self.spool.text_of(event.event_id)
        if standing == text and draft.record.repeats and not draft.record.merge:
            return
        found: list[Problem] = []
        joined = join(Draft(event_of(standing), row, draft.record), draft, found)
        self.spool.fault(found)
        self.spool.replace_text(event.event_id, to_text(joined.event))

    def finish(self, torn: dict[str, int]) -> None:
        """Judge what could only be judged whole; a fact that a left-out row shares is left out with all its rows."""
        if any(record.merge for record in self.records):
            for entry in (entry for page in self.spool.pages() for entry in page):
                record = self.records[entry.record]
                if record.merge:
                    self.spool.fault(judged(Draft(entry.event, entry.row, record), self.refuse))
        for event_id, bad in torn.items():
            reason = f"与第{bad}行同属一条记录，该行有误，须一并导入"
            self.spool.fault(Problem(f"row {row}", "", "", reason) for row in self.spool.tellers(event_id))


def column_problems(table: Table, mapping: Mapping) -> list[Problem]:
    """Columns that are missing and columns that nobody knows; those that a rejects file adds are passed over."""
    place, present = f"row {table.reading.heading_row}", set(table.columns)
    known = mapping.known_columns | {
        name for names in (REJECT_COLUMNS, OTHER_REJECT_COLUMNS) if present.issuperset(names) for name in names
    }
    missing = [Problem(place, name, "", "缺少这一列：请补上，列名须与表格格式一致") for name in mapping.columns if name not in present]
    unknown = [Problem(place, name, "", "表格格式（映射）中没有这一列：请删去，或改为格式中的列名") for name in table.columns if name not in known]
    return missing + unknown


def first_problems(spool: Spool) -> list[Problem]:
    """The first problems by row, and how many more there are."""
    more = spool.problem_count() - MOST_PROBLEMS
    return [*islice(spool.problems(), MOST_PROBLEMS)] + ([Problem("", "", "", f"另有{more}处问题未列出")] if more > 0 else [])


def judged(draft: Draft, refuse: Refuse) -> list[Problem]:
    """The verdict of the vocabulary, then of the rule set, on an event, told by row and column."""
    found = []
    for problem in problems(draft.event) or refuse(draft.event):
        name = problem.column.removeprefix("payload.").split(".")[0]
        found.append(Problem(f"row {draft.row}", column_of(draft.record, name), cell_of(draft.record, name, problem.value), problem.reason))
    return found
