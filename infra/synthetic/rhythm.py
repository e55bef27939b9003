"""When sites check themselves: who began when, in which rhythm, and what was left out."""

from __future__ import annotations

from datetime import date, timedelta

from chalicelib import clock
from infra.synthetic.book import Book
from infra.synthetic.conduct import Era
from infra.synthetic.sites import Site

MONTHS = 23
SPRING_FESTIVAL = 2


def write_self_checks(site: Site, book: Book, era: Era) -> None:
    """Self-checks on the platform: a few sites from the first month on, more of them month by month, most by the end. Whoever does it keeps a
    rhythm of one to three months, leaves some out (many around the Spring Festival), and the careless never begin."""
    random = site.random
    if random.random() >= min(0.94, 0.55 + 0.5 * site.care):
        if random.random() < 0.2:
            _self_check(site, book, *_month_back(era, random.randint(3, 22)))
        return
    began = round(MONTHS * (1 - random.random()) ** (6.2 - 2.4 * site.care))
    rhythm = random.choices((1, 2, 3), (0.3 * site.care, 0.7, 3.6))[0]
    for back in range(random.randrange(rhythm), max(began, rhythm) + 1, rhythm):
        first, last = _month_back(era, back)
        kept = 0.42 if first.month == SPRING_FESTIVAL else 0.97 if back < rhythm else 0.62 + 0.3 * site.care
        if random.random() < kept:
            _self_check(site, book, first, last)


def _month_back(era: Era, back: int) -> tuple[date, date]:
    """First and last day of a month so many before the end; the last of the newest is the end itself."""
    first, following = clock.parse_month(clock.month_of(clock.add_months(era.as_of.replace(day=1), -back)))
    return first, min(following - timedelta(days=1), era.as_of)


def _self_check(site: Site, book: Book, first: date, last: date) -> None:
    day = first + timedelta(days=site.random.randint(0, (last - first).days))
    if day < site.registered_on:
        return
    found = ["E05.defect=1"] if site.random.random() < 0.04 else ["W03.disorder=1"] if site.random.random() < 0.04 else []
    covers = sorted({text.split(".")[0] for text in found})
    book.put("self_checks", 场所编号=site.number, 自查日期=day, 全面自查="partial", 问题=found, 自查项目=covers or ["E05", "W01"])
