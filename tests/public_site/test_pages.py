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
