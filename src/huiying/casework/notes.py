"""Notes on cases as their readers see them, and where somebody was named."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from huiying.casework import policy
from huiying.casework.desk_models import CaseNote, Mention
from huiying.casework.models import CaseFile
from huiying.kernel.actors import Actor

type Names = dict[str, str]

MOST = 50


@dataclass(frozen=True, slots=True)
class NoteShown:
    """One note; `text` is empty where it was erased."""

    at: datetime
    who: Names
    unit: Names
    text: str


@dataclass(frozen=True, slots=True)
class MentionShown:
    """A note that names the reader."""

    id: int
    number: int
    title: str
    unread: bool
    note: NoteShown


def _shown(note: CaseNote) -> NoteShown:
    return NoteShown(note.at, note.author.name, note.unit.name if note.unit else {}, note.text)


def _of(case: Any) -> QuerySet[CaseNote]:
    return CaseNote.objects.filter(case=case).select_related("author", "unit").order_by("-id")


def notes_on(case: CaseFile) -> list[NoteShown]:
    """The newest notes on a case that the reader was found to see, oldest first. One query."""
    return [_shown(note) for note in reversed(_of(case)[:MOST])]


def notes_within() -> ArraySubquery:
    """The same as a column of a query of cases, for `read_from`."""
    row = JSONObject(at="at", who="author__name", unit="unit__name", text="text")
    return ArraySubquery(_of(OuterRef("pk")).values(row=row)[:MOST])


def read_from(rows: Iterable[dict[str, Any]]) -> list[NoteShown]:
    """The notes that `notes_within` found, oldest first."""
    found = [
        NoteShown(datetime.fromisoformat(row["at"]), row["who"], row["unit"] or {}, row["text"])
        for row in rows
    ]
    return found[::-1]


def _mentions(actor: Actor) -> QuerySet[Mention]:
    """Where this actor is named, in cases that they still may read."""
    own = Mention.objects.filter(account_id__in=[int(each) for each in actor.scopes("account")])
    return own.filter(note__case__in=policy.visible_cases(actor))


def unread(actor: Actor) -> int:
    """How many notes that name this actor wait to be opened, counting to 99. One query."""
    return _mentions(actor).filter(read_at=None)[:99].count()


def mentions_of(actor: Actor) -> list[MentionShown]:
    """The newest notes that name this actor, newest first. One query."""
    rows = _mentions(actor).select_related("note__case", "note__author", "note__unit")
    return [
        MentionShown(
            row.pk, row.note.case.number, row.note.case.title, row.read_at is None, _shown(row.note)
        )
        for row in rows.order_by("-id")[:MOST]
    ]
