"""A file comes in by hand: without JavaScript all the way, and with it the progress renews itself."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from huiying.doors import tasks
from huiying.doors.models import FileImport
from huiying.intake.models import Submission
from tests.browser.conftest import NARROW, Opener
from tests.browser.test_journey import press
from tests.doors.test_import_page import content

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def letters(tmp_path: Path, settings: Any) -> Path:
    settings.IMPORTS_FOLDER = tmp_path / "imports"
    path = tmp_path / "letters.csv"
    path.write_bytes(content())
    return path


def set_up(page: Page, letters: Path) -> None:
    page.goto("/zh-hans/desk/imports/")
    page.set_input_files("input[type=file]", letters)
    press(page, page.get_by_role("button", name="上传"))
    page.get_by_label("文件的来源").fill("hotline")
    expect(page.get_by_label("来信时间")).to_have_value("时间")
    press(page, page.get_by_role("button", name="下一步"))
    expect(page.get_by_label("单位: 供水公司")).to_have_value("water")
    press(page, page.get_by_role("button", name="下一步"))


def test_without_javascript(county, people, letters, opened: Opener):
    page = opened(people.administrator, javascript=False, viewport=NARROW)
    set_up(page, letters)
    expect(page.get_by_role("main")).to_contain_text("路灯不亮")
    press(page, page.get_by_role("button", name="检查整个文件"))
    tasks.run_next()
    press(page, page.get_by_role("link", name="看看做到哪里了"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("已检查")
    expect(page.get_by_role("main")).to_contain_text("第 4 行： 内容: 是空的")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    press(page, page.get_by_role("button", name="开始导入"))
    tasks.run_next()
    press(page, page.get_by_role("link", name="看看做到哪里了"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("已导入")
    assert Submission.objects.count() == 2


def test_progress_renews_itself(county, people, letters, opened: Opener):
    page = opened(people.administrator)
    set_up(page, letters)
    press(page, page.get_by_role("button", name="检查整个文件"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("正在检查")
    FileImport.objects.update(read=2)
    expect(page.locator(".hy-figure__number").first).to_have_text("2")
    tasks.run_next()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已检查")
