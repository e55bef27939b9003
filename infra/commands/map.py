"""./dev map: check a district's border file, see what its map looks like with it, without publishing anything."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

from chalicelib.errors import BadInput
from infra.arguments import day, district_id

HELP = "check a border file (RISKMAP_BOUNDARIES, or the district's own): townships matched, labels, what does not fit"
ENVIRONMENT = "RISKMAP_BOUNDARIES"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="tell how every township is drawn and what does not fit (the default)")
    parser.add_argument("--district", type=district_id, default="demo", help="folder under chalicelib/districts (default: %(default)s)")
    parser.add_argument("--on", type=day, default=date(2020, 6, 30), metavar="DATE", help="whose townships (default: %(default)s)")
    parser.add_argument("--month", type=Path, metavar="MAP.json", help="draw this published map.json with these borders")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where to put the pages drawn (a local folder, never the project)")


def run(args: argparse.Namespace) -> int:
    """0 every township has its border and its label, 1 something is missing or too small, 2 the file is refused with every reason."""
    from chalicelib.register.district import load_district

    district = load_district(args.district)
    given = os.environ.get(ENVIRONMENT)
    if given:
        district = replace(district, boundaries=Path(given))
    code = check(district, args.on)
    if args.month:
        draw(district, args)
    return code


def check(district, on: date) -> int:
    """Tell, township by township, how it is drawn."""
    from chalicelib.riskmap.boundaries import load_borders
    from chalicelib.riskmap.outline import LEAST_PX, VIEWS, sheet_of
    from chalicelib.riskmap.picture import lacking

    townships = district.townships_on(on)
    sheet = sheet_of(district.boundaries, townships)
    print(f"{district.name}: {'borders ' + str(district.boundaries) if sheet.has_borders else 'hexagons'}, {len(townships)} townships")
    faults = 0
    for township in townships:
        outline, words = sheet.outlines[township.code], []
        for view, pixels in VIEWS.items():
            label, scale = outline.labels[view], pixels / sheet.frame[2]
            small = label.size * scale < LEAST_PX[label.kind]
            faults += small
            words.append(f"{view} {label.kind} {label.size * scale:.0f} px{' TOO SMALL' if small else ''}")
        points = sum(len(ring) for part in outline.parts for ring in part)
        holes = sum(len(part) - 1 for part in outline.parts)
        print(f"  {township.code} {township.name}: {len(outline.parts)} part(s), {holes} hole(s), {points} points; {'; '.join(words)}")
    notes = list(load_borders(district.boundaries, townships).notes) if district.boundaries else []
    strange = lacking(district.name + district.notice + "".join(township.name + township.short for township in townships))
    for line in [*notes, *([f"the picture's font lacks: {strange}"] if strange else [])]:
        print(f"  ! {line}")
    return 1 if faults or notes or strange else 0


def draw(district, args: argparse.Namespace) -> None:
    """The public pages of a published month, drawn with these borders into a folder."""
    import json

    from chalicelib.riskmap.pages import render_release

    if args.out is None:
        raise BadInput("--out names the folder for the pages")
    document = json.loads(args.month.read_text(encoding="utf-8"))
    files = render_release(document["month"], document["townships"], district, base="")["public"]
    for path, body in files.items():
        target = args.out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
    print(f"{len(files)} files in {args.out}")
