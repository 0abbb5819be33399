"""Writing in, over HTTP."""

import html.parser
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.translation import override

from huiying.casework.models import CaseFile, Named
from huiying.faces.look.dates import on_day
from huiying.intake import vault
from huiying.intake.models import Submission
from huiying.intake.opening import Words, words_of
from huiying.kernel import time
from huiying.routing.models import Category
from tests.public_site.conftest import Writer, browser, keys_in, text_of

pytestmark = pytest.mark.django_db


def test_the_least_that_can_be_written_gets_a_receipt(writer: Writer):
    response = writer.write()
    assert response.status_code == 200
    assert len(writer.code) == 12
    page = text_of(response)
    grouped = f"{writer.code[:4]} {writer.code[4:8]} {writer.code[8:]}"
    assert grouped in page
    assert writer.secret in page
    kept = writer.submission
    assert (words_of(kept).body, kept.wish, kept.channel) == ("路灯坏了三天了。", "private", "web")
    assert (kept.language, kept.reachable, kept.conduct) == ("zh-hans", False, False)
    assert writer.report.due_at == kept.received_at + timedelta(days=15)


def test_a_letter_with_everything_is_kept_as_it_was_written(english: Writer):
    english.write(
        "It drips.\n\nSince Monday.",
        title="  A leak  ",
        place="12 Water Lane",
        category_code="leak",
        wish="public",
        email="someone@example.com",
        conduct="on",
        named_units=["water", "estates"],
    )
    kept = english.submission
    assert words_of(kept) == Words("A leak", "It drips.\n\nSince Monday.", "12 Water Lane")
    assert (kept.category_code, kept.wish, kept.language) == ("leak", "public", "en")
    assert vault.email_of(f"submission:{kept.label}") == "someone@example.com"
    assert kept.conduct
    assert english.case.conduct
    named = Named.objects.filter(case=english.case).values_list("unit__code", flat=True)
    assert set(named) == {"water", "estates"}


def test_naming_a_unit_makes_it_a_complaint_about_conduct(writer: Writer):
    writer.write(named_units=["water"])
    assert writer.submission.conduct


def test_the_receipt_says_until_when_an_answer_comes(english: Writer):
    response = english.write(category_code="leak")
    assert english.report.due_at == english.submission.received_at + timedelta(days=3)
    with override("en"):
        assert on_day(english.report.due_at) in text_of(response)
    assert "look here from time to time" in text_of(response)
    assert "we send you an e-mail" in text_of(english.write(email="a@example.com"))


def test_what_is_missing_is_said_first_and_everything_typed_is_kept(english: Writer):
    given = english.filled(
        "  \n ", title="A title", place="Here", category_code="noise", email="nothing", conduct="on"
    )
    response = english.send(given)
    page = text_of(response)
    assert response.status_code == 422
    assert not Submission.objects.exists()
    assert page.index("govuk-error-summary") < page.index("<h1>")
    assert 'href="#id_body"' in page
    assert 'href="#id_email"' in page
    for kept in ('value="A title"', 'value="Here"', '<option value="noise" selected', "nothing"):
        assert kept in page
    assert keys_in(response) == {"form_key": given["form_key"]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("body", "字" * 10_001),
        ("title", "a" * 121),
        ("place", "a" * 301),
        ("body", "a\0b"),
        ("title", "a\0b"),
        ("place", "a\0b"),
        ("email", "a\0b@example.com"),
        ("email", "a" * 250 + "@example.com"),
        ("category_code", "nothing-like-it"),
        ("category_code", "living"),
        ("named_units", "county"),
        ("named_units", "nobody"),
        ("wish", "maybe"),
        ("wish", ""),
    ],
)
def test_what_cannot_be_kept_is_refused_in_the_form(english: Writer, field: str, value: str):
    response = english.write(**{field: value})
    assert response.status_code == 422
    assert "govuk-error-message" in text_of(response)
    assert not Submission.objects.exists()


def test_the_longest_letter_fits_whatever_its_line_ends(writer: Writer):
    body = "一行\r\n" * 3333 + "末"
    assert writer.write(body).status_code == 200
    kept = words_of(writer.submission).body
    assert kept == body.replace("\r\n", "\n")
    assert len(kept) == 10_000


def test_a_page_too_big_to_take_is_refused_in_words(writer: Writer):
    response = writer.client.post(writer.at("write"), {"body": "x" * 1_100_000})
    assert response.status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"},
    ],
)
def test_a_form_of_another_site_is_refused(writer: Writer, headers: dict[str, str]):
    given = writer.filled()
    response = browser(**headers).post(writer.at("write"), given)
    assert response.status_code == 403
    assert not Submission.objects.exists()


def test_a_form_of_this_site_needs_no_token_and_no_cookie(writer: Writer):
    given = writer.filled()
    fresh = browser(Origin="http://testserver", **{"Sec-Fetch-Site": "same-origin"})
    assert fresh.post(writer.at("write"), given).status_code == 200


def test_writing_is_bounded_per_address_and_nothing_typed_is_lost(writer: Writer):
    moment = time.now().replace(minute=1)
    with time.at(moment):
        for number in range(30):
            assert writer.write(f"第 {number} 封").status_code == 200
        refused = writer.write("第三十一封，写了很久")
        assert refused.status_code == 429
        assert "第三十一封，写了很久" in text_of(refused)
        elsewhere = Client(REMOTE_ADDR="192.0.2.7")
        assert elsewhere.post(writer.at("write"), writer.filled("别处来的")).status_code == 200
    with time.at(moment + timedelta(minutes=15)):
        assert writer.write("过了一刻钟").status_code == 200


def test_addresses_of_one_ipv6_network_count_as_one(writer: Writer):
    with time.at(time.now().replace(minute=1)):
        for number in range(30):
            client = Client(REMOTE_ADDR=f"2001:db8:1:2::{number + 1:x}")
            assert client.post(writer.at("write"), writer.filled(f"{number}")).status_code == 200
        there = Client(REMOTE_ADDR="2001:db8:1:2:ffff::1")
        assert there.post(writer.at("write"), writer.filled("x")).status_code == 429
        other = Client(REMOTE_ADDR="2001:db8:1:3::1")
        assert other.post(writer.at("write"), writer.filled("x")).status_code == 200


def test_a_category_that_is_not_offered_is_neither_shown_nor_taken(writer: Writer):
    Category.objects.filter(code="leak").update(offered=False)
    assert 'value="leak"' not in text_of(writer.client.get(writer.at("write")))
    assert writer.write(category_code="leak").status_code == 422


def test_units_are_shown_with_what_they_belong_to(english: Writer):
    page = text_of(english.client.get(english.at("write")))
    assert "Housing Department › Estates Office" in page
    assert 'value="county"' not in page


class TestDanger:
    """Somebody is in danger: the emergency numbers come first, and nothing typed is lost."""

    def test_the_numbers_come_before_the_letter_is_sent(self, english: Writer):
        given = english.filled(
            "Gas\n\nin the corridor", danger="on", named_units=["water", "roads"]
        )
        given["email"] = "someone@example.com"
        first = english.send(given)
        page = text_of(first)
        assert first.status_code == 200
        assert not Submission.objects.exists()
        assert 'href="tel:119"' in page
        assert page.index('href="tel:119"') < page.index('name="sure"')
        sent = english.send(hidden_in(page) | {"sure": "1"})
        assert sent.status_code == 200
        kept = english.submission
        assert kept.danger
        assert english.case.danger
        assert words_of(kept).body == "Gas\n\nin the corridor"
        assert set(kept.named_units) == {"water", "roads"}
        assert kept.reachable

    def test_the_writer_can_go_back_to_the_letter(self, english: Writer):
        page = text_of(english.write("Gas", danger="on", title="Corridor"))
        back = english.send(hidden_in(page) | {"change": "1"})
        assert back.status_code == 200
        assert not Submission.objects.exists()
        assert 'value="Corridor"' in text_of(back)
        assert ">Gas</textarea>" in text_of(back)
        assert "govuk-error-summary" not in text_of(back)

    def test_what_is_wrong_is_said_before_the_numbers(self, english: Writer):
        assert english.write("", danger="on").status_code == 422

    def test_without_danger_nothing_comes_between(self, english: Writer):
        english.write("All is calm")
        assert not english.submission.danger


def hidden_in(page: str) -> dict[str, object]:
    """The hidden fields of a page's main form, as a browser would send them."""
    found: dict[str, list[str]] = {}

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = dict(attrs)
            if tag == "input" and given.get("type") == "hidden" and given.get("name") != "next":
                found.setdefault(str(given["name"]), []).append(given.get("value") or "")

    Reader().feed(page)
    return dict(found)


def test_there_is_one_case_for_one_letter(writer: Writer):
    writer.write()
    assert CaseFile.objects.count() == Submission.objects.count() == 1
