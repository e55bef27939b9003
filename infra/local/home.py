"""What the local stack keeps between two commands, in ``.local/``: its ports, keys, passwords and process ids.

Written atomically and readable by the owner only, because demo passwords and plate keys are in it.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".local"


def home() -> Path:
    """The folder, made when missing. ``SAFETY_CODE_HOME`` moves it, so that two stacks can live on one machine."""
    folder = Path(os.environ.get("SAFETY_CODE_HOME", HOME))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def read_note(name: str, folder: Path | None = None) -> dict[str, object]:
    """A JSON note, ``{}`` when there is none. Half-written notes cannot exist, see :func:`write_note`."""
    try:
        return json.loads(((folder or home()) / f"{name}.json").read_text("utf-8"))
    except FileNotFoundError:
        return {}


def write_note(name: str, note: dict[str, object], folder: Path | None = None) -> None:
    """Replace a note in one step."""
    target = (folder or home()) / f"{name}.json"
    fresh = target.with_suffix(f".{os.getpid()}.tmp")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(note, file, ensure_ascii=False, indent=1)
    os.replace(fresh, target)


def update_note(name: str, /, **fields: object) -> dict[str, object]:
    """A note with these fields set, the others kept."""
    note = {**read_note(name), **fields}
    write_note(name, note)
    return note


def forget(*names: str) -> None:
    """Remove notes and folders; what is not there is no error."""
    for name in names:
        (home() / f"{name}.json").unlink(missing_ok=True)
        shutil.rmtree(home() / name, ignore_errors=True)
