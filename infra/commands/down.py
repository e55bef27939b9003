"""./dev down: end the local stack and keep its data."""

from __future__ import annotations

import argparse

HELP = "end the local stack; its data are kept for the next up"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(arguments: argparse.Namespace) -> int:
    """0, also when nothing was running. A given endpoint is left running."""
    from infra.local import report

    ended = report.take_down(own=True)
    print(f"ended: {', '.join(ended)}" if ended else "nothing was running")
    return 0
