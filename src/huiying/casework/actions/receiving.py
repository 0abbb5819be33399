"""A letter becomes a case file with its own number, clocks and first entry."""

from huiying.agencies.models import Unit
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile, Named, Report
from huiying.casework.states import State
from huiying.casework.stepping import record_move
from huiying.intake import actions as intake
from huiying.intake import reads as letters
from huiying.intake.errors import AlreadyImported, AlreadyReceived, CodeTaken
from huiying.intake.models import Submission
from huiying.intake.receipts import Receipt
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.verbs import verb
from huiying.notices.actions import queue
from huiying.record.actions import write
from huiying.routing.reads import due_at, leaf

TITLE_FROM_BODY = 40
DRAWS = 5


def title_of(title: str, body: str) -> str:
    """The line by which staff know the case: the writer's own title, or how the letter begins."""
    if title:
        return title
    first = " ".join(body.split())
    return first if len(first) <= TITLE_FROM_BODY else first[: TITLE_FROM_BODY - 1] + "…"


def receive(*, actor: Actor, letter: intake.Letter, form_key: str = "") -> Receipt:
    """Take a letter in, for good, and return its receipt.

    Safe to send again: the same form with the same content, or the same row of a source, gives the
    receipt that was given first. Raises Invalid for a letter that cannot be kept.
    """
    for _draw in range(DRAWS):
        try:
            return intake.receipt_of(receive_letter(actor=actor, letter=letter, form_key=form_key))
        except CodeTaken:
            continue
        except AlreadyReceived:
            known = letters.by_replay(intake.letter_replay(letter, form_key))
        except AlreadyImported:
            known = letters.by_source(letter.source, letter.source_id)
        if known is not None:
            return intake.receipt_of(known, again=True)
    raise CodeTaken


@verb
def receive_letter(*, actor: Actor, letter: intake.Letter, form_key: str = "") -> Submission:
    """The transaction behind `receive`: submission, case file, report, move, entry, outbox row."""
    submission = intake.take_in(actor=actor, letter=letter, form_key=form_key)
    category = leaf(letter.category_code) if letter.category_code else None
    due = due_at(submission.received_at, category)
    case = CaseFile.objects.create(
        label=random_label(),
        state=State.RECEIVED,
        title=title_of(submission.title, submission.body),
        category=category,
        channel=submission.channel,
        conduct=submission.conduct or bool(submission.named_units),
        danger=submission.danger,
        received_at=submission.received_at,
        due_at=due,
        moved_at=submission.received_at,
    )
    Report.objects.create(submission=submission, case=case, due_at=due)
    if submission.named_units:
        # Naming the whole agency would hide the letter from everybody in it.
        units = Unit.objects.filter(code__in=submission.named_units, parent__isnull=False)
        Named.objects.bulk_create(
            [Named(case=case, unit=unit, since=submission.received_at) for unit in units]
        )
    record_move(case, verb="receive", source="")
    write(
        actor=actor,
        action="case.receive",
        subject=subject(case),
        data={"submission": submission.label, "channel": submission.channel},
    )
    if submission.reachable:
        queue(
            kind="received",
            recipient=intake.subject(submission),
            language=submission.language,
            data={"code": submission.code},
        )
    return submission
