"""The Lambda archive: bytecode in, what no function uses out, equal bytes for equal content, and a check before upload.

Chalice's archive has no bytecode, and its 1980 dates make timestamp bytecode stale on arrival: hash-based bytecode that
is never checked halves a cold start.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

UNZIPPED_LIMIT_BYTES = 250_000_000
# What only Chalice's command line wants; a function never imports it.
COMMAND_LINE_ONLY = (
    *("pip", "setuptools", "wheel", "_distutils_hack", "distutils-precedence.pth", "click", "inquirer", "blessed", "jinxed"),
    *("wcwidth", "editor", "readchar", "runs", "xmod", "yaml", "_yaml"),
)
# The services that functions call. botocore looks through the folder of every service it has at each cold start.
SERVICES_CALLED = ("cognito-idp", "dynamodb", "kms", "s3", "secretsmanager", "sns", "sqs", "sts")
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
IMPORT_CHECK = """
import importlib, json, pkgutil, sys
tree, handlers = sys.argv[1], json.loads(sys.argv[2])
sys.path.insert(0, tree)
import chalicelib
for found in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
    importlib.import_module(found.name)
for handler in handlers:
    module, name = handler.rsplit(".", 1)
    if not callable(getattr(importlib.import_module(module), name)):
        raise SystemExit(handler + " cannot be called")
"""


class BadPackage(Exception):
    """The archive would fail in Lambda; every reason is named."""


def trim_tree(tree: Path) -> None:
    """Take out what no function uses: Chalice's command line, numpy's tests, botocore's other services, old bytecode."""
    unused = [tree / name for name in COMMAND_LINE_ONLY]
    unused += [folder for name in COMMAND_LINE_ONLY for folder in tree.glob(f"{name}-*.dist-info")]
    unused += (tree / "numpy").rglob("tests")
    unused += tree.rglob("__pycache__")
    unused += [folder for folder in (tree / "botocore" / "data").glob("*/") if folder.name not in SERVICES_CALLED]
    for path in unused:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def compile_tree(tree: Path) -> None:
    """Bytecode beside every module, trusted without a look at its source, with paths as Lambda will see them.

    By an interpreter of its own: bytecode says which of its words the process already knew, so one that has done other things before
    writes other bytes.
    """
    options = ["-q", "-q", "-f", "-s", str(tree), "-p", "/var/task", "--invalidation-mode", "unchecked-hash", str(tree)]
    done = subprocess.run([sys.executable, "-S", "-s", "-P", "-m", "compileall", *options], env={"PYTHONHASHSEED": "0"}, check=False)
    if done.returncode:
        raise BadPackage("a module cannot be compiled")


def write_archive(tree: Path, target: Path, *, packed: bool) -> int:
    """A zip of the tree with sorted names, one date and one mode, so that equal trees give equal bytes. Returns unzipped bytes.

    Not ``packed`` for a stack on this machine: the archive travels nowhere, and each start of a function unzips it whole.
    """
    size = 0
    with zipfile.ZipFile(target, "w", compresslevel=6) as archive:
        for path in sorted(path for path in tree.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(tree).as_posix(), ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            entry.external_attr = (0o755 if os.access(path, os.X_OK) else 0o644) << 16
            content = path.read_bytes()
            size += len(content)
            archive.writestr(entry, content)
    return size


def check_tree(tree: Path, requirements: Path, handlers: list[str], settings: Mapping[str, str] = MappingProxyType({})) -> None:
    """Refuse a tree that Lambda cannot run with these environment settings. BadPackage names every reason at once."""
    reasons = [*_size(tree), *_foreign_wheels(tree), *_missing(tree, requirements), *_imports(tree, handlers, settings)]
    if reasons:
        raise BadPackage("; ".join(reasons))


def required(requirements: Path) -> dict[str, str]:
    """Distribution name (normalised) → pinned version of a requirements file."""
    lines = (line.split("#")[0].strip() for line in requirements.read_text(encoding="utf-8").splitlines())
    pins = (line.split(";")[0].split("==") for line in lines if line)
    return {_normalised(name): version.strip() for name, version in pins}


def _size(tree: Path) -> list[str]:
    size = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file())
    return [f"{size} bytes unzipped, limit {UNZIPPED_LIMIT_BYTES}"] if size >= UNZIPPED_LIMIT_BYTES else []


def _foreign_wheels(tree: Path) -> list[str]:
    """A wheel built on this machine may need libraries that Lambda does not have."""
    wheels = tree.glob("*.dist-info/WHEEL")
    return [f"{path.parent.name} was built on this machine" for path in wheels if re.search(r"-linux_\w+$", path.read_text(), re.MULTILINE)]


def _missing(tree: Path, requirements: Path) -> list[str]:
    """Chalice leaves out what it finds no wheel for, and says nothing."""
    present = {}
    for folder in tree.glob("*.dist-info"):
        name, version = folder.name.removesuffix(".dist-info").rsplit("-", 1)
        present[_normalised(name)] = version
    wanted = required(requirements)
    return [f"{name}=={version} is not in the package" for name, version in wanted.items() if present.get(name) != version]


def _imports(tree: Path, handlers: list[str], settings: Mapping[str, str]) -> list[str]:
    """Every module and handler, imported by a bare interpreter that sees nothing but the tree."""
    command = [sys.executable, "-I", "-S", "-B", "-c", IMPORT_CHECK, str(tree), json.dumps(handlers)]
    environment = {"AWS_DEFAULT_REGION": "us-east-1", "PATH": os.defpath, **settings}
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, env=environment)
    return [f"import failed: {done.stderr.strip()[-800:]}"] if done.returncode else []


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).strip().lower()
