"""Text as people send it: without characters that show nothing and change how the rest is read.

A right-to-left override makes ``GPJ.exe`` read ``exe.JPG`` and turns round what stands behind it, on a page and on a served paper;
zero-width characters make two names of one look. Line ends, tabs and the joiners of scripts and emoji stay.
"""

from __future__ import annotations

import re

UNSEEN = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u061c\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]")


def plain(value: object) -> object:
    """A JSON value whose texts show all that they hold."""
    if isinstance(value, str):
        return UNSEEN.sub("", value)
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return value
