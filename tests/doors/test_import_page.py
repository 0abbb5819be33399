"""Importing from a page, as an administrator does it; and what everybody else does not see of it."""

import io
import json
import os
import re
import stat
import time
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import Workbook

from huiying import doors
from huiying.accounts.models import StaffSession
from huiying.agencies.models import Membership
from huiying.casework.models import CaseFile
from huiying.doors import cells, file_actions, rehearsing, tasks
from huiying.doors.actions import CLASHES
from huiying.doors.errors import NOT_FOR_WRITERS
from huiying.doors.models import FileImport
from huiying.doors.records import DAMAGED, UNCLOSED
from huiying.doors.states import STEPS, FileState
from huiying.faces.staff_desk.imports.words import in_words
from huiying.intake.models import Submission
from huiying.kernel import time as clock
from huiying.kernel.actors import SYSTEM
from huiying.kernel.connections import alone
from huiying.record.models import Entry
from tests.people import make_person

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "编号,标题,内容,时间,承办单位,状态,手机号"
LINES = (
    "1,路灯不亮,桥头路灯三天不亮,2026-03-02 08:00:00,供水公司,办理中,13800000001",
    "2,漏水,门口水管漏水,2026-03-03 09:00:00,供水公司,待办,13800000002",
    "3,空,,2026-03-03 09:00:00,供水公司,办理中,13800000003",
    "4,别的,写了别的,2026-03-03 09:00:00,外星办,办理中,13800000004",
)


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    """Addresses carry the language, and the request before may have left another one active."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.IMPORTS_FOLDER = tmp_path / "imports"
    return tmp_path / "imports"


def content(*lines: str) -> bytes:
    return "\n".join([HEADER, *(lines or LINES), ""]).encode()


def send(client: Client, data: bytes, name: str = "letters.csv") -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("staff_desk:imports"), {"file": file})


def uploaded(client: Client, data: bytes = b"") -> FileImport:
    answer = send(client, data or content())
    assert answer.status_code == 302, answer.content.decode()
    return FileImport.objects.latest("id")


def at(name: str, job: FileImport) -> str:
    return reverse(f"staff_desk:{name}", args=[job.label])


def page(client: Client, name: str, job: FileImport) -> str:
    answer = client.get(at(name, job))
    assert answer.status_code == 200
    return str(answer.content.decode())


COLUMNS = {
    "source": "hotline",
    "language": "zh-hans",
    "time_zone": "Asia/Shanghai",
    "date_format": "",
    "to_id": "编号",
    "to_title": "标题",
    "to_body": "内容",
    "to_received": "时间",
    "to_unit": "承办单位",
    "to_state": "状态",
}


def mapped(client: Client, data: bytes = b"", **changes: str) -> FileImport:
    """A file with its columns and its words said, as far as they are guessed."""
    job = uploaded(client, data)
    answer = client.post(at("import_columns", job), COLUMNS | changes)
    assert answer.status_code == 302, answer.content.decode()
    form = client.get(at("import_words", job)).context["page"].form
    client.post(at("import_words", job), {name: form[name].value() for name in form.fields})
    job.refresh_from_db()
    return job


def do(client: Client, job: FileImport, act: str) -> FileImport:
    answer = client.post(at("import_act", job), {"do": act})
    assert answer.status_code == 302, answer.content.decode()
    tasks.run_next()
    job.refresh_from_db()
    return job


def test_from_the_upload_to_the_report(county, people, folder):
    client = people.administrator.client
    job = mapped(client)
    kept = folder / job.file
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "letters" not in job.file
    shown = page(client, "import", job)
    assert "路灯不亮" in shown
    assert "承办单位: 没有这个单位" in shown
    assert "供水公司" in shown
    assert "13800000001" not in shown
    assert not Submission.objects.exists()
    job = do(client, job, "check")
    assert (job.state, job.read, job.imported, job.unfit) == ("checked", 4, 2, 2)
    assert not Submission.objects.exists()
    job = do(client, job, "start")
    assert (job.state, job.read, job.imported, job.unfit) == ("done", 4, 2, 2)
    assert CaseFile.objects.filter(state="received").count() == 2
    assert not kept.exists()
    assert job.file == ""
    said = json.loads(client.get(at("import_report", job)).content)
    assert [each["line"] for each in said["rejected"]] == [4, 5]
    assert "手机号" in said["dropped_columns"]
    rows = client.get(at("import_report", job) + "?format=csv").content.decode("utf-8-sig")
    assert rows.splitlines()[1] == "4,内容: empty"
    assert "外星办" not in rows
    acts = Entry.objects.filter(subject=f"import:{job.label}").order_by("id")
    assert [entry.action for entry in acts] == [
        "import.uploaded",
        "import.mapped",
        "import.mapped",
        "import.check_asked",
        "import.finish_check",
        "import.started",
        "import.finish",
    ]


def test_columns_are_guessed_and_none_that_says_who(people, folder):
    client = people.administrator.client
    job = uploaded(client)
    form = client.get(at("import_columns", job)).context["page"].form
    chosen = {name: form[name].value() for name in form.fields if name.startswith("to_")}
    assert chosen["to_received"] == "时间"
    assert chosen["to_unit"] == "承办单位"
    assert "手机号" not in chosen.values()
    assert "13800000001" not in page(client, "import_columns", job)
    answer = client.post(at("import_columns", job), COLUMNS | {"to_place": "手机号"})
    assert answer.status_code == 422
    assert "谁写的信，一概不收" in answer.content.decode()


def test_a_word_keeps_its_meaning_and_the_map_goes_on_to_the_next_file(county, people, folder):
    client = people.administrator.client
    job = mapped(client)
    table = tomllib.loads(client.get(at("import_map", job)).content.decode())
    assert table["targets"]["unit"]["values"] == {"供水公司": "water"}
    assert table["targets"]["state"]["values"] == {"办理中": "open", "待办": "open"}
    client.post(at("import_columns", job), COLUMNS | {"source": "other"})
    job.refresh_from_db()
    again = tomllib.loads(job.map)
    assert again["targets"]["unit"]["values"] == {"供水公司": "water"}
    second = uploaded(client)
    answer = client.post(at("import_map", second), {"text": job.map})
    assert answer.status_code == 302
    second.refresh_from_db()
    assert tomllib.loads(second.map) == again
    bad = client.post(at("import_map", second), {"text": "source = "})
    assert bad.status_code == 422


def test_a_workbook_with_two_sheets(county, people, folder):
    book = Workbook()
    book.active.title = "说明"
    book.active.append(["请看第二页"])
    sheet = book.create_sheet("来信")
    sheet.append(HEADER.split(","))
    sheet.append(LINES[0].split(","))
    file = io.BytesIO()
    book.save(file)
    client = people.administrator.client
    answer = send(client, file.getvalue(), "letters.xlsx")
    job = FileImport.objects.latest("id")
    assert answer.url == at("import_columns", job)
    assert client.post(at("import_columns", job), COLUMNS | {"sheet": "来信"}).status_code == 302
    form = client.get(at("import_words", job)).context["page"].form
    client.post(at("import_words", job), {name: form[name].value() for name in form.fields})
    job = do(client, job, "check")
    assert (job.state, job.imported, job.unfit) == ("checked", 1, 0)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"%PDF-1.7 no table", "a.csv", "PDF"),
        (b"id,text\n", "a.exe", "CSV"),
        (b"", "a.csv", "file"),
        (b"id,text\n1,x\n", "a.xlsx", ".csv"),
        (b"PK\x03\x04 cut", "a.xlsx", "坏了"),
    ],
)
def test_what_is_no_table_is_refused_and_does_not_stay(people, folder, data, name, said):
    answer = send(people.administrator.client, data, name)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not FileImport.objects.exists()
    assert not folder.exists() or not list(folder.iterdir())


def test_a_file_beyond_the_limit(people, folder, settings):
    settings.IMPORT_BYTES = 1000
    answer = send(people.administrator.client, b"id,text\n" + b"x" * 2000)
    assert answer.status_code == 422
    assert not FileImport.objects.exists()


def test_more_than_a_letter_may_carry(people, folder, settings):
    settings.FILE_BYTES = 1000
    job = uploaded(people.administrator.client, content(*(LINES * 200)))
    assert (folder / job.file).read_bytes() == content(*(LINES * 200))


def test_nobody_else_sees_what_is_in_a_file(people, folder):
    job = mapped(people.administrator.client)
    other = make_person("second_administrator", ("county", "administrator"))
    for name in ("import", "import_columns", "import_words", "import_map", "import_report"):
        assert other.client.get(at(name, job)).status_code == 404
        assert people.supervisor.client.get(at(name, job)).status_code == 403
    assert other.client.post(at("import_act", job), {"do": "start"}).status_code == 404
    shown = other.client.get(reverse("staff_desk:imports")).content.decode()
    assert job.label not in shown


def test_cancelled_before_it_starts(county, people, folder):
    client = people.administrator.client
    job = mapped(client)
    job = do(client, job, "check")
    client.post(at("import_act", job), {"do": "cancel"})
    tasks.sweep_files()
    job.refresh_from_db()
    assert (job.state, job.file) == ("cancelled", "")
    assert not list(folder.iterdir())
    assert client.post(at("import_act", job), {"do": "start"}).status_code == 409
    assert client.get(at("import_columns", job)).status_code == 404
    assert not Submission.objects.exists()


def test_cancelled_while_it_is_checked(county, people, folder, monkeypatch):
    client = people.administrator.client
    job = mapped(client)
    real = rehearsing.rehearse

    def cancelled_meanwhile(*args: Any, **given: Any) -> Any:
        client.post(at("import_act", job), {"do": "cancel"})
        return real(*args, **given)

    monkeypatch.setattr(rehearsing, "rehearse", cancelled_meanwhile)
    job = do(client, job, "check")
    assert job.state == "cancelled"


def test_a_crash_in_the_middle_is_taken_up_again(
    county, people, folder, monkeypatch, small_batches
):
    client = people.administrator.client
    lines = [LINES[0].replace("1,", f"{number},", 1) for number in range(1, 11)]
    job = do(client, mapped(client, content(*lines)), "check")

    def crash(*_args: Any, **_given: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(file_actions, "finish", crash)
    with pytest.raises(KeyboardInterrupt):
        do(client, job, "start")
    job.refresh_from_db()
    assert job.state == "importing"
    monkeypatch.undo()
    connection.close()
    assert tasks.run_next() == 1
    job.refresh_from_db()
    assert (job.state, job.read, job.skipped) == ("done", 10, 10)
    assert Submission.objects.count() == 10


def test_one_at_a_time(county, people, folder):
    client = people.administrator.client
    job = mapped(client)
    client.post(at("import_act", job), {"do": "check"})
    with alone(tasks.WORK) as mine:
        assert mine
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [tasks.WORK])
            assert cursor.fetchone() == (False,)
        other.close()
    assert tasks.run_next() == 1
    assert tasks.run_next() == 0


def test_who_lost_the_role_imports_nothing(county, people, folder):
    client = people.administrator.client
    job = do(client, mapped(client), "check")
    client.post(at("import_act", job), {"do": "start"})
    Membership.objects.filter(account=people.administrator.account).update(ended_at=clock.now())
    tasks.run_next()
    job.refresh_from_db()
    assert job.state == "failed"
    assert not Submission.objects.exists()


def test_a_file_that_went_is_told(county, people, folder):
    client = people.administrator.client
    job = mapped(client)
    (folder / job.file).unlink()
    job = do(client, job, "check")
    assert job.state == "failed"
    assert "Upload it again" in job.problem or "重新上传" in job.problem


def test_a_day_later_it_is_gone(people, folder):
    job = uploaded(people.administrator.client)
    stray = folder / "0123.csv"
    stray.write_text("x")
    old = time.time() - 2 * 86400
    os.utime(stray, (old, old))
    assert tasks.sweep_files() == 1
    assert not stray.exists()
    FileImport.objects.update(made_at=clock.now() - timedelta(days=1, minutes=1))
    tasks.sweep_files()
    job.refresh_from_db()
    assert (job.state, list(folder.iterdir())) == ("cancelled", [])
    assert Entry.objects.filter(action="import.cancelled", actor=SYSTEM.label).exists()


def test_progress_is_shown_while_it_runs(county, people, folder, monkeypatch):
    client = people.administrator.client
    job = mapped(client)
    client.post(at("import_act", job), {"do": "check"})
    shown = page(client, "import", job)
    assert 'hx-trigger="every 3s"' in shown
    assert f'href="{at("import", job)}"' in shown


def test_every_state_is_reached_and_left(people):
    reached = {FileState.UPLOADED} | {step.target for step in STEPS.values()}
    assert reached == set(FileState)
    left = {state for step in STEPS.values() for state in step.sources}
    assert set(FileState) - left == {FileState.DONE, FileState.CANCELLED}


def test_a_rehearsal_says_what_the_import_then_does(county, people, folder):
    client = people.administrator.client
    job = do(client, mapped(client), "check")
    said = (job.imported, job.skipped, job.unfit)
    job = do(client, job, "start")
    assert (job.imported, job.skipped, job.unfit) == said
    again = do(client, mapped(client), "check")
    assert (again.imported, again.skipped, again.unfit) == (0, 2, 2)


def test_only_somebody_signed_in_may_send_as_much_as_an_import(people, folder, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    data = content(*(LINES * 200))
    ended, begun = Client(), Client()
    ended.force_login(people.administrator.account)
    StaffSession.objects.filter(session_key=ended.session.session_key).update(
        expire_date=timezone.now()
    )
    begun.session.save()
    forged = Client()
    forged.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    broken = Client()
    broken.cookies[settings.SESSION_COOKIE_NAME] = "x\0"
    for stranger in (Client(), ended, begun, forged, broken):
        assert send(stranger, data).status_code == 413
    assert not list(settings.INCOMING_FOLDER.glob("*"))
    assert send(people.administrator.client, data).status_code == 302


@pytest.mark.parametrize(
    "path",
    ["/zh-hans/follow/desk/imports/", "/desk/imports/", "/fr/desk/imports/", "/x/desk/imports/"],
)
def test_an_address_that_only_ends_like_the_imports_takes_no_file(path, people, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    sent = {"file": SimpleUploadedFile("a.csv", b"x" * 2000)}
    assert people.administrator.client.post(path, sent).status_code == 413


def test_what_the_door_says_is_translated():
    source = "\n".join(path.read_text() for path in Path(doors.__file__).parent.glob("*.py"))
    plain = re.findall(r'(?:Unfit|FileRefused)\("([^"]+)"\)', source)
    said = {*plain, *cells.UNREADABLE.values(), CLASHES, NOT_FOR_WRITERS, DAMAGED, UNCLOSED}
    with translation.override("zh-hans"):
        assert [each for each in said if in_words(each) == each] == []
        assert in_words("标题: longer than 120 characters") == "标题: 超过 120 个字"
        assert in_words("备注: 电话: empty") == "备注: 电话: 是空的"
        assert in_words("something new") == "something new"


def test_a_row_that_cannot_be_read_stands_beside_the_others(county, people, folder):
    job = uploaded(people.administrator.client, content(LINES[0], "2,漏水"))
    shown = page(people.administrator.client, "import_columns", job)
    assert "路灯不亮" in shown
    assert "有 2 栏，应有 7 栏" in shown


def test_a_point_takes_both_its_columns(county, people, folder):
    client = people.administrator.client
    job = uploaded(
        client,
        content(LINES[0] + ",30.25,120.16").replace("手机号".encode(), "手机号,纬度,经度".encode()),
    )
    form = client.get(at("import_columns", job)).context["page"].form
    assert (form["to_latitude"].value(), form["to_longitude"].value()) == ("纬度", "经度")
    answer = client.post(at("import_columns", job), COLUMNS | {"to_latitude": "纬度"})
    assert "请两列都选" in answer.content.decode()
    both = COLUMNS | {"to_latitude": "纬度", "to_longitude": "经度"}
    assert client.post(at("import_columns", job), both).status_code == 302
    job.refresh_from_db()
    assert tomllib.loads(job.map)["point"] == {"latitude": "纬度", "longitude": "经度"}
    again = client.get(at("import_columns", job)).context["page"].form
    assert again["to_longitude"].value() == "经度"
