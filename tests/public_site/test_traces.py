"""What a resident's visit leaves behind: nothing in addresses, logs, caches or a session."""

import re

import pytest
from django.db import connection

from huiying.accounts.models import StaffSession
from huiying.kernel.models import Limit
from tests.public_site.conftest import Desk, Writer, address, text_of

pytestmark = pytest.mark.django_db
PERSONAL = ("王小明", "13800138000", "xiaoming@example.com", "桥头路 5 号")
OPEN_PAGES = ("home", "write", "follow", "never", "privacy")


def write_everything(writer: Writer):
    name, phone, email, place = PERSONAL
    return writer.write(
        f"我是{name}，电话 {phone}。", title=f"{name}的来信", place=place, email=email
    )


def test_no_session_is_made_and_none_is_looked_at(writer: Writer, desk: Desk):
    before = StaffSession.objects.count()
    for name in OPEN_PAGES:
        page = writer.client.get(writer.at(name))
        assert not page.cookies
        assert "Cookie" not in page.get("Vary", "")
    receipt = writer.write()
    assert not receipt.cookies
    writer.open()
    writer.act("add", text="补充")
    writer.letter()
    names = set(writer.client.cookies)
    assert names <= {"letter-zh-hans", "letter-en", "messages"}
    assert StaffSession.objects.count() == before


def test_pages_with_a_letter_are_kept_by_no_cache_and_named_to_no_other_site(writer: Writer):
    for page in (writer.write(), writer.open(), writer.letter()):
        assert page["Cache-Control"] == "no-store"
        assert page["Referrer-Policy"] == "same-origin"
        assert "default-src 'none'" in page["Content-Security-Policy"]


def test_no_code_secret_or_word_is_in_any_address(writer: Writer):
    pages = [write_everything(writer), writer.open(), writer.letter()]
    writer.act("add", text="补充")
    pages.append(writer.letter())
    hidden = (writer.code, writer.secret.replace(" ", ""), writer.submission.label, *PERSONAL)
    for page in pages:
        links = re.findall(r'(?:href|action|src)="([^"]*)"', text_of(page))
        links.append(page.get("Location", ""))
        for word in hidden:
            assert not any(word in link for link in links)


def test_logs_tell_nothing_of_the_writer(writer: Writer, caplog):
    caplog.set_level("DEBUG")
    write_everything(writer)
    writer.open(secret="0123456789")
    writer.open()
    writer.act("add", text=f"再说一次 {PERSONAL[1]}")
    writer.act("add", text="")
    writer.act("withdraw", pressed="yes")
    told = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]
    for word in (*PERSONAL, writer.code, writer.secret, writer.secret.replace(" ", "")):
        assert not any(word in line for line in told)


def test_no_address_and_no_browser_name_is_in_the_database(writer: Writer):
    marks = {"HTTP_USER_AGENT": "Mozilla/5.0 Findable", "REMOTE_ADDR": "203.0.113.77"}
    writer.client.defaults |= marks
    writer.write()
    writer.open(secret="0123456789")
    writer.open()
    writer.act("add", text="补充")
    assert Limit.objects.exists()
    for table in tables():
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE ANY (%s)',
                [["%203.0.113.77%", "%Findable%"]],
            )
            assert cursor.fetchone()[0] == 0, table


def tables() -> list[str]:
    return [name for name in connection.introspection.table_names() if "procrastinate" not in name]


def test_the_same_page_for_everybody(writer: Writer, desk: Desk):
    """A signed-in member of staff sees the resident's pages as a stranger does."""
    for name in ("home", "follow", "never", "privacy"):
        signed_in = desk.people.handler.client.get(address(name))
        assert text_of(signed_in) == text_of(writer.client.get(address(name)))
