"""Open data of a month beside the JSON twin: a legend of every column, the schema of the JSON, the townships as points."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from chalicelib.canonical import canonical_json
from chalicelib.clock import last_day
from chalicelib.index.structure import IndexRules, SubItem
from chalicelib.register.district import District

SCHEMA = Path(__file__).with_name("result.schema.json")
# Every column of the table before the points, in its order: where the JSON has it, the column's name, unit, meaning.
HEAD = (
    ("month", "月份", "", "YYYY-MM"),
    ("rank", "名次", "名", "同分同名次；数据不足为空"),
    ("code", "镇街代码", "", "本区镇街名录的代码"),
    ("name", "镇街", "", "名称"),
    ("index", "指数", "分", "min(100, 原始分 × K)，一位小数"),
    ("colour", "颜色", "", "JSON：blue yellow orange red none（数据不足）；已计颜色限制"),
    ("score_colour", "按分定色", "", "只按指数，不计颜色限制"),
    ("raw", "原始分", "分", "七项指标之和，两位小数"),
    ("coefficient", "评估系数K", "", "按赋码企业数分档"),
    ("sites", "赋码企业", "家", "上年12月31日在业且已赋码"),
    ("own_data", "本月数据小项", "项", "有本月自己数据的小项"),
    ("applicable", "适用小项", "项", "全部小项减去不适用"),
    ("change.index", "较上月", "分", "指数比上月的增减"),
    ("honest_rank.weights_only[0]", "权重浮动名次从", "名", "只变权重时名次的 90% 区间，好的一端"),
    ("honest_rank.weights_only[1]", "权重浮动名次至", "名", "同上，差的一端"),
    ("honest_rank.group", "难分先后组", "", "同组镇街难分先后"),
    ("without_coefficient.index", "不计K指数", "分", "不乘 K 的指数"),
    ("without_coefficient.rank", "不计K名次", "名", "按不计 K 的指数"),
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
            writer.writerow((item.code, item.title, f"{item.points / 100:g} 分", "；".join(filter(None, (item.rule, _counts(item), f"依据：{item.basis}")))))
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def _counts(item: SubItem) -> str:
    """``合格 ÷ 应合格（人）``; nothing for a level, which has no counts."""
    numerator = f"各家{item.numerator}之和" if item.mean else item.numerator
    counts = " ÷ ".join(filter(None, (numerator, item.denominator)))
    return f"{counts}（{item.unit}）" if item.unit else counts


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
