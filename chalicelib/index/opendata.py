"""Open data of a month beside the JSON twin: a legend of every column, the schema of the JSON, the townships as points."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from chalicelib.canonical import canonical_json
from chalicelib.clock import last_day
from chalicelib.index.structure import IndexRules
from chalicelib.register.district import District

SCHEMA = Path(__file__).with_name("result.schema.json")
HEAD = (
    ("month", "月份", "", "YYYY-MM"),
    ("code", "镇街代码", "", "district/townships.csv"),
    ("rank", "名次", "名", "同分同名次；数据不足为空"),
    ("index", "指数", "分", "min(100, 原始分 × K)，一位小数"),
    ("colour", "颜色", "", "blue yellow orange red none"),
    ("raw", "原始分", "分", "七项指标之和，两位小数"),
    ("coefficient", "评估系数 K", "", "按上年末赋码企业数分档"),
)


def open_files(result: Mapping, rules: IndexRules, district: District) -> dict[str, bytes]:
    """Paths below the release to bytes; public only."""
    return {
        "legend.csv": legend(rules),
        "schema.json": SCHEMA.read_bytes(),
        "townships.geojson": points(result, district),
    }


def legend(rules: IndexRules) -> bytes:
    """What each column of the table and each code of the JSON means, with unit, counts and source."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("代码", "名称", "满分或单位", "含义"))
    writer.writerows(HEAD)
    for indicator in rules.indicators:
        writer.writerow((indicator.code, indicator.title, f"{indicator.points / 100:g} 分", "小项之和，空项折算"))
        for item in indicator.sub_items:
            counts = " ÷ ".join(filter(None, (item.numerator, item.denominator)))
            writer.writerow((item.code, item.title, f"{item.points / 100:g} 分", f"{item.rule}；{counts}（{item.unit}）；依据：{item.basis}"))
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def points(result: Mapping, district: District) -> bytes:
    """One point per township with its figures: the label point, for no official borders are shipped."""
    day = last_day(result["month"])
    features = []
    for row in result["townships"]:
        township = district.township(row["code"], day)
        features.append(
            {
                "type": "Feature",
                "id": row["code"],
                "geometry": {"type": "Point", "coordinates": [township.longitude, township.latitude]},
                "properties": {name: row[name] for name in ("code", "name", "rank", "index", "colour", "raw", "coefficient")},
            }
        )
    return canonical_json({"type": "FeatureCollection", "datum": district.datum, "month": result["month"], "features": features})
