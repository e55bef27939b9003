"""TOML that somebody else wrote: rule files, methods, mappings. The project's own tables are read as they stand: broken, they are a fault of ours."""

from __future__ import annotations

import tomllib
from typing import Any

from chalicelib.errors import BadRuleSet, Problem


def read_toml(data: bytes, name: str = "file") -> dict[str, Any]:
    """The document in a file's bytes. BadRuleSet, naming the file, for what is not UTF-8 or not TOML."""
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadRuleSet([Problem(name, "", "", f"not TOML: {error}")]) from error
