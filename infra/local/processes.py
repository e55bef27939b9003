"""Processes that outlive a command: started in their own session, found again by a note, ended gently."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.local.home import forget, read_note, write_note


def start(name: str, command: Sequence[str], environment: Mapping[str, str], log: Path, cwd: Path) -> int:
    """Start a process apart from this terminal, its output in ``log``; its id is noted under ``name``."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env=dict(environment), cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    write_note(name, {"pid": process.pid, "started": start_time(process.pid)})
    return process.pid


def find(name: str) -> int | None:
    """The id of the noted process if it still lives and is the same one: ids are reused, so its start time must match too."""
    note = read_note(name)
    pid = note.get("pid")
    if not isinstance(pid, int) or not alive(pid):
        return None
    return pid if note.get("started") == start_time(pid) else None


def alive(pid: int) -> bool:
    """Whether a process lives. A child of ours that ended is collected on the way."""
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def start_time(pid: int) -> str:
    """When the process began, in the system's own words; empty when it is gone."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        return stat.read_text().rpartition(")")[2].split()[19]
    return subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout.strip()


def stop(name: str, patience_seconds: float = 60.0) -> bool:
    """End the noted process: ask, wait for it to save its work, and only then insist. False if it was not running."""
    pid = find(name)
    if pid is not None:
        end(pid, patience_seconds)
    forget(name)
    return pid is not None


def end(pid: int, patience_seconds: float) -> None:
    """Ask a process to end, wait, insist after ``patience_seconds``."""
    deadline = time.monotonic() + patience_seconds
    os.kill(pid, signal.SIGTERM)
    while alive(pid):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            deadline += 5
        time.sleep(0.05)
