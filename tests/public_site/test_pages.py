"""The pages that anybody may read, in both languages."""

import pytest

from tests.public_site.conftest import Writer, address, text_of

pytestmark = pytest.mark.django_db
PAGES = ("home", "write", "follow", "never", "privacy")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_speaks_its_language_and_offers_the_other(
    writer: Writer, language: str, name: str
):
    page = writer.client.get(address(name, language))
    assert page.status_code == 200
    shown = text_of(page)
    other = {"zh-hans": "en", "en": "zh-hans"}[language]
    assert f'<html lang="{language}"' in shown
    assert f'href="{address(name, other)}"' in shown
    assert shown.count("<h1") == 1


def _loses_nothing(shown: str) -> bool:
    """Neither the other language nor the other theme is offered: both would ask for the page anew."""
    return "hreflang=" not in shown and "data-theme-form" not in shown


def test_the_answer_to_a_form_offers_no_link_that_would_lose_it(writer: Writer):
    assert not _loses_nothing(text_of(writer.client.get(writer.at("write"))))
    danger = writer.write(danger="on")
    wrong = writer.write(body="")
    wrong_code = writer.open(code="1", secret="2")
    receipt = writer.write()
    assert [each.status_code for each in (danger, wrong, receipt)] == [200, 422, 200]
    assert writer.code in text_of(receipt)
    for page in (danger, wrong, wrong_code, receipt):
        assert _loses_nothing(text_of(page))
    writer.open()
    assert not _loses_nothing(text_of(writer.letter()))


@pytest.mark.parametrize("name", PAGES)
def test_no_page_holds_a_script_or_a_style_of_its_own(writer: Writer, name: str):
    shown = text_of(writer.client.get(address(name)))
    for inline in ("<script>", "<style", " style=", " onclick=", " onload=", "javascript:"):
        assert inline not in shown


def test_home_leads_everywhere_and_opens_a_letter(english: Writer):
    shown = text_of(english.client.get(english.at("home")))
    for name in ("write", "follow", "never"):
        assert f'"{english.at(name)}"' in shown
    for number in ("110", "119", "120"):
        assert f'href="tel:{number}"' in shown
    assert 'name="code"' in shown
    assert 'name="secret"' in shown


def test_the_seven_things_are_all_said(english: Writer):
    shown = text_of(english.client.get(english.at("never")))
    for said in ("watch people", "file on anyone", "silences nobody", "in disguise", "by words"):
        assert said in shown
    assert shown.count("<section><h2>") == 7


@pytest.mark.parametrize("name", ["home", "never", "privacy"])
def test_a_page_that_is_only_read_takes_nothing(writer: Writer, name: str):
    assert writer.client.post(writer.at(name), {"body": "x"}).status_code in {403, 405}


@pytest.mark.parametrize("name", ["write", "follow"])
def test_other_methods_are_refused(writer: Writer, name: str):
    assert writer.client.put(writer.at(name), b"x").status_code in {403, 405}


def test_queries_of_the_open_pages(english: Writer, django_assert_num_queries):
    english.client.get(english.at("write"))
    with django_assert_num_queries(0):
        english.client.get(english.at("follow"))
    with django_assert_num_queries(2):
        english.client.get(english.at("write"))
    with django_assert_num_queries(1):
        english.client.get(english.at("home"))
