"""The command line finds its commands, tells every problem, and ends with the promised exit codes."""

from __future__ import annotations

import types

import pytest

from chalicelib.errors import BadInput, Conflict, Problem
from infra import cli


def command(run, **more) -> types.SimpleNamespace:
    return types.SimpleNamespace(HELP="a command", add_arguments=lambda parser: None, run=run, **more)


def fail(error: Exception):
    def run(arguments):
        raise error

    return run


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> dict:
    found: dict = {}
    monkeypatch.setattr(cli, "discover", lambda given: found)
    return found


@pytest.mark.parametrize(("returned", "code"), [(None, 0), (0, 0), (1, 1), (2, 2)])
def test_a_commands_verdict_is_the_exit_code(commands: dict, returned: object, code: int) -> None:
    commands["judge"] = command(lambda arguments: returned)
    assert cli.main(["judge"]) == code


def test_every_problem_of_an_input_is_told_and_no_traceback(commands: dict, capsys: pytest.CaptureFixture) -> None:
    faults = [Problem(f"row {number}", "人数", "x", "not a number") for number in range(30)]
    commands["judge"] = command(fail(BadInput(faults)))
    assert cli.main(["judge"]) == 2
    told = capsys.readouterr().err
    assert told.count("not a number") == 30 and "第29行 · 人数 · 'x' · not a number" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(("error", "code"), [(Conflict("other content"), 1), (FileNotFoundError(2, "no such file", "x.csv"), 2), (PermissionError(13, "no"), 2)])
def test_expected_errors_end_in_words(commands: dict, capsys: pytest.CaptureFixture, error: Exception, code: int) -> None:
    commands["judge"] = command(fail(error))
    assert cli.main(["judge"]) == code
    told = capsys.readouterr().err
    assert told.startswith("dev: ") and "Errno" not in told and str(getattr(error, "filename", None) or "") in told


def test_ctrl_c_is_no_accident(commands: dict, capsys: pytest.CaptureFixture) -> None:
    commands["judge"] = command(fail(KeyboardInterrupt()))
    assert cli.main(["judge"]) == 130
    assert capsys.readouterr().err == "dev: stopped\n"


def test_a_fault_of_ours_is_not_hidden(commands: dict) -> None:
    commands["judge"] = command(fail(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        cli.main(["judge"])


def test_a_command_is_connected_to_the_running_stack_when_it_says_so(commands: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    connected: list[str] = []
    monkeypatch.setattr(cli, "connect", lambda: connected.append("yes"))
    commands["judge"] = command(lambda arguments: 0)
    commands["always"] = command(lambda arguments: 0, NEEDS_STACK=True)
    commands["perhaps"] = command(lambda arguments: 0, needs_stack=lambda arguments: arguments.rest == ["now"], TAKES_REST=True)
    for given, times in ((["judge"], 0), (["always"], 1), (["perhaps"], 1), (["perhaps", "now"], 2)):
        assert cli.main(given) == 0
        assert len(connected) == times


def test_unknown_arguments_are_refused_unless_the_command_passes_them_on(commands: dict) -> None:
    commands["judge"] = command(lambda arguments: 0)
    commands["test"] = command(lambda arguments: 0 if arguments.rest == ["-k", "x"] else 1, TAKES_REST=True)
    with pytest.raises(SystemExit) as ended:
        cli.main(["judge", "-k", "x"])
    assert ended.value.code == 2
    assert cli.main(["test", "-k", "x"]) == 0


def loaded_by(*given: str) -> tuple[set[str], set[str]]:
    """The commands that a call finds, and the modules that are loaded for it."""
    import subprocess
    import sys

    script = f"import sys; from infra import cli; print(*cli.discover({given!r})); print(*sys.modules)"
    names, modules = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split("\n")[:2]
    return set(names.split()), set(modules.split())


def test_the_real_commands_are_all_there_and_load_nothing_heavy() -> None:
    names, modules = loaded_by()
    assert {"up", "down", "reset", "status", "clock", "replay", "test", "bench"} <= names
    assert not {"numpy", "PIL", "qrcode", "pynamodb", "boto3"} & modules


def test_a_command_loads_no_other() -> None:
    names, modules = loaded_by("uscc", "--help")
    assert names == {"uscc"}
    assert [name for name in modules if name.startswith("infra.commands.")] == ["infra.commands.uscc"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["up", "--port", "99999"], "a port is a number from 1 to 65535"),
        (["clock", "2020-02-30"], "a day is YYYY-MM-DD, such as 2020-06-30"),
        (["grade", "x", "--district", "nowhere"], "no such district: 'nowhere'; there are demo,"),
    ],
)
def test_an_argument_that_cannot_be_is_told_with_what_is_wanted(capsys: pytest.CaptureFixture, given: list[str], told: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(given)
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "told"),
    [(["up", "--sites", "0"], "--sites 0: 30 to 100000"), (["import", "x.csv", "--check", "--mapping", "nope"], "'nope' · 没有这个映射文件；示范区（demo）有：accidents、")],
)
def test_what_does_not_exist_is_refused_before_anything_starts(capsys: pytest.CaptureFixture, given: list[str], told: str) -> None:
    assert cli.main(given) == 2
    assert told in capsys.readouterr().err
