"""What happens seldom, so that every kind of fact is in the district: told once for chosen sites and by small chance for others."""

from __future__ import annotations

from datetime import timedelta

from infra.synthetic import life
from infra.synthetic.book import Book
from infra.synthetic.conduct import Era
from infra.synthetic.sites import Site
from infra.synthetic.supervision import accident_row, write_hazard


def write_equipment(site: Site, book: Book, era: Era) -> None:
    """Video links, major hazard sources with their responsible persons, filed risk grades, random-inspection tasks."""
    random = site.random
    if site.chemical in ("production", "trade_with_storage", "filling_station") or (site.special and random.random() < 0.25):
        due = random.randint(2, 12)
        connected = sum(random.random() < 0.6 + 0.4 * site.care for _ in range(due))
        online = sum(random.random() < 0.72 + 0.28 * site.care for _ in range(connected))
        book.put("video", 场所编号=site.number, 统计日期=era.back(random.randint(1, 25), site), 应接入=due, 已接入=connected, 在线=online)
    if "source" in site.signs:
        book.put(
            "major_sources", 场所编号=site.number, 备案日期=era.back(random.randint(100, 700), site),
            级别=random.choices((1, 2, 3, 4), (1, 3, 6, 10))[0],
            应有责任人=3, 到位责任人=3 if random.random() < site.care else 2,
        )  # fmt: skip
    if random.random() < 0.01:
        book.put(
            "risk_grades",
            场所编号=site.number,
            备案日期=era.back(random.randint(30, 600), site),
            方法="LEC",
            颜色=random.choice(("orange", "yellow", "yellow", "blue")),
        )
    if random.random() < 0.02:
        issued = era.as_of.replace(day=1) - timedelta(days=random.choice((0, 31, 62)))
        issued = max(issued, site.registered_on)
        done = era.within(issued + timedelta(days=random.randint(3, 28))) if random.random() < 0.9 else None
        book.put(
            "double_random",
            场所编号=site.number,
            任务编号=book.number("SSJ"),
            下达日期=issued,
            完成期限=issued + timedelta(days=29),
            检查编号=book.number("SJC") if done else "",
            检查日期=done,
            检查人员=("YG05", "YG06"),
        )


def write_life(site: Site, book: Book, era: Era) -> None:
    """Suspended, closed and moved sites; changed registers; renewed plates; answers and corrections."""
    random, number = site.random, site.number
    chance = random.random()
    if chance < 0.022:
        state = "停产" if chance < 0.014 else "注销" if chance < 0.019 else "迁出"
        book.put("site_states", 场所编号=number, 变更日期=era.back(random.randint(5, 300), site), 状态=state, 原因="企业申请（示例）")
    elif chance < 0.04:
        book.put(
            "site_changes", 场所编号=number, 变更日期=era.back(random.randint(5, 300), site), 从业人数=site.staff + random.randint(1, 20)
        )
    elif chance < 0.05:
        day = era.back(random.randint(5, 200), site)
        book.put("plates", 场所编号=number, 补发日期=day, 新码序号=2, 作废日期=day, 旧码序号=1, 原因="码牌破损（示例）")
    elif chance < 0.056:
        book.put(
            "remarks",
            场所编号=number,
            编号=book.number("SM"),
            日期=era.back(random.randint(5, 100), site),
            种类=random.choice(("企业说明", "信息纠错")),
            内容="联系方式已更新（示例）",
        )
    elif chance < 0.062:
        write_appeal(site, book, era, random.choice(("upheld", "rejected", "open", "withdrawn")))


def write_appeal(site: Site, book: Book, era: Era, end: str) -> None:
    day = era.back(30, site) if end != "open" else era.back(2, site)
    book.put(
        "appeals", 场所编号=site.number, 申诉编号=book.number("SS"), 申诉日期=day, 内容="对扣分项有异议（示例）",
        意见日期=era.within(day + timedelta(days=3)), 意见="建议复核（示例）",
        决定日期=day + timedelta(days=8) if end in ("upheld", "rejected") else None, 决定=end if end in ("upheld", "rejected") else "",
        撤回日期=day + timedelta(days=1) if end == "withdrawn" else None,
    )  # fmt: skip


def write_enterprise_acts(site: Site, book: Book, era: Era) -> None:
    """Facts that name only the enterprise and so concern each of its sites."""
    if site.sequence != 1 or site.random.random() > 0.004 * (1.6 - site.care):
        return
    kind = site.random.choice(("行政处罚", "行政处罚", "失信名单", "瞒报"))
    day = era.back(site.random.randint(20, 330), site)
    ended = era.within(day + timedelta(days=200)) if kind == "失信名单" else None
    book.put(
        "enterprise_acts",
        企业编号=site.enterprise_number,
        编号=book.number("QY"),
        日期=day,
        种类=kind,
        说明="late_report" if kind == "瞒报" else "",
        结束日期=ended,
    )


def write_showcase(sites: list[Site], book: Book, era: Era) -> None:
    """One telling of each rare story, on fixed sites, so that the small district has every kind too."""
    old = [site for site in sites if site.registered_on <= era.first]
    chosen = old[:: max(1, len(old) // 30)][:30]
    one = chosen.pop
    accident_row(one(), book, era, era.as_of - timedelta(days=52), deaths=1, serious=0)
    accident_row(
        one(),
        book,
        era,
        era.as_of - timedelta(days=100),
        deaths=2,
        serious=1,
        记录时间=f"{era.as_of - timedelta(days=97)} 09:00:00",
        迟报=True,
    )
    accident_row(
        one(), book, era, era.as_of - timedelta(days=70), deaths="不详", serious=1, 续报日期=era.as_of - timedelta(days=65), 续报死亡=1
    )
    for kind, text in (("行政处罚", ""), ("失信名单", ""), ("瞒报", "late_report")):
        book.put(
            "enterprise_acts",
            企业编号=one().enterprise_number,
            编号=book.number("QY"),
            日期=era.as_of - timedelta(days=80),
            种类=kind,
            说明=text,
            结束日期=era.as_of - timedelta(days=9) if kind == "失信名单" else None,
        )
    for kind in ("停产停业", "阻碍检查", "无许可"):
        ended = era.as_of - timedelta(days=20) if kind != "阻碍检查" else None
        during = era.as_of - timedelta(days=50) if kind == "停产停业" else None
        book.put(
            "orders",
            场所编号=one().number,
            编号=book.number("QZ"),
            日期=era.as_of - timedelta(days=60),
            种类=kind,
            期间生产日期=during,
            结束日期=ended,
        )
    for end in ("upheld", "open", "withdrawn"):
        write_appeal(one(), book, era, end)
    _corrections(one(), one(), book, era)
    _papers(one(), book, era)
    _movements(one(), one(), book, era)
    life.write_showcase(sites, one, book, era)


def _corrections(first: Site, second: Site, book: Book, era: Era) -> None:
    """An accident found to be a natural death and a hazard written to the wrong company are voided; a colour made worse by two signers."""
    accident = accident_row(first, book, era, era.as_of - timedelta(days=85), deaths=1, serious=0, 认定日期="", 认定责任="")
    book.put(
        "voids",
        场所编号=first.number,
        更正日期=era.as_of - timedelta(days=60),
        作废事故编号=accident,
        理由="认定为自然死亡（示例）",
        签署人=("QJ01", "QJ02"),
    )
    hazard = write_hazard(second, book, era, era.back(70, second), "township", "")
    book.put(
        "voids",
        场所编号=second.number,
        更正日期=era.as_of - timedelta(days=40),
        作废隐患编号=hazard,
        理由="登记错企业（示例）",
        签署人=("QJ03",),
    )
    book.put(
        "overrides", 场所编号=second.number, 编号=book.number("TZ"), 日期=era.as_of - timedelta(days=30), 颜色="orange", 理由="周边施工风险（示例）", 依据="示范标准",
        签署人=("QJ01", "QJ02"),
        截止日期=era.as_of + timedelta(days=30),
    )  # fmt: skip


def _papers(site: Site, book: Book, era: Era) -> None:
    days = {name: era.as_of - timedelta(days=back) for name, back in (("filed", 300), ("removed", 30), ("found", 200), ("cleared", 150))}
    book.put(
        "major_sources", 场所编号=site.number, 备案日期=days["filed"], 级别=4, 应有责任人=3, 到位责任人=3, 核销日期=days["removed"],
        直接判红日期=days["found"], 判红情形="装置未经正规设计且未诊断",
        判红消除日期=days["cleared"],
    )  # fmt: skip
    book.put("risk_grades", 场所编号=site.number, 备案日期=days["filed"], 方法="LEC", 颜色="orange")
    book.put("papers", 场所编号=site.number, 日期=days["filed"], 种类="注册安全工程师", 编号=book.number("GC"), 离岗日期=days["removed"])
    book.put(
        "papers", 场所编号=site.number, 日期=days["found"], 种类="无事故确认", 编号="WSG", 起始日期=days["filed"] - timedelta(days=1500)
    )
    book.put(
        "certificates",
        场所编号=site.number,
        证书编号=book.number("ZS"),
        类型="standardisation_3",
        发证日期=days["filed"],
        有效期至=era.as_of + timedelta(days=400),
        撤销日期=days["removed"],
    )
    book.put(
        "insurances",
        场所编号=site.number,
        保单号=book.number("BD"),
        类型="safety_liability",
        起始日期=days["filed"],
        截止日期=era.as_of + timedelta(days=65),
    )
    book.put(
        "double_random",
        场所编号=site.number,
        任务编号=book.number("SSJ"),
        下达日期=era.as_of.replace(day=1),
        完成期限=era.as_of,
        检查编号=book.number("SJC"),
        检查日期=era.as_of,
        检查人员=("YG05", "YG06"),
    )
    book.put("injuries", 场所编号=site.number, 工伤日期=days["found"], 人数=1)
    book.put("video", 场所编号=site.number, 统计日期=days["removed"], 应接入=8, 已接入=7, 在线=6)


def _movements(first: Site, second: Site, book: Book, era: Era) -> None:
    day = era.as_of - timedelta(days=45)
    book.put("site_changes", 场所编号=first.number, 变更日期=day, 新镇街=second.township.name, 新地址=f"{second.township.name}示例路1号")
    book.put("site_changes", 场所编号=second.number, 变更日期=day, 从业人数=second.staff + 3)
    book.put("plates", 场所编号=second.number, 补发日期=day, 新码序号=2, 作废日期=day, 旧码序号=1, 原因="码牌破损（示例）")
    book.put("site_states", 场所编号=second.number, 变更日期=day, 状态="停产", 原因="企业申请（示例）")
    for kind in ("企业说明", "信息纠错"):
        book.put("remarks", 场所编号=first.number, 编号=book.number("SM"), 日期=day, 种类=kind, 内容="联系方式已更新（示例）", 公开日期=day if kind == "企业说明" else "")
    book.put(
        "complaints",
        场所编号=first.number,
        编号=book.number("JB"),
        日期=day,
        办理期限=day + timedelta(days=30),
        内容="群众举报（示例）",
        办结日期=day + timedelta(days=20),
        属实="是",
    )
