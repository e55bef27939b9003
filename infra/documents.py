"""JSON documents from the command line: one reader for all judges; whatever cannot be read, or does not fit, is bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from chalicelib.errors import BadInput, Problem

Pairs = list[tuple[str, object]]


def read_object(path: Path, *, number: Callable[[str], object] = float) -> dict[str, object]:
    """The JSON object in a file; ``number`` reads decimals (``str`` keeps them exact).

    BadInput naming the file for anything else: unreadable, no UTF-8, no JSON, NaN, a key given twice, nested too deeply, no object.
    """
    try:
        document = json.loads(
            path.read_text(encoding="utf-8-sig"), parse_float=number, parse_constant=_no_number, object_pairs_hook=_once_each
        )
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror}") from error
    except RecursionError as error:
        raise _unreadable(path, "nested too deeply") from error
    except ValueError as error:
        raise _unreadable(path, f"not JSON: {error}") from error
    if not isinstance(document, dict):
        raise BadInput([Problem(str(path), "", type(document).__name__, "a JSON object is required")])
    return document


def check_schema(document: object, schema: Path, root: str) -> None:
    """BadInput naming every place where a document does not fit its JSON Schema; ``root`` is the document's own name."""
    from jsonschema import Draft7Validator

    validator = Draft7Validator(json.loads(schema.read_text(encoding="utf-8")), format_checker=Draft7Validator.FORMAT_CHECKER)
    found = sorted(validator.iter_errors(document), key=lambda error: [str(part) for part in error.absolute_path])
    if found:
        raise BadInput([Problem(".".join([root, *map(str, error.absolute_path)]), "", "", error.message[:300]) for error in found])


def _unreadable(path: Path, reason: str) -> BadInput:
    return BadInput([Problem(str(path), "", "", reason)])


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")


def _once_each(pairs: Pairs) -> dict[str, object]:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"given twice: {', '.join(sorted({name for name in names if names.count(name) > 1}))}")
    return document
