"""The JSON faces of the judge: reading its input with every fault named, and writing a result with published decimals."""

from __future__ import annotations

from fractions import Fraction

from chalicelib.clock import parse_month
from chalicelib.errors import BadInput, Problem
from chalicelib.index.model import Carried, Measure, State, TownshipMonth
from chalicelib.index.structure import BOUNDED, IndexRules, SubItem

MEASURE_KEYS = frozenset(("numerator", "denominator", "condition", "level", "no_value", "last", "cases", "case_count"))
DOCUMENT_KEYS, TOWNSHIP_KEYS, LAST_KEYS = frozenset(("schema", "month", "townships")), frozenset(("code", "name", "sites", "sub_items")), frozenset(("month", "share"))
NO_VALUES = (State.NOT_APPLICABLE, State.NO_DATA, State.NOT_REPORTED)
SCHEMA = 1


def read_input(document: object, rules: IndexRules) -> tuple[str, tuple[TownshipMonth, ...]]:
    """``(month, townships)`` of an input document (``input.schema.json``). BadInput naming every fault; nothing is clipped."""
    if not isinstance(document, dict):
        raise BadInput("a JSON object is required")
    problems = _strange(document, DOCUMENT_KEYS, "document")
    if document.get("schema", SCHEMA) != SCHEMA:
        problems.append(Problem("schema", "", str(document["schema"])[:40], f"{SCHEMA} is required"))
    month = _month(document.get("month"), "month", problems)
    rows = document.get("townships")
    if not isinstance(rows, list) or not rows:
        problems.append(Problem("townships", "", str(rows)[:40], "a list of at least one township is required"))
        rows = []
    townships = tuple(read_township(row, f"townships[{number}]", rules, problems) for number, row in enumerate(rows))
    codes = [township.code for township in townships]
    problems.extend(Problem("townships", "code", code, "used twice") for code in sorted({c for c in codes if codes.count(c) > 1}))
    for township in townships:
        problems.extend(_carried_later(township, month))
    if problems:
        raise BadInput(problems)
    return month, townships


def read_township(row: object, place: str, rules: IndexRules, problems: list[Problem]) -> TownshipMonth:
    """One township of an input; faults are added to ``problems``."""
    if not isinstance(row, dict):
        problems.append(Problem(place, "", str(row)[:40], "an object is required"))
        return TownshipMonth("", "", 0, ())
    problems.extend(_strange(row, TOWNSHIP_KEYS, place))
    for key in ("code", "name"):
        if not isinstance(row.get(key), str) or not row[key]:
            problems.append(Problem(place, key, str(row.get(key)), "a text is required"))
    given = row.get("sub_items")
    if not isinstance(given, dict):
        problems.append(Problem(place, "sub_items", str(given)[:40], "an object by sub-item is required"))
        given = {}
    known = {item.code for item in rules.sub_items}
    problems.extend(Problem(f"{place}.sub_items", code, "", "no such sub-item") for code in sorted(set(given) - known))
    measures = [read_measure(item, given.get(item.code), f"{place}.sub_items.{item.code}", problems) for item in rules.sub_items]
    sites = _count(row, "sites", place, problems)
    return TownshipMonth(str(row.get("code", "")), str(row.get("name", "")), sites, tuple(measures))


def read_measure(item: SubItem, row: object, place: str, problems: list[Problem]) -> Measure:
    """One sub-item of an input: a value with its counts, or one of the three other kinds by ``no_value``."""
    if not isinstance(row, dict):
        problems.append(Problem(place, "", str(row)[:40], "missing: give counts, or no_value"))
        return Measure(item.code)
    before = len(problems)
    problems.extend(_strange(row, MEASURE_KEYS, place))
    if "no_value" in row:
        return _no_value(item, row, place, problems)
    measure = Measure(
        item.code,
        numerator=_numerator(item, row, place, problems),
        denominator=_count(row, "denominator", place, problems) if item.denominator else 0,
        condition=_count(row, "condition", place, problems) if "condition" in row else 0,
        level=row.get("level"),
        cases=_cases(row, place, problems),
        case_count=_count(row, "case_count", place, problems) if "case_count" in row else len(row.get("cases") or ()),
    )
    if len(problems) == before:
        problems.extend(check_measure(item, measure, place))
    return measure


def check_measure(item: SubItem, measure: Measure, place: str) -> list[Problem]:
    """What cannot be true of a value: refused, never clipped (domain §12.4)."""
    problems = []
    if item.formula in BOUNDED and measure.numerator > measure.denominator:
        problems.append(Problem(place, "numerator", f"{measure.numerator} > {measure.denominator}", "numerator above denominator"))
    if measure.level is not None and measure.level not in [level for level, _ in item.levels]:
        problems.append(Problem(place, "level", str(measure.level), "no such level"))
    if measure.condition and not item.condition:
        problems.append(Problem(place, "condition", str(measure.condition), "this sub-item has no second count"))
    if measure.case_count < len(measure.cases):
        problems.append(Problem(place, "case_count", str(measure.case_count), "fewer than the cases listed"))
    return problems


def _strange(row: dict, known: frozenset[str], place: str) -> list[Problem]:
    """Each field that is not one of the known: a slip of the pen is not silence."""
    return [Problem(place, key, str(row[key])[:40], "no such field") for key in sorted(set(row) - known)]


def _no_value(item: SubItem, row: dict, place: str, problems: list[Problem]) -> Measure:
    kind = row["no_value"]
    if kind not in [state.value for state in NO_VALUES]:
        problems.append(Problem(place, "no_value", str(kind), "one of " + ", ".join(NO_VALUES)))
        return Measure(item.code)
    state = State(kind)
    if state is State.NOT_APPLICABLE and not item.not_applicable:
        problems.append(Problem(place, "no_value", kind, "this sub-item is never not applicable"))
    for key in sorted({"numerator", "denominator", "condition", "level"} & set(row)):
        problems.append(Problem(place, key, str(row[key]), "a sub-item without value has no counts"))
    if "last" in row and state is not State.NO_DATA:
        problems.append(Problem(place, "last", str(row["last"])[:40], "only a failed feed carries its last share"))
        return Measure(item.code, state)
    return Measure(item.code, state, carried=_carried(row.get("last"), place, problems))


def _carried(row: object, place: str, problems: list[Problem]) -> Carried | None:
    if row is None:
        return None
    row = row if isinstance(row, dict) else {}
    problems.extend(_strange(row, LAST_KEYS, f"{place}.last"))
    month = _month(row.get("month"), f"{place}.last.month", problems)
    try:
        share = Fraction(row["share"]) if isinstance(row.get("share"), str) else Fraction(-1)
    except (ValueError, ZeroDivisionError):
        share = Fraction(-1)
    if not 0 <= share <= 1:
        problems.append(Problem(f"{place}.last", "share", str(row.get("share")), "a share from 0 to 1 as text is required"))
    return Carried(month, share)


def _carried_later(township: TownshipMonth, month: str) -> list[Problem]:
    late = [measure for measure in township.measures if measure.carried and month and measure.carried.month >= month]
    return [Problem(f"{township.code}.{m.code}", "last.month", m.carried.month, "must be before the month") for m in late if m.carried]


def _numerator(item: SubItem, row: dict, place: str, problems: list[Problem]) -> int | Fraction:
    if item.formula == "level":
        return 0
    if item.mean and isinstance(row.get("numerator"), str):
        try:
            if (value := Fraction(row["numerator"])) >= 0:
                return value
        except (ValueError, ZeroDivisionError):
            pass
    return _count(row, "numerator", place, problems)


def _count(row: dict, key: str, place: str, problems: list[Problem]) -> int:
    value = row.get(key)
    if type(value) is not int or value < 0:
        problems.append(Problem(place, key, str(value), "a whole number not below 0 is required"))
        return 0
    return value


def _cases(row: dict, place: str, problems: list[Problem]) -> tuple[str, ...]:
    cases = row.get("cases", [])
    if not isinstance(cases, list) or not all(isinstance(case, str) for case in cases):
        problems.append(Problem(place, "cases", str(cases)[:40], "a list of ids is required"))
        return ()
    return tuple(cases)


def _month(value: object, place: str, problems: list[Problem]) -> str:
    try:
        if isinstance(value, str) and len(value) == 7:
            parse_month(value)
            return value
    except ValueError:
        pass
    problems.append(Problem(place, "", str(value), "a month YYYY-MM is required"))
    return ""


def measure_document(measure: Measure) -> dict:
    """A measure as the input shape, so that partial results can be scored by the command line as they are."""
    if measure.state is not State.VALUE:
        carried = measure.carried
        last = {"last": {"month": carried.month, "share": str(carried.share)}} if carried else {}
        return {"no_value": measure.state.value, **last}
    numerator = measure.numerator if isinstance(measure.numerator, int) else str(measure.numerator)
    document: dict = {"numerator": numerator, "denominator": measure.denominator}
    if measure.condition:
        document["condition"] = measure.condition
    if measure.level:
        document["level"] = measure.level
    if measure.case_count:
        document |= {"cases": list(measure.cases), "case_count": measure.case_count}
    return document
