"""The form of a rule file: which tables it has, what each of them says, what must agree with what."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from chalicelib.grading.agreement import agree
from chalicelib.grading.mechanisms import COLOURS, CONDITIONS, COUNTED, DERIVED, WITHOUT_POINTS, read_params
from chalicelib.grading.model import Grade
from chalicelib.grading.reading import Table
from chalicelib.grading.rules import Clause, ExtraRule, Item, Level, Rule, RuleSet

MODES = ("each", "once", "zero")
ALWAYS_APPLIES = "否"
APPEAL_TERMS = ("filing_days", "opinion_days", "decision_days")
ASSESSMENT_TEXTS = ("overdue_flag", "self_flag", "not_applicable_flag", "appeal_flag")


def read_rule_set(file: Table, document: Mapping[str, object], digest: str) -> RuleSet:
    """The rule set of a file; what is wrong is left in the table's problems, and then the result is not to be used."""
    axes = {table.text("code"): read_axis(table) for table in unique(file.tables("axes"))}
    items = {item.code: item for item in (read_item(table, axes) for table in unique(file.tables("items")))}
    bonus, override = file.table("bonus"), file.table("override")
    rules = RuleSet(
        id=file.text("id"),
        version=file.text("version"),
        title=file.text("title"),
        notice=file.text("notice"),
        effective_from=file.day("effective_from", required=True),
        effective_to=file.day("effective_to"),
        hash=digest,
        thresholds=read_thresholds(file.table("thresholds")),
        assessment=read_assessment(file.table("assessment")),
        bonus_cut=bonus.points("cut_at"),
        override_signers=override.count("signers"),
        override_title=override.text("title"),
        appeal=read_appeal(file.table("appeal")),
        levels=read_levels(file.table("accident_levels")),
        inherent=read_inherent(file.table("inherent")),
        axes=axes,
        items=items,
        adjustments=tuple(read_adjustment(table) for table in unique(optional(file, "adjustments"))),
        vetoes=tuple(read_condition(table, veto=True) for table in optional(file, "vetoes")),
        caps=tuple(read_condition(table, veto=False) for table in optional(file, "caps")),
        document=document,
    )
    for table in (bonus, override):
        cited(table)
    agree(file, rules)
    file.finish()
    return rules


def optional(file: Table, key: str) -> list[Table]:
    return file.tables(key) if file.has(key) else []


def unique(tables: list[Table]) -> list[Table]:
    """The same tables; a code that stands twice is reported."""
    codes: set[str] = set()
    for table in tables:
        code = str(table.data.get("code"))
        if code in codes:
            table.wrong("code", code, "stands twice")
        codes.add(code)
    return tables


def cited(table: Table) -> tuple[str, str]:
    """Source and tag of a table that has been read completely."""
    citation = table.cite()
    table.finish()
    return citation


def read_axis(table: Table) -> tuple[str, int]:
    axis = (table.text("title"), table.points("points"))
    cited(table)
    return axis


def read_thresholds(table: Table) -> tuple[tuple[int, Grade], ...]:
    lines = tuple((table.tenths(code), Grade.of(code)) for code in ("blue", "yellow", "orange"))
    if not all(better > worse for (better, _), (worse, _) in pairwise(lines)):
        table.wrong("", None, "blue must be above yellow, yellow above orange")
    cited(table)
    return lines


def read_assessment(table: Table) -> dict[str, object]:
    values: dict[str, object] = {key: table.text(key) for key in ASSESSMENT_TEXTS}
    values["new_item_grace_months"] = table.count("new_item_grace_months")
    values["inspector_value_months"] = table.count("inspector_value_months")
    values["not_applicable_flag_points"] = table.points("not_applicable_flag_points")
    cited(table)
    return values


def read_appeal(table: Table) -> dict[str, int]:
    """The terms of an appeal in working days: to file it, for the township's opinion, for the decision after that."""
    terms = {name: table.count(name) for name in APPEAL_TERMS}
    cited(table)
    return terms


def read_levels(table: Table) -> tuple[Level, ...]:
    """Levels of accident, gravest first; the last one holds for whatever is below the others."""
    levels = []
    for entry in unique(table.tables("levels")):
        figures = (entry.count("deaths"), entry.count("serious_injuries"), entry.count("loss_fen"))
        levels.append(Level(entry.text("code"), entry.text("title"), *figures))
        entry.finish()
    if any(graver.deaths <= lighter.deaths for graver, lighter in pairwise(levels)):
        table.wrong("levels", None, "the gravest level stands first")
    cited(table)
    return tuple(levels)


def read_inherent(table: Table) -> dict[str, object]:
    signs = table.take("signs")
    if not isinstance(signs, list) or not all(isinstance(line, list) and all(isinstance(sign, dict) for sign in line) for line in signs):
        table.wrong("signs", None, "a list of lists of conditions is required")
        signs = []
    values = {"higher_from": table.count("higher_from"), "signs": signs, "filed_colours": table.texts("filed_colours")}
    for number, line in enumerate(signs, 1):
        for sign in line:
            if "field" not in sign or len(set(sign) & {"is", "has", "at_least"}) != 1 or len(sign) != 2:
                table.wrong(f"signs.{number}", sign, "a condition has a field and one of is, has, at_least")
    cited(table)
    return values


def read_item(table: Table, axes: Mapping[str, object]) -> Item:
    code = table.text("code")
    applies = table.text("not_applicable")
    derive = read_derive(table) if table.has("derive") else None
    item = Item(
        code=code,
        axis=table.choice("axis", tuple(axes) or ("",)),
        title=table.text("title"),
        points=table.points("points"),
        rule=table.text("rule"),
        not_applicable="" if applies == ALWAYS_APPLIES else applies,
        key=table.flag("key"),
        clauses={} if derive else {clause.code: clause for clause in map(read_clause, unique(table.tables("clauses")))},
        derive=derive,
        extra=read_extra(table.table("extra")) if table.has("extra") else None,
        introduced_on=table.day("introduced_on"),
        source=table.text("source"),
        tag=table.cite()[1],
    )
    if item.extra and item.extra.clause and item.extra.clause not in item.clauses:
        table.wrong("extra", item.extra.clause, "no such clause of this item")
    if derive and item.not_applicable:
        table.wrong("not_applicable", applies, "an item worked out from facts always applies")
    table.finish()
    return item


def read_clause(table: Table) -> Clause:
    modes = [mode for mode in MODES if table.has(mode)]
    if len(modes) != 1:
        table.wrong("", None, "exactly one of each, once, zero is required")
    mode = modes[0] if modes else "zero"
    amount = 0
    if mode == "zero":
        table.flag("zero")
    else:
        amount = table.points(mode)
    clause = Clause(table.text("code"), table.text("title"), mode, amount, table.day("major_hazard_from"))
    table.finish()
    return clause


def read_extra(table: Table) -> ExtraRule:
    clause = table.text("clause") if table.has("clause") else None
    at_points = table.points("at_points") if table.has("at_points") else None
    if (clause is None) == (at_points is None):
        table.wrong("", None, "either clause or at_points is required")
    extra = ExtraRule(table.points("points"), at_points, clause)
    cited(table)
    return extra


def read_derive(table: Table) -> dict[str, object]:
    inner = table.table("derive")
    kind = inner.choice("kind", tuple(DERIVED))
    values = {"kind": kind, **read_params(inner, DERIVED[kind])}
    inner.finish()
    return values


def read_adjustment(table: Table) -> Rule:
    mechanism = table.choice("counts", tuple(COUNTED))
    params = read_params(table, COUNTED[mechanism])
    rule = Rule(
        code=table.text("code"),
        title=table.text("title"),
        mechanism=mechanism,
        grade=Grade.NONE,
        params=params,
        ends="",
        source=table.text("source"),
        tag=table.cite()[1],
        points=0 if mechanism in WITHOUT_POINTS else table.points("points"),
        cap=table.points("cap"),
        plus=table.choice("effect", ("minus", "plus")) == "plus",
    )
    table.finish()
    return rule


def read_condition(table: Table, *, veto: bool) -> Rule:
    """A veto (always red) or a cap (its own colour). ``chemical_types`` confines either to sites of those kinds."""
    mechanism = table.choice("when", tuple(CONDITIONS))
    params = read_params(table, CONDITIONS[mechanism])
    if table.has("chemical_types"):
        params["chemical_types"] = table.texts("chemical_types")
    rule = Rule(
        code=table.text("code"),
        title=table.text("title"),
        mechanism=mechanism,
        grade=Grade.RED if veto else Grade.of(table.choice("grade", COLOURS)),
        params=params,
        ends=table.text("ends"),
        source=table.text("source"),
        tag=table.cite()[1],
    )
    table.finish()
    return rule
