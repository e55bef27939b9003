"""./dev assess: judge one township's safety state from a document, and say why."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from chalicelib.register.district import Swatch, load_district
from chalicelib.riskmap import rules as methods
from infra.arguments import district_id
from infra.documents import check_schema, read_object

HELP = "judge a township for the safety map: sectors, two layers, combined colour (exit 1 when red)"
MODEL_2020 = methods.METHODS / "model-2020.toml"
SCHEMA = Path(methods.__file__).with_name("input.schema.json")
LAYERS = {"inherent": "固有风险", "governance": "动态治理", "combined": "综合安全状况"}
STATES = {"no_sites": "无此类", "ungraded": "未评定"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="township document (chalicelib/riskmap/input.schema.json, example beside it)")
    parser.add_argument("--rules", type=Path, default=MODEL_2020, metavar="FILE", help="method (default: the model standard)")
    parser.add_argument("--district", type=district_id, default="demo", metavar="ID", help="whose palette names the colours (default: demo)")
    parser.add_argument("--json", action="store_true", help="print the whole result document")


def run(args: argparse.Namespace) -> int:
    """0 judged, 1 judged red, 2 bad input with every problem named."""
    from chalicelib.riskmap.assess import assess_township
    from chalicelib.riskmap.inputs import read_input

    rules = methods.load_risk_rules(args.rules)
    offered = read_object(args.file)
    check_schema(offered, SCHEMA, "document")
    given = read_input(offered, rules)
    document = assess_township(given.township, given.sites, given.on, rules, given.statistics).to_document()
    print(json.dumps(document, ensure_ascii=False, indent=1) if args.json else "\n".join(told(document, load_district(args.district).palette)))
    return 1 if document["combined"]["colour"] == "red" else 0


def told(document: Mapping[str, object], palette: Mapping[str, Swatch]) -> list[str]:
    """The result for a person to read, in a district's words for its colours."""
    rule_set = document["rule_set"]
    lines = [f"{document['township']} {document['on']} · 已赋码 {document['coded']}/{document['sites']} 家"]
    for name, title in LAYERS.items():
        layer = document[name]
        lines.append(f"{title} {_colour(layer['colour'], palette)} {layer['value'] or '—'}")
        lines += [f"  {reason['text']}" for reason in layer["pull_ups"]]
    for sector in document["sectors"]:
        lines += sector_lines(sector, palette)
    return [*lines, f"{rule_set['title']} {rule_set['version']} {rule_set['hash'][:19]}…"]


def sector_lines(sector: Mapping[str, object], palette: Mapping[str, Swatch]) -> list[str]:
    head = f"{sector['title']}（{sector['sites']} 家）"
    if sector["state"] in STATES:
        head += f" {STATES[sector['state']]}"
    if sector["risk"] is not None:
        head += f" 固有 I {sector['inherent']}、治理 G {sector['governance']} → R {sector['risk']} {_colour(sector['colour'], palette)}"
    reasons = [*sector["inherent_reasons"], *sector["governance_reasons"], *sector["pull_ups"]]
    return [head, *(f"  {reason['text']}{_deciding(reason)}" for reason in reasons)]


def _deciding(reason: Mapping[str, object]) -> str:
    return f"（{' '.join(reason['sites'])}）" if reason["sites"] else ""


def _colour(code: str, palette: Mapping[str, Swatch]) -> str:
    return palette[code].word if code != "none" else STATES["ungraded"]
