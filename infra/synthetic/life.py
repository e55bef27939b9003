"""What becomes of enterprises and their records: renamed, merged, their sectors declared by themselves and confirmed by officers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from infra.synthetic.book import Book
from infra.synthetic.conduct import Era
from infra.synthetic.sites import Site

DECLARED, CONFIRMED = 0.012, 0.10
FOLLOWED_PLATES = 0.02


def write_sectors(site: Site, book: Book, era: Era) -> None:
    """Officers confirm what they have seen; few enterprises declare by themselves."""
    random = site.random
    flags = [name for name, holds in (("chemical_type", site.chemical), ("special_premises", site.special)) if holds]
    if flags and random.random() < CONFIRMED + 0.5 * site.care:
        _sector(site, book, era.back(random.randint(10, 500), site), "核实", 情况=flags, 说明="现场核实（示例）")
    if random.random() < DECLARED:
        _sector(site, book, era.back(random.randint(5, 200), site), "申报", 消防重点单位="是" if "key_fire" in site.signs else "否", 说明="企业申报（示例）")


def _sector(site: Site, book: Book, day: object, kind: str, **values: object) -> None:
    book.put("sectors", 场所编号=site.number, 编号=book.number("LY"), 日期=day, 种类=kind, **values)


def write_showcase(sites: list[Site], one: Callable[[], Site], book: Book, era: Era) -> None:
    """One of each: a renamed enterprise, two records of one site, two merged enterprises, a declaration, withdrawn facts."""
    renamed, kept, buyer, sold, declared = one(), one(), one(), one(), one()
    day = era.as_of - timedelta(days=40)
    book.put("enterprise_changes", 企业编号=renamed.enterprise_number, 变更日期=day, 新名称=f"{renamed.enterprise_name[:-4]}集团有限公司")
    double = next(site for site in reversed(sites) if site.township == kept.township and site.sequence == 1 and site.number != kept.number)
    put_merge(book, "site", double.number, kept.number, day)
    put_merge(book, "enterprise", sold.enterprise_number, buyer.enterprise_number, day)
    _sector(declared, book, day, "申报", 重点监管工艺="是", 说明="新增工艺（示例）")
    _sector(kept, book, day, "核实", 情况=("special_premises", "key_fire_unit"), 说明="现场核实（示例）")
    number = book.number("QY")
    book.put("enterprise_acts", 企业编号=renamed.enterprise_number, 编号=number, 日期=day - timedelta(days=20), 种类="行政处罚")
    book.put("enterprise_voids", 企业编号=renamed.enterprise_number, 更正日期=day, 作废编号=number, 理由="处罚错企业（示例）", 签署人=("QJ01", "QJ02"))
    moved = book.number("YS")
    book.put("township_acts", 镇街=kept.township.name, 编号=moved, 日期=day - timedelta(days=9), 种类="移送", 应移送="是", 已移送="是")
    book.put("township_voids", 镇街=kept.township.name, 更正日期=day, 作废编号=moved, 理由="重复登记（示例）", 签署人=("QJ01", "QJ02"))


def write_plates(site: Site, book: Book, era: Era) -> None:
    """Some plates with what became of them: printed, mounted, damaged by the weather, printed again and hung in the place of the old one."""
    if site.random.random() > FOLLOWED_PLATES:
        return
    day = era.back(site.random.randint(60, 600), site)
    steps = (("印制", 0, ""), ("安装", 3, ""), ("损坏", 20, "风雨褪色（示例）"), ("更换", 27, "原号重印（示例）"))
    for kind, after, note in steps[: site.random.choice((2, 2, 3, 4))]:
        on = era.within(day + timedelta(days=after))
        if on:
            book.put("plate_life", 场所编号=site.number, 日期=on, 种类=kind, 码序号=1, 说明=note)


def put_merge(book: Book, scope: str, gone: str, into: str, day: object) -> None:
    """Both halves of a merge: who takes in, and who goes."""
    code = {"site": "场所编号", "enterprise": "企业编号"}[scope]
    book.put(f"{scope}_absorptions", **{code: into, f"被并{code}": gone, "合并日期": day})
    book.put(f"{scope}_merges", **{code: gone, f"并入{code}": into, "合并日期": day, "原因": "重复建档（示例）" if scope == "site" else "吸收合并（示例）"})
