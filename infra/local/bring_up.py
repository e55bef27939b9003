"""``./dev up``, step by step: emulator, stack, pump and front door, demo district, months, sign-ins."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import date

from chalicelib.errors import BadInput, Conflict, Unavailable
from chalicelib.register.district import load_district
from infra.local import accounts, demo, emulator, front_door, lan, serve, stack
from infra.local.emulator import Endpoint
from infra.local.home import ROOT, home, read_note, update_note
from infra.local.progress import Progress
from infra.local.stack import Deployed
from infra.synthetic.district import full_size

LAN_PORT_OFFSET = 443
DRAIN_PATIENCE_SECONDS = 900
# Clocks and index lag: look back a little further than the last instant at which everything was settled.
STALE_MARGIN_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked of ``up``. ``as_of`` None keeps the day of last time, else the end of the last closed month; ``district`` None
    keeps the district of last time, else the demo. One with ``synthetic.csv`` in its folder is invented; another is filled by ``./dev import``.
    ``sites`` None is the whole district; ``months`` how many closed months are published.
    """

    sites: int | None
    port: int
    as_of: date | None
    lan: bool
    stream: str | None
    district: str | None = None
    months: int = demo.MONTHS


def bring_up(wish: Wish, progress: Progress) -> Deployed:
    """A running district. What stands already is reused; what was cut off is finished. The stack is asked, not the notes: after
    a crash the emulator comes back with older data than the notes tell of."""
    endpoint = find_endpoint(progress)
    pump = (wish.stream or ("pump" if endpoint.own else "mapping")) == "pump"
    district = settled_district(wish, endpoint)
    as_of = settled_day(wish, endpoint, district)
    addresses = lan.lan_addresses() if wish.lan else []
    base, today = base_url(wish, addresses), current_today(as_of, district)
    parameters = stack.parameters_for(endpoint, base_url=base, today=today, pump=pump, district=district)
    deployed = stack.ensure(endpoint, parameters, progress)
    start_serving(deployed, wish, addresses, pump, progress)
    files = demo.upload_portal(deployed, ROOT / "web")
    progress(f"front door: {front_address(wish, addresses)} ({files} portal files)")
    catch_up(deployed, progress)
    if whole := full_size(load_district(district)):
        fill(deployed, Filling(wish.sites or whole, as_of, wish.months), pump, progress)
    else:
        leave_to_import(deployed, district, progress)
    accounts.ensure(deployed)
    return deployed


def find_endpoint(progress: Progress) -> Endpoint:
    """The given endpoint or our own MiniStack, proved to have every service. Unavailable names the ones it lacks."""
    endpoint = emulator.given_endpoint()
    if endpoint is None:
        if lost := emulator.lost_with_last_run(home() / emulator.FOLDER):
            progress(f"WARNING: {lost}")
        progress("emulator: starting MiniStack")
        endpoint = emulator.start()
    endpoint.use()
    import boto3

    missing = emulator.missing_services(boto3.session.Session())
    if missing:
        raise Unavailable(f"{endpoint.url} does not offer: {', '.join(missing)}")
    progress(f"emulator: {endpoint.url}{'' if endpoint.own else ' (given: never reset, never stopped)'}")
    return endpoint


def settled_district(wish: Wish, endpoint: Endpoint) -> str:
    """The district of this home, chosen once. NotFound for one that has no folder, Conflict for a second one."""
    note = read_note("demo")
    kept = str(note.get("district") or stack.DEMO) if note.get("begun_at") and note.get("url") == endpoint.url else None
    district = wish.district or kept or stack.DEMO
    load_district(district)
    if kept not in (None, district):
        raise Conflict(f"the district {kept} is here; give {district} a folder of its own: SAFETY_CODE_HOME=.local/{district} ./dev up …")
    update_note("demo", district=district)
    return district


def leave_to_import(deployed: Deployed, district: str, progress: Progress) -> None:
    """A district without invented data: say how its own come in, and remember since when they may have."""
    note = read_note("demo")
    update_note("demo", begun_at=note.get("begun_at") or time.time(), caught_up=read_note("serve").get("mark"))
    cards = demo.count_items(deployed, "cards")
    progress(f"district {district}: {cards:,} sites; ./dev import FILE --mapping NAME brings more in")


def settled_day(wish: Wish, endpoint: Endpoint, district: str) -> date:
    """The day the demo's data end. It is chosen once: other data need a reset first."""
    note = read_note("demo")
    if note.get("url") == endpoint.url and note.get("as_of"):
        kept = date.fromisoformat(str(note["as_of"]))
        if wish.as_of not in (None, kept):
            raise Conflict(f"the data stand at {kept}; ./dev reset first, or ./dev clock to move the demo's day")
        return kept
    as_of = wish.as_of or demo.last_closed_day(date.today(), load_district(district))
    today = demo.demo_day(as_of, load_district(district)).isoformat()
    update_note("demo", url=endpoint.url, as_of=as_of.isoformat(), sites=None, begun_at=None, today=today)
    return as_of


def current_today(as_of: date, district: str) -> date:
    """The demo's day: where ``./dev clock`` left it."""
    return date.fromisoformat(str(read_note("demo").get("today") or demo.demo_day(as_of, load_district(district))))


def base_url(wish: Wish, addresses: list[str]) -> str:
    """What plates start with: the first address in the network with ``--lan``, else this machine."""
    if wish.lan and not addresses:
        raise BadInput("--lan: this machine has no address in a network")
    return f"https://{addresses[0]}:{wish.port + LAN_PORT_OFFSET}" if wish.lan else f"http://localhost:{wish.port}"


def front_address(wish: Wish, addresses: list[str]) -> str:
    return f"http://localhost:{wish.port}/" + (f" and {base_url(wish, addresses)}/" if wish.lan else "")


def start_serving(deployed: Deployed, wish: Wish, addresses: list[str], pump: bool, progress: Progress) -> None:
    """Pump and front door in one process, started anew."""
    serve.processes.stop(serve.PROCESS)
    if not emulator.is_free(wish.port):
        raise Conflict(f"port {wish.port} is taken; choose another with --port")
    endpoint = deployed.endpoint
    config = {
        "url": endpoint.url,
        "region": endpoint.region,
        "own": endpoint.own,
        "pump": pump,
        "function": deployed.outputs["RegradeFunctionName"],
        "dead_letters": deployed.outputs["RegradeDeadLettersUrl"],
        "distribution": front_door.distribution_host(deployed.outputs["DistributionDomain"]),
        "bucket": deployed.outputs["FilesBucket"],
        "port": wish.port,
        "lan_port": wish.port + LAN_PORT_OFFSET if wish.lan else None,
        "lan_addresses": addresses,
        "mark": emulator_run(endpoint),
    }
    serve.launch(config, ROOT)
    progress(f"serving: {'pump and ' if pump else ''}front door")


def emulator_run(endpoint: Endpoint) -> str:
    """Names this run of the emulator: a stream's position holds within one run only."""
    note = read_note(emulator.PROCESS) if endpoint.own else {}
    return f"{endpoint.url} {note.get('pid')} {note.get('started')}" if note else f"{endpoint.url} {secrets.token_hex(4)}"


def catch_up(deployed: Deployed, progress: Progress) -> None:
    """Regrade what came in after the last instant at which the stream was known to be worked off."""
    note = read_note("demo")
    before, now = note.get("caught_up"), read_note("serve").get("mark")
    if not note.get("begun_at") or before == now:
        return
    saved = read_note(serve.SAVED)
    if deployed.endpoint.own and saved.get("events") == demo.count_items(deployed, "events"):
        # The log only grows: as long as at the last clean end, when all of it was worked off, it holds nothing new.
        told = "every saved event was graded at the last clean end"
    else:
        since = max(float(saved.get("drained_at") or 0.0), float(note["begun_at"]))
        told = f"{demo.regrade_stale(deployed, since - STALE_MARGIN_SECONDS)} sites had a card older than their newest fact"
    update_note("demo", caught_up=now)
    progress(f"caught up: {told}")


@dataclass(frozen=True, slots=True)
class Filling:
    """What a demo district holds: so many sites, data up to a day, so many published months."""

    sites: int
    as_of: date
    months: int


def fill(deployed: Deployed, filling: Filling, pump: bool, progress: Progress) -> None:
    """Import, grade and publish, unless that was done before. A cut-off attempt is simply repeated."""
    note, sites, as_of = read_note("demo"), filling.sites, filling.as_of
    cards = demo.count_items(deployed, "cards")
    if cards and note.get("sites") not in (None, sites):
        raise Conflict(f"the stack holds a district of {note['sites']} sites; ./dev reset first")
    if cards >= sites and demo.is_published(deployed, as_of, filling.months):
        progress(f"demo district: {cards:,} sites are there")
        return
    update_note("demo", sites=sites, begun_at=note.get("begun_at") or time.time(), caught_up=read_note("serve").get("mark"))
    demo.import_district(deployed, home() / "district", sites=sites, as_of=as_of, progress=progress)
    wait_graded(deployed, sites, pump, progress)
    if filling.months:
        demo.publish_months(deployed, as_of, progress, filling.months)
        demo.draw_present_map(deployed, progress)


def wait_graded(deployed: Deployed, sites: int, pump: bool, progress: Progress) -> None:
    """Wait until the stream is worked off and every site has a card."""
    since = time.time()
    if pump:
        serve.wait_drained(since, DRAIN_PATIENCE_SECONDS, lambda told: progress.count("events graded", told.get("done", 0), told.get("read", 0)))
    deadline = time.monotonic() + DRAIN_PATIENCE_SECONDS
    while (count := demo.count_items(deployed, "cards")) < sites:
        if time.monotonic() > deadline or pump:
            raise Unavailable(f"{sites - count} of {sites} sites have no card; ./dev status shows dead letters and quarantine")
        progress.count("sites graded", count, sites)
        time.sleep(1)
    if not pump:
        # A mapping does not tell when it is done: what it has not come to yet is graded here, which it then finds done.
        demo.regrade_stale(deployed, float(read_note("demo")["begun_at"]) - STALE_MARGIN_SECONDS)
    progress(f"graded: {count:,} sites")


