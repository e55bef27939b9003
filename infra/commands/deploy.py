"""./dev deploy: package and deploy to AWS, or to whatever AWS_ENDPOINT_URL names."""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from pathlib import Path

HELP = "package and create or update the CloudFormation stack"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stack", help="name of the stack; every table name starts with it")
    parser.add_argument(
        "--parameters", type=Path, action="append", default=[], metavar="FILE", help="TOML file of template parameters; may be repeated"
    )
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="one template parameter; may be repeated")
    parser.add_argument("--identity", choices=("cognito", "oidc"), default="cognito", help="who verifies sign-ins (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("build/package"), help="folder for the package (default: %(default)s)")
    parser.add_argument("--local", action="store_true", help="the application alone, for a stack on this machine")


def run(args: argparse.Namespace) -> int:
    """0 when deployed (outputs as JSON on standard output), 1 when refused, 2 for bad parameters."""
    from infra.archive import BadPackage
    from infra.deploy import DeployFailed, deploy
    from infra.package import build

    try:
        parameters = read_parameters(args.parameters, args.set)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        package = build(args.out, local=args.local, identity=args.identity, progress=_say)
        outputs = deploy(args.stack, package, parameters, progress=_say)
    except (BadPackage, DeployFailed) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(outputs, indent=1))
    return 0


def read_parameters(files: list[Path], pairs: list[str]) -> dict[str, str]:
    """Template parameters from TOML files and NAME=VALUE pairs, the later ones win. ValueError names what is wrong."""
    parameters: dict[str, str] = {}
    for path in files:
        parameters |= {name: _text(value) for name, value in tomllib.loads(path.read_text(encoding="utf-8")).items()}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name:
            raise ValueError(f"{pair!r}: NAME=VALUE is required")
        parameters[name] = value
    return parameters


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
