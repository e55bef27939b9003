"""The change log of what is published: one immutable entry per release, numbered without gaps, as JSON and Atom.

The number is the cursor: whoever has read up to 7 asks for ``/changes/000008.json``, or takes ``/changes/index.json`` and
goes on after 7. An entry is added by a conditional write, so that two runs at once cannot share a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count
from xml.etree import ElementTree

import orjson

from chalicelib.canonical import canonical_json
from chalicelib.clock import parse_month
from chalicelib.publish.files import FileStore

ROOT = "public/changes/"
INDEX, ATOM = f"{ROOT}index.json", f"{ROOT}feed.atom"
NAMESPACE = "http://www.w3.org/2005/Atom"
TITLES = {"index": "镇街安全发展指数", "map": "区域安全状况图"}
STATUS = {"provisional": "公示稿", "final": "正式", "revised": "修订"}
SHOWN = 50


def log_change(files: FileStore, entry: Mapping[str, object]) -> int:
    """Number a release and tell both feeds. A release that has a number keeps it. ``entry``: kind, month, revision, status, on, path."""
    entries = list_changes(files)
    number = next((known["seq"] for known in entries if _same(known, entry)), None)
    for candidate in count(len(entries) + 1) if number is None else ():
        if files.add(f"{ROOT}{candidate:06d}.json", canonical_json({"seq": candidate, **entry})):
            number = candidate
            break
    _tell(files)
    return int(number or 0)


def list_changes(files: FileStore) -> list[dict]:
    """Every entry, oldest first. What the index names is taken from it, the rest is read one by one."""
    known = orjson.loads(files.find(INDEX) or b'{"changes":[]}')["changes"]
    entries = list(known)
    while (body := files.find(f"{ROOT}{len(entries) + 1:06d}.json")) is not None:
        entries.append(orjson.loads(body))
    return entries


def _same(known: Mapping, entry: Mapping) -> bool:
    return all(known[name] == entry[name] for name in ("kind", "month", "revision"))


def _tell(files: FileStore) -> None:
    entries = list_changes(files)
    files.put(ATOM, atom(entries[-SHOWN:]))
    files.put(INDEX, canonical_json({"schema": 1, "cursor": len(entries), "changes": entries}))


def atom(entries: Sequence[Mapping]) -> bytes:
    """The newest changes as an Atom feed (RFC 4287), newest first. Dates are those of the month's calendar, not of a run."""
    ElementTree.register_namespace("", NAMESPACE)
    feed = ElementTree.Element(f"{{{NAMESPACE}}}feed")
    _text(feed, "title", "安全码 · 发布动态")
    _text(feed, "id", "tag:safety-code,2020:changes")
    _text(feed, "updated", _instant(entries[-1]) if entries else "2020-01-01T00:00:00+08:00")
    author = ElementTree.SubElement(feed, f"{{{NAMESPACE}}}author")
    _text(author, "name", "安全码")
    ElementTree.SubElement(feed, f"{{{NAMESPACE}}}link", {"rel": "self", "href": "/changes/feed.atom"})
    for entry in reversed(entries):
        node = ElementTree.SubElement(feed, f"{{{NAMESPACE}}}entry")
        word = STATUS.get(str(entry.get("status")), "")
        _text(node, "title", f"{entry['month']} {TITLES[entry['kind']]}{word}（第 {entry['revision']} 版）")
        _text(node, "id", f"tag:safety-code,2020:{entry['path']}")
        _text(node, "updated", _instant(entry))
        ElementTree.SubElement(node, f"{{{NAMESPACE}}}link", {"href": f"{entry['path']}index.html"})
    return ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = text


def _instant(entry: Mapping) -> str:
    day = date.fromisoformat(str(entry["on"])) if entry.get("on") else parse_month(str(entry["month"]))[1]
    return f"{day.isoformat()}T00:00:00+08:00"
