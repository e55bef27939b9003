"""How much CPU a scan takes: warm, and cold against a package that imports everything at its top.

The table is answered in the process by real DynamoDB bytes at botocore's transport, so that signing, parsing and
rendering are all in the figure and the network is not. Cold figures are interleaved child processes, compared as a ratio:
single times on a shared machine say little.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

NAME = "scan"
SITE = "3MAPZ0XKQ7WCV5TG"
KEYS = "1:00112233445566778899aabbccddeeff"
ENVIRONMENT = {
    "PLATE_KEYS": KEYS, "TODAY": "2020-07-01", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
}  # fmt: skip
WARM_SCANS = 400
COLD_ROUNDS = 5
COLD = {
    "ours": "cold scan",
    "naive": "cold scan, everything imported at the top, with bytecode",
    "plain": "cold scan, everything imported at the top, no bytecode (a package as it is shipped by default)",
}
TARGETS = {"naive": None, "plain": 0.22}
CARD = {
    "schema": 1, "site_id": SITE, "name": "示例杭州良渚精密机械有限公司", "uscc": "91330110MA0000015C", "township": "330110010",
    "state": "operating", "grade": "yellow", "on": "2020-06-30", "review_on": "2020-08-14",
    "rule_set": {"id": "model-2020", "version": "1.0.0", "title": "示范标准", "hash": "sha256:" + "ab" * 32},
    "axes": {"P": "96.0", "E": "91.5", "W": None, "B": "93.2", "M": "97.6", "H": "90.0"}, "flags": ["appeal"], "vetoes": 0, "caps": 2,
    "open_hazards": 3, "last_inspection_on": "2020-05-12", "last_self_check_on": "2020-06-20", "evidence_on": "2020-05-12",
    "coverage": "96.5", "plate": {"issue": 1, "revoked": []},
}  # fmt: skip


def run() -> Iterator[dict[str, object]]:
    """One figure after another: CPU milliseconds of a warm scan, then cold starts and their ratio."""
    os.environ.update(ENVIRONMENT)
    yield {"bench": NAME, "figure": "warm scan", "value": round(warm_ms(), 3), "unit": "CPU ms", "target": 3}
    rounds = [{which: cold_ms(which) for which in COLD} for _ in range(COLD_ROUNDS)]
    middle = {which: statistics.median(times[which] for times in rounds) for which in COLD}
    for which, title in COLD.items():
        yield {"bench": NAME, "figure": title, "value": round(middle[which]), "unit": "CPU ms"}
    for which in ("naive", "plain"):
        ratio = round(middle["ours"] / middle[which], 3)
        yield {"bench": NAME, "figure": f"cold scan against {COLD[which]}", "value": ratio, "unit": "ratio", "target": TARGETS[which]}


def warm_ms() -> float:
    """CPU milliseconds of one scan in a warm process."""
    scan_once()
    start = time.process_time()
    for _ in range(WARM_SCANS):
        scan_once()
    return (time.process_time() - start) * 1000 / WARM_SCANS


def cold_ms(which: str) -> float:
    """CPU milliseconds of a fresh interpreter that answers one scan, the interpreter's own start taken off."""
    return _child_ms(f"from infra.bench import scan; scan.start('{which}')") - _child_ms("pass")


def start(which: str) -> None:
    """In the child: load the application in one of the ways of :data:`COLD`, then answer one scan."""
    if which == "plain":
        _forget_bytecode()
    if which in ("naive", "plain"):
        _import_everything()
    import app  # noqa: F401

    scan_once()


def scan_once() -> None:
    """One GET /C/{token} through the handler. RuntimeError unless the page came."""
    from chalicelib.code import scan, token
    from chalicelib.config import settings

    reader = scan.card_reader(settings().table_prefix)
    _answer_in_process(scan)
    path = "/C/" + token.sign(SITE, 1, token.parse_keys(KEYS))
    answer = scan.respond({"httpMethod": "GET", "path": path, "headers": {}}, settings(), reader)
    if answer["statusCode"] != 200:
        raise RuntimeError(f"scan answered {answer['statusCode']}")


def _answer_in_process(scan) -> None:
    """Once: clients that the handler makes get the stored item's bytes without a network."""
    if getattr(scan, "benched", False):
        return
    scan.benched = True
    make = scan._dynamodb

    def made():
        client = make()
        client.meta.events.register("before-send.dynamodb.GetItem", _stored_item)
        return client

    scan._dynamodb = made


def _stored_item(request, **_: object):
    from botocore.awsrequest import AWSResponse

    item = {
        "site_id": {"S": SITE}, "schema": {"N": "1"}, "version": {"N": "12000003"}, "as_of": {"S": "2020-06-30"}, "grade": {"S": "yellow"},
        "score": {"N": "872"}, "name": {"S": CARD["name"]}, "township": {"S": "330110010"}, "issue": {"N": "1"},
        "doc": {"S": json.dumps(CARD, ensure_ascii=False)},
    }  # fmt: skip
    body = json.dumps({"Item": item}, ensure_ascii=False).encode()
    return AWSResponse(request.url, 200, {"Content-Type": "application/x-amz-json-1.0"}, _Raw(body))


class _Raw:
    """The body of an answer as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, amount: int = 1024, decode_content: bool | None = None) -> Iterator[bytes]:
        yield self.body


def _import_everything() -> None:
    """What a package does that imports its whole world at the top of app.py."""
    import importlib
    import pkgutil

    import boto3
    import numpy  # noqa: F401
    import PIL.Image
    import pynamodb.models  # noqa: F401
    import qrcode  # noqa: F401

    import chalicelib

    PIL.Image.init()
    boto3.client("dynamodb")
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        if module.name != "chalicelib.access.oidc":
            importlib.import_module(module.name)


def _forget_bytecode() -> None:
    """Packages outside the standard library are compiled from source, as when a zip's dates make its .pyc files stale."""
    import importlib._bootstrap_external as bootstrap

    known = bootstrap.cache_from_source

    def cache_from_source(path: str, *rest: object, **named: object) -> str:
        if "site-packages" in path or "chalicelib" in path:
            raise NotImplementedError
        return known(path, *rest, **named)

    bootstrap.cache_from_source = cache_from_source


def _child_ms(program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True, env={**os.environ, **ENVIRONMENT})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000
