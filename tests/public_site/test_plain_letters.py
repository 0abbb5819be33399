"""A letter is read without its form where nothing needs saying: it must hear what the form hears."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import RequestFactory

from huiying.faces.public_site.writing import _form, plain_form
from huiying.routing.models import Category
from tests.files import photo

pytestmark = pytest.mark.django_db

GOOD = {
    "body": "  路灯坏了\r\n三天了  ",
    "title": " 路灯 \n 坏了 ",
    "place": "清平路  12 号",
    "wish": "public",
    "email": "somebody@example.org",
    "form_key": "k" * 80,
}
LETTERS = {
    "whole": GOOD,
    "body and wish alone": {"body": "路灯坏了", "wish": "private", "form_key": "k"},
    "without a body": GOOD | {"body": " \n "},
    "with a body too long": GOOD | {"body": "长" * 10_001},
    "with a null byte": GOOD | {"body": "路\0灯"},
    "with a null byte in its key": GOOD | {"form_key": "k\0k"},
    "by a text message": GOOD | {"hears_by": "sms", "phone": "139 0000 1111"},
    "by mail without an address": GOOD | {"hears_by": "mail", "email": ""},
    "by a way that is not offered": GOOD | {"hears_by": "pigeon"},
    "without a wish": GOOD | {"wish": ""},
    "with an unknown wish": GOOD | {"wish": "loud"},
    "with no address": GOOD | {"email": "somebody"},
    "with a long title": GOOD | {"title": "长" * 121},
    "about a category": GOOD | {"category_code": "leak"},
    "about nothing we know": GOOD | {"category_code": "weather"},
    "about conduct": GOOD | {"conduct": "on"},
    "naming a unit": GOOD | {"named_units": "water"},
    "naming two units": GOOD | {"named_units": ["water", "estates"]},
    "naming nobody we know": GOOD | {"named_units": ["water", "moon"]},
    "with fields left empty": GOOD
    | dict.fromkeys(
        ("category_code", "harm", "people", "legal_date", "conduct", "phone", "me_too"), ""
    ),
    "with fields of spaces": GOOD | dict.fromkeys(("title", "people", "legal_date", "phone"), " "),
    "naming a unit and none": GOOD | {"named_units": ["water", ""]},
    "by a day of the law": GOOD | {"legal_date": "2026-12-01", "harm": "health"},
    "about an answer": GOOD | {"me_too": "a" * 16},
    "empty": {},
}
NEEDS_A_PAGE = {
    "danger": GOOD | {"danger": "on"},
    "danger, sure": GOOD | {"danger": "on", "sure": "1"},
    "change": GOOD | {"change": "1"},
    "for somebody else": GOOD | {"for_other": "on", "relation": "child"},
    "a file that waits": GOOD | {"waiting": f"{'a' * 32}.{'b' * 64}.x"},
}


def _form_encoded(letter):
    data = QueryDict(mutable=True)
    for name, value in letter.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return RequestFactory().post(
        "/zh-hans/write/", data.urlencode(), "application/x-www-form-urlencoded"
    )


def _heard_by_the_form(request):
    form = _form(request.POST)
    return {**form.cleaned_data} if form.is_valid() else None


def _given(request):
    form = plain_form(request)
    return form and form.cleaned_data


@pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)
def test_it_takes_and_refuses_what_the_form_does(people, letter):
    request = _form_encoded(letter)
    assert _given(request) == _heard_by_the_form(request)


@pytest.mark.parametrize("letter", NEEDS_A_PAGE.values(), ids=NEEDS_A_PAGE)
def test_what_needs_a_page_first_goes_to_the_form(people, letter):
    request = _form_encoded(letter)
    assert _heard_by_the_form(request)
    assert _given(request) is None


def test_a_letter_with_a_file_goes_to_the_form(people):
    file = SimpleUploadedFile("a.jpg", photo(), "image/jpeg")
    assert _given(RequestFactory().post("/zh-hans/write/", GOOD)) is not None
    assert _given(RequestFactory().post("/zh-hans/write/", GOOD | {"enclosed": file})) is None


def test_a_letter_without_a_key_gets_one_of_its_own(people):
    given = [_given(_form_encoded(GOOD | {"form_key": ""})) for _ in range(2)]
    keys = {each["form_key"] for each in given if each}
    assert len(keys) == 2
    assert all(keys)


def test_two_letters_share_fields_and_nothing_else(people):
    first, second = (plain_form(_form_encoded(GOOD | {"body": body})) for body in ("一", "二"))
    assert first is not None
    assert second is not None
    assert first.fields["body"] is second.fields["body"]
    assert "phone" not in first.fields, "what was left empty is not read"
    assert (first.cleaned_data["body"], second.cleaned_data["body"]) == ("一", "二")


def test_what_the_form_asks_follows_the_settings(people, settings):
    request = _form_encoded(GOOD | {"hears_by": "mail"})
    for ways in (["mail"], [], ["mail", "sms"]):
        settings.ANSWER_WAYS = ways
        assert _given(request) == _heard_by_the_form(request)


def test_categories_that_change_are_seen_by_the_next_letter(people):
    request = _form_encoded(GOOD | {"category_code": "leak"})
    assert _given(request) is not None
    Category.objects.filter(code="leak").update(offered=False)
    assert _given(request) is None
