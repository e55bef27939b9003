"""The job that makes many plates: one site, a township or the whole district, in the bucket. Nothing is scanned.

As PDF: files of at most two hundred plates, so that memory stays where it is however many there are. As SVG: a township's codes, a
file each, in one archive. The same order makes the same bytes under the same keys. The list of files, and of names the font could not
draw, comes last.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from chalicelib.code.matrix import matrices
from chalicelib.code.plate import Plate, plate_of
from chalicelib.code.qr import svg_of
from chalicelib.code.sheet import LAYOUTS, sheet
from chalicelib.code.token import parse_keys
from chalicelib.config import Settings
from chalicelib.errors import BadInput, NotFound, Problem
from chalicelib.grading.store import CardStore
from chalicelib.register.district import District, load_district
from chalicelib.supervision.site import MERGED

FONT_KEY = "fonts/plate.ttf"
TREE = "exports/plates"
PLATES_A_FILE = 200
GONE = ("closed", "moved_out", MERGED)
PDF, SVG = "pdf", "svg"
CONTENT_TYPE = {PDF: "application/pdf", SVG: "application/zip"}
DESCRIPTION = "扫码查看该场所的安全等级、评定日期和依据"
# The first day that a zip knows: an archive says nothing of when it was made.
ALWAYS = (1980, 1, 1, 0, 0, 0)
RUN = re.compile(r"[A-Za-z0-9-]{1,40}")


@dataclass(frozen=True, slots=True)
class Order:
    """What to make: ``run`` names the files; without site and township the whole district."""

    run: str
    township: str = ""
    site: str = ""
    per_page: int = 1
    format: str = PDF


def order_of(document: Mapping[str, object]) -> Order:
    """The order in a document; every fault at once."""
    order = Order(**{name: document.get(name) or default for name, default in asdict(Order("")).items()})  # type: ignore[arg-type]
    problems = []
    if not isinstance(order.run, str) or not RUN.fullmatch(order.run):
        problems.append(Problem("order", "run", str(order.run)[:40], "1–40 letters, digits and hyphens are required"))
    if order.per_page not in LAYOUTS:
        problems.append(Problem("order", "per_page", str(order.per_page), f"one of {', '.join(map(str, LAYOUTS))} is required"))
    if order.format not in CONTENT_TYPE:
        problems.append(Problem("order", "format", str(order.format)[:40], f"one of {', '.join(CONTENT_TYPE)} is required"))
    problems += [Problem("order", name, "", "a text is required") for name in ("township", "site") if not isinstance(getattr(order, name), str)]
    if problems:
        raise BadInput(problems)
    return order


def plates_by_township(order: Order, settings: Settings, cards: CardStore, day: date) -> Iterator[tuple[str, list[Plate]]]:
    """The plates of an order, township by township, by site id; sites that are gone, or live on in another record, get none. NotFound for an unknown site or township."""
    district, keys = load_district(settings.district), parse_keys(settings.plate_keys)
    if order.site:
        yield from _one(order.site, settings, cards, day)
        return
    wanted = [township for township in district.townships_on(day) if order.township in ("", township.code)]
    if not wanted:
        raise NotFound("no such township on that day", township=order.township)
    for township in wanted:
        rows = cards.list_township(township.code)
        gone = _gone([str(row["site_id"]) for row in rows if row["grade"] == "none"], cards)
        standing = [row for row in rows if row["site_id"] not in gone]
        yield township.code, [plate_of(row, township.name, settings.public_base_url, keys) for row in standing]


def _one(site_id: str, settings: Settings, cards: CardStore, day: date) -> Iterator[tuple[str, list[Plate]]]:
    card = cards.find(site_id)
    if card is None:
        raise NotFound("the site has no card", site=site_id)
    row = {"site_id": site_id, "issue": card["plate"]["issue"], "name": card["name"]}  # type: ignore[index]
    name = _township(load_district(settings.district), str(card["township"]), day)
    yield str(card["township"]), [plate_of(row, name, settings.public_base_url, parse_keys(settings.plate_keys))]


def _township(district: District, code: str, day: date) -> str:
    return next((township.name for township in district.townships_on(day) if township.code == code), code)


def _gone(site_ids: Sequence[str], cards: CardStore) -> set[str]:
    return {site_id for site_id, stored in cards.load(site_ids).items() if json.loads(stored.doc)["state"] in GONE}


def files(order: Order, settings: Settings, font: bytes, plates: Iterator[tuple[str, list[Plate]]]) -> Iterator[tuple[str, bytes, dict]]:
    """Each file of an order with what the list says of it."""
    hotline = load_district(settings.district).lines.hotline
    for township, found in plates:
        if not found:
            continue
        if order.format == SVG:
            yield f"{township}.zip", archive(found), {"file": f"{township}.zip", "plates": len(found), "pages": 0, "missing": {}}
            continue
        for start in range(0, len(found), PLATES_A_FILE):
            some = found[start : start + PLATES_A_FILE]
            made = sheet(some, font, per_page=order.per_page, hotline=hotline)
            name = f"{township}-{start // PLATES_A_FILE + 1:02d}.pdf"
            yield name, made.content, {"file": name, "plates": len(some), "pages": made.pages, "missing": made.missing}


def drawings(plates: Sequence[Plate]) -> Iterator[tuple[str, bytes]]:
    """Each plate's code as SVG, by the name of its file."""
    for plate, rows in zip(plates, matrices([plate.url for plate in plates]), strict=True):
        yield f"{plate.file_name}.svg", svg_of(rows, title=f"安全码 {plate.name}", description=DESCRIPTION).encode()


def archive(plates: Sequence[Plate]) -> bytes:
    """The codes of these plates as SVG files in one zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as opened:
        for name, drawn in drawings(plates):
            opened.writestr(zipfile.ZipInfo(name, ALWAYS), drawn, zipfile.ZIP_DEFLATED, 1)
    return file.getvalue()


def handle(event: Mapping[str, object], settings: Settings) -> dict[str, object]:
    """One run of the function: every file of the order into the bucket, the list last; the list."""
    import botocore.session

    order, store = order_of(event), botocore.session.get_session().create_client("s3")
    font = store.get_object(Bucket=settings.files_bucket, Key=FONT_KEY)["Body"].read() if order.format == PDF else b""
    listed = []
    plates = plates_by_township(order, settings, CardStore(settings.table_prefix), settings.day())
    for name, content, said in files(order, settings, font, plates):
        store.put_object(Bucket=settings.files_bucket, Key=f"{TREE}/{order.run}/{name}", Body=content, ContentType=CONTENT_TYPE[order.format])
        listed.append(said)
    summary = {"order": asdict(order), "plates": sum(said["plates"] for said in listed), "files": listed}
    text = json.dumps(summary, ensure_ascii=False, indent=1).encode()
    store.put_object(Bucket=settings.files_bucket, Key=f"{TREE}/{order.run}/list.json", Body=text, ContentType="application/json")
    return summary
