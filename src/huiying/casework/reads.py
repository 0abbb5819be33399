"""The case page of the desk: everything that it shows, for one person, in five queries."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from huiying.casework import policy
from huiying.casework.case_letters import LetterShown, letters_shown
from huiying.casework.deadlines import Clock, clock_of
from huiying.casework.extensions import (
    ExtensionLine,
    extensions_within,
    read_extensions,
)
from huiying.casework.extensions import acts_on as extension_acts
from huiying.casework.labels import subject
from huiying.casework.landing.kept import Suggested, read_suggested, suggested_within
from huiying.casework.models import Assignment, CaseFile, Named
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
from huiying.casework.sentences import Told
from huiying.casework.splitting.shown import PartLine, parts_within, read_parts
from huiying.casework.states import State
from huiying.casework.tellers.words import Words
from huiying.casework.timeline import timeline
from huiying.casework.undoing import undoable
from huiying.casework.unfinished import Unfinished, read_unfinished, unfinished_within
from huiying.casework.urgency.why import Why, decided_within, why
from huiying.intake.actions.revealing import may_reveal
from huiying.intake.receipts import CODE_DIGITS
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.kept_queries import Given, KeptQuery
from huiying.kernel.refusals import NotFound

LONGEST_NUMBER = 15


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """Columns that a noun above reads along with the case, by their names on it; always the same ones."""

    columns: Mapping[str, ArraySubquery]


NOTHING = Beside({})


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
    support: tuple[Names, ...]
    support_codes: tuple[str, ...]
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

    @property
    def category(self) -> Names:
        return self.categories.name(self.case.category_id)

    @property
    def category_code(self) -> str:
        return self.case.category.code if self.case.category else ""

    @property
    def lead(self) -> Names:
        return self.units.name(self.case.lead_unit_id)

    @property
    def lead_code(self) -> str:
        return self.units.code(self.case.lead_unit_id)

    @property
    def suggested(self) -> Names:
        """The unit that leads what the case is about."""
        return self.units.name(self.case.category.lead_unit_id if self.case.category else None)

    @property
    def suggested_code(self) -> str:
        return self.units.code(self.case.category.lead_unit_id if self.case.category else None)


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


def _found(actor: Actor, number: int, beside: Beside) -> Any:
    found = THE_CASE.rows(actor, beside, number=number)
    if not found:
        raise NotFound
    return found[0]


def case_shown(actor: Actor, number: int, *, beside: Beside = NOTHING) -> CaseShown:
    """The case with this number for this reader; NotFound where it is not theirs, as if there were
    none. Five queries: case, letters, entries, units, categories.
    """
    case = _found(actor, number, beside)
    letters, labels = letters_shown(case, actor)
    ticked = {fact for letter in letters for fact in letter.harm}
    units, categories = all_units(), all_categories()
    story = timeline(subject(case), labels, Words(units, categories))
    more_time, parts = read_extensions(case.more_time), read_parts(case.parted)
    support = [part["unit"] for part in case.parts if part["part"] == Assignment.Part.SUPPORT]
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
        support=tuple(units.name(unit_id) for unit_id in support),
        support_codes=tuple(units.code(unit_id) for unit_id in support),
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
