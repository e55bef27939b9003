"""./dev plates: the plates of one site, a township or all, as files to print."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HELP = "plates to print: PDF (A4, 1, 2, 4 or 8 on a page), or each code as SVG or PNG"
RUN_PATIENCE_SECONDS = 900


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("plates"), metavar="FOLDER", help="where files go (default: %(default)s)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--site", default="", metavar="ID", help="one site")
    what.add_argument("--township", default="", metavar="CODE", help="one township; neither: the whole district")
    parser.add_argument("--format", choices=("pdf", "svg", "png"), default="pdf")
    parser.add_argument("--per-page", type=int, choices=(1, 2, 4, 8), default=4, help="plates on an A4 page (default: %(default)s)")
    parser.add_argument("--font", type=Path, metavar="FILE", help="a TrueType font instead of Noto Sans SC")
    parser.add_argument("--in-lambda", metavar="RUN", default="", help="let the stack's own function make them (pdf or svg), under this name")


def run(args: argparse.Namespace) -> int:
    """0 when every plate was made, 1 when the font lacked characters (they are named), 2 for a wrong order."""
    from infra.local.stack import current

    deployed = current()
    started = time.perf_counter()
    missing, plates, files = _in_lambda(args, deployed) if args.in_lambda else _here(args, deployed)
    for site_id, characters in missing.items():
        print(f"{site_id}: the font has no {' '.join(f'{c} (U+{ord(c):04X})' for c in characters)}", file=sys.stderr)
    print(json.dumps({"plates": plates, "files": files, "missing": len(missing), "seconds": round(time.perf_counter() - started, 1)}))
    return 1 if missing else 0


def _here(args: argparse.Namespace, deployed) -> tuple[dict[str, str], int, int]:
    from chalicelib.code import plates
    from chalicelib.grading.store import CardStore

    settings = deployed.settings()
    order = plates.order_of({"run": "local", "township": args.township, "site": args.site, "per_page": args.per_page})
    found = plates.plates_by_township(order, settings, CardStore(settings.table_prefix), settings.day())
    args.out.mkdir(parents=True, exist_ok=True)
    if args.format != "pdf":
        made = sum(1 for _ in _codes(args, (plate for _, some in found for plate in some)))
        return {}, made, made
    missing, count, files = {}, 0, 0
    for name, content, said in plates.files(order, settings, _font(args), found):
        (args.out / name).write_bytes(content)
        missing |= said["missing"]
        count, files = count + said["plates"], files + 1
    return missing, count, files


def _codes(args: argparse.Namespace, plates: Iterator) -> Iterator[Path]:
    """Each plate's code as a file of its own."""
    from chalicelib.code import matrix, qr
    from chalicelib.code.plates import drawings

    wanted = list(plates)
    if args.format == "svg":
        for name, drawn in drawings(wanted):
            (args.out / name).write_bytes(drawn)
            yield args.out / name
        return
    for plate, rows in zip(wanted, matrix.matrices([plate.url for plate in wanted]), strict=True):
        path = args.out / f"{plate.file_name}.png"
        path.write_bytes(qr.png_of(rows))
        yield path


def _in_lambda(args: argparse.Namespace, deployed) -> tuple[dict[str, str], int, int]:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    from chalicelib.code.plates import FONT_KEY, TREE
    from chalicelib.errors import BadInput, Problem, Unavailable

    if args.format == "png":
        raise BadInput([Problem("order", "format", "png", "the function makes pdf or svg")])
    store, bucket = boto3.client("s3"), deployed.outputs["FilesBucket"]
    try:
        store.head_object(Bucket=bucket, Key=FONT_KEY)
    except ClientError:
        store.put_object(Bucket=bucket, Key=FONT_KEY, Body=_font(args))
    functions = boto3.client("lambda", config=Config(read_timeout=RUN_PATIENCE_SECONDS, retries={"total_max_attempts": 1}))
    order = {"run": args.in_lambda, "township": args.township, "site": args.site, "per_page": args.per_page, "format": args.format}
    answer = functions.invoke(FunctionName=deployed.outputs["PlatesFunctionName"], Payload=json.dumps(order))
    said = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise Unavailable(f"the function failed: {said.get('errorMessage')}")
    print(f"s3://{bucket}/{TREE}/{args.in_lambda}/", file=sys.stderr)
    missing = {site: characters for file in said["files"] for site, characters in file["missing"].items()}
    return missing, said["plates"], len(said["files"])


def _font(args: argparse.Namespace) -> bytes:
    from infra.fonts import plate_font

    return (args.font or plate_font()).read_bytes()
