"""A letter becomes a case file with its own number, clocks and first entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model

from huiying.agencies.models import Unit
from huiying.casework.desk_models import Likened
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile, Named, Report
from huiying.casework.states import State
from huiying.casework.stepping import move_row
from huiying.casework.urgency.standing import harm_columns
from huiying.finding.masking import mask
from huiying.harm.urgency import need_of
from huiying.intake import letters, reads
from huiying.intake.actions.enclosing import attach
from huiying.intake.errors import AlreadyImported, AlreadyReceived, CodeTaken
from huiying.intake.helping import first_pass
from huiying.intake.models import Submission
from huiying.intake.receipts import HelperPass, Receipt
from huiying.intake.uploads import Upload
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.inserting import insert_together, new_row
from huiying.kernel.refusals import TooMany
from huiying.kernel.verbs import single_statement_verb, verb
from huiying.notices.actions import notice_row
from huiying.notices.states import HAND_WAYS, Way
from huiying.record.actions import entry_rows
from huiying.routing.reads import due_at, leaf

TITLE_FROM_BODY = 40
LOOKED_AT = 400
DRAWS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReceipt(Receipt):
    """A receipt that also says until when the letter is to be answered; with that of the helper who wrote
    it, if one did.
    """

    due_at: datetime
    helper: HelperPass | None = None


def title_of(title: str, body: str) -> str:
    """The line by which staff know the case: the writer's own title, or how the letter begins.

    Masked as what is searched is: unlike the letter it is not sealed, so that lists need no key.
    """
    if title:
        return mask(title)
    # Masked before it is cut, so that no half of a number stands at its end.
    begins = " ".join(body[:LOOKED_AT].split())
    first = mask(begins[: 2 * TITLE_FROM_BODY])
    whole = len(first) <= TITLE_FROM_BODY and len(body) <= LOOKED_AT
    return first if whole else first[: TITLE_FROM_BODY - 1] + "…"


def receive(
    *,
    actor: Actor,
    letter: letters.Letter,
    form_key: str = "",
    files: Sequence[Upload] = (),
    same_as: int = 0,
) -> CaseReceipt:
    """Take a letter in, for good, with the files that wait for it, and return its receipt.

    `same_as` is the number of a case that the writer, or the clerk for them, says is about the same; the
    desk decides. Whoever calls has made sure that they may know of it.

    Safe to send again: the same form with the same content, or the same row of a source, gives the
    receipt that was given first. Raises Invalid for a letter that cannot be kept, and TooMany where too
    many text messages are asked for.
    """
    try:
        letters.count_text_messages(letter)
    except TooMany:
        sent_before = reads.by_replay(letters.letter_replay(letter, form_key))
        if sent_before is None:
            raise
        return _receipt(sent_before, letter, again=True)
    return _kept(actor=actor, letter=letter, form_key=form_key, files=files, same_as=same_as)


def _kept(
    *,
    actor: Actor,
    letter: letters.Letter,
    form_key: str,
    files: Sequence[Upload],
    same_as: int,
) -> CaseReceipt:
    for _draw in range(DRAWS):
        try:
            if files:
                kept = receive_with_files(
                    actor=actor, letter=letter, form_key=form_key, files=files, same_as=same_as
                )
            else:
                kept = receive_letter(
                    actor=actor, letter=letter, form_key=form_key, same_as=same_as
                )
            return _receipt(kept, letter)
        except CodeTaken:
            continue
        except AlreadyReceived:
            known = reads.by_replay(letters.letter_replay(letter, form_key))
        except AlreadyImported:
            known = reads.by_source(letter.source, letter.source_id)
        if known is not None:
            return _receipt(known, letter, again=True)
    raise CodeTaken


def _receipt(submission: Submission, letter: letters.Letter, *, again: bool = False) -> CaseReceipt:
    plain = letters.receipt_of(submission, again=again)
    return CaseReceipt(
        code=plain.code,
        secret=plain.secret,
        received_at=plain.received_at,
        submission_label=plain.submission_label,
        again=plain.again,
        pin=plain.pin,
        due_at=submission.report.due_at,
        helper=first_pass(submission) if letter.helper else None,
    )


@verb
def receive_with_files(
    *,
    actor: Actor,
    letter: letters.Letter,
    form_key: str,
    files: Sequence[Upload],
    same_as: int = 0,
) -> Submission:
    """`receive_letter` and its files in one transaction: both are kept, or neither."""
    submission = receive_letter(actor=actor, letter=letter, form_key=form_key, same_as=same_as)
    attach(actor=actor, submission=submission, files=files)
    return submission


@single_statement_verb
def receive_letter(
    *, actor: Actor, letter: letters.Letter, form_key: str = "", same_as: int = 0
) -> Submission:
    """The transaction behind `receive`: all rows of a new case in one statement."""
    submission, *sealed = letters.letter_rows(actor=actor, letter=letter, form_key=form_key)
    category = leaf(letter.category_code) if letter.category_code else None
    need = need_of(submission.facts, submission.legal_date)
    due = due_at(submission.received_at, category, need=need, channel=submission.channel)
    case = new_row(
        CaseFile,
        label=random_label(),
        state=State.RECEIVED,
        title=title_of(letter.title.strip(), letter.body),
        category=category,
        channel=submission.channel,
        conduct=submission.conduct or bool(submission.named_units),
        received_at=submission.received_at,
        due_at=due,
        moved_at=submission.received_at,
        **harm_columns(submission.facts, submission.legal_date),
    )
    said = _said_same(actor, case, same_as) if same_as else []
    data: dict[str, str | int] = {"submission": submission.label, "channel": submission.channel}
    if said:
        data["same_as"] = same_as
    if letter.helper:
        data["helped_by"] = letter.helper
    entry = entry_rows(actor=actor, action="case.receive", subject=subject(case), data=data)
    insert_together(
        submission,
        *sealed,
        case,
        new_row(Report, submission=submission, case=case, due_at=due),
        *_named(case, submission),
        move_row(case, verb="receive", source=""),
        *entry,
        *_confirmation(submission),
        *said,
    )
    return submission


def _said_same(actor: Actor, case: CaseFile, number: int) -> list[Model]:
    """That the letter is about the same as that case; never said to or of a complaint about conduct."""
    other = CaseFile.objects.filter(number=number, conduct=False).first()
    if other is None or case.conduct:
        return []
    said = Likened.Said.DESK if actor.has("clerk") else Likened.Said.WRITER
    return [Likened(case=case, other=other, said=said, at=case.received_at)]


def _named(case: CaseFile, submission: Submission) -> list[Model]:
    """Whom the writer complains about; naming the whole agency would hide the letter from everybody."""
    if not submission.named_units:
        return []
    units = Unit.objects.filter(code__in=submission.named_units, parent__isnull=False)
    return [Named(case=case, unit=unit, since=submission.received_at) for unit in units]


def _confirmation(submission: Submission) -> list[Model]:
    if not submission.reachable or submission.hears_by in (Way.PAGE, *HAND_WAYS):
        return []
    return [
        notice_row(
            kind="received",
            recipient=letters.subject(submission),
            language=submission.language,
            data={"code": submission.code},
        )
    ]
