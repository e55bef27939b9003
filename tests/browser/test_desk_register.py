"""The register at the desk: a site is found, its life is recorded, two records become one, an officer confirms what was declared, persons
are entered and erased. Every act says what follows before it is signed."""

from __future__ import annotations

import json

import boto3
import pytest
from desk_person import Open, own_site

from infra.local.demo import plate_address


def listed(stack) -> list[dict]:
    """Sites of the last township that operate and so are graded: no other journey touches them. Their order differs, because ids are keyed."""
    _, _, body = stack.get("/api/townships", stack.token("district"))
    sites = []
    for township in json.loads(body)["townships"]:
        found = json.loads(stack.get(f"/api/sites?township={township['code']}", stack.token("district"))[2])["sites"]
        sites = [site for site in found if site["grade"] in ("blue", "yellow", "orange")] or sites
    return sites


def report(stack, front_door: str, site: str, text: str, contact: str) -> None:
    """What a passer-by sends from the page behind the plate."""
    from urllib.parse import urlencode
    from urllib.request import urlopen

    plate = plate_address(stack.deployed, site, 1).rsplit("/", 1)[-1]
    form = {"plate": plate, "about": "hazard", "text": text, "contact": contact, "website": ""}
    with urlopen(f"{front_door}/api/reports", urlencode(form).encode()) as answer:
        assert answer.status == 200


def record(stack, site: str) -> dict:
    return json.loads(stack.get(f"/api/sites/{site}/record", stack.token("district"))[2])


def audit(stack, site: str) -> list[tuple[str, str]]:
    found = boto3.client("dynamodb").scan(TableName=f"{stack.deployed.name}-audit")["Items"]
    lines = [json.loads(item["doc"]["S"]) for item in found]
    return [(line["action"], line["what"]) for line in lines if line["subject"] == f"S:{site}"]


def test_a_site_is_found_by_pinyin_code_and_place_and_leads_to_its_record(person: Open, stack) -> None:
    site = own_site(stack)
    known = record(stack, site)
    officer = person("township").arrive("find")
    officer.sees("附近的场所")
    for asked, by in ((known["identity"]["uscc"][-6:].lower(), "按统一社会信用代码找到"), ("hzsl", "按拼音找到")):
        officer.fill("要找的场所", asked)
        officer.press("查找")
        officer.sees(by)
    officer.fill("位置", f"{known['case']['register']['longitude']}，{known['case']['register']['latitude']}")
    officer.press("查找附近")
    officer.sees(" 米")
    officer.page.locator(f"#view a[href='#/site/{site}']").click()
    officer.sees("全部记录")
    officer.page.get_by_role("link", name="企业档案").click()
    officer.sees("登记经过")


def test_a_site_is_suspended_resumed_and_renamed_and_each_act_is_explained_before_it_is_signed(person: Open, stack) -> None:
    site = listed(stack)[-1]["site_id"]
    officer = person("district").arrive(f"register/{site}")
    for state, told in (("停产", "不再赋码"), ("在业（复产、恢复）", "重新评定并赋码")):
        officer.page.get_by_text("经营状态：停产、复产、注销").click()
        officer.page.get_by_label(state, exact=True).check()
        officer.fill("理由和依据", "企业书面申请")
        officer.press("核对")
        officer.sees(told)
        assert record(stack, site)["identity"]["state"] == ("operating" if state == "停产" else "suspended"), "not before it is signed"
        officer.press("确认并签署")
        officer.page.get_by_role("button", name="确认并签署").wait_for(state="detached")
    assert [one["says"]["state"] for one in record(stack, site)["timeline"] if one["kind"] == "site_state_changed"][:2] == ["operating", "suspended"]
    officer.page.get_by_text("名称和信息变更", exact=True).click()
    officer.fill("名称", "杭州示例改名试验有限公司")
    officer.press("核对")
    officer.page.locator("#view").get_by_text("→ 杭州示例改名试验有限公司").wait_for()
    officer.sees("码牌不用换")
    officer.press("确认并签署")
    officer.page.get_by_role("link", name="杭州示例改名试验有限公司").wait_for()


def test_a_site_moves_its_enterprise_is_renamed_and_merged_and_the_merger_is_taken_back(person: Open, stack, front_door: str) -> None:
    from infra.local.demo import plate_address

    site, into = [row["site_id"] for row in listed(stack)[3:5]]
    before, other = record(stack, site)["identity"], record(stack, into)["identity"]
    goal = next(one for one in json.loads(stack.get("/api/townships", stack.token("district"))[2])["townships"] if one["code"] != before["township"])
    officer = person("district").arrive(f"register/{site}")

    def sign(room: str, fill, seen: str) -> None:
        officer.page.get_by_text(room).click()
        fill(officer.page.locator("details[open]"))
        officer.press("核对")
        officer.sees(seen)
        officer.press("确认并签署")
        officer.page.get_by_role("button", name="确认并签署").wait_for(state="detached")

    def move(form) -> None:
        form.get_by_label("迁入镇街").select_option(goal["code"])
        form.get_by_label("新地址").fill("示例路9号")

    def choose(form) -> None:
        form.get_by_label("名称、拼音或统一社会信用代码").fill(other["uscc"])
        form.get_by_role("button", name="查找").click()
        officer.press("并入这一份")
        form.get_by_label("为什么是同一个").fill("吸收合并")

    def withdraw(form) -> None:
        form.get_by_label("理由和依据").fill("合并协议撤销")

    sign("迁址：换镇街或地址", move, "原来的坐标不再使用")
    now = record(stack, site)
    assert (now["identity"]["township"], now["case"]["register"].get("longitude"), now["identity"]["grade"]) == (goal["code"], None, before["grade"])
    sign("企业更名、统一社会信用代码变更", lambda form: form.get_by_label("企业新名称").fill("杭州示例新名集团有限公司"), "曾用名仍可用来查找")
    assert record(stack, site)["identity"]["name"] == "杭州示例新名集团有限公司"
    sign("企业合并：并入另一企业", choose, "须改发并入后企业的账号")
    assert [record(stack, site)["identity"][part] for part in ("name", "uscc")] == [other["name"], other["uscc"]]
    sign("撤回一条登记", withdraw, "会签以前什么都不改变")
    officer.sees("等待另一人会签")
    colleague = person("district-2").arrive(officer.page.url.split("#/")[1])
    colleague.press("确认并会签")
    colleague.sees("两人已签署，已写入记录。")
    assert [record(stack, site)["identity"][part] for part in ("name", "uscc")] == ["杭州示例新名集团有限公司", before["uscc"]]
    phone = person("district", 360).page
    phone.goto(f"{front_door}/C/{plate_address(stack.deployed, site, now['identity']['card']['plate']['issue']).rsplit('/', 1)[-1]}")
    phone.get_by_text("杭州示例新名集团有限公司").first.wait_for()


@pytest.mark.full
def test_two_records_of_one_site_become_one(person: Open, stack) -> None:
    gone, into = [row["site_id"] for row in listed(stack)[:2]]
    code, state = record(stack, into)["identity"]["uscc"], record(stack, gone)["identity"]["state"]
    officer = person("district", 360).arrive(f"register/{gone}")
    officer.page.get_by_text("两份档案是同一场所").click()
    officer.page.get_by_label("名称、拼音或统一社会信用代码").first.fill(code)
    officer.page.locator("details[open]").get_by_role("button", name="查找").click()
    officer.press("并入这一份")
    officer.fill("为什么是同一个", "重复建档")
    officer.page.locator("details[open]").get_by_role("button", name="核对").click()
    officer.sees("扫这份档案的旧码牌")
    officer.press("确认并签署")
    officer.sees("这份档案已并入另一份。")
    assert record(stack, gone)["identity"]["state"] == "merged"
    officer.page.get_by_role("link", name="打开并入后的档案").click()
    officer.page.wait_for_url(f"**/register/{into}")
    officer.sees("场所档案并入(接收)")
    officer.go(f"register/{gone}")
    officer.page.get_by_text("撤回一条登记").click()
    officer.fill("理由和依据", "不是同一处")
    officer.press("核对")
    officer.press("确认并签署")
    officer.sees("等待另一人会签")
    colleague = person("district-2").arrive(officer.page.url.split("#/")[1])
    colleague.press("确认并会签")
    colleague.sees("两人已签署，已写入记录。")
    officer.go(f"register/{gone}")
    officer.page.locator(".withdrawn").get_by_text("场所档案并入", exact=True).wait_for()
    assert record(stack, gone)["identity"]["state"] == state


def titles(stack) -> dict[str, str]:
    return json.loads(stack.get("/api/words", stack.token("district"))[2])["field"]


def flags_of(stack, site: str) -> dict[str, dict]:
    return {one["flag"]: one for one in record(stack, site)["secrets"]["sector_flags"]}


def test_what_an_enterprise_declares_stands_once_an_officer_has_entered_it(person: Open, stack) -> None:
    site = own_site(stack)
    known = flags_of(stack, site)
    flag = next(name for name in ("aluminium_magnesium_dust", "labour_intensive", "inhalation_toxic", "key_process") if name not in known)
    owner = person("enterprise", 360).arrive("sectors")
    owner.page.get_by_label(titles(stack)[flag]).select_option("true")
    owner.press("核对")
    owner.sees("核实登记以前，等级、地图和码牌都不变")
    owner.press("确认并签署")
    owner.sees("仅企业申报")
    officer = person("township").arrive(f"site/{site}")
    officer.page.get_by_role("link", name="项待核实").click()
    officer.page.get_by_label("按申报登记为").check()
    officer.press("提交")
    officer.page.get_by_label("按申报登记为").wait_for(state="detached")
    entered = flags_of(stack, site)[flag]
    assert (entered["value"], entered["declared"]) == (True, None) and entered["confirmed_on"]


def test_a_declaration_against_the_register_is_shown_as_waiting_and_may_be_turned_down(person: Open, stack) -> None:
    site = own_site(stack)
    fact = {"kind": "site_changed", "key": "entered", "payload": {"special_premises": ["combustible_dust"]}}
    assert stack.get(f"/api/sites/{site}/events", stack.token("township"), "POST", json.dumps(fact).encode())[0] == 201
    owner = person("enterprise", 360).arrive("sectors")
    owner.page.get_by_label("喷涂作业").check()
    owner.press("核对")
    owner.sees("粉尘涉爆 → 粉尘涉爆、喷涂作业")
    owner.press("确认并签署")
    owner.sees("企业申报了变更，待核实")
    officer = person("township").arrive(f"sectors/{site}")
    officer.page.get_by_label("不采纳，核实仍为“粉尘涉爆”").check()
    officer.press("提交")
    officer.page.get_by_label("不采纳，核实仍为").wait_for(state="detached")
    kept = flags_of(stack, site)["special_premises"]
    assert (kept["value"], kept["declared"]) == (["combustible_dust"], None) and kept["confirmed_on"]


def test_a_person_is_entered_masked_revealed_on_the_record_and_erased(person: Open, stack) -> None:
    site = own_site(stack)
    owner = person("enterprise").arrive("persons")
    owner.fill("姓名", "示例某")
    owner.fill("电话", "0571-00000000")
    owner.press("登记")
    owner.sees("0571-00000000")
    officer = person("township", 360).arrive(f"persons/{site}")
    officer.sees("查看会留下记录")
    assert officer.page.get_by_text("0571-00000000").count() == 0
    officer.press("显示姓名和电话")
    officer.sees("0571-00000000")
    assert ("reveal", "head") in audit(stack, site)
    clerk = person("admin").arrive(f"persons/{site}")
    clerk.page.get_by_text("抹除个人信息").click()
    clerk.page.get_by_label("主要负责人").check()
    clerk.press("核对")
    clerk.sees("不能恢复")
    clerk.press("抹除")
    clerk.page.get_by_role("button", name="返回修改").wait_for(state="detached")
    owner.page.reload()
    owner.sees("没有登记。")
    assert ("erase", "head") in audit(stack, site) and "示例某" not in str(audit(stack, site))


def test_whoever_reported_is_reached_on_the_record_and_never_by_the_enterprise(person: Open, stack, front_door: str) -> None:
    site, contact = own_site(stack), "示例举报人 13900000000 <b>急</b>"
    report(stack, front_door, site, "二楼东侧安全出口被货物堵住", contact)
    officer = person("township", 360).arrive("work")
    officer.page.locator(".filter[data-key=reports]").click()
    officer.page.locator("tbody a").first.click()
    officer.sees("群众举报 1 件待办")
    officer.sees("安全出口被货物堵住")
    assert officer.page.get_by_text(contact).count() == 0 and audit(stack, site).count(("contact", waiting(stack, site))) == 0
    officer.press("查看联系方式")
    officer.sees(contact)
    officer.sees("这次查看已记录")
    assert audit(stack, site).count(("contact", waiting(stack, site))) == 1 and contact not in str(audit(stack, site))
    owner = person("enterprise").arrive("own")
    owner.settled()
    assert not any(word in owner.page.content() for word in (contact, "安全出口被货物堵住", "查看联系方式"))
    officer.page.get_by_text("登记核查结果").click()
    officer.page.get_by_label("未发现所反映的情形").check()
    officer.press("办结")
    officer.page.get_by_role("heading", name="群众举报", exact=True).wait_for()
    officer.page.reload()
    officer.settled()
    assert officer.page.get_by_text(contact).count() == 0, "nothing of it stays in the browser"


def waiting(stack, site: str) -> str:
    return next(one["id"] for one in record(stack, site)["timeline"] if one["kind"] == "complaint")


# ── Rule sets 评分规则 ──────────────────────────────────────────────────────────────────────────────────────────────
def a_draft(stack, drafter: str) -> None:
    """Another officer of the district has drafted stricter rules."""
    from chalicelib import clock
    from chalicelib.supervision.model import Actor, make_event
    from chalicelib.supervision.store import EventLog
    from tests.unit.test_grading_governance import STRICT, STRICTER

    settings = stack.deployed.settings()
    content = {"rule_set": STRICT.id, "version": STRICT.version, "hash": STRICT.hash, "effective_from": "2020-12-01", "content": STRICTER}
    draft = make_event(
        "rule_set_drafted", "demo", occurred_on=settings.day().isoformat(), known_at=clock.instant_text(settings.now()),
        actor=Actor(drafter, "district", "district"), source="district", payload=content, key=f"draft {drafter}",
    )  # fmt: skip
    EventLog(stack.deployed.name).append([draft], clock.utc_now())


def test_a_drafted_rule_set_shows_its_effect_and_another_person_enacts_it(person: Open, stack) -> None:
    a_draft(stack, "another-officer")
    officer = person("district", 360).arrive("rules")
    officer.sees("another-officer")
    sheet = officer.page.locator("section.card", has_text="another-officer")
    sheet.get_by_role("button", name="做影子评估").click()
    sheet.get_by_text("会变色").first.wait_for(timeout=60_000)
    moved = [int(text) for text in sheet.locator("td[data-title=场所数]").all_inner_texts()]
    assert moved and sheet.locator(".pairs div", has_text="会变色").inner_text().split() == ["会变色", str(sum(moved)), "处"]
    assert officer.page.evaluate("document.documentElement.scrollWidth") <= 360
    sheet.get_by_text("按镇街、按领域，和场所名单").click()
    by_township = sheet.get_by_role("region", name="按镇街")
    by_township.locator("td[data-title=镇街]").first.wait_for()
    assert sum(int(text) for text in by_township.locator("td[data-title=场所数]").all_inner_texts()) == sum(moved)
    with officer.page.expect_download() as download:
        sheet.get_by_role("link", name="下载场所名单").click()
    assert len(download.value.path().read_text("utf-8-sig").splitlines()) == sum(moved) + 1
    sheet.get_by_role("button", name="查看规则文件").click()
    sheet.get_by_text('blue = "98.0"').wait_for()
    sheet.get_by_role("button", name="核对").first.click()
    sheet.get_by_text("全部场所按新规则评定").wait_for()
    sheet.get_by_role("button", name="签署发布").click()
    officer.sees("已发布，自 2020-12-01 起施行")


def test_who_drafted_a_rule_set_cannot_enact_it(person: Open, stack) -> None:
    subject = json.loads(stack.get("/api/me", stack.token("district"))[2])["subject"]
    a_draft(stack, subject)
    officer = person("district").arrive("rules")
    officer.press("做影子评估")
    officer.sees("须由另一人发布")
    sheet = officer.page.locator("section.card", has_text="须由另一人发布").last
    assert sheet.get_by_role("button", name="核对").count() == 0, "nothing but the folded withdrawal"
    sheet.get_by_text("撤回草案").click()
    sheet.get_by_label("理由").fill("另行起草")
    sheet.get_by_role("button", name="核对").click()
    sheet.get_by_role("button", name="撤回", exact=True).click()
    officer.sees("已撤回")
    reader = person("township", 360).arrive("rules")
    reader.sees("已撤回")
    assert reader.page.get_by_role("button", name="核对").count() == 0
