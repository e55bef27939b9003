"""./dev clock DATE: move the demo's day and do what that day does: regrade, remind, begin what the month's calendar says is due."""

from __future__ import annotations

import argparse
from datetime import date

from infra.arguments import day

HELP = "move the demo's day, run the daily sweep, the reminders and what the month's calendar says is due"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("date", type=day, metavar="DATE", help="the new day, YYYY-MM-DD")


def run(arguments: argparse.Namespace) -> int:
    """0 when the stack lives on that day. Going back is allowed; cards never go back, so they change with the next fact."""
    from infra.local import demo, stack
    from infra.local.home import update_note

    standing = stack.current()
    before = standing.parameters["Today"]
    deployed = stack.set_parameter(standing, Today=arguments.date.isoformat())
    update_note("demo", today=arguments.date.isoformat())
    counts = demo.invoke(deployed, "SweepFunctionName", demo.scheduled_event(deployed))
    told = ", ".join(f"{count} {name}" for name, count in counts.items()) if isinstance(counts, dict) else "done"
    begun = demo.invoke(deployed, "MonthStartFunctionName", demo.scheduled_event(deployed))
    print(f"the demo's day is {arguments.date}; sweep: {told}")
    print(warning(before, arguments.date), end="")
    reminded = demo.invoke(deployed, "RemindFunctionName", demo.scheduled_event(deployed))
    print(f"reminders: {reminded['notices']} fall due; what was told before is not told again")
    for run in begun["runs"]:
        print(f"month {run['month']}: {run['status']} index begun; it comes out on its own")
    return 0


def warning(before: str, today: date) -> str:
    """What whoever goes back has to know; nothing on the way on."""
    back = before and today < date.fromisoformat(before)
    return f"this is back from {before}: each grade stays as it was then until the next fact about its site\n" if back else ""
