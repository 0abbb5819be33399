"""Words that were set aside until somebody has looked at them: what of them a reader sees."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from huiying.casework.models import CaseFile
from huiying.casework.places import Names
from huiying.kernel.actors import Actor
from huiying.supervision.joint_sessions import policy
from huiying.supervision.joint_sessions.models import (
    JointSession,
    SetAside,
    Summary,
    Task,
    TaskReport,
)
from huiying.supervision.joint_sessions.states import Look, Part
from huiying.supervision.joint_sessions.wording import repeated


@dataclass(frozen=True, slots=True)
class Said:
    """Words as one reader sees them; `look` is a code of `states.Look`, empty where they never waited. The
    words are empty once erased, and while `hidden`.
    """

    text: str
    look: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Words that wait for this reader's look, and in a sentence what they repeat of a letter."""

    number: int
    part: str
    text: str
    who: Names
    at: datetime
    repeats: str


class Kept:
    """What was set aside, by session and by what holds the words; `reads` are the sessions all of whose
    letters the reader may read.
    """

    def __init__(self, actor: Actor, rows: Collection[SetAside], reads: Collection[int]) -> None:
        self._own = policy.own_account(actor)
        self._rows = {(row.part, row.row): row for row in rows}
        self._reads = reads

    def said(self, text: str, part: Part, row: int) -> Said:
        """The words of this row as the reader sees them."""
        found = self._rows.get((part, row))
        if found is None:
            return Said(text)
        seen = found.author_id == self._own or found.session_id in self._reads
        return Said(text if seen else "", found.look, hidden=not seen)

    def waits(self, session: int) -> bool:
        """Whether words of somebody else wait in this session."""
        return any(row.session_id == session for row in self._of_others())

    def for_a_look(self, session: int) -> list[SetAside]:
        """What waits for the reader to look at it, oldest first: nothing where they miss a letter."""
        waiting = self._of_others() if session in self._reads else []
        return sorted(waiting, key=lambda row: row.pk)

    def _of_others(self) -> list[SetAside]:
        return [
            row
            for row in self._rows.values()
            if row.look == Look.WAITING and row.author_id != self._own
        ]


def kept_in(actor: Actor, session: JointSession, cases: Collection[CaseFile]) -> Kept:
    """What of one session was set aside and not shown since. One query, and one more where there is any."""
    rows = list(session.set_aside.exclude(look=Look.SHOWN).select_related("author"))
    reads = {session.pk} if rows and policy.reads_letters(actor, cases) else set()
    return Kept(actor, rows, reads)


def kept_among(actor: Actor, wanted: Q) -> Kept:
    """The same for lines of a list, where words that wait are hidden from all but their author. One query."""
    return Kept(actor, SetAside.objects.filter(wanted).exclude(look=Look.SHOWN), ())


def words_wait(actor: Actor, label: str) -> bool:
    """Whether what this actor writes in a session that they know of waits until somebody looked at it; it
    hangs on what they may read alone.
    """
    session = policy.known_sessions(actor).filter(label=label).first()
    return session is not None and not policy.reads_letters(actor, policy.cases_of(session))


def waiting_for_look(
    actor: Actor, session: JointSession, cases: Collection[CaseFile], kept: Kept
) -> list[Waiting]:
    """What of `kept_in` waits for this reader to look at it, oldest first; nothing for who may not."""
    rows = kept.for_a_look(session.pk)
    if not rows or not policy.may_write_summary(actor, cases):
        return []
    texts = _texts(session, rows)
    found = [(row, texts[row.part, row.row]) for row in rows if texts.get((row.part, row.row))]
    said = repeated([text for _row, text in found], cases)
    return [
        Waiting(row.pk, row.part, text, row.author.name, row.at, repeats)
        for (row, text), repeats in zip(found, said, strict=True)
    ]


def _texts(session: JointSession, rows: list[SetAside]) -> dict[tuple[str, int], str]:
    """By part and row, the words themselves."""
    called = " · ".join(filter(None, (session.topic, session.place)))
    found = {(Part.TOPIC, session.pk): called, (Part.ENDING, session.pk): session.words}
    for part, model in ((Part.SUMMARY, Summary), (Part.TASK, Task), (Part.REPORT, TaskReport)):
        ids = [row.row for row in rows if row.part == part]
        if ids:
            texts = model.objects.filter(pk__in=ids).values_list("pk", "text")
            found |= {(part, pk): text for pk, text in texts}
    return {(str(part), row): text for (part, row), text in found.items()}
