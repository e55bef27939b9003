"""The package that is deployed: one CloudFormation template (SAM) and one archive for all functions.

Chalice makes both; the fragments of ``infra/template`` are merged in. A local package holds the application alone, because
the local stack runs functions with the interpreter and libraries of the developer.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from infra import archive, refusals
from infra.fragments import Identity, load_fragments

ROOT = Path(__file__).resolve().parent.parent
STAGE = "live"
NOT_PACKAGED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
# Chalice's own archive is unpacked at once: it is stored, because packing 60 MB would be for nothing.
CHALICE = (
    "import sys, zipfile; from chalice.utils import OSUtils; from chalice.cli import main; "
    "OSUtils.ZIP_DEFLATED = zipfile.ZIP_STORED; sys.exit(main())"
)
KEPT_PACKAGES = 3


@dataclass(frozen=True, slots=True)
class Package:
    """What :func:`build` made. ``code_version`` names the packaged sources; ``unzipped_bytes`` is the size in Lambda."""

    template_path: Path
    zip_path: Path
    code_version: str
    identity: Identity
    unzipped_bytes: int

    def template(self) -> dict:
        return json.loads(self.template_path.read_text(encoding="utf-8"))


def build(
    out: Path,
    *,
    local: bool,
    identity: Identity = "cognito",
    progress: Callable[[str], None] = lambda line: None,
    root: Path = ROOT,
) -> Package:
    """Package the application of ``root`` into ``out`` (emptied first). BadPackage if it could not run in Lambda."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    progress("collecting sources")
    stage = _stage(root, out / "stage", "" if local else _pins(root, identity))
    merge = out / "merge.json"
    merge.write_text(json.dumps(load_fragments(identity), ensure_ascii=False), encoding="utf-8")
    progress("packaging" if local else "packaging with libraries (about 20 s)")
    _chalice(stage, merge, out / "chalice", identity)
    template = _finished(json.loads((out / "chalice" / "sam.json").read_text(encoding="utf-8")))
    tree = out / "tree"
    _unzip(out / "chalice" / "deployment.zip", tree)
    progress("trimming and compiling")
    archive.trim_tree(tree)
    archive.compile_tree(tree)
    if not local:
        progress("checking that it imports on its own")
        archive.check_tree(tree, stage / "requirements.txt", handlers(template), {"IDENTITY": identity})
    size = archive.write_archive(tree, out / "package.zip", packed=not local)
    (out / "template.json").write_text(json.dumps(template, indent=1, ensure_ascii=False), encoding="utf-8")
    return Package(out / "template.json", out / "package.zip", code_version(root), identity, size)


def build_once(shelf: Path, progress: Callable[[str], None] = lambda line: None) -> Package:
    """The local package of this checkout's code: built where the shelf lacks it, else as it lies there, for every stack of the checkout."""
    folder = shelf / package_mark()
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(dir=made(shelf), prefix=".") as fresh:
            build(Path(fresh), local=True, progress=progress)
            _put(Path(fresh), folder)
        _clear(shelf)
    with zipfile.ZipFile(folder / "package.zip") as opened:
        size = sum(entry.file_size for entry in opened.infolist())
    return Package(folder / "template.json", folder / "package.zip", code_version(), "cognito", size)


def package_mark(root: Path = ROOT) -> str:
    """Changes when anything changes of which a local package is made: the code, the template's sources, how they are put together."""
    digest = hashlib.sha256(f"{code_version(root)} {sys.version_info[:2]}".encode())
    folders = [*(root / "infra/template").rglob("*"), *(root / "infra/cdn").rglob("*")]
    for path in sorted([*folders, *(root / ".chalice").glob("*.json"), *(root / "infra").glob("*.py")]):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def sources(root: Path) -> list[Path]:
    """Every file that decides what the functions do: the application and its pins."""
    inside = (path for path in (root / "chalicelib").rglob("*") if path.is_file())
    wanted = (path for path in inside if "__pycache__" not in path.parts and not path.name.startswith("."))
    return sorted([root / "app.py", root / "requirements.txt", *wanted])


def code_version(root: Path = ROOT) -> str:
    """The first 16 hex digits of the hash of the sources, names and contents."""
    digest = hashlib.sha256()
    for path in sources(root):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def functions(template: dict) -> dict[str, dict]:
    """Logical id → properties of every function of a template."""
    resources = template["Resources"].items()
    return {name: resource["Properties"] for name, resource in resources if resource["Type"] == "AWS::Serverless::Function"}


def handlers(template: dict) -> list[str]:
    """Every handler as ``module.name``."""
    return sorted({properties["Handler"] for properties in functions(template).values()})


def made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _put(fresh: Path, folder: Path) -> None:
    """Onto the shelf in one step; of two who build the same at once the first one's stays."""
    whole = fresh / "whole"
    whole.mkdir()
    for name in ("template.json", "package.zip"):
        (fresh / name).rename(whole / name)
    with suppress(OSError):
        whole.rename(folder)


def _clear(shelf: Path) -> None:
    """Only the newest packages stay."""
    kept = sorted((path for path in shelf.iterdir() if not path.name.startswith(".")), key=lambda path: path.stat().st_mtime)
    for old in kept[:-KEPT_PACKAGES]:
        shutil.rmtree(old, ignore_errors=True)


def _pins(root: Path, identity: Identity) -> str:
    """The run-time pins; another provider's tokens need libraries of their own."""
    files = ["requirements.txt", *(["requirements-oidc.txt"] if identity == "oidc" else [])]
    return "\n".join((root / name).read_text(encoding="utf-8") for name in files)


def _stage(root: Path, stage: Path, pins: str) -> Path:
    """A copy of what Chalice needs to see, without caches."""
    stage.mkdir()
    shutil.copy(root / "app.py", stage)
    shutil.copytree(root / "chalicelib", stage / "chalicelib", ignore=NOT_PACKAGED)
    (stage / ".chalice").mkdir()
    for path in (root / ".chalice").glob("*.json"):
        shutil.copy(path, stage / ".chalice")
    (stage / "requirements.txt").write_text(pins, encoding="utf-8")
    return stage


def _chalice(stage: Path, merge: Path, out: Path, identity: Identity) -> None:
    arguments = ["--project-dir", str(stage), "package", "--stage", STAGE, "--merge-template", str(merge), str(out)]
    environment = {"AWS_DEFAULT_REGION": "us-east-1", **os.environ, "IDENTITY": identity, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", CHALICE, *arguments]
    done = subprocess.run(command, cwd=stage, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise archive.BadPackage(f"chalice package failed: {(done.stderr or done.stdout).strip()[-2000:]}")


def _finished(template: dict) -> dict:
    """What no merge can do: the user pool's ARN into each Cognito authorizer, under whatever name the application gave it; the gateway's
    own refusals in the application's words."""
    api = template["Resources"]["RestAPI"]["Properties"]
    api["GatewayResponses"] = refusals.gateway_responses()
    definitions = api["DefinitionBody"].get("securityDefinitions", {})
    for definition in definitions.values():
        authorizer = definition.get("x-amazon-apigateway-authorizer", {})
        if authorizer.get("type") == "cognito_user_pools":
            authorizer["providerARNs"] = [{"Fn::GetAtt": ["UserPool", "Arn"]}]
    return template


def _unzip(archive_path: Path, tree: Path) -> None:
    with zipfile.ZipFile(archive_path) as opened:
        opened.extractall(tree)
