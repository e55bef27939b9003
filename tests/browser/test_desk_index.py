"""A published month at the desk: points lost with their cases by name, an objection from the township to the district and back, told on the first page."""

from __future__ import annotations

import pytest
from desk_person import Open, Person

from infra.local import demo
from infra.local.progress import Progress

MONTH = "2020-06"


@pytest.fixture(scope="module")
def out(stack) -> str:
    """The month whose objections are open on the demo's day, published by the stack's own queue."""
    demo.run_month(stack.deployed, MONTH, Progress())
    return MONTH


def told(person: Person) -> str:
    """What the first page says beside the room of objections, once it has asked."""
    with person.page.expect_response("**/api/months/*/objections"):
        person.page.goto(f"{person.base}/desk/#/")
        person.page.reload()
    person.settled()
    person.page.wait_for_timeout(100)
    return " ".join(person.page.locator("a[href='#/objections'] .tag").all_text_contents())


def test_an_objection_waits_on_the_districts_first_page_and_its_decision_on_the_townships(person: Open, out: str) -> None:
    officer = person("township").arrive(f"index?month={out}")
    officer.sees("指数明细")
    officer.page.locator("#view ul a[href^='#/site/']").first.wait_for(state="attached")
    assert told(officer) == ""

    officer.go("objections")
    with officer.page.expect_response(lambda answer: answer.request.method == "POST" and answer.url.endswith("/events")):
        officer.page.get_by_label("小项", exact=False).select_option("ZR7")
        officer.fill("理由", "名册中两家企业已注销")
        officer.page.get_by_role("button", name="提出异议", exact=False).click()
    officer.sees("◷ 待决定")
    assert told(officer) == "", "what one waits for oneself is no news"

    judge = person("district").arrive("index")
    judge.sees("各镇街")
    assert told(judge) == "1 项待决定"
    judge.go("objections")
    judge.page.get_by_label("驳回", exact=False).check()
    judge.fill("理由和依据", "注销在本月之后")
    judge.press("签署决定")
    judge.sees("✕ 驳回")
    assert told(judge) == ""

    assert told(officer) == "1 项新决定"
    officer.go("objections")
    officer.sees("注销在本月之后")
    assert told(officer) == "", "read once, it is no news any more"
