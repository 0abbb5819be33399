"""One damaged or copied piece of an exchange keeps nobody from the rest of it."""

import pytest

from huiying.casework.actions.writing_back import add_words
from huiying.config.letter_checks import examine_letters
from huiying.intake.models import Message
from huiying.intake.reads import resident
from huiying.kernel import time
from tests.people import People
from tests.public_site.conftest import Writer
from tests.scene import letter

pytestmark = pytest.mark.django_db
SAID = "The pump has started again."
DAMAGED = "These words cannot be opened. Please tell the people who run this site."
DAMAGED_ZH = "这段话打不开了，请告诉本站的维护人员。"


def copied(piece: Message) -> Message:
    """The same sealed bytes in a row that they were not sealed for."""
    return Message.objects.create(
        submission=piece.submission,
        at=time.now(),
        sender=piece.sender,
        kind=piece.kind,
        author=piece.author,
        sealed=bytes(piece.sealed),
    )


def exchanges() -> tuple[str, str]:
    finding = next(each for each in examine_letters() if each.check == "exchanges")
    return finding.state.name, finding.says


def test_both_pages_open_and_say_which_piece_does_not(people: People):
    case, receipt = letter(people, upto="in_progress")
    add_words(actor=resident(receipt.submission_label), text=SAID)
    assert exchanges()[0] == "good"
    copied(Message.objects.get())
    writer = Writer("en", code=receipt.code, secret=receipt.secret)
    writer.open()
    for page, told in (
        (people.handler.client.get(f"/en/desk/cases/{case.number}/"), DAMAGED),
        (people.handler.client.get(f"/zh-hans/desk/cases/{case.number}/"), DAMAGED_ZH),
        (writer.letter(), DAMAGED),
    ):
        assert page.status_code == 200
        assert SAID in page.text
        assert page.text.count(told) == 1
    state, message = exchanges()
    assert state == "broken"
    assert message.endswith(": 1.")
