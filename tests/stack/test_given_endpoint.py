"""A given endpoint is used as it is: the same chain on a second emulator started by hand, and never a reset of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import emulator as local

ROOT = Path(__file__).resolve().parents[2]
SMOKE = "tests/stack/test_whole_stack.py::test_every_site_of_the_import_has_a_card_and_the_colours_differ"


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an emulator that nobody but this test knows of."""
    port, folder = local.free_port(), tmp_path_factory.mktemp("second")
    for name in ("state", "s3", "tmp"):
        (folder / name).mkdir()
    environment = local.child_environment(port, folder, auth=False, persist=False)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "ministack"], env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 30
    while not local.healthy(url):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(30)


def run(command: list[str], url: str, home: Path) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    environment = {**kept, **keys, "AWS_ENDPOINT_URL": url, "SAFETY_CODE_HOME": str(home), "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_the_chain_runs_on_an_endpoint_that_somebody_else_started(second: str, tmp_path: Path) -> None:
    done = run(["-m", "pytest", "-p", "no:cacheprovider", SMOKE], second, tmp_path)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-1000:]
    assert local.healthy(second)


def test_it_is_never_reset(second: str, tmp_path: Path) -> None:
    done = run(["-m", "infra.cli", "reset"], second, tmp_path)
    assert done.returncode == 1
    assert "never reset" in done.stderr
    assert local.healthy(second)


@pytest.mark.full
def test_up_deploys_to_it_and_a_second_up_finds_everything_there(second: str, tmp_path: Path) -> None:
    up = ["-m", "infra.cli", "up", "--small", "--detach", "--port", str(local.free_port()), "--as-of", "2020-06-30"]
    first, again = run(up, second, tmp_path), run(up, second, tmp_path)
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert "imported: " in first.stderr and "stack: unchanged" in again.stderr and "90 sites are there" in again.stderr
    rebuilt = run(["-m", "infra.cli", "recompute", "--from-log"], second, tmp_path)
    assert (rebuilt.returncode, rebuilt.stdout) == (0, "90 sites rebuilt from the log, 0 differences\n")
    assert run(["-m", "infra.cli", "reset"], second, tmp_path).returncode == 1
    assert run(["-m", "infra.cli", "down"], second, tmp_path).returncode == 0


def test_down_leaves_it_running(second: str, tmp_path: Path) -> None:
    assert run(["-m", "infra.cli", "down"], second, tmp_path).returncode == 0
    assert local.healthy(second)


def test_names_are_prefixed_with_something_of_their_own(second: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from infra.local.emulator import Endpoint
    from infra.local.stack import stack_name

    monkeypatch.setenv("SAFETY_CODE_HOME", str(tmp_path))
    first, other = (stack_name(Endpoint(second, "us-east-1", own=False)) for _ in range(2))
    assert first.startswith("safety-code-") and first != other
    assert stack_name(Endpoint(second, "us-east-1", own=True)) == "safety-code"
