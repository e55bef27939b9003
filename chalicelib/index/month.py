"""What the sub-items look at: one township's sites and own records, frozen, with the month's dates. Built once per township."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import cached_property

from chalicelib.clock import add_days, add_months, parse_month
from chalicelib.grading.model import ItemResult, Judgement
from chalicelib.index.model import Measure, State
from chalicelib.index.records import Record, standing, township_on
from chalicelib.index.structure import IndexRules, SubItem
from chalicelib.riskmap.model import SiteRisk


@dataclass(frozen=True, slots=True)
class SiteMonth:
    """A site at month end: frozen facts, its judgement and its risk that day, and its colours where earlier quotas were fixed."""

    site_id: str
    facts: Mapping
    judgement: Judgement
    items: Mapping[str, ItemResult]
    risk: SiteRisk
    profile: Mapping
    colour_month_before: str
    colour_quarter_before: str

    @property
    def colour(self) -> str:
        return self.judgement.grade.code


@dataclass(frozen=True)
class Month:
    """A township's month. ``records`` is the township's own log, regrouped like a site's facts."""

    month: str
    township: str
    sites: tuple[SiteMonth, ...]
    records: Mapping
    rules: IndexRules

    @cached_property
    def first(self) -> str:
        return parse_month(self.month)[0].isoformat()

    @cached_property
    def last(self) -> str:
        return (parse_month(self.month)[1] - timedelta(days=1)).isoformat()

    @cached_property
    def quarter_first(self) -> str:
        first = parse_month(self.month)[0]
        return add_months(first, -((first.month - 1) % 3)).isoformat()

    @cached_property
    def year(self) -> int:
        return parse_month(self.month)[0].year

    @cached_property
    def year_first(self) -> str:
        return f"{self.year:04d}-01-01"

    @cached_property
    def in_register(self) -> tuple[SiteMonth, ...]:
        """在册: sites 在业 here on the last day, grey ones included (domain §12.63)."""
        return tuple(site for site in self.sites if site.risk.operating and site.risk.township == self.township)

    def site_records(self, kind: str, first: str) -> Iterator[Record]:
        """Standing records of a kind dated from ``first`` to the last day, at sites that were in this township that day."""
        for site in self.sites:
            if kind in site.facts["records"]:
                yield from (r for r in standing(site.facts, kind, self.last) if r["on"] >= first and self.is_here(site, r["on"]))

    def is_here(self, site: SiteMonth, day: str) -> bool:
        """Whether the site was in this township on that day; a site that never moved is."""
        return "site_moved" not in site.facts["records"] or township_on(site.facts, day) == self.township

    def due_here(self, day: str) -> bool:
        """Whether a deadline falls into this month (domain §12.64)."""
        return self.first <= day <= self.last

    @cached_property
    def returns_until(self) -> str:
        """The last day on which a return of this month may come in and be confirmed."""
        return add_days(parse_month(self.month)[1], self.rules.limits["return_days"] - 1).isoformat()

    def own(self, kind: str, until: str | None = None) -> Iterator[Record]:
        """Standing records of the township itself, dated by the last day (or ``until``)."""
        return standing({"records": self.records}, kind, until or self.last)

    def measure(
        self, item: SubItem, numerator: int | Fraction, denominator: int = 0, cases: Iterable[str] = (), **extra: object
    ) -> Measure:
        """A value with its cases, cut to the listed number; the count stays whole."""
        found = sorted(cases)
        listed = tuple(found[: self.rules.limits["cases_listed"]])
        counts = {"cases": listed, "case_count": len(found), **extra}
        return Measure(item.code, State.VALUE, numerator, denominator, **counts)  # type: ignore[arg-type]

    def share_of_sites(self, item: SubItem, sites: Iterable[SiteMonth], is_done: Callable[[SiteMonth], bool]) -> Measure:
        """How many of these sites pass; the others are the cases."""
        group = list(sites)
        failing = [site.site_id for site in group if not is_done(site)]
        return self.measure(item, len(group) - len(failing), len(group), failing)

    def share_of_records(self, item: SubItem, records: Iterable[tuple[str, bool]]) -> Measure:
        """How many of these (id, done) pairs are done; the others are the cases."""
        group = list(records)
        failing = [identity for identity, is_done in group if not is_done]
        return self.measure(item, len(group) - len(failing), len(group), failing)
