"""The font of the plates: Noto Sans SC (SIL Open Font License 1.1), fetched by package name from the npm registry when it is first
needed, held to its hash, kept in ``.local/fonts``. Nothing of it is committed or packaged; a stack finds it in its bucket.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from chalicelib.errors import Unavailable
from infra.local.home import ROOT

PACKAGE = "@expo-google-fonts/noto-sans-sc@0.4.3"
MEMBER = "package/500Medium/NotoSansSC_500Medium.ttf"
SHA256 = "b30853d205f3ecdde938b1488c735ee15a2e870d31331b992fdc53971e23ec4a"
KEPT = ROOT / ".local" / "fonts" / "NotoSansSC-Medium.ttf"
PATIENCE_SECONDS = 300


def plate_font(kept: Path = KEPT) -> Path:
    """The font's file, fetched once. Unavailable, with what to do instead, if it cannot be had or is not the one we know."""
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            content = _fetch(Path(folder))
        _write(kept, content)
    return kept


def _fetch(folder: Path) -> bytes:
    if shutil.which("npm") is None:
        raise Unavailable("npm is needed to fetch the plates' font; or give any TrueType font with --font FILE")
    command = ["npm", "pack", PACKAGE, "--silent", "--pack-destination", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    archives = list(folder.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        raise Unavailable(f"the plates' font could not be fetched: {done.stderr.strip()[-300:]}; or give one with --font FILE")
    with tarfile.open(archives[0]) as opened:
        content = opened.extractfile(MEMBER).read()  # type: ignore[union-attr]
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise Unavailable("the fetched font is not the one we know")
    return content


def _write(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)
