"""Residents who write in and follow their letters, as a browser does."""

import re
from dataclasses import dataclass, field

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from huiying.intake.models import Submission
from huiying.intake.reads import resident
from huiying.kernel.actors import Actor

KEY = re.compile(r'name="(?P<name>(?:\w+-)?form_key)" value="(?P<key>[^"]+)"')


def address(name: str, language: str = "zh-hans", **kwargs: str) -> str:
    """The address of a page in a language."""
    with override(language):
        return reverse(f"public_site:{name}", kwargs=kwargs or None)


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def keys_in(response: HttpResponse) -> dict[str, str]:
    """The hidden form keys of a page, by field name."""
    return {match["name"]: match["key"] for match in KEY.finditer(text_of(response))}


@dataclass
class Writer:
    """A resident with a browser of their own; after `write`, `code` and `secret` of the last receipt."""

    language: str = "zh-hans"
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))
    code: str = ""
    secret: str = ""

    def at(self, name: str) -> str:
        return address(name, self.language)

    def write(self, body: str = "路灯坏了三天了。", **more: object) -> HttpResponse:
        """Open the form, send it, and keep what the receipt says."""
        page = self.client.get(self.at("write"))
        given = {"body": body, "wish": "private", **keys_in(page), **more}
        response = self.client.post(self.at("write"), given)
        self.read_receipt(response)
        return response

    def read_receipt(self, response: HttpResponse) -> None:
        found = dict(re.findall(r'name="(code|secret)" value="([^"]+)"', text_of(response)))
        self.code, self.secret = found.get("code", ""), found.get("secret", "")

    def open(self, code: str = "", secret: str = "") -> HttpResponse:
        given = {"code": code or self.code, "secret": secret or self.secret}
        return self.client.post(self.at("follow"), given)

    def letter(self) -> HttpResponse:
        return self.client.get(self.at("letter"))

    def act(self, name: str, **given: str) -> HttpResponse:
        """Do one act on the opened letter with the key of its form on the page."""
        keys = keys_in(self.letter())
        data = {f"{name}-{field}": value for field, value in given.items()}
        return self.client.post(self.at(f"letter_{name}"), keys | data)

    @property
    def label(self) -> str:
        return Submission.objects.get(code=self.code).label

    @property
    def actor(self) -> Actor:
        return resident(self.label)


@pytest.fixture
def writer(county: None) -> Writer:
    return Writer()


@pytest.fixture
def english_writer(county: None) -> Writer:
    return Writer("en")
