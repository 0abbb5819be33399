"""What is sent out links to where the pages are."""

import os

import pytest
from django.utils import translation
from django.utils.translation import gettext

from huiying.config.cli import up


def test_links_lead_to_the_port_that_is_listened_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "environ", {})
    up.name_port(8123)
    assert os.environ["HUIYING_URL"] == "http://127.0.0.1:8123"


def test_a_named_address_is_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "environ", {"HUIYING_URL": "https://letters.example.org"})
    up.name_port(8123)
    assert os.environ["HUIYING_URL"] == "https://letters.example.org"


def test_an_empty_field_is_told_in_the_desks_own_chinese():
    with translation.override("zh-hans"):
        assert gettext("This field is required.") == "这一栏还没有填。"
