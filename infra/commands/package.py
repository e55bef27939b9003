"""./dev package: build the archive and template that go to AWS."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from infra.archive import BadPackage
from infra.package import build

HELP = "build the Lambda archive and the CloudFormation template"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("build/package"), help="folder to write, emptied first (default: %(default)s)")
    parser.add_argument("--identity", choices=("cognito", "oidc"), default="cognito", help="who verifies sign-ins (default: %(default)s)")
    parser.add_argument("--local", action="store_true", help="the application alone, for a stack on this machine")
    parser.add_argument("--lint", action="store_true", help="also expand and lint the template (needs requirements-dev.txt)")


def run(args: argparse.Namespace) -> int:
    """0 when packaged, 1 when the package or template is refused."""
    try:
        package = build(args.out, local=args.local, identity=args.identity, progress=_say)
    except BadPackage as error:
        print(error, file=sys.stderr)
        return 1
    faults = _lint(package.template()) if args.lint else []
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{package.zip_path}  {package.zip_path.stat().st_size / 1e6:.1f} MB, {package.unzipped_bytes / 1e6:.1f} MB unzipped")
    print(f"{package.template_path}  code version {package.code_version}")
    return 1 if faults else 0


def _lint(template: dict) -> list[str]:
    from infra.lint import expand, lint

    return lint(expand(template))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
