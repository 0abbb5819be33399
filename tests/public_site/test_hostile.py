"""Text that means harm, or only comes from far away, is kept and shown as text."""

import pytest

from huiying.intake.models import Submission
from huiying.intake.opening import Words, words_of
from tests.public_site.conftest import Desk, Writer, keys_in, text_of

pytestmark = pytest.mark.django_db

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><script>alert(1)</script>",
    "{{ page.form }} {% debug %} %(most)d %s {0}",
    "'; DROP TABLE intake_submission; --",
    "javascript:alert(1)",
    "<!-- ]]> &amp; &lt; \u2028\u2029",
]
FOREIGN = [
    "\u202egnitirw desrever\u202c",
    "مرحبا، الشارع مظلم",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🀄 𠮷野家 𪚥",
    "Z̸̡̛a̷l̵g̶o̴ e\u0301",
    "\ufeff零宽\u200b空格\u2066隔离\u2069",
    "\u0001\u0007控制\u001b[31m符",
]


@pytest.mark.parametrize("text", HOSTILE + FOREIGN)
def test_it_is_kept_and_shown_as_text(writer: Writer, desk: Desk, text: str):
    line = " ".join(text.split())
    receipt = writer.write(text, title=text, place=text)
    assert receipt.status_code == 200
    assert words_of(writer.submission) == Words(line, text, line)
    writer.open()
    writer.act("add", text=text)
    for page in (writer.letter(), writer.client.get(writer.at("letter_withdraw"))):
        shown = text_of(page)
        assert page.status_code == 200
        for harm in ("<script>alert", "<img src=x", "</textarea><script"):
            assert harm not in shown
    again = writer.act("add", text=text + "\0")
    assert again.status_code == 422
    assert "<script>alert" not in text_of(again)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_refused_form_shows_it_as_text(writer: Writer, text: str):
    page = writer.write(
        "", title=text, place=text, email=text, category_code=text, named_units=text
    )
    assert page.status_code == 422
    assert "<script>alert" not in text_of(page)
    assert "<img src=x" not in text_of(page)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_refused_receipt_shows_it_as_text(writer: Writer, text: str):
    page = writer.open(code=text, secret=text)
    assert page.status_code == 422
    assert "<script>alert" not in text_of(page)


@pytest.mark.parametrize(
    "form_key", ["", "x" * 10_000, "a\0b", "<script>alert(1)</script>", "钥匙"]
)
def test_any_key_is_only_a_key(writer: Writer, form_key: str):
    page = writer.write("灯坏了", form_key=form_key)
    assert page.status_code == 200
    assert "<script>alert" not in text_of(page)


def test_bytes_that_are_no_text_come_out_as_such(writer: Writer):
    key = keys_in(writer.client.get(writer.at("write")))["form_key"]
    body = f"wish=private&form_key={key}&body=%ED%A0%80%FF%FE%E7%81%AF".encode()
    page = writer.client.post(
        writer.at("write"), body, content_type="application/x-www-form-urlencoded"
    )
    assert page.status_code == 200


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "utf-16", "gb18030", "no-such"])
def test_a_form_that_claims_another_charset_is_read_as_utf_8(writer: Writer, charset: str):
    body = (
        '--b\r\nContent-Disposition: form-data; name="wish"\r\n\r\nprivate\r\n'
        '--b\r\nContent-Disposition: form-data; name="body"\r\n\r\nlone \\ud800 灯\r\n--b--\r\n'
    ).encode()
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    page = writer.client.generic("POST", writer.at("write"), body, content_type=kind)
    assert page.status_code == 200
    assert words_of(Submission.objects.get()).body == "lone \\ud800 灯"
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    plain = b"wish=private&body=lamp"
    page = writer.client.generic("POST", writer.at("write"), plain, content_type=kind)
    assert page.status_code in {200, 400}


def test_a_broken_form_is_a_bad_request(writer: Writer):
    page = writer.client.post(
        writer.at("write"), b"--nothing", content_type="multipart/form-data; boundary=other"
    )
    assert page.status_code in {400, 422}


def test_a_file_in_the_form_is_ignored(writer: Writer):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="body"; filename="x"\r\n\r\nfile\r\n--b--\r\n'
    )
    page = writer.client.post(
        writer.at("write"), body, content_type="multipart/form-data; boundary=b"
    )
    assert page.status_code == 422
