"""What somebody asks for when a file is to be imported: which mapping, what is written, whether it may correct. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from chalicelib.errors import BadInput, Problem
from chalicelib.intake.correct import Correction
from chalicelib.intake.mapping import load_mapping
from chalicelib.intake.model import GOOD, NOTHING, WHOLE

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONTENT_TYPES = {".csv": CSV, ".txt": CSV, ".tsv": CSV, ".xlsx": XLSX}
MODES = {"check": NOTHING, "whole": WHOLE, "good": GOOD}
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST_NAME, LONGEST_REASON = 200, 500
FIELDS = ("mapping", "filename", "mode", "reason")


@dataclass(frozen=True, slots=True)
class Asked:
    """One import as it was asked for; with a ``reason`` it may correct what stands otherwise."""

    mapping: str
    filename: str
    mode: str
    reason: str = ""

    @property
    def writes(self) -> str:
        return MODES[self.mode]

    @property
    def correction(self) -> Correction | None:
        return Correction(self.reason) if self.reason else None

    @property
    def suffix(self) -> str:
        return Path(self.filename).suffix.lower()

    def to_document(self) -> dict[str, object]:
        return asdict(self)


def asked_of(body: Mapping[str, object], folder: Path) -> Asked:
    """The wish in a request body, for the mappings of this folder. BadInput naming everything that is wrong with it."""
    texts = {name: str(body.get(name) or "") for name in FIELDS}
    checks = (
        ("mapping", is_mapping(texts["mapping"], folder), "没有这种映射"),
        ("filename", 0 < len(texts["filename"]) <= LONGEST_NAME, f"必填，最多{LONGEST_NAME}字"),
        ("filename", Path(texts["filename"]).suffix.lower() in CONTENT_TYPES, _unknown_type(texts["filename"])),
        ("mode", texts["mode"] in MODES, "可用：check（只检查）、whole（全部或不导入）、good（导入合格行）"),
        ("reason", len(texts["reason"]) <= LONGEST_REASON, f"最多{LONGEST_REASON}字"),
    )
    problems = [Problem("$", name, str(body.get(name, ""))[:80], reason) for name, good, reason in checks if not good]
    problems += [Problem("$", str(name)[:80], "", "没有这个字段") for name in body if name not in FIELDS]
    if problems:
        raise BadInput(problems)
    return Asked(**texts)


def is_mapping(name: str, folder: Path) -> bool:
    return bool(NAME.fullmatch(name)) and mapping_path(name, folder).is_file()


def mapping_path(name: str, folder: Path) -> Path:
    return folder / "mappings" / f"{name}.toml"


def list_mappings(folder: Path) -> list[dict[str, object]]:
    """The mappings of a district by title, each with its columns and those that may not be blank."""
    loaded = ((path.stem, load_mapping(path)) for path in sorted((folder / "mappings").glob("*.toml")))
    rows = [
        {
            "name": name,
            "title": mapping.title or name,
            "columns": list(mapping.columns),
            "required": [column.name for column in mapping.columns.values() if column.required],
            "ignored": sorted(mapping.ignore),
        }
        for name, mapping in loaded
    ]
    return sorted(rows, key=lambda row: str(row["name"]))


def _unknown_type(filename: str) -> str:
    if filename.lower().endswith(".xls"):
        return "这是旧版Excel工作簿（.xls），请另存为“Excel工作簿（.xlsx）”或“CSV UTF-8”"
    return "只接受 .xlsx、.csv、.txt、.tsv 文件"
