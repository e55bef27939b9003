"""Types of arguments of the command line that say in words what is wanted."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date

LAST_PORT = 65_535


def day(text: str) -> date:
    """A day as ``2020-06-30``."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no day; a day is YYYY-MM-DD, such as 2020-06-30") from error


def port(text: str) -> int:
    """A port that a door may have."""
    if text.isdecimal() and 0 < int(text) <= LAST_PORT:
        return int(text)
    raise ArgumentTypeError(f"{text!r} is no port; a port is a number from 1 to {LAST_PORT}")


def district_id(text: str) -> str:
    """The id of a district that has a folder."""
    from chalicelib.errors import NotFound
    from chalicelib.register.district import load_district

    try:
        return load_district(text).id
    except NotFound as error:
        raise ArgumentTypeError(error.detail) from error
