"""The tables of the demo district: their names in the order of import, and their columns as an office would head them."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

SITE = ("场所编号",)
SHEETS: dict[str, tuple[str, ...]] = {
    "sites": (
        "企业编号", "企业名称", "统一社会信用代码", "无代码原因", "场所编号", "场所序号", "场所名称", "镇街", "地址", "经度", "纬度", "行业", "从业人数", "规模", "场所类型",
        "承租单位数", "建筑面积", "危化类型", "重点监管工艺", "吸入性剧毒", "三场所三企业", "涉粉人数", "铝镁粉尘", "有毒有限空间", "溶剂型喷涂", "八类企业", "消防重点单位",
        "易燃易爆", "劳动密集", "夜间生产", "特种设备", "规上", "应投安责险", "应创标准化", "其他领域", "入库日期",
    ),
    "site_states": (*SITE, "变更日期", "状态", "原因"),
    "site_changes": (*SITE, "变更日期", "从业人数", "新镇街", "新地址"),
    "enterprise_changes": ("企业编号", "变更日期", "新名称", "新代码"),
    "site_absorptions": (*SITE, "被并场所编号", "合并日期"),
    "site_merges": (*SITE, "并入场所编号", "合并日期", "原因"),
    "enterprise_absorptions": ("企业编号", "被并企业编号", "合并日期"),
    "enterprise_merges": ("企业编号", "并入企业编号", "合并日期", "原因"),
    "sectors": (*SITE, "编号", "日期", "种类", "情况", "重点监管工艺", "消防重点单位", "说明"),
    "completeness": (*SITE, "统计日期", "已填项", "应填项"),
    "assessments": (*SITE, "评定编号", "评定日期", "评定方", "评定人", "全面评定", "问题", "空项"),
    "self_checks": (*SITE, "自查日期", "全面自查", "问题", "自查项目"),
    "inspections": (*SITE, "检查编号", "检查日期", "检查方", "检查人员", "领域", "领导带队", "计划内", "质检日期", "质检合格", "签收结果"),
    "hazards": (
        *SITE, "隐患编号", "检查编号", "发现日期", "来源", "级别", "项目", "描述", "期限", "专项", "重复于", "下达日期", "开始整改日期", "上报日期", "延期申请日期", "延期至",
        "延期批复日期", "首次复查日期", "首次复查结果", "再次复查日期", "再次复查结果", "复查人员", "销号日期", "销号人员", "拒不整改日期", "误报作废日期",
    ),
    "accidents": (
        *SITE, "事故编号", "事故日期", "记录时间", "死亡", "重伤", "轻伤", "直接损失", "社会影响", "责任", "迟报",
        "续报日期", "续报死亡", "认定日期", "认定责任", "措施日期", "应落实", "已落实",
    ),
    "injuries": (*SITE, "工伤日期", "人数"),
    "penalties": (*SITE, "文号", "决定日期", "程序", "金额", "应公示日期", "公示日期"),
    "enterprise_acts": ("企业编号", "编号", "日期", "种类", "说明", "结束日期"),
    "orders": (*SITE, "编号", "日期", "种类", "期间生产日期", "结束日期"),
    "complaints": (*SITE, "编号", "日期", "办理期限", "内容", "办结日期", "属实"),
    "certificates": (*SITE, "证书编号", "类型", "发证日期", "有效期至", "法定必备", "撤销日期"),
    "insurances": (*SITE, "保单号", "类型", "起始日期", "截止日期"),
    "staff": (*SITE, "统计日期", "负责人应考", "负责人合格", "管理员应考", "管理员合格", "特种登记", "特种有效"),
    "papers": (*SITE, "日期", "种类", "编号", "年度", "起始日期", "离岗日期"),
    "major_sources": (*SITE, "备案日期", "级别", "应有责任人", "到位责任人", "核销日期", "直接判红日期", "判红情形", "判红消除日期"),
    "video": (*SITE, "统计日期", "应接入", "已接入", "在线"),
    "risk_grades": (*SITE, "备案日期", "方法", "颜色"),
    "double_random": (*SITE, "任务编号", "下达日期", "完成期限", "检查编号", "检查日期", "检查人员"),
    "appeals": (*SITE, "申诉编号", "申诉日期", "内容", "意见日期", "意见", "决定日期", "决定", "撤回日期"),
    "remarks": (*SITE, "编号", "日期", "种类", "内容", "公开日期"),
    "plates": (*SITE, "补发日期", "新码序号", "作废日期", "旧码序号", "原因"),
    "plate_life": (*SITE, "日期", "种类", "码序号", "说明"),
    "overrides": (*SITE, "编号", "日期", "颜色", "理由", "依据", "签署人", "截止日期"),
    "voids": (*SITE, "更正日期", "作废事故编号", "作废隐患编号", "理由", "签署人"),
    "enterprise_voids": ("企业编号", "更正日期", "作废编号", "理由", "签署人"),
    "township_plans": ("镇街", "计划编号", "下达日期", "年度", "领域", "检查数"),
    "township_returns": ("镇街", "月份", "小项", "填报日期", "完成数", "应完成数", "级别", "附件", "复核人", "复核日期"),
    "township_acts": ("镇街", "编号", "日期", "种类", "办理期限", "办结日期", "应移送", "已移送", "小项", "月份"),
    "township_voids": ("镇街", "更正日期", "作废编号", "理由", "签署人"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written: (file, mapping name) in the order of import, rows by table, sites and enterprises, the day it stands at."""

    files: tuple[tuple[Path, str], ...]
    rows: dict[str, int]
    sites: int
    enterprises: int
    as_of: date


@dataclass
class Book:
    """The tables while they are filled. Values are put by column name; what is not named stays blank.

    ``troubled``: sites in lasting trouble, 1 (orange, likely) or 2 (red, likely); authorities visit these again.
    """

    rows: dict[str, list[list[str]]] = field(default_factory=lambda: {name: [] for name in SHEETS})
    numbers: Counter = field(default_factory=Counter)
    troubled: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._places = {name: {column: place for place, column in enumerate(columns)} for name, columns in SHEETS.items()}

    def put(self, sheet: str, **values: object) -> None:
        """One row. KeyError for a column that the table does not have."""
        places = self._places[sheet]
        row = [""] * len(places)
        for column, value in values.items():
            row[places[column]] = _text(value)
        self.rows[sheet].append(row)

    def trouble(self, number: str, depth: int) -> None:
        """Remember a site in trouble; the deeper trouble counts."""
        self.troubled[number] = max(depth, self.troubled.get(number, 0))

    def number(self, prefix: str) -> str:
        """The next number of a series: ``JC000001``."""
        self.numbers[prefix] += 1
        return f"{prefix}{self.numbers[prefix]:06d}"

    def write(self, folder: Path) -> tuple[tuple[Path, str], ...]:
        """The tables as CSV files, numbered in the order of import; empty tables are left out."""
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for place, (name, columns) in enumerate(SHEETS.items(), start=1):
            if not self.rows[name]:
                continue
            path = folder / f"{place:02d}_{name}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(columns)
                writer.writerows(self.rows[name])
            written.append((path, name))
        return tuple(written)


def _text(value: object) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "是"
    if isinstance(value, (list, tuple)):
        return ";".join(str(part) for part in value)
    return str(value)
