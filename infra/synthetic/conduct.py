"""What a site does and what is found there: assessments, completeness, papers. All from its care and chance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib import clock
from chalicelib.grading.rules import Item, RuleSet
from infra.synthetic.book import Book
from infra.synthetic.sites import Site

HISTORY_DAYS = 730
RARE_ZERO = 0.38
REQUIRED_FIELDS = 40
MANY_FINDINGS = 14
GRAVE_FINDINGS = {"B03.unlicensed", "W05.combined_use", "P02.not_identified"}


@dataclass(frozen=True, slots=True)
class Era:
    """The day the tables stand at, the first day of their history, and the standard whose clauses findings use."""

    as_of: date
    rules: RuleSet

    @property
    def first(self) -> date:
        return self.as_of - timedelta(days=HISTORY_DAYS)

    def back(self, days: int, site: Site) -> date:
        """So many days before the end, though not before the site was there."""
        return max(self.as_of - timedelta(days=days), site.registered_on)

    def within(self, day: date) -> date | None:
        """The day, unless it is still to come."""
        return day if day <= self.as_of else None


def write_register(site: Site, book: Book, era: Era) -> None:
    """The site's line of the register, with its enterprise."""
    signs, random = site.signs, site.random
    book.put(
        "sites",
        企业编号=site.enterprise_number, 企业名称=site.enterprise_name, 统一社会信用代码=site.uscc, 无代码原因="" if site.uscc else "未办理营业执照（示例）",
        场所编号=site.number, 场所序号=site.sequence, 场所名称=site.name, 镇街=site.township.name,
        地址=f"{site.township.name}示例路{random.randint(1, 999)}号", 经度=site.longitude, 纬度=site.latitude,
        行业=site.trade.industry, 从业人数=site.staff,
        规模=_size(site), 场所类型="厂中厂" if "tenant" in signs else "独立企业", 承租单位数=random.randint(3, 9) if "tenants_3" in signs else "",
        建筑面积=round(site.staff * random.uniform(15, 60)), 危化类型=site.chemical,
        重点监管工艺="key_process" in signs, 吸入性剧毒="inhalation_toxic" in signs,
        三场所三企业=site.special, 涉粉人数=_dust_workers(site),
        铝镁粉尘="combustible_dust" in site.special and site.trade.industry == "C33", 有毒有限空间="toxic_space" in signs, 溶剂型喷涂="solvent" in signs,
        八类企业=site.eight, 消防重点单位="key_fire" in signs, 易燃易爆="key_fire" in signs and bool(site.chemical), 劳动密集="labour_100" in signs,
        夜间生产="night" in signs, 特种设备=random.randint(1, 8) if "equipment" in signs else 0, 规上=site.staff >= 90,
        应投安责险=bool(site.chemical) or "metal_smelting" in site.special, 应创标准化=site.staff >= 90,
        其他领域=_further_sectors(site), 入库日期=site.registered_on,
    )  # fmt: skip


def _further_sectors(site: Site) -> tuple[str, ...]:
    """Sectors that have no weight in the model yet: who carries on the road is in one of them."""
    return ("road_traffic",) if site.trade.industry == "G54" or "物流" in site.enterprise_name else ()


def _dust_workers(site: Site) -> object:
    if "combustible_dust" not in site.special:
        return ""
    return site.random.randint(10, 30) if "dust_10" in site.signs else site.random.randint(1, 9)


def _size(site: Site) -> str:
    return "小微" if site.staff < 20 else "规下" if site.staff < 90 else "规上" if site.staff < 300 else "规上亿元"


def write_completeness(site: Site, book: Book, era: Era) -> None:
    filled = round(REQUIRED_FIELDS * min(1.0, 0.70 + 0.32 * site.care + site.random.uniform(-0.05, 0.05)))
    book.put(
        "completeness", 场所编号=site.number, 统计日期=era.back(site.random.randint(366, 720), site), 已填项=filled, 应填项=REQUIRED_FIELDS
    )


def write_assessments(site: Site, book: Book, era: Era) -> bool:
    """The site's full assessment, for some an older one too. False if it was never assessed and stays without a colour."""
    random = site.random
    if random.random() < 0.028:
        return False
    reach = 355 if site.higher_risk and random.random() < 0.75 + 0.2 * site.care else 720
    day = era.back(random.randint(95, reach), site)
    if random.random() < 0.05 and (day - site.registered_on).days > 200:
        _assessment(site, book, era, day - timedelta(days=random.randint(150, 190)), worse=0.15)
    _assessment(site, book, era, day, worse=0.0)
    if random.random() < 0.03:
        found = _findings(site, era, 0.3, only=random.choice(("E", "W", "B")))
        book.put(
            "assessments",
            场所编号=site.number,
            评定编号=book.number("PD"),
            评定日期=era.back(random.randint(5, 90), site),
            评定方="township",
            评定人="YG21",
            全面评定="partial",
            问题=found,
        )
    return True


def _assessment(site: Site, book: Book, era: Era, day: date, worse: float) -> None:
    by = site.random.choices(("township", "expert", "district"), (6, 3, 1))[0]
    found = _findings(site, era, worse)
    na = site.not_applicable
    if worse == 0 and (len(found) >= MANY_FINDINGS or GRAVE_FINDINGS & {text.split("=")[0] for text in found}):
        book.trouble(site.number, 1)
    book.put(
        "assessments",
        场所编号=site.number,
        评定编号=book.number("PD"),
        评定日期=day,
        评定方=by,
        评定人=f"YG{site.random.randint(1, 60):02d}",
        全面评定="full",
        问题=found,
        空项=na,
    )


def _findings(site: Site, era: Era, worse: float, only: str = "") -> list[str]:
    """Findings as ``item.clause=count``, from the clauses of the standard; careless sites have more and graver ones."""
    random, lack = site.random, min(1.0, 1 - site.care + worse)
    found = []
    absent = set(site.not_applicable)
    for item in era.rules.items.values():
        if item.derive is not None or item.code in absent or (only and item.axis != only):
            continue
        if random.random() < 0.01 + 0.62 * lack**1.25:
            found.extend(_finding(item, lack, site))
    return found


def _finding(item: Item, lack: float, site: Site) -> list[str]:
    random = site.random
    mild = [clause for clause in item.clauses.values() if clause.mode != "zero"]
    grave = [clause for clause in item.clauses.values() if clause.mode == "zero"]
    if grave and random.random() < RARE_ZERO * lack * (0.5 if item.key else 1.4):
        return [f"{item.code}.{random.choice(grave).code}=1"]
    weights = [0.2 + 5.0 * lack if clause.major_hazard_from else 1.0 for clause in mild]
    if not mild or (item.key and not any(not clause.major_hazard_from for clause in mild)):
        return []
    clause = random.choices(mild, weights)[0]
    count = 1 if clause.mode == "once" else 1 + (random.random() < lack) + (random.random() < lack * 0.6)
    return [f"{item.code}.{clause.code}={count}"]


def write_papers(site: Site, book: Book, era: Era) -> None:
    """Certificates, insurance, signed responsibility, engineers, staff statistics, filings."""
    random, put = site.random, book.put
    if random.random() < 0.75 + 0.22 * site.care:
        start = date(era.as_of.year, 1, 1)
        put(
            "papers",
            场所编号=site.number,
            日期=max(min(start + timedelta(days=random.randint(2, 55)), era.as_of), site.registered_on),
            种类="责任书",
            编号=f"ZR{era.as_of.year}",
            年度=era.as_of.year,
        )
    if site.staff >= 90 and random.random() < 0.45 + 0.5 * site.care:
        _certificate(
            site,
            book,
            era,
            random.choices(("standardisation_1", "standardisation_2", "standardisation_3", "standardisation_micro"), (1, 8, 60, 20))[0],
            3,
        )
    if site.chemical and site.chemical != "use":
        _certificate(site, book, era, "licence", 3, required=True, lapse=0.02)
    elif random.random() < 0.02:
        _certificate(site, book, era, random.choice(("filing", "report", "licence")), 3, lapse=0.15)
    if bool(site.chemical) or "metal_smelting" in site.special or random.random() < 0.03:
        put(
            "insurances",
            场所编号=site.number,
            保单号=book.number("BD"),
            类型=random.choice(("safety_liability", "safety_liability", "work_injury")),
            **_period(site, era, 365, 0.9),
        )
    if site.staff >= 110:
        write_staff(site, book, era)


def _period(site: Site, era: Era, days: int, current: float) -> dict[str, date]:
    left = site.random.randint(20, days - 20) if site.random.random() < current else -site.random.randint(1, 60)
    end = era.as_of + timedelta(days=left)
    start = max(end - timedelta(days=days), site.registered_on)
    return {"起始日期": start, "截止日期": max(end, start)}


def _certificate(site: Site, book: Book, era: Era, kind: str, years: int, required: bool = False, lapse: float = 0.04) -> None:
    period = _period(site, era, 365 * years, 1 - lapse * (1.6 - site.care))
    revoked = era.as_of - timedelta(days=20) if kind.startswith("standard") and site.random.random() < 0.01 else None
    book.put(
        "certificates", 场所编号=site.number, 证书编号=book.number("ZS"), 类型=kind, 发证日期=period["起始日期"],
        有效期至=period["截止日期"], 法定必备=required, 撤销日期=revoked,
    )  # fmt: skip


def write_staff(site: Site, book: Book, era: Era) -> None:
    random = site.random

    def passed(due: int) -> int:
        return sum(random.random() < 0.68 + 0.32 * site.care for _ in range(due))

    managers, special = 1 + site.staff // 100, random.randint(1, 6) if "special_work" in site.signs else 0
    book.put(
        "staff", 场所编号=site.number, 统计日期=era.back(random.randint(31, 58), site),
        负责人应考=1, 负责人合格=passed(1), 管理员应考=managers, 管理员合格=passed(managers),
        特种登记=special, 特种有效=passed(special),
    )  # fmt: skip
    if site.staff >= 150 and random.random() < 0.5:
        left = era.as_of - timedelta(days=15) if random.random() < 0.1 and site.registered_on < era.first else None
        posted = era.back(random.randint(60, 600), site)
        book.put("papers", 场所编号=site.number, 日期=posted, 种类="注册安全工程师", 编号=book.number("GC"), 离岗日期=left)
    if site.staff >= 120 and random.random() < site.care * 0.7:
        since = clock.add_months(era.as_of, -random.choice((38, 45, 62, 80)))
        confirmed = era.back(random.randint(40, 300), site)
        book.put("papers", 场所编号=site.number, 日期=confirmed, 种类="无事故确认", 编号="WSG", 起始日期=since)
