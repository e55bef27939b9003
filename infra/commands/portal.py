"""./dev portal: write the portal's pages anew from their templates and the rule set."""

from __future__ import annotations

import argparse

HELP = "write web/*.html anew from the templates and the rule set"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(arguments: argparse.Namespace) -> int:
    """0; the files are listed."""
    from infra.portal import write_portal

    for path in write_portal():
        print(path)
    return 0
