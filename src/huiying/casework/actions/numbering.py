"""Saying under which number another system knows a case. What stood there before stays in the entries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from huiying.casework import policy
from huiying.casework.desk_models import OutsideNumber
from huiying.casework.errors import NumberOfSomebody
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile
from huiying.casework.outside_numbers import LONGEST, MOST, folded, says_who
from huiying.casework.words import required
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, NotAllowed, NotFound
from huiying.kernel.verbs import verb
from huiying.record.actions import write


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Which system, its number for the case, and by when it wants to hear."""

    system: str
    number: str
    due_at: datetime | None = None

    def checked(self) -> "Elsewhere":
        """The same as it is kept; raises Invalid, NeedsWords, NumberOfSomebody, naming the field."""
        system = required(self.system, "system", most=LONGEST)
        number = required(folded(self.number), "number", most=LONGEST)
        if says_who(number):
            raise NumberOfSomebody(field="number")
        return Elsewhere(system, number, self.due_at)

    def said(self) -> dict[str, Any]:
        """For an entry."""
        due = self.due_at.isoformat() if self.due_at else None
        return {"system": self.system, "number": self.number, "due_at": due}


def _case(actor: Actor, number: int) -> CaseFile:
    case = policy.find(actor, number)
    if not policy.may_number(actor):
        raise NotAllowed
    # One after the other, also beside an erasure, which locks the case too.
    return CaseFile.objects.select_for_update().get(pk=case.pk)


def _row(case: CaseFile, row_id: int) -> OutsideNumber:
    row = OutsideNumber.objects.filter(case=case, pk=row_id, ended_at=None).first()
    if row is None:
        raise NotFound
    return row


def _was(row: OutsideNumber) -> Elsewhere:
    return Elsewhere(row.system, row.number, row.due_at)


def _note(case: CaseFile, *, actor: Actor, act: str, data: dict[str, Any]) -> None:
    write(actor=actor, action=f"outside_number.{act}", subject=subject(case), data=data)


@verb
def add_outside_number(*, actor: Actor, number: int, elsewhere: Elsewhere) -> OutsideNumber:
    """Note under which number another system knows the case. Raises NumberTwice, NumberOfSomebody."""
    case = _case(actor, number)
    kept = elsewhere.checked()
    if OutsideNumber.objects.filter(case=case, ended_at=None).count() >= MOST:
        raise Invalid(_("A case takes at most %(most)d such numbers.") % {"most": MOST})
    row = OutsideNumber.objects.create(
        case=case, system=kept.system, number=kept.number, due_at=kept.due_at, made_at=time.now()
    )
    _note(case, actor=actor, act="added", data={"now": kept.said()})
    return row


@verb
def correct_outside_number(
    *, actor: Actor, number: int, row_id: int, elsewhere: Elsewhere
) -> OutsideNumber:
    """Put a number or its date right; the entry says what stood there before."""
    case = _case(actor, number)
    row, kept = _row(case, row_id), elsewhere.checked()
    before = _was(row)
    if before == kept:
        return row
    row.system, row.number, row.due_at = kept.system, kept.number, kept.due_at
    row.save(update_fields=["system", "number", "due_at"])
    _note(case, actor=actor, act="corrected", data={"before": before.said(), "now": kept.said()})
    return row


@verb
def end_outside_number(*, actor: Actor, number: int, row_id: int, reason: str) -> None:
    """Say that a number does not belong to this case, and why."""
    case = _case(actor, number)
    row, why = _row(case, row_id), required(reason, "reason")
    row.ended_at = time.now()
    row.save(update_fields=["ended_at"])
    _note(case, actor=actor, act="ended", data={"before": _was(row).said(), "words": why})
