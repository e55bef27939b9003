"""Who may import whom (docs/architecture.md, "Rings"), read from the source: rings, packages, the clock, no print, no table scan.

Each rule is a function from modules to what breaks it, so that it is shown to find a breach before it is believed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

WORDS = {"errors", "clock", "config", "exact", "canonical", "ids", "labels", "text", "toml", "workdays"}
OUTSIDE = {"tables", "accounts.pool", "bulk", "presign", "jobs", "code.photos", "supervision.chain", "supervision.quarantine", "supervision.shelf", "grading.saving", "grading.changes", "index.runs", "index.sources"}
FACES = {"proxy", "riskmap.maps", "index.maps", "index.focus_view", "index.typeset", "index.paper", "index.papermap", "index.bulletin", "riskmap.portrait", "riskmap.picture", "render", "http", "grading.radar", "code.qr", "code.sheet", "index.firm", "index.edition", "index.opendata"}
JOBS = {"code.plates", "grading.enacted", "grading.regrade", "grading.sweep", "grading.recompute", "index.monthly", "index.township", "index.finish", "intake.outcome", "intake.ports", "intake.run", "intake.signing", "intake.upload", "riskmap.now", "registry.follow", "index.phases", "index.telling", "index.verdicts", "desk.remind", "desk.told", "export.job", "export.shadow"}
ENTRANCES = {"accounts.office", "code.scan", "intake.office", "code.compose", "code.desk", "code.terms", "cosign.office", "grading.desk", "registry.window", "access.oidc", "access.signin", "desk.compose", "desk.office", "desk.reporter", "index.office", "export.office", "export.shadow_office"}
RINGS = ("words", "domain", "outside", "faces", "jobs", "entrances")
MAY_IMPORT = {
    "words": {"words"},
    "domain": {"words", "domain"},
    "outside": {"words", "domain", "outside"},
    "faces": {"words", "domain", "faces"},
    "jobs": {"words", "domain", "outside", "faces", "jobs"},
    "entrances": set(RINGS),
}
# Below whom a package stands: it may use those, directly and through them, never the other way round.
PACKAGES = {
    "register": set(),
    "supervision": {"register"},
    "grading": {"supervision", "register"},
    "riskmap": {"grading", "supervision", "register", "publish"},
    "publish": set(),
    "index": {"riskmap", "grading", "supervision", "register", "publish", "access"},
    "access": set(),
    "intake": {"cosign", "registry", "code", "supervision", "register", "grading", "access", "publish", "index"},
    "code": {"grading", "supervision", "register", "access", "index"},
    "export": {"desk", "riskmap", "index", "code", "supervision", "register", "grading", "access", "publish"},
    "registry": {"code", "grading", "supervision", "register", "access"},
    "accounts": {"code", "grading", "supervision", "register", "access"},
    "reports": {"code", "grading", "supervision", "register", "access"},
    "cosign": {"code", "grading", "supervision", "register", "access", "publish"},
    "openapi": {"supervision", "register"},
    "desk": {"reports", "publish", "index", "riskmap", "code", "grading", "supervision", "register", "access"},
}
NEEDS_CLOUD = {"boto3", "botocore", "pynamodb", "chalice"}
HEAVY = {"numpy", "scipy", "PIL", "qrcode", "openpyxl", "cryptography"}


@dataclass(frozen=True)
class Module:
    """One module: its name below chalicelib, its tree, what it imports (own modules by name, others by their root)."""

    name: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.name.split(".")[0] if "." in self.name else ""

    @property
    def ring(self) -> str:
        leaf = self.name.rsplit(".", 1)[-1]
        if self.name in WORDS:
            return "words"
        if self.name in ENTRANCES or leaf == "views":
            return "entrances"
        if self.name in JOBS:
            return "jobs"
        if self.name in OUTSIDE or leaf == "store" or self.package == "publish":
            return "outside"
        return "faces" if self.name in FACES or leaf in ("page", "pages", "draw", "present") else "domain"

    def own_imports(self) -> set[str]:
        found = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "chalicelib":
                base = (node.module or "").partition(".")[2]
                found |= {_module_of(base, alias.name) for alias in node.names}
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[2] for alias in node.names if alias.name.startswith("chalicelib.")}
        return found

    def outside_imports(self, nodes: list[ast.AST] | None = None) -> set[str]:
        found = set()
        for node in ast.walk(self.tree) if nodes is None else nodes:
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
        return found - {"chalicelib"}


def _module_of(base: str, name: str) -> str:
    """``from chalicelib.grading import store`` names a module, ``from chalicelib.grading.store import load`` a word in one."""
    inner = f"{base}.{name}" if base else name
    return inner if (ROOT / "chalicelib" / (inner.replace(".", "/") + ".py")).is_file() else base


@lru_cache(maxsize=1)
def modules() -> tuple[Module, ...]:
    found = []
    for path in sorted((ROOT / "chalicelib").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT / "chalicelib").with_suffix("").parts).removesuffix(".__init__")
        if name != "__init__":
            found.append(Module(name, ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(found)


def made_up(name: str, source: str) -> Module:
    return Module(name, ast.parse(source))


def ring_of(name: str) -> str:
    return Module(name, ast.Module([], [])).ring


def wrong_rings(module: Module) -> list[str]:
    allowed = MAY_IMPORT[module.ring]
    return [
        f"{module.name} ({module.ring}) imports {name} ({ring_of(name)})"
        for name in sorted(module.own_imports())
        if ring_of(name) not in allowed and name != module.package
    ]


def wrong_packages(module: Module) -> list[str]:
    if module.ring == "entrances" and module.package != "code":  # nobody imports an entrance, so it may stand on any package
        return []
    used = {name.split(".")[0] for name in module.own_imports() if name.split(".")[0] in PACKAGES} - {module.package}
    if not module.package:
        used -= {"register"} if module.name == "render" else set()
        return [f"{module.name} is a shared word and imports {name}" for name in sorted(used)]
    return [f"{module.name} imports {name}" for name in sorted(used - PACKAGES[module.package])]


def wrong_libraries(module: Module) -> list[str]:
    """Domain and faces know no cloud; a heavy library is imported inside what needs it, so that the scan stays light."""
    top = module.outside_imports(list(module.tree.body))
    wrong = [f"{module.name} imports {name} at the top" for name in sorted(top & HEAVY)]
    if module.ring in ("words", "domain", "faces") and module.name != "http":  # the one face that is made of the framework's answers
        wrong += [f"{module.name} imports {name}" for name in sorted(module.outside_imports() & NEEDS_CLOUD)]
    return wrong


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with its dotted name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def clock_calls(module: Module) -> list[str]:
    if module.ring == "entrances" or module.name in ("clock", "config"):
        return []
    asked = ("clock.now", "clock.utc_now", "now", "utc_now", "datetime.now", "datetime.utcnow", "date.today", "time.time")
    return [f"{module.name}:{call.lineno} asks the clock: {name}" for name, call in calls(module.tree) if name in asked]


def environment_reads(module: Module) -> list[str]:
    """Settings come from ``config``; beside it only the tables ask for AWS's region, and entrances for their provider."""
    if module.name in ("config", "tables") or module.ring == "entrances":
        return []
    reads = ("os.environ", "os.getenv", "environ")
    return [f"{module.name}:{node.lineno}" for node in ast.walk(module.tree) if isinstance(node, (ast.Attribute, ast.Name)) and ast.unparse(node) in reads]


def prints(module: Module) -> list[str]:
    return [f"{module.name}:{call.lineno}" for name, call in calls(module.tree) if name == "print"]


def table_scans(module: Module) -> list[str]:
    """No request reads a whole table: neither a model's or a client's ``scan`` nor a paginator over it."""
    found = []
    for name, call in calls(module.tree):
        named = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
        if name.endswith(".scan") or (name.endswith("get_paginator") and "scan" in named):
            found.append(f"{module.name}:{call.lineno} scans a table")
    return found


def broad_excepts(module: Module) -> list[str]:
    broad = (None, "Exception", "BaseException")
    handlers = (node for node in ast.walk(module.tree) if isinstance(node, ast.ExceptHandler))
    return [f"{module.name}:{node.lineno}" for node in handlers if (ast.unparse(node.type) if node.type else None) in broad]


RULES = [wrong_rings, wrong_packages, wrong_libraries, clock_calls, environment_reads, prints, table_scans, broad_excepts]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_source_keeps_the_rule(rule) -> None:
    assert [breach for module in modules() for breach in rule(module)] == []


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (wrong_rings, "errors", "from chalicelib.grading.model import Grade"),
        (wrong_rings, "grading.judge", "from chalicelib.grading.store import load_card"),
        (wrong_rings, "grading.judge", "from chalicelib.grading import store"),
        (wrong_rings, "riskmap.pages", "import chalicelib.grading.store"),
        (wrong_rings, "grading.store", "from chalicelib.code.views import build_blueprint"),
        (wrong_rings, "index.monthly", "from chalicelib.code.scan import handle"),
        (wrong_packages, "supervision.model", "from chalicelib.grading.model import Grade"),
        (wrong_packages, "riskmap.assess", "from chalicelib.index.score import score"),
        (wrong_packages, "grading.judge", "from chalicelib.intake.run import run"),
        (wrong_packages, "labels", "from chalicelib.grading.model import Grade"),
        (wrong_libraries, "grading.judge", "def f():\n    import boto3"),
        (wrong_libraries, "code.qr", "import qrcode"),
        (clock_calls, "riskmap.assess", "from chalicelib import clock\nclock.now()"),
        (clock_calls, "index.monthly", "from datetime import date\ndate.today()"),
        (environment_reads, "grading.store", "import os\nos.environ['X']"),
        (prints, "grading.judge", "print('x')"),
        (table_scans, "grading.store", "Card.scan(limit=5)"),
        (table_scans, "bulk", "client.get_paginator('scan')"),
        (broad_excepts, "bulk", "try:\n    pass\nexcept Exception:\n    pass"),
        (broad_excepts, "bulk", "try:\n    pass\nexcept:\n    pass"),
    ],
)
def test_the_rule_finds_a_breach(rule, name: str, source: str) -> None:
    assert rule(made_up(name, source)), source


def test_every_module_stands_in_a_known_package() -> None:
    assert {module.package for module in modules() if module.package} <= set(PACKAGES)


def test_the_packages_have_an_order() -> None:
    """No two packages may use each other, however long the way round."""
    for package, below in PACKAGES.items():
        for lower in below:
            assert package not in PACKAGES[lower], f"{package} and {lower}"


def test_app_only_hands_over() -> None:
    """At most 150 lines, and nothing at the top but the framework, the settings, the HTTP face and the routes: handlers load their job when they run."""
    source = (ROOT / "app.py").read_text(encoding="utf-8")
    top = [node for node in ast.parse(source).body if not isinstance(node, ast.FunctionDef)]
    app = Module("app", ast.Module(top, []))
    assert len(source.splitlines()) <= 150
    assert app.outside_imports() <= {"__future__", "chalice"}
    assert {name for name in app.own_imports() if not name.endswith(".views")} <= {"config", "http"}
