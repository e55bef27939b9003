"""What authorities do at a site: inspections, hazards and their steps, penalties, orders, complaints, accidents, appeals."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from chalicelib import clock
from infra.synthetic.book import Book
from infra.synthetic.conduct import Era
from infra.synthetic.sites import Site

HAZARD_ITEMS = (
    ("E05", "灭火器压力不足"), ("E04", "配电箱未接地"), ("W01", "疏散通道堆放货物"), ("E03", "传动部位无防护罩"), ("W02", "风险公告栏缺失"), ("B05", "未佩戴防护用品"),
    ("M02", "操作规程未上墙"), ("E01", "压力容器超期未检"), ("W03", "车间积尘未清理"),
)  # fmt: skip
MAJOR_ITEMS = (("W05", "生产车间内设员工宿舍"), ("P02", "有限空间作业未审批"), ("E07", "除尘系统无泄爆装置"), ("P04", "重大危险源监控失效"))
TERMS = (7, 15, 15, 30)
FOLLOWED_MONTHS = 2
# The careless are found with the same again, and some again after that.
REPEATS = 0.55


def sectors_of(site: Site) -> list[str]:
    """The sectors an inspection of this site covers."""
    found = (["HAZARDOUS_CHEMICALS"] if site.chemical else []) + (["SPECIAL_PREMISES"] if site.special else [])
    return [*(found or ["OTHER_REGISTERED"]), "FIRE_SAFETY"]


def write_inspections(site: Site, book: Book, era: Era) -> None:
    """Inspections with what they find; careless and dangerous sites are visited more."""
    random = site.random
    visits = 0.12 + 0.45 * (1 - site.care) + 0.35 * bool(site.chemical) + 0.2 * bool(site.special)
    for _ in range(int(visits) + (random.random() < visits % 1)):
        day = era.back(_season(random, era), site)
        by = random.choices(("township", "district", "expert"), (7, 2, 1))[0]
        number = _visit(site, book, era, day, by)
        if random.random() < 0.25 + 0.6 * (1 - site.care):
            write_hazard(site, book, era, day, by, number)
    if random.random() < 0.02:
        write_hazard(site, book, era, era.back(random.randint(5, 200), site), "self", "")


def _visit(site: Site, book: Book, era: Era, day: date, by: str) -> str:
    """An inspection; its number."""
    random, number = site.random, book.number("JC")
    checked = era.within(day + timedelta(days=12)) if random.random() < 0.15 else None
    book.put(
        "inspections", 场所编号=site.number, 检查编号=number, 检查日期=day, 检查方=by, 检查人员=_pair(random), 领域=sectors_of(site),
        领导带队=random.random() < 0.2, 计划内=random.random() < 0.75, 质检日期=checked,
        质检合格="是" if random.random() < 0.7 + 0.15 * site.care + 0.15 * site.town_care else "否",
        签收结果="" if by == "expert" or day < era.back(365, site) else "拒签" if site.care < 0.15 else "签收",
    )  # fmt: skip
    return number


def write_follow_up(site: Site, book: Book, era: Era) -> None:
    """Visits in the last months to a site in trouble: monthly to those likely red, quarterly to those likely orange."""
    depth = book.troubled.get(site.number, 0)
    share = {0: 0.0, 1: 0.40, 2: 0.80}[depth] + 0.2 * site.town_care * bool(depth)
    month = clock.month_of(era.as_of)
    for _ in range(FOLLOWED_MONTHS):
        first, following = clock.parse_month(month)
        day = first + timedelta(days=site.random.randint(0, (min(following, era.as_of + timedelta(days=1)) - first).days - 1))
        if site.random.random() < share and day >= site.registered_on:
            _visit(site, book, era, day, "township")
        month = clock.previous_month(month)


# How a month is visited beside others: few around the Spring Festival, campaigns before it, in 安全生产月, before National Day and at the year's end.
SEASON = {1: 1.0, 2: 0.3, 3: 0.8, 4: 0.75, 5: 0.75, 6: 1.0, 7: 0.7, 8: 0.65, 9: 0.95, 10: 0.6, 11: 0.75, 12: 0.9}


def _season(random: Random, era: Era) -> int:
    """Days back of a visit: all of the two years by their seasons, somewhat more since the code is there."""
    while True:
        days = random.randint(0, 150) if random.random() < 0.12 else random.randint(0, 725)
        if random.random() < SEASON[(era.as_of - timedelta(days=days)).month]:
            return days


def _pair(random: Random) -> list[str]:
    first = random.randint(1, 60)
    return [f"YG{first:02d}", f"YG{first % 60 + 1:02d}"]


def write_hazard(site: Site, book: Book, era: Era, found_on: date, by: str, inspection: str, major: bool = False, after: str = "") -> str:
    """A hazard and the steps it has had by the end, in their legal order; the number it stands under."""
    random = site.random
    item, text = random.choice(MAJOR_ITEMS if major else HAZARD_ITEMS)
    deadline = found_on + timedelta(days=random.choice(TERMS))
    steps = {} if by == "self" and random.random() < 0.5 else _steps(site, era, found_on, deadline)
    number = book.number("YH")
    book.put(
        "hazards", 场所编号=site.number, 隐患编号=number, 检查编号=inspection, 发现日期=found_on, 来源=by, 级别="重大" if major else "一般",
        项目=item, 描述=text, 期限=deadline,
        专项=random.random() < 0.2, 重复于=after, 下达日期=found_on if by != "self" else None, **steps,
    )  # fmt: skip
    if not major and random.random() < REPEATS * (1 - site.care) ** 2:
        again = era.within(found_on + timedelta(days=random.randint(40, 260)))
        if again:
            write_hazard(site, book, era, again, "township", "", after=number)
    return number


def _steps(site: Site, era: Era, found_on: date, deadline: date) -> dict[str, object]:
    random = site.random
    if random.random() < 0.01:
        return {"误报作废日期": era.within(found_on + timedelta(days=1))}
    late = 0 if random.random() < 0.62 + 0.3 * site.care + 0.1 * site.town_care else random.randint(1, 40)
    reported = deadline + timedelta(days=late) if late else found_on + timedelta(days=random.randint(0, (deadline - found_on).days))
    checked = reported + timedelta(days=random.randint(0, 2))
    failed = random.random() < 0.22 * (1.2 - site.care)
    closed = checked + timedelta(days=9) if failed else checked
    steps: dict[str, object] = {
        "上报日期": era.within(reported),
        "首次复查日期": era.within(checked),
        "复查人员": _pair(random),
        "销号人员": _pair(random),
    }
    steps["首次复查结果"] = "failed" if failed else "passed"
    if failed:
        steps |= {"再次复查日期": era.within(closed), "再次复查结果": "passed"}
    if random.random() < 0.15:
        steps["开始整改日期"] = era.within(found_on + timedelta(days=1))
    if late and random.random() < 0.3:
        asked = deadline - timedelta(days=2)
        steps |= {
            "延期申请日期": era.within(asked),
            "延期至": deadline + timedelta(days=7),
            "延期批复日期": era.within(deadline - timedelta(days=1)),
        }
    return steps | {"销号日期": era.within(closed)}


def write_major_hazards(site: Site, book: Book, era: Era) -> None:
    """Major hazards: closed ones, open ones within their term, overdue ones, and a few refusals."""
    random = site.random
    if random.random() >= 0.016 + 0.075 * (1 - site.care) * (1 - 0.45 * site.town_care):
        return
    number, (item, text), state = (
        book.number("YH"),
        random.choice(MAJOR_ITEMS),
        random.choices(("closed", "open", "overdue", "refused"), (25, 40, *((36, 6) if site.town_care < 0.25 else (0.6, 0.2))))[0],
    )
    if state != "closed":
        book.trouble(site.number, 1 if state == "open" else 2)
    found = era.back(
        random.randint(120, 500) if state == "closed" else random.randint(2, 20) if state == "open" else random.randint(50, 90), site
    )
    deadline = found + timedelta(days=45 if state == "open" else 30)
    closed = era.within(found + timedelta(days=28)) if state == "closed" else None
    refused = era.within(found + timedelta(days=25)) if state == "refused" else None
    book.put(
        "hazards", 场所编号=site.number, 隐患编号=number, 发现日期=found, 来源="district", 级别="重大", 项目=item, 描述=text, 期限=deadline,
        专项=random.random() < 0.3, 下达日期=found,
        上报日期=closed - timedelta(days=2) if closed and closed > found else None, 首次复查日期=closed, 首次复查结果="passed",
        复查人员=_pair(random), 销号日期=closed, 销号人员=_pair(random),
        拒不整改日期=refused,
    )  # fmt: skip


def write_sanctions(site: Site, book: Book, era: Era) -> None:
    """Penalties, stop orders, obstruction, unlicensed activity, complaints."""
    random, lack = site.random, 1 - site.care
    for _ in range((random.random() < 0.10 * lack) + (random.random() < 0.06 * lack) + (random.random() < 0.01)):
        day = era.back(random.randint(1, 500), site)
        due = day + timedelta(days=9)
        procedure = random.choice(("general", "simple"))
        amount = random.randint(5, 60) * (1000 if procedure == "general" else 50)
        published = due - timedelta(days=2) if random.random() < 0.7 + 0.3 * site.care else due + timedelta(days=5)
        book.put(
            "penalties",
            场所编号=site.number,
            文号=book.number("CF"),
            决定日期=day,
            程序=procedure,
            金额=amount,
            应公示日期=due,
            公示日期=era.within(published),
        )
    for kind, share, days in (("停产停业", 0.018, 180), ("阻碍检查", 0.005, 200), ("无许可", 0.014, 160)):
        if random.random() < share * lack * 2:
            day = era.back(random.randint(3, days), site)
            ended = era.within(day + timedelta(days=random.randint(20, 90))) if kind != "阻碍检查" and random.random() < 0.6 else None
            if ended is None:
                book.trouble(site.number, 2)
            during = era.within(day + timedelta(days=9)) if kind == "停产停业" and random.random() < 0.2 else None
            book.put("orders", 场所编号=site.number, 编号=book.number("QZ"), 日期=day, 种类=kind, 期间生产日期=during, 结束日期=ended)
    if random.random() < 0.008 + 0.03 * lack:
        day = era.back(random.randint(1, 360), site)
        decided = era.within(day + timedelta(days=random.randint(3, 70)))
        book.put(
            "complaints",
            场所编号=site.number,
            编号=book.number("JB"),
            日期=day,
            办理期限=day + timedelta(days=60),
            内容="群众举报（示例）",
            办结日期=decided,
            属实=random.choice("是否"),
        )


def write_accidents(site: Site, book: Book, era: Era) -> None:
    """Accidents and injuries; fatal ones are rare, some within the last half year."""
    random, lack = site.random, 1 - site.care
    if random.random() < 0.012 + 0.03 * lack:
        book.put("injuries", 场所编号=site.number, 工伤日期=era.back(random.randint(1, 700), site), 人数=1 + (random.random() < 0.1))
    if random.random() >= 0.004 + 0.022 * lack:
        return
    fatal, serious = random.random() < 0.12, random.random() < 0.25
    accident_row(
        site, book, era, era.back(random.randint(40, 700), site), deaths=int(fatal), serious=int(serious), late=random.random() < 0.05
    )


def accident_row(site: Site, book: Book, era: Era, day: date, *, deaths: object, serious: int, late: bool = False, **more: object) -> str:
    """An accident with its determination and follow-up; the number it stands under."""
    random, number = site.random, book.number("SG")
    determined = era.within(day + timedelta(days=55))
    measures = era.within(day + timedelta(days=80))
    due = random.randint(2, 6)
    if deaths and day > era.as_of - timedelta(days=180):
        book.trouble(site.number, 2)
    values = {
        "事故编号": number, "事故日期": day, "死亡": deaths, "重伤": serious, "轻伤": random.randint(0, 2),
        "直接损失": random.randint(1, 90) * 10000, "社会影响": random.random() < 0.08,
        "责任": "pending", "迟报": late, "认定日期": determined, "认定责任": "not_responsible" if random.random() < 0.1 else "responsible",
        "措施日期": measures, "应落实": due, "已落实": sum(random.random() < 0.5 + 0.5 * site.care for _ in range(due)),
    }  # fmt: skip
    book.put("accidents", 场所编号=site.number, **{**values, **more})
    return number
