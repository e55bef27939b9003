"""Writes the demo district: the invented tables of a whole district as CSV files, ready for the real import path."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from chalicelib.errors import NotFound
from chalicelib.grading.rules import load_rule_set
from chalicelib.register.district import District, Township
from infra.synthetic import conduct, life, rare, rhythm, supervision, townships
from infra.synthetic.book import Book, Summary
from infra.synthetic.conduct import Era
from infra.synthetic.sites import COUNTS, Site, counts_of, make_sites, township_sizes

SIZES = {"small": 90, "full": 8800}
DEFAULT_SEED = 20200612


def full_size(district: District) -> int:
    """How many sites the whole invented district has; 0 for a district without invented data."""
    return sum(sites for sites, _ in counts_of(district).values()) if district.synthetic_names else 0


def write(folder: Path, *, district: District, sites: int = SIZES["full"], as_of: date, seed: int = DEFAULT_SEED) -> Summary:
    """Write the tables of ``sites`` invented sites as they stand at the end of ``as_of``, with 24 months of history.

    Same arguments, same bytes. Import the files in the summary's order, each with its mapping from the district's
    ``mappings/<name>.toml``. NotFound if the district has no grading rule set that day, or no invented townships.
    """
    standard = district.rule_set_on("grading", as_of)
    if standard is None:
        raise NotFound("no grading rule set on that day", district=district.id, day=as_of.isoformat())
    if not district.synthetic_names or not township_sizes(district, sites, as_of):
        raise NotFound("no invented townships in the district's folder", district=district.id, file=COUNTS)
    era = Era(as_of, load_rule_set(standard.path))
    book = Book()
    made = make_sites(district, sites, as_of, seed)
    for site in made:
        write_site(site, book, era)
    rare.write_showcase(made, book, era)
    for site in made:
        supervision.write_follow_up(site, book, era)
    sizes = township_sizes(district, sites, as_of)
    write_townships([(township, care) for township, _, care in sizes], made, book, era, seed)
    files = book.write(folder)
    rows = {name: len(lines) for name, lines in book.rows.items() if lines}
    return Summary(files, rows, len(made), len({site.enterprise_number for site in made}), as_of)


def write_site(site: Site, book: Book, era: Era) -> None:
    """Everything that is told of one site."""
    conduct.write_register(site, book, era)
    conduct.write_completeness(site, book, era)
    if conduct.write_assessments(site, book, era):
        rhythm.write_self_checks(site, book, era)
    conduct.write_papers(site, book, era)
    supervision.write_inspections(site, book, era)
    supervision.write_major_hazards(site, book, era)
    supervision.write_sanctions(site, book, era)
    supervision.write_accidents(site, book, era)
    rare.write_equipment(site, book, era)
    rare.write_life(site, book, era)
    rare.write_enterprise_acts(site, book, era)
    life.write_sectors(site, book, era)
    life.write_plates(site, book, era)


def write_townships(sizes: list[tuple[Township, float]], made: list[Site], book: Book, era: Era, seed: int) -> None:
    """What the townships send, after their sites' inspections are known."""
    visits = townships.count_visits(book, {site.number: site.township.code for site in made}, era)
    for township, care in sizes:
        townships.write_plans(township, care, visits, book, era)
        townships.write_returns(township, care, book, era, seed)
        townships.write_acts(township, care, book, era, seed)
    townships.write_failed_feed(sizes[0][0], book, era)
