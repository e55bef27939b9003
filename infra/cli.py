"""The command line behind ``./dev``: finds the modules of ``infra/commands`` and runs one of them.

A command module has ``HELP`` (one line), ``add_arguments(parser)`` and ``run(arguments) -> exit code``. Exit codes: 0 done,
1 judged bad, 2 bad input. A module with ``NEEDS_STACK = True`` works on the running stack; ``needs_stack(arguments)`` in its place
decides by the arguments. Modules import what is heavy inside ``run``, so that ``--help`` is quick.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType

from chalicelib.errors import BadInput, SafetyCodeError
from infra import commands

DONE, JUDGED_BAD, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Expected errors are told in full, without a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        parsed, rest = make_parser(given).parse_known_args(given)
        if rest and not getattr(parsed.module, "TAKES_REST", False):
            make_parser(given).error(f"unrecognized arguments: {' '.join(rest)}")
        parsed.rest = rest
        if needs_stack(parsed.module, parsed):
            connect()
        return int(parsed.module.run(parsed) or DONE)
    except KeyboardInterrupt:
        tell("stopped")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return DONE
    except (SafetyCodeError, OSError) as error:
        return refuse(error)


def make_parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the command asked for, or of all, without their arguments, where none is."""
    parser = argparse.ArgumentParser(prog="./dev", description="Safety Code: one map, one code, one index.")
    choices = parser.add_subparsers(metavar="command", required=True)
    for name, module in discover(given).items():
        wanted = choices.add_parser(name, help=module.HELP, description=module.HELP)
        if name in given[:1]:
            module.add_arguments(wanted)
        wanted.set_defaults(module=module)
    return parser


def discover(given: Sequence[str]) -> dict[str, ModuleType]:
    """Command name → module: of the one asked for, which alone is loaded, or of all. ``score_file.py`` is ``score-file``."""
    modules = {found.name.replace("_", "-"): found.name for found in pkgutil.iter_modules(commands.__path__) if not found.name.startswith("_")}
    wanted = given[:1] if given[:1] and given[0] in modules else sorted(modules)
    return {name: importlib.import_module(f"{commands.__name__}.{modules[name]}") for name in wanted}


def needs_stack(module: ModuleType, arguments: argparse.Namespace) -> bool:
    """Whether this call works on the running stack, by the module's own word."""
    decide = getattr(module, "needs_stack", None)
    return bool(decide(arguments)) if decide else getattr(module, "NEEDS_STACK", False)


def connect() -> None:
    """The functions' settings of this checkout's running stack, unless the environment names another one by TABLE_PREFIX."""
    if "TABLE_PREFIX" not in os.environ:
        from chalicelib.config import settings
        from infra.local.stack import current

        os.environ.update(current().environment())
        settings.cache_clear()


def refuse(error: SafetyCodeError | OSError) -> int:
    """Tell what went wrong, every problem on its own line, and the exit code for it."""
    if isinstance(error, BadInput):
        for problem in error.problems:
            tell(str(problem))
        return BAD_INPUT
    if isinstance(error, SafetyCodeError):
        tell(f"{error.code}: {error}")
        return JUDGED_BAD
    tell(": ".join(str(part) for part in (error.filename, error.strerror or error) if part))
    return BAD_INPUT


def tell(line: str) -> None:
    print(f"dev: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
