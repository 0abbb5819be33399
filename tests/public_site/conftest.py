"""Residents who write in and follow their letters as a browser does, and the desk that handles them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from huiying.casework.actions import sorting, working
from huiying.casework.models import CaseFile, Report
from huiying.intake.models import Submission
from huiying.replies.actions.reviewing import approve_and_issue
from huiying.replies.actions.writing import put_forward
from huiying.replies.words import Words
from tests.people import People

KEY = re.compile(r'name="(?P<name>(?:\w+-)?form_key)" value="(?P<key>[^"]+)"')


def address(name: str, language: str = "zh-hans") -> str:
    """The address of a page in a language."""
    with override(language):
        return reverse(f"public_site:{name}")


def text_of(response: Any) -> str:
    return str(response.content.decode())


def keys_in(response: Any) -> dict[str, str]:
    """The hidden form keys of a page, by field name."""
    return {match["name"]: match["key"] for match in KEY.finditer(text_of(response))}


def browser(**headers: str) -> Client:
    """A browser of its own; the desk's token is enforced, so a form that needs none proves it."""
    return Client(enforce_csrf_checks=True, headers=headers)


@dataclass
class Writer:
    """A resident; after `write`, `code` and `secret` are those of the last receipt."""

    language: str = "zh-hans"
    client: Client = field(default_factory=browser)
    code: str = ""
    secret: str = ""

    def at(self, name: str) -> str:
        return address(name, self.language)

    def filled(self, body: str = "路灯坏了三天了。", **more: object) -> dict[str, object]:
        """A form as it comes from the page, with the page's own key."""
        return {
            "body": body,
            "wish": "private",
            **keys_in(self.client.get(self.at("write"))),
            **more,
        }

    def send(self, given: Mapping[str, object]) -> Any:
        """Send a filled form and keep what the receipt says, if one comes."""
        response = self.client.post(self.at("write"), given)
        found = dict(re.findall(r'name="(code|secret)" value="([^"]+)"', text_of(response)))
        self.code, self.secret = found.get("code", ""), found.get("secret", "")
        return response

    def write(self, body: str = "路灯坏了三天了。", **more: object) -> Any:
        return self.send(self.filled(body, **more))

    def open(self, code: str = "", secret: str = "") -> Any:
        given = {"code": code or self.code, "secret": secret or self.secret}
        return self.client.post(self.at("follow"), given)

    def letter(self) -> Any:
        return self.client.get(self.at("letter"))

    def act(self, name: str, **given: object) -> Any:
        """Do one act on the opened letter with the key of its form on the page."""
        page = self.client.get(self.at("letter_withdraw" if name == "withdraw" else "letter"))
        data = {f"{name}-{part}": value for part, value in given.items()}
        return self.client.post(self.at(f"letter_{name}"), keys_in(page) | data)

    @property
    def submission(self) -> Submission:
        return Submission.objects.get(code=self.code)

    @property
    def report(self) -> Report:
        return Report.objects.select_related("case").get(submission__code=self.code)

    @property
    def case(self) -> CaseFile:
        return self.report.case


@dataclass
class Desk:
    """Those who handle a writer's letter, by the real verbs."""

    people: People

    def assign(self, writer: Writer, category: str = "noise", lead: str = "housing") -> None:
        number = writer.case.number
        sorting.triage(actor=self.people.clerk.actor, number=number, category_code=category)
        sorting.assign(actor=self.people.dispatcher.actor, number=number, lead_code=lead)

    def take_on(self, writer: Writer) -> None:
        self.assign(writer)
        working.accept(actor=self.people.handler.actor, number=writer.case.number)

    def ask(self, writer: Writer, question: str) -> None:
        number = writer.case.number
        working.ask_resident(actor=self.people.handler.actor, number=number, question=question)

    def go_on(self, writer: Writer) -> None:
        working.resume(actor=self.people.handler.actor, number=writer.case.number)

    def decline(self, writer: Writer, body: str, reason: str) -> None:
        number, actor = writer.case.number, self.people.dispatcher.actor
        sorting.decline(actor=actor, number=number, competent_body=body, reason=reason)

    def answer(self, writer: Writer, text: str = "路灯已经修好。") -> None:
        """Answer privately with a reviewed reply."""
        words = Words(
            title="路灯", question="路灯不亮。", text=text, outcome="solved", audience="private"
        )
        reply = put_forward(actor=self.people.handler.actor, number=writer.case.number, words=words)
        approve_and_issue(
            actor=self.people.reviewer.actor, label=reply.label, seen=reply.version, privately=True
        )

    def close(self, writer: Writer) -> None:
        number, actor = writer.case.number, self.people.handler.actor
        working.close(actor=actor, number=number, outcome="solved", proof="照片 3 张。")


@pytest.fixture
def writer(county: None) -> Writer:
    return Writer()


@pytest.fixture
def english(county: None) -> Writer:
    """A writer who reads the pages in English."""
    return Writer("en")


@pytest.fixture
def desk(people: People) -> Desk:
    return Desk(people)
