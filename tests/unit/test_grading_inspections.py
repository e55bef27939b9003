"""A rule set of another shape: sites graded from their inspections alone, by data only (the real register of tests/fixtures)."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from chalicelib import labels
from chalicelib.code.page import Scan
from chalicelib.code.pages import refusal_page, scan_page, trend
from chalicelib.desk.words import words as desk_words
from chalicelib.errors import SafetyCodeError
from chalicelib.grading.bare import bare
from chalicelib.grading.card import build_card
from chalicelib.grading.judge import grade
from chalicelib.grading.model import Grade
from chalicelib.grading.proof import proof_of, verify
from chalicelib.grading.rulebook import rules_on
from chalicelib.grading.rules import load_rule_set
from chalicelib.grading.way_back import calendar, way_back
from chalicelib.register.district import load_district
from chalicelib.register.lines import Lines
from chalicelib.reports.pages import refusal_page as report_refusal
from infra import cli
from infra.commands import colours
from tests.builders import codes, facts, record, registered, step

FIXTURE = Path(__file__).parent.parent / "fixtures" / "dinesafe_200.csv"
DINESAFE = load_district("dinesafe")
ON = date(2020, 12, 31)
RULES = rules_on(DINESAFE, ON)
LATEST = {"C": Fraction(18), "S": Fraction(6), "M": Fraction(3, 2), "N": Fraction(1, 2)}
RECENT = {"C": Fraction(5), "S": Fraction(3, 2), "M": Fraction(1, 4), "N": Fraction(0)}
HALVED = {("M", "recent"): Fraction(13, 100)}


# ── The real register, worked out a second time straight from its rows ──────────────────────────────────────────────


def by_hand(rows: list[dict[str, str]]) -> tuple[Fraction, str]:
    """Score and colour of one establishment from the columns of the register, without mapping, facts or judge."""
    visits = {row["Inspection ID"]: row["Inspection Date"] for row in rows}
    newest_day = max(visits.values())
    newest = max((row for row in rows if row["Inspection Date"] == newest_day), key=lambda row: row["Inspection ID"])["Inspection ID"]
    found = [row for row in rows if row["Infraction Details"].strip()]
    settled = "Corrected During Inspection"

    def takes(row, table, name):
        whole, word = table[row["Severity"][:1] or "C"], (row["Severity"][:1], name)
        return whole if row["Action"] != settled else HALVED.get(word, whole / 2)

    now = max(Fraction(0), 70 - sum(takes(row, LATEST, "latest") for row in found if row["Inspection ID"] == newest))
    past = max(Fraction(0), 30 - sum(takes(row, RECENT, "recent") for row in found))
    actions = Counter(row["Action"] for row in found)
    fined = sum(bool(row["Amount Fined"]) and float(row["Amount Fined"]) > 0 for row in found)
    off = min(10, 5 * actions["Ticket"]) + min(20, 10 * (actions["Summons"] + actions["Summons and Health Hazard Order"])) + min(10, 5 * fined)
    score = Fraction(int((max(Fraction(0), now + past - off)) * 10 + Fraction(1, 2)), 10)
    limit = 3
    passed_after = {row["Inspection Date"] for row in rows if row["Establishment Status"] == "Pass"}
    for row in found:
        if not any(day > row["Inspection Date"] for day in passed_after):
            limit = 0 if row["Action"] == "Summons and Health Hazard Order" else limit
            limit = min(limit, 1) if row["Severity"].startswith("C") and row["Action"] != settled else limit
    if next(row for row in rows if row["Inspection ID"] == newest)["Establishment Status"] == "Conditional Pass":
        limit = min(limit, 2)
    if now / 70 < Fraction(5995, 10000) or past / 30 < Fraction(5995, 10000):
        limit = min(limit, 2)
    by_score = 3 if score >= 90 else 2 if score >= 75 else 1 if score >= 60 else 0
    return score, Grade(min(by_score, limit)).code


@pytest.fixture(scope="module")
def register():
    with FIXTURE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    establishments = defaultdict(list)
    for row in rows:
        establishments[row["Establishment ID"]].append(row)
    return establishments


@pytest.fixture(scope="module")
def judgements():
    mapping = DINESAFE.folder / "mappings" / "dinesafe.toml"
    return list(colours.judgements(FIXTURE, mapping, DINESAFE, ON, RULES))


def test_every_establishment_of_the_real_register_comes_out_as_worked_out_by_hand(register, judgements) -> None:
    mine = Counter((Fraction(judgement.score, 10), judgement.grade.code) for judgement in judgements)
    theirs = Counter(by_hand(rows) for rows in register.values())
    assert mine == theirs and len(judgements) == len(register)


def test_the_distribution_is_sane_and_every_colour_has_its_reason(judgements) -> None:
    """Mostly green, as in the register itself (99.8 % passed); whoever is not has a low score or a named cause."""
    found = Counter(judgement.grade.code for judgement in judgements)
    assert found == {"blue": 98, "yellow": 12, "orange": 3, "red": 1}
    for judgement in judgements:
        if judgement.grade is not Grade.BLUE:
            assert judgement.score < 900 or judgement.caps or judgement.vetoes
        assert sum(Fraction(line["points"]) for line in judgement.to_document()["ledger"]) == 100 - Fraction(judgement.score, 10)


def test_the_command_tells_the_distribution_with_the_districts_own_words(capsys) -> None:
    given = ["colours", str(FIXTURE), "--district", "dinesafe", "--mapping", "dinesafe", "--on", "2020-12-31"]
    assert cli.main(given) == 0
    told = capsys.readouterr().out
    assert "114 个场所" in told and "绿 98（85.96%）" in told and "蓝" not in told
    assert cli.main([*given[:-1], "2019-12-31"]) == 2
    assert "no rule set applies" in capsys.readouterr().err


def test_no_code_names_the_register() -> None:
    source = Path(__file__).resolve().parents[2] / "chalicelib"
    assert [path.name for path in source.rglob("*.py") if "dinesafe" in path.read_text("utf-8").lower()] == []


# ── The mechanisms at their edges ───────────────────────────────────────────────────────────────────────────────────


def visited(on: str, outcome: str = "pass", name: str = "VISIT") -> dict[str, object]:
    return record(on, id=name, officers=[], outcome=outcome)


def found(on: str, visit: dict[str, object] | None = None, **fields: object) -> dict[str, object]:
    link = {"inspection": visit["id"]} if visit else {}
    return record(on, level="general", deadline_on="2020-12-01", severity=fields.pop("severity", "minor"), **link, **fields)


def premises(*visits: dict, findings: tuple = (), inherent_class: int | None = 2) -> dict[str, object]:
    register = registered(**({} if inherent_class is None else {"inherent_class": inherent_class}))
    site = facts(site_registered=[register], inspection=list(visits), hazard_found=list(findings))
    for kind in ("assessment", "self_check", "completeness_measured"):
        del site["records"][kind]
    if inherent_class is None:
        del register["inherent_class"]
    return site


def judged(site: dict[str, object], on: str = "2020-12-31"):
    return grade(site, RULES, date.fromisoformat(on))


def test_without_an_inspection_there_is_no_colour_and_the_items_are_named() -> None:
    judgement = judged(premises())
    assert judgement.grade is Grade.NONE and judgement.score is None and judgement.missing == ("W1", "H1")


def test_only_the_latest_inspection_weighs_in_full() -> None:
    first, second = visited("2020-03-01"), visited("2020-09-01", name="SECOND")
    site = premises(first, second, findings=(found("2020-03-01", first, severity="significant"),))
    assert judged(site, "2020-08-31").score == 1000 - 60 - 15
    assert judged(site).score == 1000 - 15


def test_what_was_put_right_on_the_spot_takes_half() -> None:
    visit = visited("2020-03-01")
    site = premises(visit, findings=(found("2020-03-01", visit, severity="significant", action="corrected_during_inspection"),))
    assert judged(site).score == 963, "100 − 3 − 0.75 = 96.25, half-up"


@pytest.mark.parametrize("severity", ["unheard_of", None])
def test_a_severity_that_the_rules_do_not_know_is_never_nothing(severity) -> None:
    visit = visited("2020-03-01")
    known = premises(visit, findings=(found("2020-03-01", visit, severity="crucial", action="corrected_during_inspection"),))
    unknown = premises(visit, findings=(found("2020-03-01", visit, severity=severity, action="corrected_during_inspection"),))
    assert judged(unknown).score == judged(known).score


def test_findings_leave_the_record_after_twelve_months() -> None:
    first, second = visited("2020-03-01"), visited("2020-09-01", name="SECOND")
    site = premises(first, second, findings=(found("2020-03-01", first, severity="crucial", action="corrected_during_inspection"),))
    assert (judged(site, "2021-02-28").score, judged(site, "2021-03-01").score) == (975, 1000)
    assert judged(site, "2021-02-27").review_on == "2021-03-01"


def test_a_crucial_finding_left_as_it_is_caps_at_orange_until_an_inspection_passes() -> None:
    first = visited("2020-03-01", "conditional_pass")
    crucial = found("2020-03-01", first, severity="crucial")
    assert codes(judged(premises(first, findings=(crucial,))).caps) == ["C1", "C2"]
    again = visited("2020-03-05", "conditional_pass", "AGAIN")
    assert codes(judged(premises(first, again, findings=(crucial,))).caps) == ["C1", "C2"]
    assert codes(judged(premises(first, visited("2020-03-05", name="AGAIN"), findings=(crucial,))).caps) == []
    same_day = visited("2020-03-01", name="AGAIN")
    assert "C1" in codes(judged(premises(first, same_day, findings=(crucial,))).caps), "the day of the finding is not a later one"


def test_closed_and_health_hazard_orders_are_red_until_an_inspection_passes() -> None:
    closed = visited("2020-03-01", "closed")
    assert judged(premises(closed)).grade is Grade.RED and codes(judged(premises(closed)).vetoes) == ["V1"]
    ordered = found("2020-03-01", closed, action="closure_order")
    assert codes(judged(premises(closed, findings=(ordered,))).vetoes) == ["V1", "V2"]
    reopened = premises(closed, visited("2020-03-09", name="AGAIN"), findings=(ordered,))
    assert (judged(reopened, "2020-03-08").grade, judged(reopened, "2020-03-09").vetoes) == (Grade.RED, ())


@pytest.mark.parametrize(("inherent", "due"), [(1, "2022-03-01"), (2, "2021-03-01"), (3, "2021-03-01"), (None, "2021-03-01")])
def test_an_inspection_grows_old_by_the_inherent_class(inherent: int | None, due: str) -> None:
    site = premises(visited("2020-03-01"), inherent_class=inherent)
    eve = date.fromordinal(date.fromisoformat(due).toordinal() - 1).isoformat()
    assert (codes(judged(site, eve).caps), codes(judged(site, due).caps)) == ([], ["C3"])
    assert judged(site, eve).review_on == due


def test_tickets_summonses_and_fines_are_counted_to_their_caps() -> None:
    visit = visited("2020-03-01")
    rows = [found("2020-03-01", visit, severity="not_applicable", action="ticket", fine_fen=50000) for _ in range(3)]
    entries = {entry.code: (entry.uncapped, entry.points) for entry in judged(premises(visit, findings=tuple(rows))).adjustments}
    assert entries == {"R1": (1500, -1000), "R3": (1500, -1000)}
    free = premises(visit, findings=(found("2020-03-01", visit, fine_fen=0),))
    assert judged(free).adjustments == ()


def test_its_proof_holds_on_bare_facts_of_the_real_register() -> None:
    mapping = DINESAFE.folder / "mappings" / "dinesafe.toml"
    for site in list(colours.facts_of(FIXTURE, mapping, DINESAFE, ON))[:20]:
        assert verify(proof_of(site, RULES, ON), [RULES]) == []
        assert grade(bare(site, RULES), RULES, ON).to_document() == grade(site, RULES, ON).to_document()


def test_a_dismissed_finding_counts_nowhere() -> None:
    visit = visited("2020-03-01")
    gone = found("2020-03-01", visit, severity="crucial", then=[step("hazard_dismissed", "2020-03-02", reason="误报")])
    assert judged(premises(visit, findings=(gone,))).score == 1000 and judged(premises(visit, findings=(gone,))).caps == ()


def test_the_way_back_is_a_clean_inspection() -> None:
    visit = visited("2020-03-01", "conditional_pass")
    site = premises(visit, findings=(found("2020-03-01", visit, severity="crucial"),))
    (yellow, blue) = way_back(site, RULES, ON).ways
    assert [act.code for act in blue.acts] == [act.code for act in yellow.acts] == ["pass_inspection"]
    assert blue.minimal and blue.result.grade is Grade.BLUE


def test_a_faulty_rule_set_of_this_shape_names_every_fault() -> None:
    text = (Path(__file__).resolve().parents[2] / "chalicelib/grading/rulesets/inspections-2020.toml").read_text("utf-8")
    wrong = text.replace('settled = { crucial = "9"', 'settled = { grave = "9"', 1).replace("months_by_class = { 1 = 24", 'months_by_class = { 1 = "24"', 1)
    with pytest.raises(Exception, match="must name the same words") as caught:
        load_rule_set(wrong.encode())
    assert "a whole number is required" in str(caught.value)


# ── The district says what its grades are called ─────────────────────────────────────────────────────────────────────


def test_the_way_back_and_the_calendar_speak_of_green_where_green_is_best() -> None:
    visit, words = visited("2020-03-01", "conditional_pass"), DINESAFE.grade_words
    site = premises(visit, findings=(found("2020-03-01", visit, severity="crucial"),))
    assert words == {"red": "红码", "orange": "橙码", "yellow": "黄码", "blue": "绿码", "none": "未赋码"}
    assert [way["text"][:3] for way in way_back(site, RULES, ON).to_document(words)["ways"]] == ["距黄码", "距绿码"]
    later = premises(visited("2020-03-01"))
    assert any("变为" in change.to_document(words)["text"] for change in calendar(later, RULES, ON))
    assert not any("蓝" in change.text(words) for each in (site, later) for change in calendar(each, RULES, ON))


def test_a_page_has_no_line_for_a_number_the_register_lacks_and_none_for_a_share_of_what_nobody_sets() -> None:
    site = premises(visited("2020-05-01"))
    card = build_card(site, grade(site, RULES, ON), ON).document
    assert (card["uscc"], card["coverage"]) == (None, None)
    for language, words in (("zh", ("统一社会信用代码", "依据覆盖率")), ("en", ("Credit code", "Coverage"))):
        page = scan_page(Scan(card, ON, "X" * 29, language), DINESAFE)
        assert "/map/" not in page and "/index/" not in page, "it has neither"
        assert 'href="tel:311"' in page and "911" in page and not re.search(r"12345|12350|\b1(19|20)\b", page)
        assert not any(word in page for word in ("生产工艺", "六维", "Six dimensions", "不适用", "n/a"))
        assert all(title in page for title in ("最近一次检查", "十二个月检查记录")), "its own axes, by its own names"
        own = replace(DINESAFE, number=("门牌编号", "Premises number"))
        assert not any(word in page for word in words)
        assert {"zh": "门牌编号", "en": "Premises number"}[language] in scan_page(Scan(card, ON, "X" * 29, language), own)
        assert all(word in scan_page(Scan({**card, "coverage": "87.5"}, ON, "X" * 29, language), load_district("demo")) for word in (*words, "87.5%"))
    assert (desk_words(DINESAFE, ON)["number"], desk_words(load_district("demo"), ON)["number"]) == ("", "统一社会信用代码")
    assert [desk_words(district, ON)["has_index"] for district in (DINESAFE, load_district("demo"))] == [False, True]


def test_the_desk_calls_grades_as_the_district_does() -> None:
    assert desk_words(DINESAFE, ON)["grade"]["blue"] == "绿码"
    assert desk_words(load_district("demo"), ON)["grade"] == labels.GRADE


def test_the_trend_has_the_letters_of_the_districts_own_colours() -> None:
    site = premises(visited("2020-05-01"))
    card = {**build_card(site, grade(site, RULES, ON), ON).document, "trend": [{"on": "2020-05-31", "grade": "blue"}]}
    letters = {district.id: [point["letter"] for point in trend(Scan(card, ON, "X" * 29, "en"), district)] for district in (DINESAFE, load_district("demo"))}
    assert letters == {"dinesafe": ["G", "G"], "demo": ["B", "B"]}


@pytest.mark.parametrize("code", ["plate-not-genuine", "plate-withdrawn", "not-found", "too-many-reports", "not-from-a-person"])
def test_no_refusal_sends_people_abroad_to_call(code: str) -> None:
    """The numbers of China are no numbers of Toronto, and a district that names nobody to call has pages that name nobody."""
    error = SafetyCodeError("")
    error.code = code
    nobody = replace(DINESAFE, lines=Lines())
    for district, number in ((DINESAFE, "311"), (nobody, "")):
        pages = [refusal_page(error, district), *(report_refusal(error, district, language) for language in ("zh", "en"))]
        assert not any(re.search(r"12345|12350", page) for page in pages)
        assert all(number in page for page in pages[1:]) and (number or not any("拨打" in page or "call 3" in page for page in pages))
    assert "12350" in "".join(report_refusal(error, load_district("demo"), language) for language in ("zh", "en"))
