"""What stands beside an answer at the desk: the letters, who saved what, how it will look."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import OuterRef
from django.utils.translation import gettext as _

from huiying.agencies.reads import staff_names
from huiying.casework.models import CaseFile, Report
from huiying.casework.questions import Asked, asked_by, questions_on
from huiying.intake.files import AttachmentLinked, lines_of, linked
from huiying.intake.models import Message, Submission
from huiying.intake.opening import words_of
from huiying.intake.reads import MessageLine, exchange_on
from huiying.kernel.actors import Actor
from huiying.kernel.names import localized
from huiying.replies.models import Reply, ReplyVersion
from huiying.replies.reads.signed import asked_on, signed_in
from huiying.replies.reads.versions import with_words
from huiying.replies.shown import AnswerShown, shown
from huiying.replies.states import ISSUED


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the exchange as staff read it; `who` is empty for the writer and for the desk."""

    at: datetime
    from_resident: bool
    text: str
    who: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One writer's letter beside the editor, with the exchange on it and links to its files."""

    title: str
    body: str
    place: str
    channel: str
    received_at: datetime
    wish: str
    exchange: tuple[Note, ...]
    files: tuple[AttachmentLinked, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """One saved version: when and by whom, in words and as the record knows them."""

    number: int
    at: datetime
    author: str
    author_label: str


def names_of(labels: Iterable[str]) -> dict[str, str]:
    """Names of members of staff in the reader's language, by label."""
    return {label: localized(name) for label, name in staff_names(set(labels)).items()}


def language_of(case: CaseFile) -> str:
    """The language in which the case's first letter was written."""
    reports = Report.objects.filter(case=case).order_by("id")
    return reports.values_list("submission__language", flat=True).first() or ""


def letters_of(case: CaseFile, reader: Actor) -> tuple[Letter, ...]:
    """The letters of the case that were not withdrawn, oldest first. Three queries.

    Whether the reader may see the case is asked by whoever calls this; the links serve them alone.
    """
    reports: Any = (
        Report.objects.filter(case=case, ended_at=None)
        .select_related("submission__seal")
        .annotate(files=lines_of(OuterRef("submission")))
        .order_by("id")
    )
    exchange = exchange_on([report.submission_id for report in reports])
    asked = questions_on(case) if any(exchange.values()) else []
    return tuple(
        _letter(report.submission, exchange[report.submission_id], asked, report.files, reader)
        for report in reports
    )


def _letter(
    submission: Submission,
    exchange: Iterable[MessageLine],
    asked: list[Asked],
    files: list[dict[str, Any]],
    reader: Actor,
) -> Letter:
    words = words_of(submission)
    return Letter(
        title=words.title,
        body=words.body,
        place=words.place,
        channel=str(submission.get_channel_display()),
        received_at=submission.received_at,
        wish=submission.wish,
        exchange=tuple(_note(line, asked) for line in exchange),
        files=linked(files, reader),
    )


def _note(line: MessageLine, asked: list[Asked]) -> Note:
    unit = localized(asked_by(asked, line.at)) if line.kind == Message.Kind.QUESTION else ""
    who = _("%(unit)s, asking") % {"unit": unit} if unit else ""
    return Note(line.at, line.from_resident, line.text, who)


def saved_versions(versions: Iterable[ReplyVersion]) -> tuple[Saved, ...]:
    """Who saved which of these versions, in their order. One query."""
    rows = list(versions)
    names = names_of(row.author for row in rows)
    return tuple(Saved(row.number, row.at, names.get(row.author, ""), row.author) for row in rows)


def preview(reply: Reply) -> AnswerShown:
    """The reply as its readers will see it once it is issued, with what it corrects below.

    It was read with the columns of `signed.columns`.
    """
    rows = Reply.objects.filter(case=reply.case, address=reply.address)
    rows = rows.filter(state__in=ISSUED) | rows.filter(pk=reply.pk)
    chain = with_words(rows.select_related("case", "unit", "category").order_by("id"))
    last = next(place for place, pair in enumerate(chain) if pair[0].pk == reply.pk)
    return replace(shown(chain[: last + 1]), co_signed=signed_in(asked_on(reply)))
