"""The archive that goes to Lambda: complete on its own, compiled, the same bytes twice; and an entrance that loads nothing heavy."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra import archive
from infra.fragments import Identity
from infra.package import NOT_PACKAGED, Package, build, code_version, handlers

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("numpy", "PIL", "qrcode", "pynamodb", "openpyxl", "cryptography", "jwt")
UNCHECKED_HASH = b"\x01\x00\x00\x00"
DIRECT_UPLOAD_LIMIT_BYTES = 50_000_000
GOOD_WHEEL = "Wheel-Version: 1.0\nTag: cp311-cp311-manylinux_2_17_x86_64\n"


def copy_of_sources(target: Path) -> Path:
    """The packaged sources in another folder."""
    for name in ("app.py", "requirements.txt"):
        shutil.copy(ROOT / name, target)
    for name in ("chalicelib", ".chalice"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    return target


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """With its libraries, as it goes to AWS; checked by ``build`` itself."""
    return build(tmp_path_factory.mktemp("real"), local=False)


@pytest.fixture(scope="module")
def unpacked(real: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(real.zip_path) as opened:
        opened.extractall(tree)
    return tree


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree that passes the check: one library, one package, one handler."""
    tree = tmp_path / "tree"
    (tree / "chalicelib").mkdir(parents=True)
    (tree / "chalicelib" / "__init__.py").write_text("")
    (tree / "app.py").write_text("def scan(event, context):\n    return event\n")
    (tree / "small_library-1.0.dist-info").mkdir()
    (tree / "small_library-1.0.dist-info" / "WHEEL").write_text(GOOD_WHEEL)
    return tree


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    pins = tmp_path / "requirements.txt"
    pins.write_text("# pinned\nsmall-library==1.0\n")
    return pins


class TestTheRealPackage:
    def test_it_holds_the_libraries_with_their_shared_objects(self, unpacked: Path) -> None:
        assert (unpacked / "numpy" / "__init__.py").exists()
        assert list((unpacked / "pillow.libs").glob("*.so*"))
        assert list((unpacked / "numpy.libs").glob("*.so*"))

    def test_every_module_is_compiled_for_this_python_and_never_checked(self, unpacked: Path) -> None:
        """The archive's dates are of 1980: bytecode that is compared with them would be thrown away."""
        modules = [path for path in unpacked.rglob("*.py") if "chalicelib" in path.parts or "botocore" in path.parts]
        assert len(modules) > 100
        for module in modules:
            compiled = module.parent / "__pycache__" / f"{module.stem}.{sys.implementation.cache_tag}.pyc"
            assert compiled.read_bytes()[4:8] == UNCHECKED_HASH, module

    def test_rule_sets_templates_and_districts_are_in_it(self, unpacked: Path) -> None:
        for path in (ROOT / "chalicelib").rglob("*"):
            if path.suffix in {".toml", ".html", ".css", ".csv", ".json"}:
                assert (unpacked / path.relative_to(ROOT)).read_bytes() == path.read_bytes()

    def test_its_size(self, real: Package) -> None:
        assert real.zip_path.stat().st_size < DIRECT_UPLOAD_LIMIT_BYTES
        assert real.unzipped_bytes < archive.UNZIPPED_LIMIT_BYTES / 2

    def test_the_services_it_calls_are_left_in_botocore(self, unpacked: Path) -> None:
        script = "import sys; sys.path.insert(0, sys.argv[1]); import botocore.session as s\n"
        script += "for name in sys.argv[2:]: s.get_session().create_client(name, region_name='cn-north-1')"
        called = archive.SERVICES_CALLED
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-B", "-c", script, str(unpacked), *called], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def test_no_module_calls_a_service_that_was_trimmed(self) -> None:
        sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "chalicelib").rglob("*.py"))
        called = set(re.findall(r"""\b(?:create_client|client|resource)\(\s*["']([a-z0-9-]+)["']""", sources))
        assert {"dynamodb", "s3", "sqs"} <= called <= set(archive.SERVICES_CALLED)

    def test_the_runtime_is_the_python_it_was_compiled_with(self, real: Package) -> None:
        runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
        functions = [found for found in real.template()["Resources"].values() if found["Type"] == "AWS::Serverless::Function"]
        assert {function["Properties"]["Runtime"] for function in functions} == {runtime}


class TestTheCheck:
    def test_a_good_tree_passes(self, tree: Path, pins: Path) -> None:
        archive.check_tree(tree, pins, ["app.scan"])

    def test_a_library_that_was_left_out(self, tree: Path, pins: Path) -> None:
        pins.write_text("small-library==1.0\nnumpy==2.2.6\n")
        with pytest.raises(archive.BadPackage, match="numpy==2.2.6 is not in the package"):
            archive.check_tree(tree, pins, ["app.scan"])

    def test_another_version_than_pinned(self, tree: Path, pins: Path) -> None:
        pins.write_text("small-library==1.1\n")
        with pytest.raises(archive.BadPackage, match="small-library==1.1"):
            archive.check_tree(tree, pins, ["app.scan"])

    def test_a_wheel_built_on_this_machine(self, tree: Path, pins: Path) -> None:
        (tree / "small_library-1.0.dist-info" / "WHEEL").write_text("Tag: cp311-cp311-linux_x86_64\n")
        with pytest.raises(archive.BadPackage, match="built on this machine"):
            archive.check_tree(tree, pins, ["app.scan"])

    def test_a_module_that_needs_what_is_not_in_the_tree(self, tree: Path, pins: Path) -> None:
        (tree / "chalicelib" / "late.py").write_text("import pytest\n")
        with pytest.raises(archive.BadPackage, match="No module named 'pytest'"):
            archive.check_tree(tree, pins, ["app.scan"])

    def test_a_handler_that_is_not_there(self, tree: Path, pins: Path) -> None:
        with pytest.raises(archive.BadPackage, match="grade"):
            archive.check_tree(tree, pins, ["app.scan", "app.grade"])

    def test_too_large(self, tree: Path, pins: Path) -> None:
        with (tree / "large.bin").open("wb") as sparse:
            sparse.truncate(archive.UNZIPPED_LIMIT_BYTES)
        with pytest.raises(archive.BadPackage, match="unzipped, limit"):
            archive.check_tree(tree, pins, ["app.scan"])

    def test_all_reasons_at_once(self, tree: Path, pins: Path) -> None:
        pins.write_text("numpy==2.2.6\npillow==12.2.0\n")
        with pytest.raises(archive.BadPackage) as refused:
            archive.check_tree(tree, pins, ["app.absent"])
        assert all(word in str(refused.value) for word in ("numpy", "pillow", "absent"))

    def test_a_module_that_does_not_compile(self, tree: Path) -> None:
        (tree / "app.py").write_text("def scan(:\n")
        with pytest.raises(archive.BadPackage, match="compiled"):
            archive.compile_tree(tree)

    def test_bytecode_does_not_depend_on_what_the_process_knows(self, tree: Path) -> None:
        (tree / "app.py").write_text("SIGN = '\\x9d'\n")
        archive.compile_tree(tree)
        (bytecode,) = (tree / "__pycache__").glob("app.*.pyc")
        unknowing = bytecode.read_bytes()
        sys.intern("\x9d")
        archive.compile_tree(tree)
        assert bytecode.read_bytes() == unknowing

    def test_trimming_leaves_what_functions_use(self, tree: Path) -> None:
        for name in ("pip", "click-8.0.dist-info", "numpy/lib/tests", "botocore/data/ec2", "botocore/data/dynamodb", "numpy/lib/core"):
            (tree / name).mkdir(parents=True)
        (tree / "botocore/data/endpoints.json").write_text("{}")
        archive.trim_tree(tree)
        left = {name for name in ("pip", "click-8.0.dist-info", "numpy/lib/tests", "botocore/data/ec2") if (tree / name).exists()}
        assert left == set()
        assert all(
            (tree / name).exists() for name in ("app.py", "numpy/lib/core", "botocore/data/dynamodb", "botocore/data/endpoints.json")
        )


class TestTheSameAgain:
    def test_the_same_sources_give_the_same_bytes(self, local_package: Package, tmp_path: Path) -> None:
        elsewhere = tmp_path / "sources"
        elsewhere.mkdir()
        again = build(tmp_path / "package", local=True, root=copy_of_sources(elsewhere))
        assert again.zip_path.read_bytes() == local_package.zip_path.read_bytes()
        assert again.code_version == local_package.code_version

    def test_one_changed_character_is_another_version(self, tmp_path: Path) -> None:
        before = code_version(copy_of_sources(tmp_path))
        with (tmp_path / "chalicelib" / "labels.py").open("a") as labels:
            labels.write("#")
        assert code_version(tmp_path) != before

    def test_caches_and_hidden_files_do_not_count(self, tmp_path: Path) -> None:
        before = code_version(copy_of_sources(tmp_path))
        (tmp_path / "chalicelib" / "__pycache__").mkdir()
        (tmp_path / "chalicelib" / "__pycache__" / "app.pyc").write_bytes(b"x")
        (tmp_path / "chalicelib" / ".notes").write_text("x")
        assert code_version(tmp_path) == before
        assert NOT_PACKAGED("", ["__pycache__", ".notes", "a.py"]) == {"__pycache__", ".notes"}

    def test_an_application_that_does_not_import_is_refused_with_its_error(self, tmp_path: Path) -> None:
        sources = tmp_path / "sources"
        sources.mkdir()
        (copy_of_sources(sources) / "app.py").write_text("import nowhere\n")
        with pytest.raises(archive.BadPackage, match="nowhere"):
            build(tmp_path / "package", local=True, root=sources)


class TestTheEntrance:
    """One package serves all functions, so the entrance decides every cold start."""

    @pytest.mark.parametrize("module", ["app", "chalicelib.code.scan"])
    def test_it_loads_nothing_heavy(self, module: str) -> None:
        script = f"import json, sys, {module}; print(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
        done = subprocess.run([sys.executable, "-B", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
        assert set(json.loads(done.stdout)) & set(HEAVY) == set()

    @pytest.mark.parametrize("identity", ["cognito", "oidc"])
    def test_every_handler_of_the_template_is_in_the_application(self, tmp_path: Path, local_package: Package, identity: Identity) -> None:
        package = local_package if identity == "cognito" else build(tmp_path, local=True, identity=identity)
        names = handlers(package.template())
        assert ("app.gate" in names) is (identity == "oidc")
        script = f"import app\nfor name in {names!r}: assert callable(getattr(app, name.removeprefix('app.'))), name"
        subprocess.run([sys.executable, "-B", "-c", script], cwd=ROOT, check=True, env={**os.environ, "IDENTITY": identity})
