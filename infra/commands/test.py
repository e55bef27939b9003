"""./dev test: the suite, with everything it needs installed first."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

HELP = "run the test suite (--full adds the long tests); other arguments go to pytest"
TAKES_REST = True
NOTHING_COLLECTED = 5
# Files side by side, each a whole with an emulator of its own; those on the whole stack one after the other (tests/conftest.py). In the order
# of the tree: the browser and the stack, which take longest, come first and are not waited for at the end. Three on two cores: one of them
# often waits for a process that has just begun.
BY_FILE = ("--dist", "loadfile", "--no-loadscope-reorder")
SUITE = ("-m", "not full", "-n", "3", *BY_FILE)
LONG = ("-m", "full and not alone", "-n", "2", *BY_FILE)
# They measure time: one at a time, when nothing else runs any more.
ALONE = ("-m", "alone")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="also the tests marked full: 8,800 sites, fuzzing, Lighthouse")


def run(arguments: argparse.Namespace) -> int:
    """pytest's verdict: 0 all passed, 1 otherwise."""
    from infra.local.browser import ensure_browser, ensure_cjk_font

    # Bytecode is kept, whatever the machine says: the suite starts some hundred processes, and each would compile the same modules anew.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "CHROMIUM": ensure_browser()}
    ensure_cjk_font()
    parts = (SUITE, LONG, ALONE) if arguments.full else (SUITE,)
    codes = {_pytest([*part, *(arguments.rest or [])], environment) for part in parts}
    return 0 if 0 in codes and codes <= {0, NOTHING_COLLECTED} else 1


def _pytest(arguments: list[str], environment: dict[str, str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, check=False).returncode
