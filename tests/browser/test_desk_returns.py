"""A township's monthly returns by sheet: the empty sheet, named errors, the repaired sheet, the second person, the own index as things stand."""

from __future__ import annotations

import csv
from pathlib import Path

from desk_person import Open, Person

TOLD = {"ZR1": ("1", "1"), "PX4": ("3", "6")}


def filled(sheet: Path, folder: Path, name: str, **wrong: str) -> Path:
    """The downloaded sheet with two lines filled in and the others taken out; ``wrong`` overwrites cells of the last."""
    with sheet.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["小项"] in TOLD]
    for row in rows:
        done, due = TOLD[row["小项"]]
        row |= {"填报日期": "2020-07-06", "完成数": done, "应完成数": due, "附件": f"YB-{row['小项']}"}
    rows[-1] |= wrong
    with (made := folder / name).open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return made


def brought_in(officer: Person, sheet: Path) -> None:
    officer.go("imports?mapping=township_returns")
    officer.page.locator("input[type=file]").set_input_files(sheet)
    officer.page.get_by_label("全部合格才导入", exact=False).check()
    officer.press("上传")
    officer.page.wait_for_url("**/imports/*")
    officer.page.get_by_role("heading", name="结果").wait_for(timeout=60_000)


def test_returns_by_sheet_are_refused_by_cell_then_accepted_and_confirmed_by_another_person(person: Open, tmp_path: Path) -> None:
    officer = person("township", 360).arrive("returns")
    officer.sees("2020-07 月报")
    with officer.page.expect_download() as waiting:
        officer.page.get_by_role("link", name="下载空表").click()
    waiting.value.save_as(empty := tmp_path / "empty.csv")
    address = officer.page.url

    brought_in(officer, filled(empty, tmp_path, "broken.csv", 完成数="九", 小项="ZZ9"))
    officer.sees("没有导入，系统中的记录没有变化。")
    officer.sees("九")
    brought_in(officer, filled(empty, tmp_path, "whole.csv"))
    officer.sees("已全部导入。")

    officer.page.goto(address)
    officer.settled()
    item = officer.page.locator("section", has=officer.page.get_by_role("heading", name="PX4", exact=False))
    item.get_by_text("待复核").wait_for()
    item.get_by_role("button", name="复核确认", exact=False).click()
    officer.sees("须由原填报、登记的人以外的人员进行。")
    officer.press("按现有数据试算本镇街指数")
    officer.sees("仅供本镇街截止前自查")

    township = officer.account.get("organisation")
    second = person("district").arrive(f"returns?month=2020-07&township={township}")
    item = second.page.locator("section", has=second.page.get_by_role("heading", name="PX4", exact=False))
    item.get_by_role("button", name="复核确认", exact=False).click()
    item.get_by_text("已复核").wait_for()
