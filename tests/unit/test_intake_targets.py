"""Every kind of fact can come in by a table: a mapping of a few lines reaches it, and what arrives is an acceptable event."""

from __future__ import annotations

import csv
import io

import pytest
from intake_support import MAPPINGS, mapping_of, plan_of

from chalicelib.intake.mapping import load_mapping
from chalicelib.supervision.vocabulary import Kind, load_vocabulary, problems

# Rule sets are the one thing no table brings: people draft and enact them, one by one.
KINDS = {name: kind for name, kind in load_vocabulary().kinds.items() if kind.scope != "district"}
# Acts about a published index, and an officer's own signature: done one by one at the desk; a table can bring them, no office keeps one.
ONE_BY_ONE = {"index_objection", "index_objection_decided", "inspection_joined"}
SUBJECT = {"site": ("场所", "S1"), "enterprise": ("企业", "E1"), "township": ("镇街", "临平街道")}
# Field type → how its column is read, and a cell.
CELLS = {
    "text": ("text", "说明"), "name": ("text", "示例有限公司"), "code": ("code", "A-1"), "flag": ("flag", "是"), "date": ("date", "2020-06-20"),
    "month": ("code", "2020-05"), "year": ("integer", "2020"), "count": ("integer", "0"), "positive": ("integer", "1"), "plate_issue": ("integer", "1"),
    "count_or_unknown": ("integer", "3"), "flag_or_unknown": ("flag", "否"), "fen": ("fen", "120.50"), "fen_or_unknown": ("fen", "1"),
    "degree": ("number", "30.4"), "grade_1_4": ("integer", "2"), "township_code": ("text", "临平街道"), "officers": ("list", "P1;P2"),
    "codes": ("list", "A-1"), "items": ("findings", ""), "sub_item": ("code", "ZR1"),
}  # fmt: skip
BY_FIELD = {"uscc": "91330110MA0000007H"}


def cell_of(kind: Kind, name: str) -> tuple[str, str]:
    """How the column of a field is read, and a cell that is right for it."""
    field = kind.fields[name]
    if name in BY_FIELD:
        return "code", BY_FIELD[name]
    if field.type in CELLS:
        return CELLS[field.type]
    schema = load_vocabulary().types[field.type]
    return ("list", schema["items"]["enum"][0]) if schema.get("type") == "array" else ("code", str(schema["enum"][0]))


def sheet_of(kind: Kind) -> tuple[str, str]:
    """A mapping that reaches the kind with all its required fields, and a sheet of one row for it."""
    column, cell = SUBJECT[kind.scope]
    columns, fields = [(column, "text", cell), ("日期", "date", "2020-06-20"), ("编号", "code", "1")], []
    subjects = [f'{kind.scope} = ["{column}"]']
    for name, field in kind.fields.items():
        if field.type in ("site_id", "enterprise_id"):
            scope = field.type.removesuffix("_id")
            if not field.optional or scope == kind.scope:
                subjects += [f'{scope} = ["{SUBJECT[scope][0]}"]'] if scope != kind.scope else []
                columns += [(SUBJECT[scope][0], "text", SUBJECT[scope][1])] if scope != kind.scope else []
                fields.append(f'{name} = {{ subject = "{scope}" }}')
        elif field.type == "event_id":
            if not field.optional:
                fields.append(f'{name} = {{ event = "inspection", key = ["编号"] }}')
        elif not field.optional:
            read, text = cell_of(kind, name)
            columns.append((name, read, text))
            fields.append(f'{name} = "{name}"')
    steps = [f'{step} = {{ event = "{event}", key = ["编号"] }}' for step, event in steps_of(kind)]
    lines = ["schema = 1", "[subjects]", *subjects, "[columns]"]
    lines += [f'"{name}" = {{ read = "{read}" }}' for name, read, _ in columns]
    lines += ["[[records]]", f'kind = "{kind.name}"', 'key = ["编号"]', 'on = "日期"', 'source = { value = "district" }', *steps, "[records.fields]", *fields]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[name for name, _, _ in columns], [text for _, _, text in columns]])
    return "\n".join(lines), out.getvalue()


def steps_of(kind: Kind) -> list[tuple[str, str]]:
    found = [("caused_by", sorted(kind.follows)[0])] if kind.follows else []
    voided = {"site": "inspection", "enterprise": "enterprise_changed", "township": "annual_plan"}[kind.scope]
    return found + ([("voids", voided)] if kind.voids else [])


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_mapping_reaches_every_kind(name: str) -> None:
    mapping, sheet = sheet_of(KINDS[name])
    (event,) = plan_of(sheet, mapping_of(mapping)).events
    assert (event.kind, event.scope, problems(event)) == (name, KINDS[name].scope, [])
    required = {field for field, description in KINDS[name].fields.items() if not description.optional}
    assert required <= set(event.payload)


def test_the_demo_ships_a_mapping_that_tells_every_kind() -> None:
    shipped = {record.kind for path in MAPPINGS.glob("*.toml") for record in load_mapping(path).records}
    assert sorted(set(KINDS) - shipped) == sorted(ONE_BY_ONE)


def test_a_number_means_the_same_in_full_width() -> None:
    """Whatever the demo's tables know a thing by is read as a code: typed in full width it is the same site, the same return."""
    loaded = {path.stem: load_mapping(path) for path in MAPPINGS.glob("*.toml")}
    for name, mapping in loaded.items():
        identities = [record.key for record in mapping.records]
        identities += [step.key for record in mapping.records for step in (record.caused_by, record.voids) if step]
        known_by = {column for columns in (*mapping.subjects.values(), *identities) for column in columns}
        typed = {column for column in known_by if column.endswith(("编号", "单号", "月份", "小项"))}
        assert [column for column in typed if mapping.columns[column].read == "text"] == [], name
    plain, wide = (plan_of(f"场所编号,工伤日期,人数\n{number},2020-06-20,1\n", loaded["injuries"]).events for number in ("S000001", "Ｓ０００００１"))
    assert list(plain) == list(wide)

