"""The demo district on a running stack: generated, imported by its mappings, graded by the stream, published by month runs.

Everything goes the way real data goes. Every step can be repeated: events have their identity, month runs their name,
releases their inputs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from chalicelib import clock
from chalicelib.errors import NotFound, Unavailable
from chalicelib.index.acceptance import method_of
from chalicelib.index.timetable import timetable_of
from chalicelib.register.district import District
from chalicelib.workdays import UnknownHolidays, add_workdays
from infra.local.progress import Progress
from infra.local.stack import Deployed

MONTHS = 2
MONTH_PATIENCE_SECONDS = 300
# A failed message comes back only after the queue's visibility time-out (half an hour): taking the run up again is quicker.
STALLED_SECONDS = 20
PUBLISHED_LATER = ("index/index.html", "map/index.html", "map/now/index.html")


def last_closed_day(present: date, district: District) -> date:
    """The last day of the last closed month whose calendar is known: the installed holidays may end before ``present``."""
    month = clock.previous_month(clock.month_of(present))
    while True:
        try:
            demo_day(clock.last_day(month), district)
        except UnknownHolidays:
            month = clock.previous_month(month)
        else:
            return clock.last_day(month)


def demo_day(as_of: date, district: District) -> date:
    """The day a demo lives on: the first working day on which townships may object to the month that ``as_of`` ends. So its index is
    out, provisional, by the calendar of life, and the months before are final."""
    try:
        rules = method_of(district, clock.month_of(as_of))
    except NotFound:
        return clock.add_days(as_of, 1)
    return add_workdays(timetable_of(clock.month_of(as_of), rules).provisional_on, 1)


def import_district(deployed: Deployed, folder: Path, *, sites: int, as_of: date, progress: Progress) -> int:
    """Generate the tables and import them in order through the real import path; the number of new events."""
    from chalicelib.intake.run import import_file
    from chalicelib.intake.store import ImportLog
    from chalicelib.register.district import load_district
    from chalicelib.supervision.store import EventLog
    from infra.local.gathering import GatheringLog
    from infra.synthetic.district import write

    settings = deployed.settings()
    district = load_district(settings.district)
    progress(f"demo district: {sites:,} sites as of {as_of}")
    summary = write(folder, district=district, sites=sites, as_of=as_of)
    log, rows, done = GatheringLog(ImportLog(EventLog(settings.table_prefix))), sum(summary.rows.values()), 0
    progress(f"reading {rows:,} rows of {len(summary.files)} tables")
    for path, mapping in summary.files:
        imported = import_file(
            path,
            district.mapping(mapping),
            log,
            district=district,
            id_key=bytes.fromhex(deployed.parameters["IdKey"]),
            today=settings.day(),
            now=clock.utc_now(),
        )
        done += imported.rows
        progress.count("rows judged", done, rows)
    new = log.flush(clock.utc_now, lambda written, total: progress.count("events appended", written, total))
    progress(f"imported: {new:,} new events")
    return new


def publish_months(deployed: Deployed, as_of: date, progress: Progress, months: int = MONTHS) -> list[str]:
    """Run the last closed months one after the other through the stack's own queue; the months that were published."""
    wanted = closed_months(as_of, months)
    for month in reversed(wanted):
        run_month(deployed, month, progress)
    return wanted


def draw_present_map(deployed: Deployed, progress: Progress) -> None:
    """Build the present map now; without it the stack's own schedule would, in two minutes."""
    told = invoke(deployed, "MapNowFunctionName", scheduled_event(deployed))
    progress(f"present map: {len(told['built'])} townships" if isinstance(told, dict) and not told["busy"] else "present map: being built")


def closed_months(as_of: date, months: int = MONTHS) -> list[str]:
    """The months up to the one that ``as_of`` ends, the newest first."""
    wanted = [clock.month_of(as_of)]
    while len(wanted) < months:
        wanted.append(clock.previous_month(wanted[-1]))
    return wanted[:months]


def is_published(deployed: Deployed, as_of: date, months: int = MONTHS) -> bool:
    """Whether the demo's months are out in this stack."""
    from chalicelib.index.monthly import published_on
    from chalicelib.index.runs import StackRuns

    runs = StackRuns(deployed.name)
    return all(published_on(runs, month) for month in closed_months(as_of, months))


def run_month(deployed: Deployed, month: str, progress: Progress) -> None:
    """Start the calendar's run of a month, or take it up again, and wait for its finish. Unavailable if it does not come."""
    from chalicelib.index.monthly import stack_desk, standing_order, start
    from chalicelib.index.runs import FINISH, TOWNSHIP

    settings = deployed.settings()
    desk = stack_desk(settings)
    order = standing_order(month, desk, settings.now())
    began = moved = time.monotonic()
    begun = start(month, desk, settings.now(), order)
    run = begun["run"]
    known: set[str] = set()
    while FINISH not in (parts := desk.runs.list_names(run)):
        moved = time.monotonic() if len(parts) > len(known) else moved
        known = parts
        if time.monotonic() - began > MONTH_PATIENCE_SECONDS:
            raise Unavailable(f"the month {month} did not finish: {sorted(parts)}")
        if time.monotonic() - moved > STALLED_SECONDS:
            progress(f"month {month}: nothing moved for {STALLED_SECONDS} s, taking it up again")
            start(month, desk, settings.now(), order)
            moved = time.monotonic()
        progress.count(f"month {month}: townships", sum(part.startswith(TOWNSHIP) for part in parts), begun["townships"])
        time.sleep(0.2)
    releases = ", ".join(f"{release['kind']} r{release['revision']}" for release in desk.runs.find(run, FINISH)["releases"])
    progress(f"month {month} published ({begun['status']}) in {time.monotonic() - began:.1f} s: {releases}")


def plates(deployed: Deployed, count: int = 4) -> list[tuple[str, str, str]]:
    """Some plates to scan: (grade, site name, address), as many different grades as there are first."""
    chosen: dict[str, dict] = {}
    rest: list[dict] = []
    for card in each_card(deployed):
        if chosen.setdefault(card["grade"], card) is not card:
            rest.append(card)
        if len(chosen) >= count:
            break
    picked = [*chosen.values(), *rest][:count]
    return [(card["grade"], card["name"], plate_address(deployed, card["site_id"], card["issue"] or 1)) for card in picked]


def plate_address(deployed: Deployed, site_id: str, issue: int) -> str:
    """What the QR on this site's plate says."""
    from chalicelib.code.token import parse_keys, plate_url, sign

    return plate_url(deployed.parameters["PublicBaseUrl"], sign(site_id, issue, parse_keys(deployed.parameters["PlateKeys"])))


def list_cards(deployed: Deployed) -> list[dict]:
    """The cards of the district without their documents, by township."""
    return list(each_card(deployed))


def each_card(deployed: Deployed) -> Iterator[dict]:
    """The same one after the other: a township is read when its turn comes."""
    from chalicelib.grading.store import CardStore
    from chalicelib.register.district import load_district

    settings = deployed.settings()
    store = CardStore(settings.table_prefix)
    for township in load_district(settings.district).townships:
        yield from store.list_township(township.code)


def count_items(deployed: Deployed, table: str) -> int:
    """As the table describes itself: exact on the local stack, some hours old on AWS."""
    import boto3

    return boto3.client("dynamodb").describe_table(TableName=f"{deployed.name}-{table}")["Table"]["ItemCount"]


def regrade_stale(deployed: Deployed, since: float) -> int:
    """Regrade every site whose card is older than what came in at or after ``since`` (seconds of the epoch); how many were written.

    The answer to a stream whose position cannot be trusted after a restart; repeating it changes nothing.
    """
    from datetime import UTC, datetime

    from chalicelib.grading import recompute
    from chalicelib.grading.regrade import Regrader
    from chalicelib.register.district import load_district

    settings = deployed.settings()
    regrader = Regrader(settings.table_prefix, load_district(settings.district))
    done = recompute.regrade_stale(regrader, settings.day(), datetime.fromtimestamp(since, UTC), clock.utc_now())
    if done.failed:
        raise Unavailable(f"{len(done.failed)} sites could not be regraded")
    return len(done.written)


def upload_portal(deployed: Deployed, folder: Path) -> int:
    """Copy the static front end to the bucket's public tree, in the district's words and colours; the number of files. Where a
    month or the present map will be published and nothing is yet, or never will be, a page says so; what was published stays."""
    import boto3

    from chalicelib.publish.files import EXISTS, content_type
    from chalicelib.register.district import load_district
    from infra.portal import dressed, is_promised, unpublished

    settings = deployed.settings()
    district = load_district(settings.district)
    files = dressed(folder, district, settings.day()) if folder.is_dir() else {}
    client, given = boto3.client("s3"), {"Bucket": deployed.outputs["FilesBucket"], "CacheControl": "no-cache"}
    for name, content in files.items():
        client.put_object(Key=f"public/{name}", Body=content, ContentType=content_type(name), **given)
    for front in PUBLISHED_LATER if files else ():
        try:
            room = front.partition("/")[0]
            unless_there = {"IfNoneMatch": "*"} if is_promised(district, room) else {}
            client.put_object(Key=f"public/{front}", Body=unpublished(district, room), ContentType=content_type(front), **unless_there, **given)
        except client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in EXISTS:
                raise
    return len(files)


def scheduled_event(deployed: Deployed) -> dict[str, object]:
    """What EventBridge hands to a scheduled function."""
    told = {"version": "0", "id": "dev", "detail-type": "Scheduled Event", "source": "aws.events", "account": "000000000000"}
    return {**told, "time": clock.instant_text(clock.utc_now()), "region": deployed.endpoint.region, "resources": [], "detail": {}}


def invoke(deployed: Deployed, output: str, payload: object) -> object:
    """Call one of the stack's functions by the output that names it. Unavailable if it raised."""
    import boto3
    from botocore.config import Config

    client = boto3.client("lambda", config=Config(read_timeout=310, retries={"total_max_attempts": 1}))
    answer = client.invoke(FunctionName=deployed.outputs[output], Payload=json.dumps(payload).encode())
    text = answer["Payload"].read()
    if answer.get("FunctionError"):
        raise Unavailable(f"{output}: {text.decode('utf-8', 'replace')[:800]}")
    return json.loads(text) if text else None
