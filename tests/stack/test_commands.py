"""The developer's commands as they are typed, each a process of its own, on a stack of its own."""

from __future__ import annotations

import csv
import http.client
import json
import signal
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import processes
from infra.local.lan import lan_addresses
from tests.stack.homes import ROOT, Home, a_home, cut_off

REGISTER = ROOT / "tests" / "fixtures" / "dinesafe_200.csv"
PATIENCE_SECONDS = 60
DEMO = ("--sites", "60", "--months", "0")


def get(home: Home, path: str) -> tuple[int, str]:
    door = http.client.HTTPConnection("127.0.0.1", home.port, timeout=30)
    door.request("GET", path)
    answer = door.getresponse()
    return answer.status, answer.read().decode()


def status(home: Home) -> dict:
    told = home.run("status", "--json")[1]
    return json.loads(told[told.index("{") :])


def wait_for_cards(home: Home, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while home.count("cards") < count or status(home)["pump"]["pending"]:
        assert time.monotonic() < deadline, status(home)
        time.sleep(0.2)


def rebuilt(home: Home) -> tuple[int, str]:
    code, told = home.run("recompute", "--from-log")
    return code, told.splitlines()[-1]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, dict[str, str], int]]:
    """A demo home; what it held when it first stood, and how many events that were."""
    with a_home(tmp_path_factory.mktemp("clock")) as home:
        home.up(*DEMO)
        yield home, home.content(), home.count("events")


@pytest.fixture(scope="module")
def demo_home(undisturbed: tuple[Home, dict[str, str], int]) -> Home:
    return undisturbed[0]


@pytest.fixture(scope="module")
def foreign_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with a_home(tmp_path_factory.mktemp("foreign")) as home:
        assert "0 sites; ./dev import" in home.up("--district", "dinesafe")
        yield home


def test_emulator_and_pump_killed_in_the_middle_of_an_import(undisturbed: tuple[Home, dict[str, str], int], tmp_path: Path) -> None:
    """Without a word; up again, and the district is the one of an undisturbed up."""
    whole, content, events = undisturbed
    with cut_off(tmp_path, whole, "events", events, DEMO) as home:
        home.up(*DEMO)
        assert home.content() == content


class TestWhatCameInWhileNothingWasGraded:
    """A second up trusts a clean end and nothing else."""

    SHEET = "场所编号,统计日期,负责人应考,负责人合格,管理员应考,管理员合格,特种登记,特种有效\nS000001,2020-06-29,1,1,1,1,0,0\n"

    def test_after_a_clean_end_there_is_nothing_to_look_for(self, demo_home: Home) -> None:
        demo_home.down()
        told = demo_home.up(*DEMO)
        assert "WARNING" not in told
        assert "caught up: every saved event was graded at the last clean end" in told

    def test_an_event_that_the_pump_never_saw_is_found_though_the_rest_ended_cleanly(self, demo_home: Home, tmp_path: Path) -> None:
        demo_home.kill("serve-process")
        sheet = tmp_path / "staff.csv"
        sheet.write_text(self.SHEET, "utf-8")
        assert demo_home.run("import", str(sheet), "--mapping", "staff")[0] == 0
        demo_home.down()
        assert "caught up: 1 sites had a card older than their newest fact" in demo_home.up(*DEMO)
        assert rebuilt(demo_home) == (0, "60 sites rebuilt from the log, 0 differences")


class TestTheDemosDay:
    """Cards follow from the log on every day the demo is moved to."""

    def test_grades_move_with_the_days_and_still_follow_from_the_log(self, demo_home: Home) -> None:
        before = status(demo_home)["grades"]
        code, told = demo_home.run("clock", "2020-10-02")
        assert (code, told.startswith("the demo's day is 2020-10-02; sweep: ")) == (0, True)
        assert " fall due; what was told before" in told
        assert "index begun" not in told, "a day on which no month is due: those have tests of their own"
        after = status(demo_home)
        assert after["today"] == "2020-10-02"
        assert after["grades"] != before
        assert rebuilt(demo_home) == (0, "60 sites rebuilt from the log, 0 differences")

    def test_a_card_that_was_tampered_with_is_found_and_repaired(self, demo_home: Home) -> None:
        card = demo_home.items("cards")[0]
        dynamodb, table = demo_home.client("dynamodb"), f"{demo_home.prefix}-cards"
        document = json.loads(card["doc"]["S"])
        dynamodb.put_item(TableName=table, Item={**card, "doc": {"S": json.dumps({**document, "name": "改过"})}})
        code, told = demo_home.run("recompute", "--from-log")
        assert (code, "60 sites rebuilt from the log, 1 differences" in told, "改过" in told) == (1, True, True)
        assert demo_home.run("recompute", "--from-log", "--repair")[0] == 0
        assert rebuilt(demo_home) == (0, "60 sites rebuilt from the log, 0 differences")

    def test_with_nothing_set_aside_a_replay_has_nothing_to_do(self, demo_home: Home) -> None:
        assert demo_home.run("replay") == (0, "0 succeeded, 0 still failing\n")


class TestAnotherDistrict:
    """A foreign register on the real stack by its folder and its mapping alone: graded by its own rule set, green as the best colour."""

    def test_its_register_comes_in_is_graded_from_its_inspections_and_scans_green(self, foreign_home: Home) -> None:
        with REGISTER.open(encoding="utf-8", newline="") as file:
            establishments = {row["Establishment ID"]: row["Establishment Name"] for row in csv.DictReader(file)}
        foreign_home.run("clock", "2020-12-31")
        code, told = foreign_home.run("import", str(REGISTER), "--mapping", "dinesafe")
        assert code == 0, told
        wait_for_cards(foreign_home, len(establishments))
        assert status(foreign_home)["grades"] == {"blue": 98, "yellow": 12, "orange": 3, "red": 1}
        plate = foreign_home.plate("blue")
        code, page = get(foreign_home, "/" + plate.split("/", 3)[3])
        assert code == 200
        assert "绿" in page
        card = json.loads(get(foreign_home, "/" + plate.split("/", 3)[3] + ".json")[1])
        assert (card["grade"], card["rule_set"]["id"]) == ("blue", "inspections-2020")
        assert foreign_home.run("recompute", "--from-log")[0] == 0

    def test_the_same_file_again_brings_nothing_new(self, foreign_home: Home) -> None:
        code, told = foreign_home.run("import", str(REGISTER), "--mapping", "dinesafe")
        assert (code, " 0 new events" in told) == (0, True)

    def test_a_second_district_wants_a_folder_of_its_own(self, foreign_home: Home) -> None:
        code, told = foreign_home.run(*foreign_home.up_arguments("--district", "demo"))
        assert (code, "SAFETY_CODE_HOME=.local/demo" in told) == (1, True)
        code, told = foreign_home.run(*foreign_home.up_arguments("--district", "atlantis"))
        assert code != 0 and "no such district: 'atlantis'; there are demo, dinesafe, shifan" in told

    def test_lan_answers_by_https_with_the_local_ca_and_says_how_to_trust_it(self, foreign_home: Home) -> None:
        told = foreign_home.up("--lan")
        authority = foreign_home.folder / "lan" / "safety-code-ca.pem"
        assert str(authority) in told
        (address, *_) = lan_addresses()
        assert f"https://{address}:{foreign_home.port + 443}/" in told
        for host in (address, "localhost"):
            door = http.client.HTTPSConnection(
                host, foreign_home.port + 443, timeout=30, context=ssl.create_default_context(cafile=str(authority))
            )
            door.request("GET", "/api/health")
            assert door.getresponse().status == 200
        stranger = http.client.HTTPSConnection(address, foreign_home.port + 443, timeout=30)
        with pytest.raises(ssl.SSLCertVerificationError):
            stranger.request("GET", "/api/health")

    def test_the_foreground_ends_cleanly_with_ctrl_c_and_the_next_up_has_that_district_and_its_data(self, foreign_home: Home) -> None:
        sites = foreign_home.count("cards")
        before = foreign_home.told.stat().st_size
        # A shell that puts the suite in the background makes all its children deaf to Ctrl-C, unless somebody listens again.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        process = foreign_home.begin(*[word for word in foreign_home.up_arguments("--stream", "pump") if word != "--detach"])
        self.wait_until_told(foreign_home, process, before, "Ctrl-C ends it")
        pids = [foreign_home.note(name)["pid"] for name in ("emulator-process", "serve-process")]
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 0
        assert not any(processes.alive(pid) for pid in pids)
        assert f"district dinesafe: {sites} sites" in foreign_home.up("--stream", "pump")

    def wait_until_told(self, foreign_home: Home, process, before: int, words: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while words not in foreign_home.told.read_bytes()[before:].decode():
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
