"""The channels against real servers on this machine: what they are sent, and what becomes of failures."""

import hashlib
import hmac
import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.checks import run_checks

from huiying.config import diagnosis
from huiying.notices import posting
from huiying.notices.backends import channel
from huiying.notices.errors import NotTaken, SwitchedOff
from huiying.notices.parcels import Parcel
from huiying.notices.sms import filled, segments, taken
from tests.notices.gateways import Gateway, listening

NUMBER = "13900001234"
PARCEL = Parcel(
    row=7,
    name="abcdefghjk@huiying",
    kind="answered",
    channel="sms",
    recipient="submission:x",
    address=NUMBER,
    language="zh-hans",
    subject="您的来件已有答复",
    text='【云渡县】"来件" 123456789012 已有答复 {key}\\ http://127.0.0.1/f',
    made_at=datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
)


@pytest.fixture
def gateway(settings) -> Iterator[Gateway]:
    with listening() as found:
        settings.SMS_BACKEND, settings.SMS_URL = "http", found.address
        settings.SMS_KEY, settings.SMS_SUCCESS = "the-key", "result.code=0"
        yield found


def test_the_gateway_gets_number_words_and_a_name_that_stays_the_same(gateway):
    assert channel("sms").send(PARCEL) == 1
    channel("sms").send(PARCEL)
    first, second = gateway.told()
    assert first == second == {"to": NUMBER, "text": PARCEL.text, "id": "abcdefghjk"}
    headers, _content = gateway.came[0]
    assert headers["Authorization"] == "Bearer the-key"


def test_words_that_look_like_a_form_stay_words(gateway, settings):
    settings.SMS_BODY = '{"a": ["{to}"], "sign": "{key}", "b": {"c": "{text}, {id}"}, "n": 1}'
    settings.SMS_HEADER = ""
    channel("sms").send(PARCEL)
    (told,) = gateway.told()
    assert told == {
        "a": [NUMBER], "sign": "the-key", "b": {"c": f"{PARCEL.text}, abcdefghjk"}, "n": 1,
    }  # fmt: skip
    assert "Authorization" not in gateway.came[0][0]


@pytest.mark.parametrize(
    ("status", "says"),
    [(200, '{"result": {"code": 7}}'), (200, "not JSON"), (200, "[]"), (503, '{"result": {"code": 0}}')],
)  # fmt: skip
def test_an_answer_that_is_no_success_is_none(gateway, status, says, caplog):
    gateway.status, gateway.says = status, says + f" {NUMBER}" if says == "not JSON" else says
    with pytest.raises(NotTaken) as failure:
        channel("sms").send(PARCEL)
    assert NUMBER not in f"{failure.value}{caplog.text}"


def test_no_redirect_is_followed(gateway):
    with listening() as elsewhere:
        gateway.status, gateway.location = 307, elsewhere.address
        with pytest.raises(NotTaken):
            channel("sms").send(PARCEL)
        assert elsewhere.came == []


def test_a_number_never_travels_where_others_read(settings):
    settings.SMS_BACKEND, settings.SMS_URL = "http", "http://sms.example.org/send"
    with pytest.raises(ValueError, match="https"):
        channel("sms").send(PARCEL)
    assert any(message.id == "huiying.E007" for message in run_checks())


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("https://sms.example.org/a", True),
        ("http://127.0.0.1:80/", True),
        ("http://[::1]/", True),
        ("http://localhost/", True),
        ("http://127.0.0.1.example.org/", False),
        ("http://localhost.example.org", False),
        ("http://10.0.0.1/", False),
        ("ftp://localhost/", False),
        ("https://", False),
        ("https://a:99999/", False),
        ("", False),
    ],
)
def test_what_counts_as_private(address, private):
    assert posting.is_private(address) is private


def test_a_gateway_that_is_not_there_or_never_ends_is_left(gateway, settings, monkeypatch):
    settings.SMS_URL = "http://127.0.0.1:9/"
    with pytest.raises(OSError):  # noqa: PT011 - whichever the system says
        channel("sms").send(PARCEL)
    settings.SMS_URL = gateway.address
    gateway.says = "x" * 200_000
    clock = iter(range(0, 1000, 4))
    monkeypatch.setattr("huiying.notices.posting.monotonic", lambda: next(clock))
    with pytest.raises((TimeoutError, http.client.HTTPException)):
        channel("sms").send(PARCEL)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3),
        ("€" * 80, 1), ("€" * 81, 2),
        ("回" * 70, 1), ("回" * 71, 2), ("回" * 134, 2), ("回" * 135, 3),
        ("😀" * 35, 1), ("😀" * 36, 2), ("", 1),
    ],
)  # fmt: skip
def test_segments_are_counted_as_networks_charge_them(text, count):
    assert segments(text) == count


@pytest.mark.parametrize(
    ("content", "condition", "well"),
    [
        (b"", "", True), (b"{}", "code=0", False), (b'{"code": "0"}', "code=0", True),
        (b'{"code": true}', "code = true", True), (b'[{"ok": 1}]', "0.ok=1", True),
        (b"[]", "0.ok=1", False), (b"\xff", "a=1", False), (b'{"a": 1}', "a.b=1", False),
    ],
)  # fmt: skip
def test_the_condition_of_success(content, condition, well):
    assert taken(content, condition) is well


def test_a_form_that_is_no_json_is_found_at_the_start(settings):
    settings.SMS_BACKEND, settings.SMS_URL = "http", "https://sms.example.org/"
    for body in ("{to}{text}", '["{to}", "{text}"]', '{"a": "{to}"}'):
        settings.SMS_BODY = body
        assert any(message.id == "huiying.E008" for message in run_checks()), body
    settings.SMS_BODY = '{"a": "{to}{text}"}'
    assert not any(message.id == "huiying.E008" for message in run_checks())
    assert json.loads(filled(settings.SMS_BODY, {"to": '"}', "text": "\\"})) == {"a": '"}\\'}


def test_the_webhook_gets_everything_signed(settings):
    with listening() as bridge:
        settings.SMS_BACKEND = settings.MAIL_BACKEND = "webhook"
        settings.WEBHOOK_URL, settings.WEBHOOK_KEY = bridge.address, "k"
        channel("sms").send(PARCEL)
        channel("mail").send(PARCEL)
        headers, content = bridge.came[0]
        bridge.status = 500
        with pytest.raises(NotTaken):
            channel("mail").send(PARCEL)
    parts = dict(part.split("=") for part in headers["Huiying-Signature"].split(","))
    wanted = hmac.new(b"k", parts["t"].encode() + b"." + content, hashlib.sha256).hexdigest()
    assert parts["v1"] == wanted
    told = json.loads(content)
    assert (told["id"], told["to"], told["channel"]) == ("abcdefghjk", NUMBER, "sms")
    settings.WEBHOOK_KEY = ""
    assert any(message.id == "huiying.E009" for message in run_checks())


def test_a_channel_that_is_off_says_so(settings):
    settings.SMS_BACKEND = "off"
    with pytest.raises(SwitchedOff):
        channel("sms")


def test_the_folder_holds_no_number(settings, tmp_path):
    settings.SMS_BACKEND, settings.MAIL_FOLDER = "file", tmp_path / "outbox"
    assert not channel("sms").needs_address
    channel("sms").send(PARCEL)
    (path,) = Path(settings.MAIL_FOLDER).glob("*.sms")
    assert path.stat().st_mode & 0o077 == 0
    assert PARCEL.text in path.read_text()


@pytest.mark.django_db
def test_the_doctor_asks_the_gateway_and_counts_the_segments(gateway, settings):
    def found() -> dict[str, str]:
        return {each.check: str(each.state) for each in diagnosis.examine()}

    well = found()
    assert (well["sms"], well["sms length"]) == ("good", "good")
    settings.SMS_URL = "http://127.0.0.1:9/"
    settings.SITE_URL = f"http://{'long.' * 40}example.org"
    ill = found()
    assert (ill["sms"], ill["sms length"]) == ("broken", "warning")
    settings.SMS_BACKEND = "off"
    assert "sms" not in found()
