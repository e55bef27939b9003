"""What the developer is told: addresses, sign-ins, a QR in the terminal, counts and health."""

from __future__ import annotations

import io
import time
from collections import Counter

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import SafetyCodeError
from infra.local import demo, emulator, processes, serve, stack
from infra.local.home import home, read_note
from infra.local.stack import Deployed

COUNTED = ("events", "facts", "cards", "history", "runs", "audit", "quarantine")
STALE_STATUS_SECONDS = 10
WORKER_PATIENCE_SECONDS = 1.0
SETTLE_PATIENCE_SECONDS = 3.0


def welcome(deployed: Deployed, *, coloured: bool = False) -> str:
    """Addresses, some plates, sign-ins and a QR, ready to print; ``coloured`` for a terminal."""
    from chalicelib.register.district import load_district

    words = load_district(deployed.parameters["District"]).grade_words
    base = deployed.parameters["PublicBaseUrl"]
    lines = ["", "地址 Addresses", *(f"  {name:<12} {address}" for name, address in addresses(deployed).items()), "", "扫码 Scan"]
    shown = demo.plates(deployed)
    lines += [f"  {words[grade]:<4} {name}\n       {address}" for grade, name, address in shown]
    lines += ["", "演示账号 Demo sign-ins", *(f"  {role:<11} {account['username']:<16} {account['password']}" for role, account in sign_ins().items())]
    if base.startswith("https"):
        lines += ["", *trust_words()]
    if shown:
        lines += ["", terminal_qr(shown[0][2], coloured=coloured), f"  {shown[0][2]}"]
    return "\n".join(lines)


def addresses(deployed: Deployed) -> dict[str, str]:
    """The pages to open, by name."""
    config = read_note("serve")
    local = f"http://localhost:{config.get('port', 8000)}"
    pages = {"portal": "/", "leaderboard": "/index/", "map": "/map/", "desk": "/desk/", "api": "/api/health"}
    found = {name: local + path for name, path in pages.items()}
    if config.get("lan_port"):
        found["phone"] = f"{deployed.parameters['PublicBaseUrl']}/"
    return found


def sign_ins() -> dict[str, dict[str, str]]:
    return dict(read_note("accounts").get("accounts", {}))


def trust_words() -> list[str]:
    """How a phone comes to trust the local CA."""
    file = home() / "lan" / "safety-code-ca.pem"
    return [
        "手机信任 Trust on a phone (same network)",
        f"  1. Send {file} to the phone (mail, AirDrop, cable).",
        "  2. iPhone: open it, 设置 → 通用 → VPN与设备管理 → install, then 关于本机 → 证书信任设置 → switch it on.",
        "     Android: 设置 → 安全 → 加密与凭据 → 安装证书 → CA 证书.",
        "  3. Scan the code below. Remove the certificate when you are done.",
    ]


WHITE_ON_BLACK, AS_BEFORE = "\x1b[38;5;231;48;5;16m", "\x1b[0m"


def terminal_qr(text: str, *, coloured: bool = False) -> str:
    """A QR of half-height blocks, light on dark. Coloured it is so in a terminal of dark letters on light, too, where scanners would see a negative."""
    import qrcode

    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    code.make()
    canvas = io.StringIO()
    code.print_ascii(out=canvas, invert=True)
    told = canvas.getvalue().rstrip()
    return "\n".join(f"{WHITE_ON_BLACK}{line}{AS_BEFORE}" for line in told.split("\n")) if coloured else told


def status(deployed: Deployed) -> dict[str, object]:
    """Addresses, counts by table and grade, the pump's lag, health."""
    cards = demo.list_cards(deployed)
    serving = read_note(serve.STATUS)
    live = processes.find(serve.PROCESS) is not None and time.time() - float(serving.get("at") or 0) < STALE_STATUS_SECONDS
    pump = dict(serving.get("pump") or {}) if live else {}
    told = {
        "endpoint": {"url": deployed.endpoint.url, "own": deployed.endpoint.own, "healthy": emulator.healthy(deployed.endpoint.url)},
        "stack": deployed.name,
        "today": deployed.parameters["Today"],
        "code_version": deployed.environment()["CODE_VERSION"],
        "addresses": addresses(deployed),
        "serving": live,
        "pump": pump or None,
        "tables": {table: demo.count_items(deployed, table) for table in COUNTED},
        "grades": dict(sorted(Counter(card["grade"] for card in cards).items())),
        "dead_letters": {name: queue_depth(deployed, output) for name, output in DEAD_LETTERS.items()},
    }
    return {**told, "healthy": is_healthy(told)}


DEAD_LETTERS = {"regrade": "RegradeDeadLettersUrl", "month": "MonthDeadLettersUrl"}


def is_healthy(told: dict) -> bool:
    """Everything runs, nothing waits in a dead-letter queue, no worker reports a fault."""
    fault = (told["pump"] or {}).get("fault")
    return bool(told["endpoint"]["healthy"] and told["serving"] and not fault and not any(told["dead_letters"].values()))


def queue_depth(deployed: Deployed, output: str) -> int:
    import boto3

    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = boto3.client("sqs").get_queue_attributes(QueueUrl=deployed.outputs[output], AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


def stay(deployed: Deployed) -> int:
    """Until Ctrl-C, then everything of ours goes down with its data kept. 1 if the serving process ends by itself."""
    print("\nCtrl-C ends it and keeps the data.", flush=True)
    try:
        while processes.find(serve.PROCESS) is not None:
            time.sleep(WORKER_PATIENCE_SECONDS)
        print(f"pump and front door ended; see {home() / 'serve.log'}")
        return 1
    except KeyboardInterrupt:
        print("\nsaving …", flush=True)
        take_down(deployed.endpoint.own)
        return 0


def take_down(own: bool) -> list[str]:
    """End pump and front door, then our own emulator; what was ended, in words."""
    events = settled_events() if own else None
    ended = ["pump and front door"] if processes.stop(serve.PROCESS) else []
    if own and emulator.stop():
        serve.note_saved(events)
        ended.append("emulator")
    return ended


def settled_events() -> int | None:
    """How many events the log holds, every one worked off by the pump; None where that cannot be said.

    Counted first, drained afterwards: an event that comes in meanwhile is not in the number.
    """
    if processes.find(serve.PROCESS) is None:
        return None
    try:
        count = demo.count_items(stack.current(), "events")
        serve.wait_drained(time.time(), SETTLE_PATIENCE_SECONDS)
    except (SafetyCodeError, BotoCoreError, ClientError, TimeoutError):
        return None
    return count
