"""A stack of a measurement's own: a real ``./dev up`` in a folder and on ports of its own, ended and deleted afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.emulator import free_port
from infra.local.home import ROOT, update_note
from infra.local.stack import Deployed, current

UP_SECONDS = 1200
AS_OF = "2020-06-30"


@dataclass(frozen=True, slots=True)
class Apart:
    """The stack's folder and the port of its front door; this process's environment points at it."""

    folder: Path
    port: int

    def begin(self, *arguments: str) -> subprocess.Popen:
        """A command of ``./dev`` on its way, its words appended to ``told.txt``."""
        with (self.folder / "told.txt").open("ab") as told:
            command = [sys.executable, "-m", "infra.cli", *arguments]
            return subprocess.Popen(command, cwd=ROOT, env=without_endpoint(), stdin=subprocess.DEVNULL, stdout=told, stderr=told)

    def begin_up(self, size: Sequence[str]) -> subprocess.Popen:
        return self.begin("up", "--detach", "--port", str(self.port), "--as-of", AS_OF, *size)

    def finish(self, process: subprocess.Popen) -> None:
        """Wait for its end; RuntimeError with its words if it failed."""
        if process.wait(UP_SECONDS):
            raise RuntimeError((self.folder / "told.txt").read_text("utf-8")[-3000:])

    def up(self, *size: str) -> float:
        """``./dev up`` to its end, in seconds."""
        began = time.perf_counter()
        self.finish(self.begin_up(size))
        return time.perf_counter() - began

    def deployed(self) -> Deployed:
        """The running stack; the functions' settings are put into this process's environment, as a command has them."""
        os.environ.pop("AWS_ENDPOINT_URL", None)
        deployed = current()
        os.environ.update(deployed.environment())
        return deployed


def without_endpoint() -> dict[str, str]:
    """The environment for a stack with an emulator of its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


@contextmanager
def apart() -> Iterator[Apart]:
    """An empty home; whatever runs in it is ended and its data deleted."""
    from chalicelib import bulk

    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="safety-code-", ignore_cleanup_errors=True) as folder:
        os.environ["SAFETY_CODE_HOME"] = folder
        os.environ.pop("TABLE_PREFIX", None)
        update_note("emulator-port", port=free_port())
        bulk.client.cache_clear()
        home = Apart(Path(folder), free_port())
        try:
            yield home
        finally:
            os.environ.pop("AWS_ENDPOINT_URL", None)
            home.begin("down").wait(120)
            os.environ.clear()
            os.environ.update(before)
            bulk.client.cache_clear()
