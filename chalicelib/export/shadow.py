"""The job behind a shadow report 影子评估: a drafted rule set beside the one in force, over the facts of every site of the district.

The judge is :func:`chalicelib.grading.shadow.shadow_report`, as for ``./dev rules shadow``. Its report is kept under its own hash, for
ever: whoever enacts the draft names that hash. Beside it stand the counts by township and sector, and the list of the sites that change.
The same facts, rules and day give the same files, so a message that comes twice writes them over with themselves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from chalicelib.access.audit import AuditLog, audit_line
from chalicelib.access.identity import Identity
from chalicelib.canonical import canonical_json
from chalicelib.errors import BadInput, Conflict, Forbidden, NotFound, Problem
from chalicelib.export.job import Keeper, Sources
from chalicelib.export.model import Column
from chalicelib.export.write import write_csv
from chalicelib.grading.governance import Draft, drafts_of, governed
from chalicelib.grading.rulebook import rules_on
from chalicelib.grading.rules import RuleSet, load_rule_set
from chalicelib.grading.shadow import shadow_report
from chalicelib.ids import subject_of
from chalicelib.jobs import DONE, REFUSED, RUNNING, Job, JobBook
from chalicelib.register.district import District
from chalicelib.riskmap.inherent import inherent_grades
from chalicelib.riskmap.profile import profile_of
from chalicelib.riskmap.rules import RiskRules, load_risk_rules
from chalicelib.supervision.model import Event
from chalicelib.supervision.site import site_on

TREE = "staff/district/shadow/"
TOGETHER = 500
COLUMNS = (
    Column("场所编号", "site_id"), Column("名称", "name"), Column("镇街", "township"), Column("领域", "sectors"),
    Column("现行规则等级", "was"), Column("新规则等级", "would"), Column("现行规则得分", "score", type="score"), Column("新规则得分", "new_score", type="score"),
    Column("新出现的否决和限级", "begins"), Column("不再有的否决和限级", "ends"),
)  # fmt: skip


@dataclass(frozen=True)
class Ports:
    """Everything outside that shadow reports use. ``events_of`` reads a subject's log; ``record`` appends the finding to the draft as the
    person who asked, and says the event's id; ``read`` reads a file of the staff tree; ``send`` puts a job on the queue."""

    book: JobBook
    audit: AuditLog
    objects: Keeper
    sources: Sources
    events_of: Callable[[str], tuple[Event, ...]]
    record: Callable[[Identity, Mapping[str, object]], str]
    read: Callable[[str], bytes]
    send: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """What is compared, of which district, on which day."""

    district: District
    now: RuleSet
    then: RuleSet
    day: date


def key_of(report: str, name: str) -> str:
    """Where a file of a report lies; ``report`` is its hash."""
    return f"{TREE}{report.removeprefix('sha256:')}/{name}"


def townships_of(district: District) -> list[str]:
    """Every township that ever had sites: cards of a township that ended stay where they are until their sites are moved."""
    return list(dict.fromkeys(township.code for township in district.townships))


def every_site(sources: Sources, district: District, passed: Callable[[int], None]) -> Iterator[Mapping[str, object]]:
    """The facts of every site with a card, township by township; ``passed`` hears how many townships are through."""
    for number, code in enumerate(townships_of(district), start=1):
        yield from sources.facts([str(row["site_id"]) for row in sources.list_township(code)]).values()
        passed(number)


def finding_of(report: Mapping[str, object], draft: str) -> dict[str, object]:
    """The event that holds a report's hash and its counts with the draft; two drafts of the same content have the same report."""
    payload = {"judged_on": report["on"], "report": report["hash"], "sites": report["sites"], "moves": report["moves"]}
    return {"kind": "rule_set_shadowed", "key": f"shadow-{draft}-{str(report['hash'])[-16:]}", "caused_by": draft, "payload": payload}


def work(job_id: str, ports: Ports, district: District, day: date, instant: Callable[[], datetime]) -> str:
    """Work out the report that a job asks for and record it with its draft; the state the job is in now. NotFound without such a job.
    Unavailable: the same message again is right."""
    job = ports.book.find(job_id)
    if job is None:
        raise NotFound("no such job", job=job_id)
    if job.state in (DONE, REFUSED):
        return job.state
    diary = Diary(job, ports.book, instant)
    try:
        diary.write(state=RUNNING, outcome={})
        diary.write(state=DONE, outcome=_report(diary, ports, district, day))
    except (BadInput, Forbidden) as error:
        reason = error.problems[0].reason if isinstance(error, BadInput) else "您不再能登记影子评估"
        diary.write(state=REFUSED, outcome={"reason": reason})
    except Conflict:
        return RUNNING
    return diary.job.state


@dataclass
class Diary:
    """A job as it goes on: each entry is saved over the one before, so of two runs of a message one stays."""

    job: Job
    book: JobBook
    instant: Callable[[], datetime]

    def write(self, **changes: object) -> None:
        self.job = self.job.moved(self.instant(), **changes)
        self.book.save(self.job)


def _report(diary: Diary, ports: Ports, district: District, day: date) -> dict[str, object]:
    job = diary.job
    identity, draft = Identity(job.owner, job.role, job.organisation, job.enforcement_certificate), str(job.asked["draft"])
    trial = trial_of(ports.events_of(subject_of("district", district.id)), draft, district, day)
    ports.audit.write(audit_line(identity, "shadow", subject_of("district", district.id), draft, diary.instant()))
    of = len(townships_of(district))
    report = shadow_report(every_site(ports.sources, trial.district, lambda done: diary.write(progress={"done": done, "of": of})), trial.now, trial.then, day)
    with TemporaryDirectory() as folder:
        for path in files_of(report, trial, ports.sources, Path(folder)):
            ports.objects.keep(key_of(str(report["hash"]), path.name), path)
    event = ports.record(identity, finding_of(report, draft))
    return {"report": report["hash"], "sites": report["sites"], "changed": len(report["changed"]), "event": event}  # type: ignore[arg-type]


def trial_of(events: tuple[Event, ...], draft_id: str, district: District, day: date) -> Trial:
    """What a draft is held against: the rules that the district's log puts in force on the day. BadInput says why there is nothing to compare."""
    draft = standing_draft(events, draft_id)
    governed_now = governed(district, events)
    now = rules_on(governed_now, day)
    if now is None:
        raise BadInput([Problem("", "day", day.isoformat(), "这一天没有施行的规则，无从比较")])
    return Trial(governed_now, now, load_rule_set(draft.content), day)


def standing_draft(events: tuple[Event, ...], draft_id: str) -> Draft:
    """A draft that waits to be looked at. NotFound without it; BadInput once it was withdrawn or enacted."""
    draft = next((found for found in drafts_of(events) if found.event.event_id == draft_id), None)
    if draft is None:
        raise NotFound("no such draft")
    if draft.withdrawn_on or draft.in_force_from:
        raise BadInput([Problem("", "draft", draft_id, "草案已撤回，不再评估" if draft.withdrawn_on else "草案已发布，不再评估")])
    return draft


def files_of(report: Mapping[str, object], trial: Trial, sources: Sources, folder: Path) -> list[Path]:
    """The report itself, the list of the sites that change colour, and the counts by township and sector."""
    whole, listed, counted = folder / "report.json", folder / "sites.csv", folder / "summary.json"
    count = Counts()
    whole.write_bytes(canonical_json(report))
    write_csv(listed, COLUMNS, rows_of(report, trial, sources, count))
    counted.write_bytes(canonical_json({**{name: value for name, value in report.items() if name != "changed"}, **count.to_document()}))
    return [whole, listed, counted]


class Counts:
    """How many sites move from which colour to which, by township and by sector."""

    def __init__(self) -> None:
        self.places: dict[str, dict[str, Counter[str]]] = {"townships": defaultdict(Counter), "sectors": defaultdict(Counter)}

    def add(self, move: str, township: str, sectors: list[str]) -> None:
        self.places["townships"][township][move] += 1
        for sector in sectors:
            self.places["sectors"][sector][move] += 1

    def to_document(self) -> dict[str, object]:
        return {kind: [{"name": name, "moves": dict(sorted(moves.items()))} for name, moves in places.items()] for kind, places in self.places.items()}


def rows_of(report: Mapping[str, object], trial: Trial, sources: Sources, count: Counts) -> Iterator[list[object]]:
    """A row for each site that changes colour, counted on the way; its facts are read once more, some hundred at a time."""
    changed = iter(report["changed"])  # type: ignore[call-overload]
    while entries := list(islice(changed, TOGETHER)):
        facts = sources.facts([str(entry["site_id"]) for entry in entries])
        for entry in entries:
            row = row_of(entry, facts[str(entry["site_id"])], trial)
            count.add(f"{entry['before']['grade']}>{entry['after']['grade']}", str(row["township"]), row["sectors"])  # type: ignore[arg-type]
            yield [row[column.name] for column in COLUMNS]


def row_of(entry: Mapping[str, object], facts: Mapping[str, object], trial: Trial) -> dict[str, object]:
    register, on = site_on(facts, trial.day.isoformat()) or {}, trial.day.isoformat()
    names = {township.code: township.name for township in trial.district.townships}
    words, before, after = trial.district.grade_words, entry["before"], entry["after"]
    return {
        "site_id": entry["site_id"], "name": register.get("name"), "township": names.get(str(register.get("township")), register.get("township")),
        "sectors": sectors_of(facts, on, risk_rules(trial)), "was": words[before["grade"]], "would": words[after["grade"]],  # type: ignore[index]
        **{column: None if side["score"] is None else Decimal(str(side["score"])) for column, side in (("score", before), ("new_score", after))},  # type: ignore[index]
        "begins": entry["begins"], "ends": entry["ends"],
    }  # fmt: skip


def sectors_of(facts: Mapping[str, object], on: str, rules: RiskRules | None) -> list[str]:
    """The sectors of the map that a site belongs to, by their titles."""
    profile = profile_of(facts, on)
    member = inherent_grades(profile, rules) if rules and profile else {}
    return [sector.title for sector in rules.sectors if sector.code in member] if rules else []


def risk_rules(trial: Trial) -> RiskRules | None:
    ref = trial.district.rule_set_on("riskmap", trial.day)
    return load_risk_rules(ref.path) if ref else None
