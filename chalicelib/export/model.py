"""What an export holds: datasets, their columns, and the group of the read matrix that each column belongs to. Pure.

Rows are sites inside the reader's reach; a column is there for a row where the matrix shows its group as it is. Nothing is
counted or masked into an export: what is not shown in full is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import orjson

from chalicelib import clock
from chalicelib.access.identity import Identity, SubjectFacts
from chalicelib.access.policy import audience_of, read_matrix
from chalicelib.desk.words import in_words, words_of_values
from chalicelib.exact import TENTHS, text_of
from chalicelib.labels import SOURCE, STATE
from chalicelib.supervision.site import site_on
from chalicelib.supervision.vocabulary import load_vocabulary

SHOWN = frozenset({"show", "logged"})
# Out of nobody's reach there is nothing to export, and an administrator sees no cases.
NO_REACH = frozenset({"public"})
# Fields that name persons or their papers, in whatever kind they stand.
PERSON_FIELDS = frozenset({"officers", "signers", "confirmed_by", "number"})
KIND_GROUPS = {
    "appeals": ("appeal", "appeal_opinion", "appeal_decided", "appeal_withdrawn", "reply", "reply_published", "error_reported", "complaint", "complaint_decided"),
    "penalties": ("penalty", "enterprise_penalty", "result_published"),
    "secrets": ("major_hazard_source_filed", "major_hazard_source_removed", "video_link_measured"),
}  # fmt: skip
GROUP_OF_KIND = {kind: group for group, kinds in KIND_GROUPS.items() for kind in kinds}
ENVELOPE = frozenset({"id", "on", "at", "by", "scope", "evidence", "place", "then", "void", "kind", "caused_by"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in the file's heading, its name in the data, the group that decides who sees it, the type of its values
    (``text whole degrees score day instant flag``), and what the legend says of it."""

    title: str
    name: str
    group: str = "identity"
    type: str = "text"
    about: str = ""


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """One site as the stores hold it: the attributes of its card, and its facts (empty where a dataset needs none)."""

    card: Mapping[str, object]
    facts: Mapping[str, object]

    @property
    def subject(self) -> SubjectFacts:
        card = self.card
        return SubjectFacts("site", str(card["site_id"]), str(card.get("enterprise_id") or ""), frozenset({str(card["township"])}))


SITE, TOWNSHIP = Column("场所编号", "site_id", about="本系统给场所的编号，永不改变"), Column("镇街编号", "township", about="镇街的行政区划代码")
CARDS = (
    SITE, Column("名称", "name"), Column("镇街", "township_name"),
    Column("等级", "grade", about="本区四级的颜色；未赋码为尚未评定、停产、注销或迁出"),
    Column("得分", "score", "case", "score", "0至100；封顶和否决只改变等级，不改变得分"),
    Column("评定日", "as_of", type="day", about="等级按这一天评定"), Column("下次变化日", "review_on", type="day", about="没有新记录时，等级最早在这一天自行变化"),
    Column("规则", "rule_set", about="评定所依据的规则集和版本"), Column("码牌编次", "issue", type="whole", about="有效码牌是第几次发放的"), TOWNSHIP,
)  # fmt: skip
REGISTER = (
    SITE, Column("企业编号", "enterprise_id", "case", about="同一企业的各场所相同"), Column("名称", "name"),
    Column("统一社会信用代码", "uscc", about="GB 32100-2015"),
    Column("镇街", "township_name"), Column("状态", "state", about="在业、停产、注销、迁出、已并入"), Column("地址", "address", "case"),
    Column("行业代码", "industry", "case", about="GB/T 4754-2017"), Column("规模", "size", "case"),
    Column("从业人数", "staff", "case", "whole", "空白为未知，不是0"), Column("生产形式", "premises", "case"),
    Column("经度", "longitude", "case", "degrees", "WGS-84，度"), Column("纬度", "latitude", "case", "degrees", "WGS-84，度"), Column("危化品类型", "chemical_type", "secrets"),
    Column("重点监管工艺", "key_process", "secrets", "flag", "空白为未登记"), Column("特殊场所", "special_premises", "secrets"), TOWNSHIP,
)  # fmt: skip
EVENTS = (
    SITE, Column("名称", "name"), Column("记录编号", "id", about="永不改变，可据此引用"), Column("种类", "title"),
    Column("发生日", "on", type="day", about="事实发生的法定日期"), Column("记录时间", "at", type="instant", about="来源记下它的时间，北京时间"),
    Column("来源", "by", about="自查、镇街、区级、专家、举报、系统"), Column("内容", "says", about="各字段的文字"), Column("原记录", "caused_by", about="这条记录是对哪一条的后续"),
    Column("作废日", "withdrawn_on", type="day", about="有日期的已作废，不再计算"), Column("种类代码", "kind"), Column("数据", "content", about="各字段的代码，JSON"),
)  # fmt: skip
DATASETS = {"cards": CARDS, "register": REGISTER, "events": EVENTS}
NEEDS_FACTS = frozenset({"register", "events"})
TITLES = {"cards": "安全码", "register": "企业档案", "events": "监管记录"}


READ = {"day": date.fromisoformat, "instant": datetime.fromisoformat, "degrees": float, "whole": int}


def columns_of(dataset: str, identity: Identity) -> tuple[Column, ...]:
    """The columns that this role sees inside its reach."""
    return tuple(column for column in DATASETS[dataset] if _shown(column.group, identity.role))


def groups_on_record(dataset: str, identity: Identity) -> list[str]:
    """Groups of this export that are shown only on the record."""
    wanted = {column.group for column in columns_of(dataset, identity)} | ({"persons", *KIND_GROUPS} if dataset == "events" else set())
    return sorted(group for group in wanted if read_matrix()[group].get(identity.role) == "logged")


def rows_of(dataset: str, sites: Iterable[SiteRecord], identity: Identity, on: str) -> Iterator[list[object]]:
    """The rows of a dataset: only of sites inside the reader's reach, only with the columns he sees."""
    columns = [(column.name, READ.get(column.type)) for column in columns_of(dataset, identity)]
    for site in sites:
        if audience_of(identity, site.subject) not in NO_REACH:
            for row in ROWS[dataset](site, identity, on):
                yield [value if read is None or value in (None, "") else read(value) for name, read in columns for value in (row.get(name),)]


def _cards(site: SiteRecord, identity: Identity, on: str) -> Iterator[Mapping[str, object]]:
    card = site.card
    score = card.get("score")
    yield {**card, "grade": card["grade_word"], "score": None if score is None else Decimal(text_of(int(str(score)), TENTHS))}


def _register(site: SiteRecord, identity: Identity, on: str) -> Iterator[Mapping[str, object]]:
    register = site_on(site.facts, on)
    if register is not None:
        state = str(register.get("state") or "operating")
        own = {"site_id": site.card["site_id"], "enterprise_id": site.facts.get("enterprise_id"), "township_name": site.card.get("township_name")}
        told = {name: in_words(register[name]) for name in ("size", "premises", "chemical_type", "special_premises") if register.get(name)}
        yield {**register, **told, **own, "state": STATE.get(state, state)}


def _events(site: SiteRecord, identity: Identity, on: str) -> Iterator[Mapping[str, object]]:
    """Every record of the site's facts and every step of its stories, withdrawn ones with the day of their withdrawal."""
    records: Mapping[str, list[Mapping]] = site.facts.get("records", {})  # type: ignore[assignment]
    for kind, found in records.items():
        for record in found:
            yield from _event(site, kind, record, identity)
            for step in record.get("then") or ():
                yield from _event(site, step["kind"], {"caused_by": record["id"], **step}, identity)


def _event(site: SiteRecord, kind: str, record: Mapping, identity: Identity) -> Iterator[Mapping[str, object]]:
    if _shown(GROUP_OF_KIND.get(kind, "case"), identity.role):
        hidden = ENVELOPE if _shown("persons", identity.role) else ENVELOPE | PERSON_FIELDS
        content = {name: value for name, value in record.items() if name not in hidden}
        yield {
            "site_id": site.card["site_id"], "name": site.card.get("name"), "id": record["id"], "kind": kind, "title": load_vocabulary().kinds[kind].title,
            "on": record["on"], "at": f"{clock.parse_instant(record['at']).astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M:%S}", "says": words_of_values(content), "by": SOURCE.get(record["by"], record["by"]), "caused_by": record.get("caused_by"),
            "withdrawn_on": (record.get("void") or {}).get("on"), "content": orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode(),
        }  # fmt: skip


def _shown(group: str, role: str) -> bool:
    return read_matrix()[group].get(role) in SHOWN


ROWS = {"cards": _cards, "register": _register, "events": _events}
