"""./dev test: the suite, with everything it needs installed first."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

HELP = "run the test suite (--full adds the long tests); other arguments go to pytest"
TAKES_REST = True
SIDE_BY_SIDE = "2"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="also the tests marked full: 8,800 sites, fuzzing, Lighthouse")


def run(arguments: argparse.Namespace) -> int:
    """pytest's verdict: 0 all passed, 1 otherwise."""
    from infra.local.browser import ensure_browser, ensure_cjk_font

    chromium = ensure_browser()
    ensure_cjk_font()
    marks = [] if arguments.full else ["-m", "not full"]
    # Two at a time, a file as a whole: each has an emulator of its own. The long ones measure, so they run alone.
    side_by_side = [] if arguments.full else ["-n", SIDE_BY_SIDE, "--dist", "loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", *marks, *side_by_side, *(arguments.rest or [])]
    environment = {**os.environ, "CHROMIUM": chromium, "PYTHONDONTWRITEBYTECODE": "1"}
    return 0 if subprocess.run(command, env=environment, check=False).returncode == 0 else 1
