"""The signed-in desk as people use it, on the running stack behind its front door: each journey from the sign-in to its end."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pypdfium2
import pytest
from accessibility import violations
from desk_person import ROOMS, Open, Person, own_site, photo

HOSTILE = "<img src=x onerror=\"document.title='BROKEN'\"><script>document.title='BROKEN'</script>"
SESSION = "safety-code.session"


# ── Signing in 登录 ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_one_signs_in_where_one_was_going_and_out_again(person: Open) -> None:
    officer = person("township").sign_in("work")
    officer.sees("工作清单")
    assert urlsplit(officer.page.url).fragment == "/work" and "code=" not in officer.page.url
    assert officer.page.evaluate("localStorage.length + document.cookie.length") == 0
    assert officer.page.evaluate(f"Boolean(sessionStorage.getItem('{SESSION}'))")
    officer.press("退出")
    officer.page.wait_for_url("**/desk/")
    officer.sees("从这里登录")
    assert officer.page.evaluate("sessionStorage.length") == 0


def test_a_wrong_password_is_told_in_chinese_and_opens_nothing(person: Open) -> None:
    officer = person("township").sign_in("work", password="Wrong-password-1")
    officer.sees("账号或密码不对。")
    assert urlsplit(officer.page.url).path != "/desk/"


def test_an_expired_session_is_renewed_and_one_that_cannot_be_leads_back_to_the_sign_in(person: Open) -> None:
    officer = person("township").sign_in("work")
    officer.settled()
    officer.page.evaluate(f"sessionStorage.setItem('{SESSION}', JSON.stringify({{...JSON.parse(sessionStorage.getItem('{SESSION}')), until: 1}}))")
    officer.go("find")
    officer.go("work")
    assert officer.page.evaluate(f"JSON.parse(sessionStorage.getItem('{SESSION}')).until") > 1
    officer.page.evaluate(f"sessionStorage.setItem('{SESSION}', JSON.stringify({{id_token: 'e30.e30.x', refresh_token: 'gone', until: 1}}))")
    officer.page.goto(f"{officer.base}/desk/#/find")
    officer.page.reload()
    officer.sees("登录已过期")
    assert officer.page.evaluate(f"sessionStorage.getItem('{SESSION}')") is None


def test_a_code_that_was_not_asked_for_signs_nobody_in(person: Open) -> None:
    visitor = person("township")
    visitor.page.goto(f"{visitor.base}/desk/?code=stolen&state=other")
    visitor.sees("请再登录一次")
    assert visitor.page.evaluate("sessionStorage.length") == 0


def test_a_room_of_another_role_stays_closed(person: Open) -> None:
    owner = person("enterprise").arrive("work")
    owner.sees("没有权限")


def leave_unsent(person: Person) -> None:
    """The session ends at the provider while somebody writes; what is sent then is refused."""
    person.page.evaluate(f"sessionStorage.setItem('{SESSION}', JSON.stringify({{id_token: 'e30.e30.x', refresh_token: 'gone', until: 1}}))")


def drafts(person: Person) -> list[str]:
    return person.page.evaluate("Object.keys(sessionStorage).filter(name => name.startsWith('safety-code.draft.'))")


# ── An inspection from finding to closing 检查到销号 ────────────────────────────────────────────────────────────────
def test_a_hazard_goes_from_the_inspection_to_its_closing(person: Open, stack, tmp_path: Path) -> None:
    site, picture = own_site(stack), photo(tmp_path)
    officer = person("township").arrive(f"inspect/{site}")
    officer.sees("发现的隐患")
    officer.fill("情况", HOSTILE)
    officer.page.locator("input[type=file]").first.set_input_files(picture)
    officer.press("加入这条隐患")
    officer.sees("照片 1 张")
    officer.page.get_by_label("消防").check()
    officer.press("提交并生成检查记录")
    officer.sees("现场检查记录")
    officer.sees("发现的问题和隐患（1 条）")
    officer.press("我参加了这次检查")
    officer.sees("须由原填报、登记的人以外的人员进行")
    officer.page.get_by_label("拒签").check()
    officer.fill("说明", "负责人看过后不签")
    officer.press("记录签收情况")
    officer.sees("等待另一人会签")
    act = urlsplit(officer.page.url).fragment
    witness = person("township-2", 360).arrive("work")
    witness.sees("等您会签（1 件）")
    witness.page.get_by_role("link", name="文书签收").click()
    witness.sees("负责人看过后不签")
    witness.press("确认并会签")
    witness.sees("两人已签署，已写入记录。")
    assert urlsplit(witness.page.url).fragment == act, "the same address for both, and nothing in it but an id"
    officer.page.go_back()
    officer.sees("拒绝签名")
    witness.go(urlsplit(officer.page.url).fragment.lstrip("/"))
    witness.press("我参加了这次检查")
    witness.sees("除记录人外，已有 1 人签署。")
    printed(officer)
    officer.page.get_by_role("link", name="下达整改指令书").click()
    officer.sees("责令整改的隐患")
    officer.page.set_viewport_size({"width": 360, "height": 800})
    assert officer.page.evaluate("document.documentElement.scrollWidth") <= 360, "what somebody wrote without a break"
    officer.page.set_viewport_size({"width": 1280, "height": 800})
    officer.press("下达并生成指令书")
    officer.sees("责令你单位")
    order = urlsplit(officer.page.url).fragment.rsplit("/", 1)[-1]
    assert order.split("-")[1:] == ["ZG", "2020", "0001"]
    keeps_its_name(officer, stack, site)

    owner = reads_what_was_served(person("enterprise", 360), order).go("rectify")
    owner.sees("已下达整改")
    owner.fill("怎样整改的", "已清理")
    owner.page.locator("input[type=file]").first.set_input_files(picture)
    owner.press("上报完成")
    owner.sees("已上报，等待检查人员复查。")
    owner.page.wait_for_selector("img[alt='整改后 1']")
    assert owner.page.locator("img[alt='整改后 1']").evaluate("image => image.decode().then(() => image.naturalWidth)") == 1600

    officer.go(f"site/{site}")
    officer.page.get_by_role("link", name="办理").first.click()
    officer.sees("待复查")
    officer.page.get_by_label("合格，销号").check()
    officer.press("提交复查结果")
    officer.sees("这条隐患不再需要办理。")
    assert officer.page.title() != "BROKEN" and HOSTILE in officer.page.locator("#view h1").inner_text()


def reads_what_was_served(owner: Person, number: str) -> Person:
    owner.arrive("own")
    owner.page.get_by_role("link", name=f"文书 {number}").first.click()
    owner.sees("责令你单位")
    assert owner.page.get_by_role("button").all_inner_texts() == ["退出", "打印"], "it reads and prints, no more"
    return owner


def keeps_its_name(officer: Person, stack, site: str) -> None:
    """The order on the screen says what was served, even when the site is called something else; it is called the same again after."""
    served_on = officer.page.locator(".sheet b").first.inner_text()
    rename(stack, site, "杭州示例改名有限公司")
    officer.page.reload()
    officer.page.locator("#view h1 + p", has_text="改名").wait_for()
    assert officer.page.locator(".sheet b").first.inner_text() == served_on, "what was served stays what it was"
    rename(stack, site, served_on)


def test_an_order_says_what_it_said_when_what_it_is_about_has_fallen_and_the_page_says_so(person: Open, stack) -> None:
    site, officer = own_site(stack), stack.token("district")
    send = lambda path, **body: json.loads(stack.get(f"/api/sites/{site}/{path}", officer, "POST", json.dumps(body).encode())[2])  # noqa: E731
    found, second = (
        send("events", kind="hazard_found", key=key, payload={"level": "general", "description": text, "deadline_on": "2020-12-31"})["event_id"]
        for key, text in (("falls", "配电箱前堆物"), ("stays", "灭火器失效"))
    )
    orders = [{"kind": "rectification_ordered", "key": f"order-{one}", "caused_by": one, "payload": {"deadline_on": "2020-12-31"}} for one in (second, found)]
    number = send("papers", paper="rectification_order", events=orders)["number"]
    act = send("acts", kind="void", key="fell", voids=found, payload={"reason": "认错了场所"})["act"]
    assert stack.get(f"/api/acts/{act}/sign", stack.token("district-2"), "POST", b"{}")[0] == 201
    reader = person("district", 360).arrive(f"paper/{site}/{number}")
    reader.sees("此后更正")
    assert [line[:5] for line in reader.page.locator(".sheet ol li").all_inner_texts()] == ["配电箱前堆", "灭火器失效"], "as they were found, whatever order they were sent in"
    reader.page.evaluate("window.print = () => {}")
    reader.press("打印")
    sheets = pypdfium2.PdfDocument(reader.page.pdf(format="A4", prefer_css_page_size=True))
    assert "第 1 页，共 1 页" in sheets[0].get_textpage().get_text_range()


def rename(stack, site: str, name: str) -> None:
    body = json.dumps({"kind": "site_changed", "key": f"name-{name}", "payload": {"name": name}}).encode()
    assert stack.get(f"/api/sites/{site}/events", stack.token("district"), "POST", body)[0] == 201


def printed(officer: Person) -> None:
    """On paper stand the sheet and nothing of the frame around it."""
    officer.page.evaluate("window.print = () => {}")
    officer.press("打印")
    officer.page.emulate_media(media="print")
    assert officer.page.locator("#paper .sheet").is_visible()
    assert not officer.page.locator("header.top").is_visible()
    officer.page.emulate_media(media="screen")
    officer.page.evaluate("window.dispatchEvent(new Event('afterprint'))")


def test_the_work_list_narrows_sorts_and_goes_out_as_csv(person: Open) -> None:
    officer = person("township").arrive("work")
    officer.settled()
    officer.page.get_by_role("button", name="得分").click()
    scores = [text for text in officer.page.locator("tbody td[data-title=得分]").all_inner_texts() if text != "—"]
    assert scores == sorted(scores, key=float) and len(scores) > 5
    with officer.page.expect_download() as download:
        officer.press("导出 CSV")
    lines = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + int(officer.page.locator(".pages span").first.inner_text().split()[1])
    assert set(line.split(",")[0] for line in lines[1:]) <= {'"红码"', '"橙码"', '"黄码"', '"蓝码"', '"未赋码"'}
    officer.page.locator(".filter[data-key=blue]").click()
    assert set(officer.page.locator("tbody .grade").all_inner_texts()) == {"蓝码"}


def test_on_a_phone_the_work_list_tells_what_is_to_be_done_and_no_zeros(person: Open) -> None:
    officer = person("township", 360).arrive("work")
    officer.settled()
    seen = [cell.inner_text() for cell in officer.page.locator("tbody td").all() if cell.is_visible()]
    assert seen and not {"0", "—"} & set(seen)
    assert not [button for button in officer.page.locator(".filter:disabled").all() if button.is_visible()]
    first = [cell.get_attribute("data-title") for cell in officer.page.locator("tbody tr").first.locator("td").all() if cell.is_visible()]
    assert first[:2] == ["等级", "场所"]


def test_a_staff_scan_opens_the_record_and_is_in_the_audit_log(person: Open, stack, front_door: str) -> None:
    from infra.local.demo import plate_address

    site = own_site(stack)
    plate = plate_address(stack.deployed, site, 1).rsplit("/", 1)[-1]
    officer = person("township").arrive(f"scan/{plate}")
    officer.sees("全部记录")
    assert f"/site/{site}" in officer.page.url
    assert scans_of(stack, site) == 1
    officer.go("find")
    officer.fill("要找的场所", "0" * 29)
    officer.press("查找")
    officer.sees("不是有效的安全码")


def scans_of(stack, site: str) -> int:
    import boto3

    found = boto3.client("dynamodb").scan(TableName=f"{stack.deployed.name}-audit")["Items"]
    lines = [json.loads(item["doc"]["S"]) for item in found]
    return sum(line["action"] == "scan" and line["subject"] == f"S:{site}" for line in lines)


# ── The enterprise's own desk 企业 ──────────────────────────────────────────────────────────────────────────────────
def test_a_self_check_shows_its_outcome_before_it_is_handed_in(person: Open, tmp_path: Path) -> None:
    owner = person("enterprise", 360).arrive("self-check")
    owner.sees("已查")
    for button in owner.page.get_by_role("button", name="其余都符合").all():
        button.click()
    first = owner.page.locator(".item").first
    first.get_by_label("有问题").check()
    for button in ("看看会是什么等级", "提交自查"):
        owner.press(button)
        owner.page.locator("form", has=owner.page.get_by_role("button", name=button)).get_by_text("还没写明问题").wait_for()
    first.locator(".findings input").first.fill("2")
    owner.press("看看会是什么等级")
    owner.sees("这只给您自己看，没有保存")
    owner.page.reload()
    owner.sees("已查")
    assert owner.page.locator(".item").first.get_by_label("有问题").is_checked(), "a draft stays"
    owner.page.locator("input[type=file]").set_input_files(photo(tmp_path))
    owner.press("提交自查")
    owner.page.wait_for_url("**/own/**")
    owner.sees("怎样变好")
    owner.sees("企业自查")


def test_what_is_typed_is_counted_as_the_server_counts_kept_as_it_stands_and_never_cut_off(person: Open) -> None:
    owner = person("enterprise", 360).arrive("voice")
    owner.sees("向公众说明")
    field = owner.page.get_by_label("说明", exact=False).last
    for text in ("😀" * 300, "安全" * 251, "  前后留空\n\n"):
        field.fill(text)
        owner.go("own")
        owner.go("voice")
        assert (field.input_value(), field.evaluate("one => one.value.length")) == (text, len(text.encode("utf-16-le")) // 2)
    field.fill("安全" * 251)
    owner.go("own")
    owner.go("voice")
    owner.sees("502 / 500 字")
    owner.press("提交说明")
    owner.sees("最多 500 字，现在 502 字")
    field.fill("😀" * 300)
    owner.press("提交说明")
    owner.sees("待核对")
    assert drafts(owner) == []


def test_an_appeal_and_a_reply_are_text_whatever_they_say(person: Open) -> None:
    owner = person("enterprise").arrive("voice")
    owner.sees("提出申诉")
    owner.sees("10 个工作日内提出")
    owner.fill("理由", HOSTILE)
    leave_unsent(owner)
    owner.press("提交申诉")
    owner.sees("登录已过期")
    owner.sign_in_again()
    owner.sees("已恢复您刚才未提交的内容")
    assert owner.page.get_by_label("理由").input_value() == HOSTILE
    owner.press("清除")
    assert (owner.page.get_by_label("理由").input_value(), drafts(owner)) == ("", [])
    owner.fill("理由", HOSTILE)
    owner.go("own")
    owner.go("voice")
    owner.sees("已恢复您刚才未提交的内容")
    owner.press("提交申诉")
    owner.sees("已提交，等待镇街意见")
    assert drafts(owner) == [] and owner.page.get_by_text("已恢复").count() == 0
    owner.page.get_by_label("说明", exact=False).last.fill(HOSTILE)
    owner.press("提交说明")
    owner.sees("待核对")
    assert owner.page.locator("#view img, #view script").count() == 0 and owner.page.title() != "BROKEN"
    owner.press("撤回申诉")
    owner.sees("已撤回")
    owner.fill("理由", "不再需要")
    owner.page.evaluate("name => sessionStorage.setItem(name, '{}')", drafts(owner)[0].replace("draft.", "draft.another-person-"))
    owner.page.reload()
    owner.sees("已恢复您刚才未提交的内容")
    assert len(drafts(owner)) == 1, "what another person left in this tab is gone"
    owner.press("退出")
    owner.sees("从这里登录")
    assert drafts(owner) == []


def test_an_appeal_is_answered_by_the_township_and_upheld_by_two_of_the_district(person: Open, stack, tmp_path: Path) -> None:
    site = own_site(stack)
    township = person("township", 360).arrive(f"assess/{site}")
    township.fill("情况", "通风设施停用")
    township.press("登记这条隐患")
    township.sees("已登记，由执法人员下达整改并复查")
    owner = person("enterprise").arrive("voice")
    owner.page.get_by_label("针对哪条记录").select_option(index=1)
    owner.fill("理由", "当天并未停用该设施，见维保记录")
    owner.page.locator("input[type=file]").set_input_files(photo(tmp_path))
    owner.press("提交申诉")
    owner.sees("已提交，等待镇街意见")
    owner.page.get_by_alt_text("申诉证据 1").wait_for()
    township.go("work")
    township.page.locator(".filter[data-key=voice]").click()
    township.sees("待镇街意见")
    township.go(f"site/{site}")
    township.page.get_by_role("link", name="申诉", exact=True).first.click()
    township.page.get_by_alt_text("申诉证据 1").wait_for()
    township.fill("意见", "维保记录属实")
    township.press("提交意见")
    township.sees("区级审理中")
    district = person("district").arrive(township.page.url.split("#/")[1])
    district.page.get_by_label("成立，更正所争议的事实").check()
    district.fill("理由和依据", "维保记录证明当天未停用")
    district.press("核对")
    district.sees("照实应为")
    assert district.page.get_by_label("情况", exact=False).first.input_value() == "通风设施停用"
    district.press("核对")
    district.sees("更正后的内容与原来相同")
    district.fill("情况", "通风设施当天检修后恢复运行")
    district.press("核对")
    district.sees("通风设施停用 → 通风设施当天检修后恢复运行")
    district.sees("会签以前什么都不改变")
    district.press("确认并签署")
    district.sees("等待另一人会签")
    owner.page.get_by_role("link", name="申诉与说明").first.click()
    owner.sees("区级审理中")
    colleague = person("district-2").arrive("acts")
    colleague.page.get_by_role("link", name="申诉决定").click()
    colleague.sees("当天并未停用该设施，见维保记录")
    colleague.page.get_by_alt_text("申诉 1").wait_for()
    colleague.sees("通风设施当天检修后恢复运行")
    colleague.press("确认并会签")
    colleague.sees("两人已签署，已写入记录。")
    district.page.reload()
    district.sees("会签人：区级")
    owner.go("")
    owner.sees("1 项新决定")
    owner.go("own")
    owner.page.get_by_role("link", name="看决定和理由").click()
    owner.settled("#view[data-room^='#/voice'] h1")
    owner.sees("申诉成立")
    owner.sees("维保记录证明当天未停用")
    owner.go("")
    owner.page.wait_for_timeout(300)
    assert owner.page.get_by_text("项新决定").count() == 0, "read"


def test_what_a_colleague_gives_back_is_not_written_and_says_why(person: Open, stack) -> None:
    site = own_site(stack)
    officer = person("district").arrive(f"register/{site}")
    officer.page.get_by_text("名称和信息变更", exact=True).click()
    officer.fill("从业人数", "41")
    officer.press("核对")
    officer.press("确认并签署")
    officer.page.get_by_role("button", name="确认并签署").wait_for(state="detached")
    officer.settled()
    officer.page.get_by_text("撤回一条登记").click()
    officer.page.locator("details[open]").get_by_label("理由和依据").fill("人数录错")
    officer.page.locator("details[open]").get_by_role("button", name="核对").click()
    officer.press("确认并签署")
    officer.sees("等待另一人会签")
    act = urlsplit(officer.page.url).fragment.lstrip("/")
    colleague = person("district-2", 360).arrive(act)
    colleague.page.get_by_text("不同意，退回").click()
    colleague.fill("退回的理由", "人数与社保一致")
    colleague.press("退回")
    colleague.sees("已退回，没有写入记录。")
    officer.page.reload()
    officer.sees("理由：人数与社保一致")
    inspector = person("township").arrive(act)
    inspector.sees("没有权限")
    assert not [one for one in json.loads(stack.get(f"/api/sites/{site}/record", stack.token("district"))[2])["timeline"] if one["kind"] == "site_changed" and one["withdrawn_on"]]


# ── What is no photo and no table 不该上传的文件 ─────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def wrong_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files that must not travel: too large (sparse: no byte of it is ever read), of another type, named like what they are not."""
    folder = tmp_path_factory.mktemp("wrong")
    made = {name: folder / name for name in ("large.jpg", "page.html", "disguised.png", "large.csv", "virus.exe", "disguised.xlsx", "empty.csv")}
    for name, size in (("large.jpg", 41 << 20), ("large.csv", 201 << 20), ("empty.csv", 0)):
        with made[name].open("wb") as opened:
            opened.truncate(size)
    for name in ("page.html", "disguised.png", "virus.exe", "disguised.xlsx"):
        made[name].write_text(HOSTILE)
    return made


def test_what_is_no_photo_is_refused_before_it_travels_and_nothing_is_handed_in(person: Open, stack, wrong_files: dict[str, Path], tmp_path: Path) -> None:
    site = own_site(stack)
    before = len(json.loads(stack.get(f"/api/sites/{site}/record", stack.token("district"))[2])["timeline"])
    owner = person("enterprise", 360).arrive("self-check")
    owner.sees("已查")
    sent: list[str] = []
    owner.page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    owner.page.locator("input[type=file]").set_input_files([wrong_files["large.jpg"], wrong_files["page.html"], wrong_files["disguised.png"], photo(tmp_path)])
    for button in owner.page.get_by_role("button", name="其余都符合").all():
        button.click()
    owner.press("看看会是什么等级")
    owner.press("提交自查")
    owner.sees("这些文件不能作为照片上传")
    told = owner.page.locator(".refusal li").all_inner_texts()
    assert [text.split("：")[0] for text in told] == ["large.jpg", "page.html", "disguised.png"]
    assert "超过 40 MB" in told[0] and all("不是能打开的照片" in text for text in told[1:])

    owner.go("rectify")
    form = owner.page.locator("form", has=owner.page.get_by_label("整改前照片"))
    form.get_by_label("情况").fill("自查发现通道堆物")
    form.get_by_label("计划完成日期").fill("2020-12-31")
    form.locator("input[type=file]").set_input_files(wrong_files["disguised.png"])
    form.locator("button.button").click()
    owner.sees("这些文件不能作为照片上传")
    assert not [url for url in sent if "/photos" in url or "/files" in url or url.endswith("/events")]
    assert len(json.loads(stack.get(f"/api/sites/{site}/record", stack.token("district"))[2])["timeline"]) == before


def test_what_is_no_table_is_refused_in_words(person: Open, stack, wrong_files: dict[str, Path]) -> None:
    before = imports(stack)
    officer = person("township").arrive("imports")
    officer.sees("导入表格")
    officer.page.get_by_label("表格格式").select_option("hazard-sheet")
    for name, reason in (("large.csv", "超过 200 MB"), ("virus.exe", "不是表格"), ("empty.csv", "文件是空的")):
        officer.page.locator("input[type=file]").set_input_files(wrong_files[name])
        officer.press("上传")
        officer.page.locator(".refusal", has_text=reason).wait_for()
    assert imports(stack) == before, "nothing waits for a file that will not come"
    officer.page.locator("input[type=file]").set_input_files(wrong_files["disguised.xlsx"])
    officer.press("上传")
    officer.page.wait_for_url("**/#/imports/*")
    officer.sees("没有导入，系统中的记录没有变化。")
    assert officer.page.title() != "BROKEN"


def imports(stack) -> list[str]:
    return [job["job"] for job in json.loads(stack.get("/api/imports", stack.token("township"))[2])["imports"]]


# ── Everybody can use it 无障碍 ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("role", ROOMS)
def test_every_room_is_accessible_and_fits_both_windows(person: Open, stack, role: str) -> None:
    visitor = person(role).arrive()
    visitor.settled()
    site = own_site(stack)
    officials = ("site", "inspect", "order", "assess", "register", "sectors", "persons")
    more = {"township": officials, "district": officials, "expert": ("site", "assess")}.get(role, ())
    for room in [*ROOMS[role], *(f"{name}/{site}" for name in more)]:
        visitor.go(room)
        # What the checker does to the page itself (it sets styles) is not the page's fault.
        assert visitor.faults == [], room
        for width in (1280, 360):
            fits_and_is_accessible(visitor, room, width)
        visitor.faults.clear()


def fits_and_is_accessible(visitor: Person, room: str, width: int) -> None:
    visitor.page.set_viewport_size({"width": width, "height": 800})
    found = violations(visitor.page)
    assert [(room, width, one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found] == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, (room, width)


def test_the_first_page_stands_where_there_are_no_objections_to_be_asked_for(person: Open) -> None:
    officer = person("district")
    officer.page.route("**/api/months/*/objections", lambda route: route.fulfill(status=404, json={"status": 404, "title": "not found"}))
    with officer.page.expect_response("**/api/months/*/objections"):
        officer.arrive()
    officer.settled()
    officer.page.wait_for_timeout(200)
    assert officer.faults == []


def test_the_keyboard_alone_reaches_the_work(person: Open) -> None:
    officer = person("township").arrive("work")
    officer.settled()
    officer.page.locator(".skip").focus()
    seen = []
    for _ in range(24):
        officer.page.keyboard.press("Tab")
        seen.append(officer.page.evaluate("document.activeElement.textContent"))
    assert any("查找" in text for text in seen) and any(text.startswith("全部") for text in seen)


def test_what_has_the_focus_is_not_behind_the_frame_on_the_way_back_either(person: Open) -> None:
    owner = person("enterprise", 360).arrive("self-check")
    owner.settled()
    # A page that glides is still on its way when it is looked at.
    owner.page.emulate_media(reduced_motion="reduce")
    owner.page.get_by_role("button", name="提交自查").focus()
    for _ in range(20):
        owner.page.keyboard.press("Shift+Tab")
        top, frame = owner.page.evaluate("[document.activeElement, document.querySelector('.progress')].map(one => one.getBoundingClientRect()).map((box, at) => at ? box.bottom : box.top)")
        assert top >= frame


# ── A plate on its way 码牌 ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_plate_goes_from_damaged_to_replaced_and_the_work_list_knows(person: Open, stack) -> None:
    site = own_site(stack)
    officer = person("township").arrive(f"site/{site}")
    officer.settled()
    step = ""
    while "已损坏" not in step:
        step = officer.page.get_by_role("button", name="记录：").first.inner_text()
        officer.press(step)
        officer.page.get_by_role("button", name=step, exact=True).wait_for(state="detached")
    officer.sees("待更换")
    officer.go("work")
    officer.sees("码牌待办")
    officer.page.locator(".filter[data-key=plate]").click()
    officer.sees("待更换")
    officer.go(f"site/{site}")
    officer.press("记录：已换上同号新牌")
    officer.page.get_by_role("button", name="记录：已损坏").wait_for()


def test_the_plate_that_an_enterprise_prints_has_its_number(person: Open, stack) -> None:
    from chalicelib.code.plate import read_number

    owner = person("enterprise", 360).arrive("plate")
    owner.sees("码牌编号")
    number = owner.page.locator(".plate-sheet .num").inner_text().removeprefix("码牌编号 ")
    assert read_number(number)[0] == own_site(stack)


# ── An expert's finding 专家评定 ─────────────────────────────────────────────────────────────────────────────────────
def test_an_expert_finds_what_is_assigned_assesses_it_and_registers_a_hazard(person: Open, stack, tmp_path: Path) -> None:
    expert = person("expert", 360).arrive("")
    expert.page.get_by_role("link", name="指派的场所").last.click()
    expert.sees("指派给我的场所 · 全部")
    expert.page.locator("tbody a").first.click()
    expert.page.get_by_role("link", name="现场评定").click()
    expert.sees("已评")
    first = expert.page.locator(".item").first
    first.get_by_label("有问题").check()
    expert.press("提交评定")
    expert.sees("还没写明问题")
    first.locator(".findings input").first.fill("1")
    expert.fill("情况", "配电箱门缺失")
    expert.page.locator("input[type=file]").last.set_input_files(photo(tmp_path))
    expert.press("登记这条隐患")
    expert.sees("已登记，由执法人员下达整改并复查")
    expert.press("提交评定")
    expert.page.wait_for_url("**/#/site/**")
    expert.sees("配电箱门缺失")
    expert.page.locator(".story").get_by_text("安全评定").first.wait_for()
    assert expert.page.locator(".story").get_by_text("专家").count() >= 2


# ── First user and end of an account 激活与停用 ─────────────────────────────────────────────────────────────────────
def test_from_the_printed_slip_to_the_first_sign_in_and_to_the_end_of_the_account(person: Open, stack) -> None:
    site = own_site(stack)
    officer = person("township").arrive(f"site/{site}")
    officer.page.get_by_role("link", name="发放激活码、停用账号").click()
    officer.sees("还没有发放过")
    officer.press("发放激活码")
    officer.sees("企业账号激活单")
    slip = officer.page.locator(".sheet.slip")
    code, plate = slip.locator(".code").inner_text(), slip.locator(".num").nth(1).inner_text()
    assert code not in officer.page.url and officer.page.evaluate("sessionStorage.length") == 1
    officer.page.evaluate("window.print = () => {}")
    officer.press("打印激活单")
    officer.page.emulate_media(media="print")
    assert officer.page.locator("#paper .code").inner_text() == code
    officer.page.emulate_media(media="screen")

    first = person("enterprise", 360)
    first.account = {"username": "first.user@example.cn", "password": "First-user-of-12"}
    activate(first, plate, "0000-0000-0000-0000")
    first.sees("未能激活")
    activate(first, plate, code, again="Something-else-1")
    first.sees("两次输入的密码不一致")
    activate(first, plate, code)
    first.sees("激活成功")
    first.page.get_by_role("link", name="去登录").click()
    first.sign_in("own")
    first.sees("我的安全码")
    first.go("accounts")
    first.sees("您正在使用")

    officer.page.reload()
    officer.sees("已使用")
    mine = officer.page.locator("li", has_text="first.user@example.cn")
    mine.get_by_role("button", name="停用").click()
    mine.get_by_role("button", name="不停用").click()
    mine.get_by_role("button", name="停用").click()
    mine.get_by_role("button", name="确定停用").click()
    officer.sees("登录名已删除")
    first.page.goto(f"{first.base}/desk/#/own")
    first.sees("登录已过期")
    assert first.page.evaluate(f"sessionStorage.getItem('{SESSION}')") is None
    first.sign_in("own")
    first.sees("账号或密码不对")


def activate(visitor: Person, plate: str, code: str, again: str = "") -> None:
    visitor.page.goto(f"{visitor.base}/desk/activate.html")
    for label, text in (("码牌编号", plate), ("激活码", code), ("登录名", visitor.account["username"]), ("再输一次密码", again or visitor.account["password"])):
        visitor.fill(label, text)
    visitor.page.locator("input[name=password]").fill(visitor.account["password"])
    visitor.press("激活")
