"""Putting a notice into the outbox, inside the verb that it tells of; sending a failed one again."""

from typing import Any

from huiying.kernel import identifiers, time, verbs
from huiying.kernel.actors import Actor
from huiying.kernel.inserting import new_row
from huiying.kernel.refusals import NotAllowed, NotFound
from huiying.kernel.verbs import verb
from huiying.notices.errors import NotFailed
from huiying.notices.models import Errand, Outgoing
from huiying.notices.policy import require_mender
from huiying.notices.states import FAILED, ErrandState, Result, Way, errand_step
from huiying.record.actions import write

LONGEST_STATUS = 20


def notice_row(
    *, kind: str, recipient: str, language: str, data: dict[str, Any] | None = None
) -> Outgoing:
    """One outbox row, for an act that inserts it with its own; see `queue`.

    Raises RuntimeError outside a verb.
    """
    if not verbs.running():
        raise RuntimeError("A notice is queued inside the verb that it tells of.")
    now = time.now()
    return new_row(
        Outgoing,
        made_at=now,
        due_at=now,
        kind=kind,
        recipient=recipient,
        language=language,
        data=data or {},
        message_id=f"{identifiers.random_label(26)}@huiying",
    )


@verb
def send_again(*, actor: Actor, notice: int) -> bool:
    """Send a notice that failed once more, under a new name, to wherever its recipient is reached now;
    also one that a clerk could not bring.

    False where that was done before. Raises NotAllowed, NotFound, and NotFailed for one that arrived.
    """
    require_mender(actor)
    row = Outgoing.objects.select_for_update().filter(pk=notice).first()
    if row is None:
        raise NotFound
    brought_in_vain = Errand.objects.filter(notice=row, state=ErrandState.FAILED)
    if row.result not in FAILED and not brought_in_vain.exists():
        raise NotFailed
    if Outgoing.objects.filter(again_of=row).exists():
        return False
    _queue_again(row)
    write(actor=actor, action="notice.again", subject=row.recipient, data={"notice": row.pk})
    return True


def _queue_again(row: Outgoing) -> None:
    again = notice_row(kind=row.kind, recipient=row.recipient, language=row.language, data=row.data)
    again.again_of = row
    again.save(force_insert=True)


@verb
def follow_new_way(*, actor: Actor, recipient: str, way: str) -> int:
    """Take from the clerks' list what waits for this recipient by another way than `way`, and queue it
    anew, so that it goes as they choose now; how many. Part of the act with which they choose.

    A clerk who is posting or calling at this moment comes first, or finds it gone.
    """
    waiting = Errand.objects.filter(state=ErrandState.WAITING, notice__recipient=recipient)
    rows = list(waiting.exclude(way=way).select_related("notice").select_for_update(of=("self",)))
    step = errand_step("leave")
    if rows and not actor.has(*step.roles):
        raise NotAllowed
    for errand in rows:
        held = Errand.objects.filter(pk=errand.pk, state__in=step.sources)
        if held.update(state=step.target, ended_at=time.now()):
            _queue_again(errand.notice)
    return len(rows)


@verb
def note_bounce(*, actor: Actor, notice: int, status: str) -> bool:
    """Keep that a mail came back, with the status that the other side gave (RFC 3463, "5.1.1").

    False where it is known, or no mail of ours was sent under this number. For the system alone.
    """
    if not actor.has("system"):
        raise NotAllowed
    sent = Outgoing.objects.filter(pk=notice, result=Result.SENT, way=Way.MAIL)
    if not sent.update(result=Result.BOUNCED, last_error=status[:LONGEST_STATUS]):
        return False
    recipient = Outgoing.objects.values_list("recipient", flat=True).get(pk=notice)
    write(
        actor=actor,
        action="notice.bounced",
        subject=recipient,
        data={"notice": notice, "status": status[:LONGEST_STATUS]},
    )
    return True


def queue(*, kind: str, recipient: str, language: str, data: dict[str, Any] | None = None) -> int:
    """Write one outbox row and return its id; the worker sends it after the commit.

    Raises RuntimeError outside a verb.
    """
    row = notice_row(kind=kind, recipient=recipient, language=language, data=data)
    row.save(force_insert=True)
    return row.pk
