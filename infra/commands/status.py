"""./dev status: what runs where, how much is in it, and whether it is well."""

from __future__ import annotations

import argparse
import json

HELP = "addresses, counts, pump lag and health of the running stack"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")


def run(arguments: argparse.Namespace) -> int:
    """0 when healthy, 1 when not or when nothing runs."""
    from infra.local import report
    from infra.local.stack import current

    told = report.status(current())
    print(json.dumps(told, ensure_ascii=False, indent=1) if arguments.json else words(told))
    return 0 if told["healthy"] else 1


def words(told: dict) -> str:
    """The same for people."""
    pump = told["pump"] or {}
    lines = [f"{'healthy' if told['healthy'] else 'NOT HEALTHY'} · stack {told['stack']} at {told['endpoint']['url']} · day {told['today']}"]
    lines += [f"  {name:<12} {address}" for name, address in told["addresses"].items()]
    lines.append("  tables       " + " · ".join(f"{table} {count:,}" for table, count in told["tables"].items()))
    lines.append("  grades       " + " · ".join(f"{grade} {count:,}" for grade, count in told["grades"].items()))
    if pump:
        lines.append(f"  pump         {pump['pending']} pending · lag {pump['lag_ms']} ms · {pump['discarded']} given up {pump['fault']}")
    lines.append("  dead letters " + " · ".join(f"{name} {count}" for name, count in told["dead_letters"].items()))
    return "\n".join(lines)
