"""Releases: immutable keys, manifests, revisions chosen by inputs, the pointer last (docs/architecture.md, "Releases")."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.errors import Conflict, NotFound
from chalicelib.publish.files import MemoryFiles, content_type
from chalicelib.publish.seal import SEAL, Signer, fingerprint
from infra.commands.release import seal_of, verified
from chalicelib.publish.release import Edition, Trees, base_address, claim_revision, find_file, list_releases, publish, sha256, verify

RULES = ({"id": "index-model", "version": "2020.1", "hash": "sha256:00"},)
JUNE = Edition("index", "2020-06", "sha256:a", RULES, "c1")
PUBLIC = {"index.html": b"<p>June", "index.json": b"{}", "townships/1.html": b"<p>1"}
STAFF = {"district": {"index.html": b"<p>staff"}, "330110001": {"index.html": b"<p>own"}}


ROOT = "public/index/2020-06/r1/"


class LocalKey:
    """A key of our own, where the stack has one in KMS."""

    def __init__(self) -> None:
        self.key = ed25519.Ed25519PrivateKey.generate()

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message)

    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class Interrupted(RuntimeError):
    pass


class FailingFiles(MemoryFiles):
    """Dies before the n-th write."""

    def __init__(self, writes: int) -> None:
        super().__init__()
        self.left = writes

    def _spend(self) -> None:
        if self.left == 0:
            raise Interrupted
        self.left -= 1

    def add(self, key: str, body: bytes) -> bool:
        self._spend()
        return super().add(key, body)

    def put(self, key: str, body: bytes) -> None:
        self._spend()
        super().put(key, body)


def release(files: MemoryFiles, edition: Edition = JUNE, public: dict[str, bytes] = PUBLIC, signer: Signer | None = None):
    return publish(files, claim_revision(files, edition), Trees(public, STAFF), signer=signer)


def test_a_release_is_files_manifest_and_pointer() -> None:
    files = MemoryFiles()
    done = release(files)
    assert (done.revision, done.is_current) == (1, True)
    manifest = orjson.loads(files.find("public/index/2020-06/r1/manifest.json"))
    assert manifest["files"]["index.html"] == {"sha256": sha256(b"<p>June"), "size": 7}
    assert (manifest["inputs"], manifest["rule_sets"], manifest["code_version"]) == ("sha256:a", [dict(RULES[0])], "c1")
    assert files.find("public/index/index.html") == b"<p>June"
    current = orjson.loads(files.find("public/index/current.json"))
    assert current["path"] == base_address("index", "2020-06", 1) == "/index/2020-06/r1/"
    assert current["manifest_sha256"] == done.manifest_sha256
    assert files.find("staff/330110001/index/2020-06/r1/manifest.json") and files.find("staff/district/index/current.json")


def test_nothing_in_a_release_differs_between_two_runs_on_the_same_inputs() -> None:
    one, other = MemoryFiles(), MemoryFiles()
    release(one), release(other), release(other)
    assert one.files == other.files


def test_other_inputs_are_the_next_revision_and_the_old_one_stays() -> None:
    files = MemoryFiles()
    release(files)
    before = dict(files.files)
    corrected = replace(JUNE, inputs="sha256:b")
    assert release(files, corrected, {"index.html": b"<p>corrected"}).revision == 2
    assert all(files.files[key] == body for key, body in before.items() if "/r1/" in key)
    assert files.find("public/index/index.html") == b"<p>corrected"
    assert release(files).revision == 1, "the first inputs again are the first revision again"
    assert orjson.loads(files.find("public/index/current.json"))["revision"] == 2


@pytest.mark.parametrize("change", [{"code_version": "c2"}, {"rule_sets": ()}])
def test_other_code_or_rules_are_another_revision(change: dict) -> None:
    files = MemoryFiles()
    release(files)
    assert claim_revision(files, replace(JUNE, **change)).revision == 2


def test_the_pointer_never_goes_back_to_an_earlier_month() -> None:
    files = MemoryFiles()
    release(files)
    may = release(files, replace(JUNE, month="2020-05"), {"index.html": b"<p>May"})
    assert not may.is_current
    assert files.find("public/index/index.html") == b"<p>June"
    months = orjson.loads(files.find("public/index/current.json"))["months"]
    assert months == [{"month": "2020-05", "revision": 1}, {"month": "2020-06", "revision": 1}]


def test_killed_before_any_write_and_repeated_gives_the_same_files() -> None:
    undisturbed = MemoryFiles()
    release(undisturbed)
    for writes in range(16):
        files = FailingFiles(writes)
        with pytest.raises(Interrupted):
            release(files)
        assert "public/index/current.json" not in files.files, "the pointer comes last"
        files.left = 1000
        release(files)
        assert files.files == undisturbed.files


def test_the_page_of_all_months_knows_each_of_them_by_its_newest_revision() -> None:
    files = MemoryFiles()
    for edition in (JUNE, replace(JUNE, month="2020-05"), replace(JUNE, inputs="sha256:b")):
        publish(files, claim_revision(files, edition), Trees(PUBLIC, STAFF), lambda months: orjson.dumps(list(months)))
    assert orjson.loads(files.find("public/index/months.html")) == [{"month": "2020-05", "revision": 1}, {"month": "2020-06", "revision": 2}]
    assert not any(key.endswith("months.html") for key in files.list_keys("staff/"))


def test_released_bytes_cannot_change() -> None:
    files = MemoryFiles()
    release(files)
    with pytest.raises(Conflict):
        publish(files, claim_revision(files, JUNE), Trees({"index.html": b"<p>other"}, {}))


def test_verify_finds_what_changed_vanished_or_was_slipped_in() -> None:
    files = MemoryFiles()
    release(files)
    assert verify(files, "index", "2020-06") == []
    files.files["public/index/2020-06/r1/index.json"] = b"{ }"
    del files.files["public/index/2020-06/r1/townships/1.html"]
    files.files["public/index/2020-06/r1/extra.html"] = b"?"
    assert verify(files, "index", "2020-06") == ["index.json: changed", "townships/1.html: missing", "extra.html: not in the manifest"]


def test_a_release_without_its_manifest_is_no_release() -> None:
    files = MemoryFiles({"public/index/2020-06/r1/inputs.json": b"{}", "public/index/2020-06/r1/index.html": b"x"})
    assert list_releases(files, "index") == {}
    assert find_file(files, "index", "2020-06", "index.html") is None
    with pytest.raises(NotFound):
        verify(files, "index", "2020-06")


def test_files_have_their_type() -> None:
    assert content_type("public/index/index.html") == "text/html; charset=utf-8"
    assert content_type("a/b.csv").startswith("text/csv") and content_type("x") == "application/octet-stream"


class TestTheSealOfAPublicRelease:
    """Its manifest's checksum, signed by the stack's key; checked with tools that are not ours."""

    def test_other_tools_than_ours_check_it(self, tmp_path: Path) -> None:
        files = MemoryFiles()
        release(files, signer=LocalKey())
        for name in SEAL:
            (tmp_path / name).write_bytes(files.files[ROOT + name])
        assert (tmp_path / "manifest.sha256").read_text() == f"{sha256(files.files[ROOT + 'manifest.json'])}  manifest.json\n"
        read = "const of = name => require('fs').readFileSync(name);"
        check = f"{read} process.exit(require('crypto').verify(null, of('manifest.sha256'), of('key.pem'), of('manifest.sig')) ? 0 : 1)"
        assert subprocess.run(["node", "-e", check], cwd=tmp_path, check=False).returncode == 0
        (tmp_path / "manifest.sha256").write_bytes(b"0" * 64 + b"  manifest.json\n")
        assert subprocess.run(["node", "-e", check], cwd=tmp_path, check=False).returncode == 1

    def test_it_is_found_sound_and_says_whose_it_is(self) -> None:
        files, key = MemoryFiles(), LocalKey()
        release(files, signer=key)
        told = list(verified(files, "2020-06"))
        assert [line["faults"] for line in told] == [[], [], []]
        assert [line.get("signed_by") for line in told] == [fingerprint(key.public_key()), None, None], "staff trees are nobody's to quote"

    @pytest.mark.parametrize("name", SEAL)
    def test_a_part_of_it_that_is_missing_is_a_fault(self, name: str) -> None:
        files = MemoryFiles()
        release(files, signer=LocalKey())
        del files.files[ROOT + name]
        assert seal_of(files, ROOT) == {"faults": [f"{name}: missing"]}

    def test_a_signature_by_another_key_and_another_manifest_are_found(self) -> None:
        files, other = MemoryFiles(), MemoryFiles()
        release(files, signer=LocalKey())
        release(other, replace(JUNE, inputs="sha256:b"), signer=LocalKey())
        swapped = MemoryFiles({**files.files, ROOT + "key.pem": other.files[ROOT + "key.pem"]})
        assert seal_of(swapped, ROOT) == {"faults": ["manifest.sig: not by key.pem"]}
        rewritten = MemoryFiles({**files.files, ROOT + "manifest.json": other.files[ROOT + "manifest.json"]})
        assert seal_of(rewritten, ROOT)["faults"] == ["manifest.sha256: of another manifest"]

    def test_what_is_signed_stays_signed_as_it_is_also_under_another_key(self) -> None:
        files = MemoryFiles()
        release(files, signer=LocalKey())
        before = dict(files.files)
        release(files, signer=LocalKey())
        assert files.files == before

    def test_killed_before_any_write_and_repeated_it_is_whole(self) -> None:
        key, undisturbed = LocalKey(), MemoryFiles()
        release(undisturbed, signer=key)
        for writes in range(19):
            files = FailingFiles(writes)
            with pytest.raises(Interrupted):
                release(files, signer=key)
            signed = ROOT + "manifest.sig" in files.files
            assert signed or ROOT + "manifest.json" not in files.files, "a public release is complete only when it is signed"
            files.left = 1000
            release(files, signer=key)
            assert files.files == undisturbed.files
