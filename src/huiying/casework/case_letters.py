"""The letters of a case for the desk, each with its exchange, its files and what was sent of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from huiying.casework import policy
from huiying.casework.delivered import Told as Sent
from huiying.casework.delivered import all_told
from huiying.casework.models import CaseFile, Move, Report
from huiying.casework.places import Names
from huiying.casework.splitting.shown import whole_within
from huiying.harm.facts import in_order
from huiying.intake.files import AttachmentLinked, lines_of, linked
from huiying.intake.models import Message, Submission
from huiying.intake.opening import Place, from_json, texts_of, words_of
from huiying.kernel.actors import Actor
from huiying.kernel.kept_queries import Given, KeptQuery
from huiying.notices.reads import deliveries, log_of


@dataclass(frozen=True, slots=True)
class ExchangeLine:
    """One line of the exchange between one writer and the desk; `unit` asked, where it is a question;
    `by_helper`: somebody who helps the writer said it.
    """

    at: datetime
    from_resident: bool
    kind: str
    text: str
    unit: Names
    by_helper: bool = False


@dataclass(frozen=True, slots=True)
class LetterShown:
    """One letter of the case, as received, with its exchange and its writer's verdict.

    Who wrote it is not here. `own_number` (0 for a letter at home) and its version are those of the case
    that it made, which was joined to this one. `part` is which part of a letter it is (0 for a whole one),
    in the desk's words; `whole_number` the case of that letter, 0 where it is not for this reader.
    `point` is latitude and longitude in degrees.
    `pressed` is None where it was not said, or is not for this reader.
    """

    report_id: int
    reachable: bool
    title: str
    body: str
    place: str
    point: tuple[float, float] | None
    channel: str
    received_at: datetime
    wish: str
    harm: tuple[str, ...]
    legal_date: date | None
    exchange: tuple[ExchangeLine, ...]
    vote: str
    voted_at: datetime | None
    delivered_at: datetime | None
    withdrawn_at: datetime | None
    pressed: bool | None
    files: tuple[AttachmentLinked, ...]
    hears_by: str
    sent: tuple[Sent, ...]
    own_number: int = 0
    own_version: int = 0
    part: int = 0
    whole_number: int = 0


def _moment(text: str | None) -> datetime:
    return datetime.fromisoformat(text or "")


def _letters_of(actor: Actor, *, case: int | Given) -> QuerySet[Report]:
    """The letters of a case, oldest first, each with its exchange, its files and what was sent of it."""
    messages = Message.objects.filter(submission=OuterRef("submission")).order_by("id")
    asking = Move.objects.filter(
        case=OuterRef(OuterRef("case")), verb="ask_resident", at__lte=OuterRef("at")
    )
    lines = messages.annotate(
        unit=Subquery(asking.order_by("-at").values("unit__name")[:1])
    ).values(
        row=JSONObject(
            id="id",
            at="at",
            sender="sender",
            kind="kind",
            sealed="sealed",
            author="author",
            unit="unit",
        )
    )
    return (
        Report.objects.filter(case=case)
        .select_related("submission__seal", "own_case")
        .annotate(
            lines=ArraySubquery(lines),
            files=lines_of(OuterRef("submission")),
            sent=log_of(OuterRef("submission__label")),  # of a part nothing: it tells of the others
            whole=Subquery(whole_within(actor)),
            place=F("part__place"),
        )
        .order_by("submission__received_at", "id")
    )


THE_LETTERS = KeptQuery(_letters_of, case=BigIntegerField())


def letters_shown(case: CaseFile, actor: Actor) -> tuple[tuple[LetterShown, ...], list[str]]:
    """The case's letters, oldest first, and the labels by which the record knows them."""
    rows: list[Any] = THE_LETTERS.rows(actor, case=case.pk)
    found = [_letter(row, actor) for row in rows]
    return tuple(found), [f"submission:{row.submission.label}" for row in rows]


def _place(line: dict[str, Any]) -> Place:
    return Place(line["id"], line["sender"], line["kind"], line["author"])


def _letter(report: Any, actor: Actor) -> LetterShown:
    letter: Submission = report.submission
    words = words_of(letter)
    texts = texts_of(letter, [(_place(line), from_json(line["sealed"])) for line in report.lines])
    return LetterShown(
        report_id=report.pk,
        reachable=letter.reachable,
        title=words.title,
        body=words.body,
        place=words.place,
        point=words.point,
        channel=letter.channel,
        received_at=letter.received_at,
        wish=letter.wish,
        harm=tuple(fact.code for fact in in_order(letter.facts)),
        legal_date=letter.legal_date,
        exchange=tuple(
            ExchangeLine(
                _moment(line["at"]),
                line["sender"] == Message.From.RESIDENT,
                line["kind"],
                text,
                (line["unit"] or {}) if line["kind"] == Message.Kind.QUESTION else {},
                line["author"].startswith("helper:"),
            )
            for line, text in zip(report.lines, texts, strict=True)
        ),
        vote=report.vote,
        voted_at=report.voted_at,
        delivered_at=report.delivered_at,
        withdrawn_at=report.ended_at,
        pressed=report.pressed if policy.may_know_pressed(actor) else None,
        files=linked(report.files, actor),
        hears_by=letter.hears_by,
        sent=all_told(deliveries(report.sent)),
        own_number=report.own_case.number if report.own_case else 0,
        own_version=report.own_case.version if report.own_case else 0,
        part=report.place or 0,
        whole_number=report.whole or 0,
    )
