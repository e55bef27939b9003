"""The template as CloudFormation will run it: SAM expanded without a network, then linted.

Linting the SAM form misses cycles and wrong names that only the expanded resources have.
"""

from __future__ import annotations

import copy
import json

import boto3

from infra.deploy import located

PLACEHOLDER_REGION = "us-east-1"
NO_MANAGED_POLICIES: dict[str, str] = {}


def expand(template: dict) -> dict:
    """The CloudFormation template that SAM makes of ours; the archive's place is a placeholder."""
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    placed = located(copy.deepcopy(template), "packages", "code.zip")
    session = boto3.session.Session(region_name=PLACEHOLDER_REGION)
    return Translator(NO_MANAGED_POLICIES, Parser(), boto_session=session).translate(placed, parameter_values={})


def lint(expanded: dict, regions: tuple[str, ...] = (PLACEHOLDER_REGION,)) -> list[str]:
    """Every warning and error of cfn-lint as one line each; empty when clean."""
    from cfnlint.api import ManualArgs
    from cfnlint.api import lint as cfn_lint

    found = cfn_lint(json.dumps(expanded), config=ManualArgs(regions=list(regions)))
    return [f"{match.rule.id} {'/'.join(str(part) for part in getattr(match, 'path', None) or [])} {match.message}" for match in found]
