"""What townships send: the year's plan, monthly returns with a second person's confirmation, orders from above."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

from chalicelib import clock
from chalicelib.register.district import Township
from infra.synthetic.book import Book
from infra.synthetic.conduct import Era

RETURN_MONTHS = 24
SECTORS = ("", "HAZARDOUS_CHEMICALS", "SPECIAL_PREMISES", "FIRE_SAFETY")


def write_plans(township: Township, care: float, visits: Counter, book: Book, era: Era) -> None:
    """The plans of this year and the one before, in proportion to what is done: a careful township keeps up with them."""
    for year in (era.as_of.year - 1, era.as_of.year):
        _write_plan(township, care, visits, book, era, year)


def _write_plan(township: Township, care: float, visits: Counter, book: Book, era: Era, year: int) -> None:
    for sector in SECTORS:
        done = visits[township.code, sector] * 12 / era.as_of.month
        planned = max(4, round(done / (0.93 + 0.12 * care)))
        book.put(
            "township_plans",
            镇街=township.name,
            计划编号=f"{year}-{sector or 'ALL'}",
            下达日期=date(year, 1, 1),
            年度=year,
            领域=sector,
            检查数=planned,
        )


def count_visits(book: Book, towns: dict[str, str], era: Era) -> Counter:
    """Inspections of the year so far by township code and sector; "" is all sectors together."""
    counted: Counter = Counter()
    for row in book.rows["inspections"]:
        if row[2][:4] == str(era.as_of.year):
            counted.update((towns[row[0]], sector) for sector in ["", *row[5].split(";")])
    return counted


def write_returns(township: Township, care: float, book: Book, era: Era, seed: int) -> None:
    """Returns of the last months; the careless send fewer activities, some late, some without confirmation."""
    random = Random(f"{seed}|township|{township.code}")
    month = clock.month_of(era.as_of)
    trained = random.uniform(0.8, 1.05) + 0.1 * care
    for _ in range(RETURN_MONTHS):
        first, following = clock.parse_month(month)
        sent = min(following - timedelta(days=1), era.as_of)
        good = 0.75 + 0.2 * care
        values: dict[str, tuple[object, object, str]] = {
            "ZR1": (1 if random.random() < good + 0.1 else 0, 1, ""),
            "ZR5": (9 if random.random() < good else 7, 9, ""),
            "PX4": (min(24, round(2 * first.month * trained)), 24, ""),
            "PX5": (1 if random.random() < good + 0.1 else 0, 1, ""),
            "ZX6": (0 if random.random() < good else 1, "", ""),
            "JG8": (0 if random.random() < good + 0.15 else 1, "", ""),
            "CX2": (1, "", random.choice(("district", "municipal")) if random.random() < good else "district"),
        }
        for code, (done, due, level) in values.items():
            confirmed = sent if random.random() < 0.93 + 0.06 * care else None
            book.put(
                "township_returns",
                镇街=township.name,
                月份=month,
                小项=code,
                填报日期=sent,
                完成数=done,
                应完成数=due,
                级别=level,
                附件=f"FJ-{month}-{code}",
                复核人="ZJ02",
                复核日期=confirmed,
            )
        month = clock.previous_month(month)


def write_acts(township: Township, care: float, book: Book, era: Era, seed: int) -> None:
    """Orders from above with their closing, transferred cases, and one failed feed somewhere."""
    random = Random(f"{seed}|acts|{township.code}")
    put, start = book.put, era.as_of.replace(day=1)
    for back in range(0, 31 * RETURN_MONTHS, 31):
        day = start - timedelta(days=back + random.randint(1, 20))
        due = day + timedelta(days=25)
        closed = era.within(day + timedelta(days=random.randint(8, 24) if random.random() < 0.75 + 0.2 * care else 34))
        put("township_acts", 镇街=township.name, 编号=book.number("DB"), 日期=day, 种类="督办", 办理期限=due, 办结日期=closed)
    if random.random() < 0.5:
        put(
            "township_acts",
            镇街=township.name,
            编号=book.number("YS"),
            日期=start - timedelta(days=20),
            种类="移送",
            应移送="是",
            已移送="是",
        )


def write_failed_feed(township: Township, book: Book, era: Era) -> None:
    month = clock.previous_month(clock.month_of(era.as_of))
    book.put(
        "township_acts", 镇街=township.name, 编号=book.number("ZD"), 日期=clock.last_day(month), 种类="数据中断", 小项="CX3", 月份=month
    )
