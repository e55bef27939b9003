"""./dev uscc CODE…: check unified social credit codes."""

from __future__ import annotations

import argparse

HELP = "check unified social credit codes (GB 32100-2015); exit 1 if one is invalid"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("codes", nargs="+", metavar="CODE", help="a code of 18 characters; nothing is corrected but outer blanks and case")


def run(args: argparse.Namespace) -> int:
    """0 when all are valid, 1 when one is not (2, no code at all, is argparse's)."""
    from chalicelib.register.uscc import check_code

    verdicts = [check_code(code) for code in args.codes]
    for verdict in verdicts:
        word = "有效" if verdict.valid else "无效"
        print(
            "\t".join(part for part in (verdict.text, word, verdict.reason, f"提示：{verdict.warning}" if verdict.warning else "") if part)
        )
    return 0 if all(verdict.valid for verdict in verdicts) else 1
