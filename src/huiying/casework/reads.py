"""The case page of the desk: everything that it shows, for one person, in five queries."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from huiying.casework import policy
from huiying.casework.deadlines import Clock
from huiying.casework.delivered import Told as Sent
from huiying.casework.delivered import all_told
from huiying.casework.extensions import (
    ExtensionLine,
    extensions_within,
    read_extensions,
)
from huiying.casework.extensions import acts_on as extension_acts
from huiying.casework.labels import subject
from huiying.casework.landing.kept import Suggested, read_suggested, suggested_within
from huiying.casework.models import Assignment, CaseFile, Move, Named, Report
from huiying.casework.notes import NoteShown, notes_within, read_from
from huiying.casework.outside_numbers import (
    NumberShown,
    cases_under,
    numbers_within,
    read_numbers,
)
from huiying.casework.places import (
    Categories,
    Names,
    Units,
    all_categories,
    all_units,
)
from huiying.casework.queues import clock_of
from huiying.casework.sentences import Told
from huiying.casework.splitting.shown import PartLine, parts_within, read_parts, whole_within
from huiying.casework.states import State
from huiying.casework.tellers import Words
from huiying.casework.timeline import timeline
from huiying.casework.undoing import undoable
from huiying.casework.unfinished import Unfinished, read_unfinished, unfinished_within
from huiying.casework.urgency.why import Why, decided_within, why
from huiying.harm.facts import in_order
from huiying.intake.actions.revealing import may_reveal
from huiying.intake.files import AttachmentLinked, lines_of, linked
from huiying.intake.models import Message, Submission
from huiying.intake.opening import from_json, texts_of, words_of
from huiying.intake.receipts import CODE_DIGITS
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.kept_queries import Given, KeptQuery
from huiying.kernel.refusals import NotFound
from huiying.notices.reads import deliveries, log_of

LONGEST_NUMBER = 15


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """Columns that a noun above reads along with the case, by their names on it; always the same ones."""

    columns: Mapping[str, ArraySubquery]


NOTHING = Beside({})


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


@dataclass(frozen=True, slots=True)
class NamedShown:
    """Whom the complaint is about: units and people, by name."""

    units: tuple[Names, ...]
    people: tuple[Names, ...]


@dataclass(frozen=True, slots=True)
class CaseShown:
    """One case as its page shows it. `entries` are oldest first; `cut` tells that older ones exist.

    `undoable` is the reader's own last step, where they may take it back; `machine` what the model said.
    """

    case: CaseFile
    number: int
    version: int
    title: str
    state: str
    round: int
    returns: int
    channel: str
    why: Why
    conduct: bool
    outcome: str
    received_at: datetime
    clock: Clock
    waiting_until: datetime | None
    category: Names
    category_code: str
    lead: Names
    lead_code: str
    support: tuple[Names, ...]
    support_codes: tuple[str, ...]
    suggested_code: str
    suggested: Names
    named: NamedShown
    letters: tuple[LetterShown, ...]
    notes: tuple[NoteShown, ...]
    entries: tuple[Told, ...]
    cut: bool
    unfinished: dict[str, Unfinished]
    undoable: str
    machine: Suggested | None
    elsewhere: tuple[NumberShown, ...]
    acts: tuple[policy.Act, ...]
    more_time: tuple[ExtensionLine, ...]
    may_reveal: bool
    may_join: bool
    may_split: bool
    may_unsplit: bool
    parts: tuple[PartLine, ...]
    units: Units
    categories: Categories


def _moment(text: str | None) -> datetime:
    return datetime.fromisoformat(text or "")


def _case_of(actor: Actor, beside: Beside, *, number: int | Given) -> QuerySet[CaseFile]:
    """The case with `parts` (unit ids by part) and `whom` (named units and people) in one query."""
    parts = Assignment.objects.filter(case=OuterRef("pk"), ended_at=None).order_by("id")
    named = Named.objects.filter(case=OuterRef("pk")).order_by("id")
    return (
        policy.visible_cases(actor)
        .filter(number=number)
        .select_related("lead_unit", "category")
        .annotate(
            parts=ArraySubquery(parts.values(row=JSONObject(unit="unit_id", part="part"))),
            said=notes_within(),
            begun=unfinished_within(actor),
            machine=suggested_within(),
            numbers=numbers_within(),
            more_time=extensions_within(),
            decided_facts=decided_within(),
            parted=parts_within(),
            whom=ArraySubquery(named.values(row=JSONObject(unit="unit_id", name="account__name"))),
            **beside.columns,
        )
    )


THE_CASE = KeptQuery(_case_of, number=BigIntegerField())


def case_shown(actor: Actor, number: int, *, beside: Beside = NOTHING) -> CaseShown:
    """The case with this number for this reader; NotFound where it is not theirs, as if there were
    none. Five queries: case, letters, entries, units, categories.
    """
    found: list[Any] = THE_CASE.rows(actor, beside, number=number)
    if not found:
        raise NotFound
    case = found[0]
    letters, labels = _letters(case, actor)
    ticked = {fact for letter in letters for fact in letter.harm}
    units, categories = all_units(), all_categories()
    story = timeline(subject(case), labels, Words(units, categories))
    more_time, parts = read_extensions(case.more_time), read_parts(case.parted)
    support = [part["unit"] for part in case.parts if part["part"] == Assignment.Part.SUPPORT]
    suggested = case.category.lead_unit_id if case.category else None
    return CaseShown(
        case=case,
        number=case.number,
        version=case.version,
        title=case.title,
        state=case.state,
        round=case.round,
        returns=case.returns,
        channel=case.channel,
        why=why(case, case.decided_facts, ticked),
        conduct=case.conduct,
        outcome=case.outcome,
        received_at=case.received_at,
        clock=clock_of(case, time.now()),
        waiting_until=case.waiting_until if case.state == State.WAITING else None,
        category=categories.name(case.category_id),
        category_code=case.category.code if case.category else "",
        lead=units.name(case.lead_unit_id),
        lead_code=units.code(case.lead_unit_id),
        support=tuple(units.name(unit_id) for unit_id in support),
        support_codes=tuple(units.code(unit_id) for unit_id in support),
        suggested_code=units.code(suggested),
        suggested=units.name(suggested),
        named=_named(case.whom if case.conduct else [], units),
        letters=letters,
        notes=tuple(read_from(case.said)),
        entries=story.entries,
        cut=story.cut,
        unfinished=read_unfinished(case.begun),
        machine=read_suggested(case, case.machine),
        undoable=undoable(actor, case, story.last),
        elsewhere=tuple(read_numbers(case.numbers)),
        acts=(*policy.acts_on(actor, case), *extension_acts(actor, case, more_time)),
        more_time=more_time,
        may_reveal=may_reveal(actor),
        may_join=policy.plays_part(actor, policy.JOINS, case),
        may_split=_may_split(actor, case, letters),
        may_unsplit=_may_unsplit(actor, case, parts),
        parts=parts,
        units=units,
        categories=categories,
    )


def _may_split(actor: Actor, case: CaseFile, letters: tuple[LetterShown, ...]) -> bool:
    """Whether this actor may split the one letter that stands here."""
    whole = len(letters) == 1 and not letters[0].part and not letters[0].own_number
    return whole and policy.may_step(actor, "split", case) is None


def _may_unsplit(actor: Actor, case: CaseFile, parts: tuple[PartLine, ...]) -> bool:
    untouched = bool(parts) and not any(part.moved for part in parts)
    return untouched and policy.may_step(actor, "unsplit", case) is None


def _named(whom: list[dict[str, Any]], units: Units) -> NamedShown:
    return NamedShown(
        units=tuple(units.name(each["unit"]) for each in whom if each["unit"]),
        people=tuple(each["name"] for each in whom if each["name"]),
    )


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
            at="at", sender="sender", kind="kind", sealed="sealed", author="author", unit="unit"
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


def _letters(case: CaseFile, actor: Actor) -> tuple[tuple[LetterShown, ...], list[str]]:
    """The case's letters, oldest first, and the labels by which the record knows them."""
    rows: list[Any] = THE_LETTERS.rows(actor, case=case.pk)
    found = [_letter(row, actor) for row in rows]
    return tuple(found), [f"submission:{row.submission.label}" for row in rows]


def _letter(report: Any, actor: Actor) -> LetterShown:
    letter: Submission = report.submission
    words = words_of(letter)
    texts = texts_of(letter, [from_json(line["sealed"]) for line in report.lines])
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


def in_danger(number: int | None) -> bool:
    """Whether the writer of this open case said that somebody is in danger; for the worker."""
    if number is None:
        return False
    return CaseFile.objects.filter(number=number, danger=True, answered_at=None).exists()


def may_see(actor: Actor, number: int) -> bool:
    """Whether the case with this number is in this actor's sight."""
    return policy.visible_cases(actor).filter(number=number).exists()


def meant_by(actor: Actor, typed: str) -> list[int]:
    """The numbers of the visible cases that somebody means by a case number, a receipt's code or a number
    of another system; several only by the last. Two queries at most.
    """
    ours = set(unicodedata.normalize("NFKC", typed)) <= set("0123456789 -")
    found = number_of(actor, typed) if ours else None
    if found is not None:
        return [found]
    under = cases_under(actor, typed)
    if under or ours:
        return under
    found = number_of(actor, typed)
    return [] if found is None else [found]


def number_of(actor: Actor, typed: str) -> int | None:
    """The number of the visible case that somebody means by a case number or a receipt's code."""
    folded = unicodedata.normalize("NFKC", typed)
    digits = "".join(character for character in folded if character in "0123456789")
    if not digits or len(digits) > LONGEST_NUMBER:
        return None
    # One or the other, each by its index; an OR over both would read every case.
    meant: dict[str, object] = {"number": int(digits)}
    if len(digits) == CODE_DIGITS:
        meant = {"reports__submission__code": digits}
    return policy.visible_cases(actor).filter(**meant).values_list("number", flat=True).first()
