"""Saying of two cases that they are not about one matter, so that neither is shown beside the other again."""

from django.db.models import Q

from huiying.casework import policy
from huiying.casework.desk_models import Likened
from huiying.casework.errors import JoinedToItself
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.verbs import verb
from huiying.record.actions import write


def _pair(actor: Actor, number: int, other: int) -> tuple[CaseFile, CaseFile, Q]:
    """Both cases in the actor's sight, locked in one order, and what is said of the two."""
    case = policy.find(actor, number)
    policy.require_step(actor, "join", case)
    if other in {0, number}:
        raise JoinedToItself
    second = policy.find(actor, other)
    ids = sorted((case.pk, second.pk))
    list(CaseFile.objects.select_for_update().filter(pk__in=ids).order_by("pk").values("pk"))
    either = Q(case=case, other=second) | Q(case=second, other=case)
    return case, second, either & Q(ended_at=None)


@verb
def say_apart(*, actor: Actor, number: int, other: int) -> None:
    """Remember that these two cases are not about one matter; what a writer or clerk proposed ends.

    For who may join the case. Said twice, it is said once. Raises JoinedToItself without another case.
    """
    case, second, of_both = _pair(actor, number, other)
    if Likened.objects.filter(of_both, said=Likened.Said.APART).exists():
        return
    now = time.now()
    Likened.objects.filter(of_both).update(ended_at=now)
    Likened.objects.create(case=case, other=second, said=Likened.Said.APART, at=now)
    write(
        actor=actor,
        action="case.not_same",
        subject=subject(case),
        data={"other": second.number},
    )


@verb
def take_back_apart(*, actor: Actor, number: int, other: int) -> None:
    """The two may be the same again: each may be shown beside the other. Nothing where it was not said."""
    case, second, of_both = _pair(actor, number, other)
    held = Likened.objects.filter(of_both, said=Likened.Said.APART)
    if not held.update(ended_at=time.now()):
        return
    write(
        actor=actor,
        action="case.maybe_same",
        subject=subject(case),
        data={"other": second.number},
    )
