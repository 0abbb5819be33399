"""Taking one step of a reply's life cycle: authorise, compare-and-set, entry."""

from collections.abc import Iterable
from typing import Any

from huiying.casework.labels import subject
from huiying.kernel.actors import Actor
from huiying.record.actions import write
from huiying.replies import policy
from huiying.replies.errors import NotNow, OtherVersion
from huiying.replies.models import Reply, Signature
from huiying.replies.states import STANDING, SignatureState, signature_step, step_of


def check_seen(reply: Reply, seen: int | None) -> None:
    """Raise OtherVersion where the person decided on another version of the text than this."""
    if seen is not None and seen != reply.version:
        raise OtherVersion


def note(reply: Reply, *, actor: Actor, verb: str, data: dict[str, Any] | None = None) -> None:
    """Write the entry of an act on a reply; it stands with its case."""
    said = {"reply": reply.label, "version": reply.version, **(data or {})}
    if reply.corrects_id is not None:
        said["correction"] = True
    write(actor=actor, action=f"reply.{verb}", subject=subject(reply.case), data=said)


def move(reply: Reply, *, verb: str, columns: dict[str, Any] | None = None) -> None:
    """Set state and named columns where state and version are still those that were read.

    Raises NotNow for a pair that is not in the table, OtherVersion where somebody was first.
    """
    step = step_of(verb)
    if reply.state not in step.sources:
        raise NotNow
    wanted = {"state": step.target, **(columns or {})}
    done = Reply.objects.filter(pk=reply.pk, state=reply.state, version=reply.version).update(
        **wanted
    )
    if not done:
        raise OtherVersion
    for name, value in wanted.items():
        setattr(reply, name, value)


def move_signature(
    signature: Signature, *, verb: str, columns: dict[str, Any] | None = None
) -> None:
    """Set state and named columns where the state is still the one that was read.

    Raises NotNow for a pair that is not in the table, or where somebody was first.
    """
    step = signature_step(verb)
    wanted = {"state": step.target, **(columns or {})}
    rows = Signature.objects.filter(pk=signature.pk, state=signature.state)
    if signature.state not in step.sources or not rows.update(**wanted):
        raise NotNow
    for name, value in wanted.items():
        setattr(signature, name, value)


def void_signatures(reply: Reply, *, actor: Actor, kept: Iterable[int] = ()) -> None:
    """End what was asked and said about this answer, but for the signatures with the ids `kept`.

    One entry names the units; part of a verb that has authorised what makes them void.
    """
    rows = Signature.objects.filter(reply=reply, state__in=STANDING).exclude(pk__in=list(kept))
    ended = list(rows.select_related("unit").order_by("id"))
    if not ended:
        return
    Signature.objects.filter(pk__in=[row.pk for row in ended], state__in=STANDING).update(
        state=SignatureState.VOID
    )
    codes = [row.unit.code for row in ended]
    said = {"reply": reply.label, "version": reply.version, "units": codes}
    write(actor=actor, action="signature.void", subject=subject(reply.case), data=said)


def take_step(
    reply: Reply,
    *,
    actor: Actor,
    verb: str,
    data: dict[str, Any] | None = None,
    columns: dict[str, Any] | None = None,
) -> None:
    """Authorise `verb`, move the reply and write the entry."""
    policy.require(actor, verb, reply)
    move(reply, verb=verb, columns=columns)
    note(reply, actor=actor, verb=verb, data=data)
