"""./dev bench [NAME]: measure, next to the peers, and print one JSON line per figure."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

HELP = "measure and print one JSON line per figure; a peer that is not installed prints null"
PEERS = Path(__file__).resolve().parents[2] / "requirements-bench.txt"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="one bench (default: all of them)")
    parser.add_argument("--no-peers", action="store_true", help="do not install the peers of requirements-bench.txt")


def run(arguments: argparse.Namespace) -> int:
    """0 when measured, 2 for an unknown name."""
    from chalicelib.errors import BadInput

    benches = discover()
    if arguments.name and arguments.name not in benches:
        raise BadInput(f"no bench {arguments.name}; there are: {', '.join(benches)}")
    if not arguments.no_peers:
        install_peers()
    for name in [arguments.name] if arguments.name else benches:
        for figure in importlib.import_module(benches[name]).run():
            print(json.dumps({"bench": name, **figure}, ensure_ascii=False), flush=True)
    return 0


def discover() -> dict[str, str]:
    """Bench name → module: each module of infra/bench with a ``run``; ``NAME`` names it, else the file does."""
    from infra import bench

    found = {}
    for module in pkgutil.iter_modules(bench.__path__):
        path = f"{bench.__name__}.{module.name}"
        loaded = importlib.import_module(path)
        if hasattr(loaded, "run"):
            found[getattr(loaded, "NAME", module.name)] = path
    return found


def install_peers() -> None:
    """Each peer by itself, so that one that cannot be had here leaves the others."""
    lines = PEERS.read_text("utf-8").splitlines() if PEERS.exists() else []
    for peer in (line.split("#")[0].strip() for line in lines):
        if peer and not installed(peer):
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", peer]
            if subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode:
                print(f"dev: {peer} cannot be installed here; its figures are null", file=sys.stderr)


def installed(peer: str) -> bool:
    from importlib.metadata import PackageNotFoundError, version

    name, _, wanted = peer.partition("==")
    try:
        return not wanted or version(name.split("[")[0].strip()) == wanted.split(";")[0].strip()
    except PackageNotFoundError:
        return False
