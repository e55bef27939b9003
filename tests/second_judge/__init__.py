"""A second judge of the enterprise code: written from the method's text alone, slow, plain, and sharing no code with the first.

An enterprise may be shut because of a grade, so two implementations that never saw each other must agree on every number.
It reads the items' points and clauses from the rule set's data; every window, cap and condition stands here once more,
as in the method's tables, so that a wrong number in the data is found too. Numbers such as (12.35) name the decision
that a function follows. Dates are ``datetime.date``, points are ``Fraction``.
"""

from tests.second_judge.site import BY_ACT, worst
from tests.second_judge.verdict import judge, score_colour

__all__ = ["BY_ACT", "judge", "score_colour", "worst"]
