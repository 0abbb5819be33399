"""Who writes or checks an answer sees the letter whole: with its photos and documents."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiying.casework.actions.receiving import receive
from huiying.casework.actions.sorting import assign, mark_conduct, triage
from huiying.casework.actions.working import accept
from huiying.casework.models import CaseFile, Report
from huiying.intake.files import LINK_LIVES
from huiying.intake.letters import Letter
from huiying.intake.models import Attachment
from huiying.kernel import time
from huiying.kernel.actors import STRANGER
from huiying.replies.actions import writing
from tests import files
from tests.people import People, Person

pytestmark = pytest.mark.django_db

FILE_URL = re.compile(r'href="(/en/desk/files/[^"]+)"')
QUERIES = 12


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    chosen: Path = tmp_path / "attachments"
    settings.FILES_FOLDER, settings.INCOMING_FOLDER = chosen, tmp_path / "incoming"
    return chosen


@pytest.fixture
def with_photo(people: People) -> CaseFile:
    """A case whose letter brought a photo, taken on by the housing department."""
    photo = files.kept()
    letter = Letter(body="路灯坏了三天了。", wish="public", files=(photo.digest,))
    receipt = receive(actor=STRANGER, letter=letter, form_key="k", files=[photo])
    case = CaseFile.objects.get(reports__submission__code=receipt.code)
    triage(actor=people.clerk.actor, number=case.number, category_code="noise")
    assign(actor=people.dispatcher.actor, number=case.number, lead_code="housing")
    return accept(actor=people.handler.actor, number=case.number)


def urls_in(page: Any) -> list[str]:
    assert page.status_code == 200
    return [unescape(url) for url in FILE_URL.findall(page.text)]


def editor(case: CaseFile) -> str:
    return f"/en/desk/cases/{case.number}/answer/"


def in_review(people: People, case: CaseFile, words: Any) -> str:
    reply = writing.put_forward(actor=people.handler.actor, number=case.number, words=words)
    return f"/en/desk/answers/{reply.label}/"


def test_the_photo_stands_beside_the_draft_and_opens(people, with_photo, words):
    page = people.handler.client.get(editor(with_photo))
    assert "Photo 1" in page.text
    (url,) = urls_in(page)
    photo = people.handler.client.get(url)
    assert photo.status_code == 200
    assert b"".join(photo.streaming_content).startswith(b"\xff\xd8\xff")
    again = people.handler.client.post(editor(with_photo), {"do": "submit", "text": ""})
    assert again.status_code == 422
    assert "Photo 1" in again.text
    in_review(people, with_photo, words)
    assert urls_in(people.handler.client.get(editor(with_photo)))


def test_the_reviewer_sees_it_under_a_link_of_their_own(people, with_photo, words):
    (url,) = urls_in(people.reviewer.client.get(in_review(people, with_photo, words)))
    assert people.reviewer.client.get(url).status_code == 200
    assert people.handler.client.get(url).status_code == 404
    assert people.stranger.get(url).status_code == 302
    with time.at(time.now() + LINK_LIVES * 2):
        assert people.reviewer.client.get(url).status_code == 410


def test_who_may_not_read_the_letter_gets_neither_page_nor_file(people, with_photo, words):
    review = in_review(people, with_photo, words)
    for person in (people.other_handler, people.leader, people.administrator):
        for address in (editor(with_photo), review):
            page = person.client.get(address)
            assert page.status_code in {403, 404}
            assert not FILE_URL.findall(page.text)
    (url,) = urls_in(people.handler.client.get(editor(with_photo)))
    mark_conduct(actor=people.clerk.actor, number=with_photo.number, unit_codes=["housing"])
    assert people.handler.client.get(url).status_code == 404


def test_an_erased_photo_is_named_without_a_link(people, with_photo):
    Attachment.objects.update(erased_at=time.now(), file=None, sealed_key=b"", thumbnail="none")
    page = people.handler.client.get(editor(with_photo))
    assert "Erased, as the rules on keeping data say." in page.text
    assert not urls_in(page)


def test_the_clerk_who_answers_at_once_sees_it_too(people):
    photo = files.kept()
    letter = Letter(body="路灯坏了三天了。", wish="public", files=(photo.digest,))
    receipt = receive(actor=STRANGER, letter=letter, form_key="k", files=[photo])
    case = CaseFile.objects.get(reports__submission__code=receipt.code)
    triage(actor=people.clerk.actor, number=case.number, category_code="noise")
    page = people.clerk.client.get(f"/en/desk/cases/{case.number}/standard-answer/")
    assert len(urls_in(page)) == 1


def test_thirty_letters_with_files_cost_as_many_queries_as_one(people, with_photo, words):
    def cost(person: Person, address: str, shown: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(urls_in(person.client.get(address))) == shown
        return len([each for each in captured if "SAVEPOINT" not in each["sql"]])

    def costs(shown: int) -> list[int]:
        return [
            cost(people.handler, editor(with_photo), shown),
            cost(people.reviewer, review, shown),
        ]

    review = in_review(people, with_photo, words)
    costs(1)  # whatever is asked once in a process
    at_one = costs(1)
    for number in range(29):
        photo = files.kept()
        letter = Letter(body="路灯坏了三天了。", wish="public", files=(photo.digest,))
        receipt = receive(actor=STRANGER, letter=letter, form_key=f"k{number}", files=[photo])
        Report.objects.filter(submission__code=receipt.code).update(case=with_photo)
    assert costs(30) == at_one
    assert max(at_one) <= QUERIES
