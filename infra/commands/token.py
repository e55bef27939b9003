"""./dev token ROLE: sign a demo account in and print its id token, for curl and for trying the API by hand."""

from __future__ import annotations

import argparse

HELP = 'the id token of a demo role: curl -H "Authorization: $(./dev token district)" http://localhost:8000/api/me'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from infra.local.accounts import ACCOUNTS

    parser.add_argument("role", choices=tuple(ACCOUNTS))


def run(arguments: argparse.Namespace) -> int:
    """0 with the token as the only output."""
    from infra.local import accounts
    from infra.local.stack import current

    deployed = current()
    print(accounts.id_token(deployed, accounts.ensure(deployed)[arguments.role]))
    return 0
