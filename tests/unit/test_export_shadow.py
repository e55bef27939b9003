"""A shadow report as a job: one judge, its counts by township and sector, the list, the record with the draft; who may start and read it."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest

from chalicelib import presign
from chalicelib.access.identity import Identity
from chalicelib.config import read_settings
from chalicelib.errors import BadInput, Forbidden, NotFound
from chalicelib.export.shadow import Ports, every_site, finding_of, key_of, work
from chalicelib.export.shadow_office import ShadowOffice
from chalicelib.grading.shadow import shadow_report
from chalicelib.jobs import QUEUED, Job
from chalicelib.supervision.model import Event
from tests.builders import RULES, facts
from tests.job_builders import FolderObjects, MemoryAudit, MemoryBook
from tests.unit.test_grading_governance import DEMO, DRAFT, SHADOW, STRICT, enactment, event

DAY, NOW = date(2020, 6, 20), datetime(2020, 6, 20, tzinfo=UTC)
GOOD, MIDDLING = facts(), {**facts({"E05": {"defect": 5}}), "site_id": "4" * 16}
OFFICER = Identity("other", "district", "", True)


class TwoSites:
    def list_township(self, township: str) -> list[dict[str, object]]:
        here = GOOD["records"]["site_registered"][0]["township"]
        return [{"site_id": one["site_id"]} for one in (GOOD, MIDDLING)] if township == here else []

    def facts(self, site_ids):
        return {one["site_id"]: one for one in (GOOD, MIDDLING) if one["site_id"] in set(site_ids)}


@dataclass
class Recorder:
    said: list[tuple[str, dict]] = field(default_factory=list)

    def __call__(self, identity: Identity, body: dict) -> str:
        self.said.append((identity.subject, dict(body)))
        return "EVENT"


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return ports_with(tmp_path, DRAFT)


def ports_with(folder: Path, *events: Event) -> Ports:
    objects = FolderObjects(folder)

    def read(key: str) -> bytes:
        if not objects.exists(key):
            raise NotFound("no such file")
        return objects.place(key).read_bytes()

    return Ports(MemoryBook(), MemoryAudit(), objects, TwoSites(), lambda subject: events, Recorder(), read, lambda job: None)


def run(ports: Ports, draft: str = DRAFT.event_id) -> Job:
    job = Job("J" * 16, "shadow", "other", "district", "", {"draft": draft}, "2020-06-20T00:00:00.000Z").moved(NOW, state=QUEUED)
    ports.book.save(job)
    work(job.job, ports, DEMO, DAY, lambda: NOW)
    return ports.book.find(job.job)


def office(ports: Ports, identity: Identity) -> ShadowOffice:
    return ShadowOffice(identity, ports, read_settings({"FILES_BUCKET": "b", "FILES_URL": "/files"}), lambda: NOW)


def test_the_job_records_the_command_s_own_report_as_the_person_who_asked(ports: Ports) -> None:
    job = run(ports)
    report = shadow_report(every_site(TwoSites(), DEMO, lambda done: None), RULES, STRICT, DAY)
    assert (job.state, job.outcome) == ("done", {"report": report["hash"], "sites": 2, "changed": 1, "event": "EVENT"})
    assert ports.record.said == [("other", finding_of(report, DRAFT.event_id))]
    assert orjson.loads(ports.objects.place(key_of(report["hash"], "report.json")).read_bytes()) == report
    assert [line.action for line in ports.audit.lines] == ["shadow"]
    assert job.progress["done"] == job.progress["of"] == 20


def test_it_counts_by_township_and_sector_and_lists_every_site_that_changes(ports: Ports) -> None:
    digest = str(run(ports).outcome["report"])
    counted = orjson.loads(ports.objects.place(key_of(digest, "summary.json")).read_bytes())
    assert "changed" not in counted and counted["moves"] == {"blue>yellow": 1}
    assert [group["moves"] for group in counted["townships"]] == [{"blue>yellow": 1}]
    assert counted["sectors"] and all(group["moves"] == {"blue>yellow": 1} for group in counted["sectors"])
    (row,) = csv.DictReader(ports.objects.place(key_of(digest, "sites.csv")).read_text("utf-8-sig").splitlines())
    assert (row["场所编号"], row["镇街"], row["现行规则等级"], row["新规则等级"]) == ("4" * 16, counted["townships"][0]["name"], "蓝码", "黄码")
    assert row["领域"].split(";") == [group["name"] for group in counted["sectors"]]


def test_two_drafts_of_the_same_content_have_one_report_and_a_finding_each(ports: Ports) -> None:
    report = shadow_report(every_site(TwoSites(), DEMO, lambda done: None), RULES, STRICT, DAY)
    assert finding_of(report, "A")["key"] != finding_of(report, "B")["key"]


def test_a_message_that_comes_twice_records_once(ports: Ports) -> None:
    job = run(ports)
    assert work(job.job, ports, DEMO, DAY, lambda: NOW) == "done" and len(ports.record.said) == 1


@pytest.mark.parametrize(
    ("since", "reason"),
    [
        ((event("rule_set_withdrawn", "2020-06-02", caused_by=DRAFT.event_id, reason="有误"),), "草案已撤回，不再评估"),
        ((SHADOW, enactment()), "草案已发布，不再评估"),
    ],
)
def test_a_draft_that_waits_no_more_is_not_judged(tmp_path: Path, since: tuple, reason: str) -> None:
    ports = ports_with(tmp_path, DRAFT, *since)
    job = run(ports)
    assert (job.state, job.outcome) == ("refused", {"reason": reason}) and ports.record.said == []
    with pytest.raises(BadInput):
        office(ports, OFFICER).ask(DRAFT.event_id)


@pytest.mark.parametrize("role", ["enterprise", "township", "expert", "admin"])
def test_only_who_may_record_it_starts_it_and_the_attempt_leaves_a_line(ports: Ports, role: str) -> None:
    with pytest.raises(Forbidden):
        office(ports, Identity("P", role, "330110010")).ask(DRAFT.event_id)
    assert ports.audit.said() == [("refuse", "shadow role")] and ports.book.jobs == {}


def test_an_officer_starts_it_for_a_draft_that_stands(ports: Ports) -> None:
    job = office(ports, OFFICER).ask(DRAFT.event_id)
    assert (job.state, job.asked, office(ports, OFFICER).jobs()[0]["state_word"]) == ("queued", {"draft": DRAFT.event_id}, "排队中")
    with pytest.raises(NotFound):
        office(ports, OFFICER).ask("no-such-draft")


def test_staff_read_the_counts_the_district_alone_the_list_on_the_record(ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):  # an address is signed by whoever the function is
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    presign._client.cache_clear()
    digest = str(run(ports).outcome["report"]).removeprefix("sha256:")
    assert "list" not in office(ports, Identity("T", "township", "330110010")).report(digest)
    found = office(ports, OFFICER).report(digest)
    assert found["list"].startswith("/files/b/staff/district/shadow/") and ports.audit.said()[-1] == ("export", f"shadow {digest}")
    for who, wanted, refusal in ((Identity("E", "enterprise", "X"), digest, Forbidden), (OFFICER, "0" * 64, NotFound), (OFFICER, "../index", NotFound)):
        with pytest.raises(refusal):
            office(ports, who).report(wanted)
