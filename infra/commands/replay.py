"""./dev replay: hand dead letters and quarantined records to the function again, after the cause was repaired."""

from __future__ import annotations

import argparse

HELP = "give dead letters and quarantined records back to the function; what fails stays with its reason"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(arguments: argparse.Namespace) -> int:
    """0 when nothing is left, 1 when something failed again."""
    from infra.local.replay import replay
    from infra.local.stack import current

    done = replay(current())
    for line in done.failed:
        print(f"still failing: {line}")
    print(f"{done.succeeded} succeeded, {len(done.failed)} still failing")
    return 1 if done.failed else 0
