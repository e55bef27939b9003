"""./dev erase SITE OFFICE: forget who holds an office of a site. The log stays as it is."""

from __future__ import annotations

import argparse

from chalicelib import clock
from chalicelib.config import settings

HELP = "erase a person (name, phone) from the person table; an audit line says that it was done"
NEEDS_STACK = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from chalicelib.registry.persons import OFFICES

    parser.add_argument("site", help="site id")
    parser.add_argument("office", choices=list(OFFICES), help="which office")


def run(args: argparse.Namespace) -> int:
    """0 when erased, 1 when nobody held the office."""
    from chalicelib.access.audit import audit_line
    from chalicelib.access.identity import Identity
    from chalicelib.access.store import AuditTable
    from chalicelib.ids import subject_of
    from chalicelib.registry.store import PersonTable

    given, subject = settings(), subject_of("site", args.site)
    operator = Identity("operator", "admin")
    AuditTable(given.table_prefix).write(audit_line(operator, "erase", subject, args.office, clock.utc_now()))
    erased = PersonTable(given.table_prefix).erase(subject, args.office)
    print("erased" if erased else "nobody held this office")
    return 0 if erased else 1
