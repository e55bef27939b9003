"""How much a scan takes: warm, alone and against a handler that only gets the item, and cold against a package that imports everything at its top.

The table answers with the bytes of a real item, so that signing, parsing and rendering are in the figure; it answers on
loopback without TLS, so that the network is not. Cold figures are interleaved child processes, compared as a ratio:
single times on a shared machine say little.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator

NAME = "scan"
SITE = "3MAPZ0XKQ7WCV5TG"
KEYS = "1:00112233445566778899aabbccddeeff"
ENVIRONMENT = {
    "PLATE_KEYS": KEYS, "TODAY": "2020-07-01", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
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
    "coverage": "96.5", "plate": {"issue": 1, "revoked": []}, "appeal": None, "reply": None,
    "trend": [{"on": f"2020-{month:02d}-28", "grade": "yellow"} for month in range(1, 13)],
}  # fmt: skip


def run() -> Iterator[dict[str, object]]:
    """One figure after another: CPU milliseconds of a warm scan, then cold starts and their ratio."""
    import statistics

    os.environ.update(ENVIRONMENT)
    yield {"bench": NAME, "figure": "warm scan", "value": round(warm_ms(), 3), "unit": "CPU ms", "target": 3}
    yield from against_bare(lambda: _Connection(), "CPU ms", time.process_time)
    server = _serve()
    os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{server.server_port}"
    yield from against_bare(None, "ms end to end, table on loopback", time.perf_counter)
    rounds = [{which: cold_ms(which) for which in COLD} for _ in range(COLD_ROUNDS)]
    server.shutdown()
    middle = {which: statistics.median(times[which] for times in rounds) for which in COLD}
    for which, title in COLD.items():
        yield {"bench": NAME, "figure": title, "value": round(middle[which]), "unit": "CPU ms"}
    for which in ("naive", "plain"):
        ratio = round(middle["ours"] / middle[which], 3)
        yield {"bench": NAME, "figure": f"cold scan against {COLD[which]}", "value": ratio, "unit": "ratio", "target": TARGETS[which]}


def warm_ms() -> float:
    """CPU milliseconds of one scan in a warm process."""
    from chalicelib.code import scan
    from chalicelib.code.wire import Wire

    reader = scan.reader_over(Wire(os.environ, lambda endpoint: _Connection()), "bench")  # type: ignore[arg-type, return-value]
    scan_once(reader)
    start = time.process_time()
    for _ in range(WARM_SCANS):
        scan_once(reader)
    return (time.process_time() - start) * 1000 / WARM_SCANS


def against_bare(connection: Callable[[], object] | None, unit: str, clock: Callable[[], float]) -> Iterator[dict[str, object]]:
    """Warm: our handler and one that only gets the item and answers it as JSON, over connections of the same kind, taking turns."""
    import statistics

    from chalicelib.code import scan
    from chalicelib.code.wire import Wire

    wires = [Wire(os.environ, lambda endpoint: connection()) if connection else Wire(os.environ) for _ in range(2)]  # type: ignore[arg-type, return-value]
    reader = scan.reader_over(wires[0], "bench")
    ways = {"the scan handler": lambda: scan_once(reader), "a bare GetItem handler": lambda: _bare(wires[1])}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(WARM_SCANS):
        for name, answer in ways.items():
            start = clock()
            answer()
            times[name].append((clock() - start) * 1000)
    middle = {name: statistics.median(found[WARM_SCANS // 10 :]) for name, found in times.items()}
    for name, value in middle.items():
        yield {"bench": NAME, "figure": f"warm, {name}", "value": round(value, 3), "unit": unit}
    ours, bare = middle.values()
    yield {"bench": NAME, "figure": f"warm, the scan handler against a bare GetItem handler ({unit})", "value": round(ours / bare, 2), "unit": "ratio"}


def _bare(wire: object) -> dict[str, object]:
    """The least that a handler of one item can be: no plate to prove, no page to write."""
    from chalicelib import clock

    item = wire.get_item("bench-cards", {"site_id": {"S": SITE}}, clock.utc_now())  # type: ignore[attr-defined]
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(json.loads(item["doc"]["S"]), ensure_ascii=False)}


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


def scan_once(reader: object = None) -> None:
    """One GET /C/{token} through the handler. RuntimeError unless the page came."""
    from chalicelib.code import scan, token
    from chalicelib.config import settings

    path = "/C/" + token.sign(SITE, 1, token.parse_keys(KEYS))
    answer = scan.respond(
        {"httpMethod": "GET", "path": path, "headers": {}}, settings(), reader or scan.card_reader(settings().table_prefix)
    )
    if answer["statusCode"] != 200:
        raise RuntimeError(f"scan answered {answer['statusCode']}")


def stored_item() -> bytes:
    """DynamoDB's answer as it comes over the network."""
    item = {
        "site_id": {"S": SITE}, "schema": {"N": "1"}, "version": {"N": "12000003"}, "as_of": {"S": "2020-06-30"}, "grade": {"S": "yellow"},
        "score": {"N": "872"}, "name": {"S": CARD["name"]}, "township": {"S": "330110010"}, "issue": {"N": "1"},
        "doc": {"S": json.dumps(CARD, ensure_ascii=False)},
    }  # fmt: skip
    return json.dumps({"Item": item}, ensure_ascii=False).encode()


class _Connection:
    """A connection that answers in the process: for warm scans, where a server would share the clock."""

    status = 200

    def request(self, *_: object) -> None:
        """Nothing travels."""

    def getresponse(self) -> _Connection:
        return self

    def read(self) -> bytes:
        return stored_item()


def _serve() -> object:
    """A table on a loopback port, in the parent: its CPU is in no child's figure."""
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Table(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = stored_item()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Figures only."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Table)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


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
    # Imported here: a child that measures a cold start loads this module too, and should not pay for what only the parent uses.
    import subprocess

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True, env=dict(os.environ))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000
