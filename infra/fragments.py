"""The CloudFormation fragments under ``infra/template``, joined into the one file that ``chalice package`` merges."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml

Identity = Literal["cognito", "oidc"]

INFRA = Path(__file__).resolve().parent
FRAGMENTS = ("tables", "functions", "queues", "notices", "scan", "report", "plates", "files", "uploads", "exchange", "cdn", "map", "desk", "alarms")
FILE_MARK = "@"


def load_fragments(identity: Identity) -> dict:
    """All fragments for this way of signing in as one template. ValueError if two fragments give one value."""
    template: dict = {}
    for name in (*FRAGMENTS, f"identity_{identity}"):
        text = (INFRA / "template" / f"{name}.yml").read_text(encoding="utf-8")
        join(template, yaml.safe_load(text), name)
    return _with_files(template)


def join(template: dict, fragment: dict, place: str) -> None:
    """Put a fragment into a template, dictionaries deep. ValueError where both say something else."""
    for key, value in fragment.items():
        if isinstance(value, dict) and isinstance(template.get(key), dict):
            join(template[key], value, f"{place}.{key}")
        elif key in template and template[key] != value:
            raise ValueError(f"{place}.{key} is given twice")
        else:
            template[key] = value


def _with_files(node: object) -> object:
    """Text that starts with ``@`` names a file under ``infra``; its content takes the place."""
    if isinstance(node, dict):
        return {key: _with_files(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_with_files(value) for value in node]
    if isinstance(node, str) and node.startswith(FILE_MARK):
        return (INFRA / node[len(FILE_MARK) :]).read_text(encoding="utf-8")
    return node
