"""The preview of an answer, for whoever may see its case."""

from dataclasses import dataclass

from huiying.kernel.actors import Actor
from huiying.replies import policy
from huiying.replies.reads.beside import preview
from huiying.replies.reads.co_signing import CoSigning, co_signing
from huiying.replies.reads.signed import columns
from huiying.replies.shown import AnswerShown


@dataclass(frozen=True, slots=True)
class Previewed:
    """A reply as its readers will see it, with what the desk needs around it."""

    shown: AnswerShown
    number: int
    version: int
    state: str
    correction: bool
    may_edit: bool
    signing: CoSigning


def previewed(actor: Actor, label: str) -> Previewed:
    """The preview for whoever may see the case; NotFound otherwise."""
    reply = policy.find(actor, label, **columns())
    return Previewed(
        shown=preview(reply),
        number=reply.case.number,
        version=reply.version,
        state=reply.state,
        correction=reply.corrects_id is not None,
        may_edit=policy.may(actor, "save", reply) is None,
        signing=co_signing(actor, reply),
    )
