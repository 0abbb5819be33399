"""Taking one step of a reply's life cycle: authorise, compare-and-set, entry."""

from typing import Any

from huiying.casework.labels import subject
from huiying.kernel.actors import Actor
from huiying.record.actions import write
from huiying.replies import policy
from huiying.replies.errors import NotNow, OtherVersion
from huiying.replies.models import Reply
from huiying.replies.states import step_of


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
