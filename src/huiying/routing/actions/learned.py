"""Models that suggest: kept as trained, brought into use by two people, switched off by one."""

import hashlib
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, NotFound, SamePerson
from huiying.kernel.verbs import verb
from huiying.record.actions import write
from huiying.routing import policy
from huiying.routing.models import Learned, Use


@verb
def keep_model(
    *, actor: Actor, packed: bytes, figures: dict[str, Any], categories: int, threshold: float
) -> Learned:
    """Keep a trained model, as `suggesting.dump` packs it, as the next version; it suggests nothing
    before two people bring it into use.
    """
    if not actor.has("system"):
        raise NotAllowed
    newest = Learned.objects.aggregate(most=Max("number"))["most"] or 0
    learned = Learned.objects.create(
        number=newest + 1,
        trained_at=time.now(),
        letters=figures["letters"],
        categories=categories,
        threshold=threshold,
        figures=figures,
        digest=hashlib.sha256(packed).hexdigest(),
        packed=packed,
    )
    write(
        actor=actor,
        action="model.trained",
        subject=subject(learned.number),
        data={"digest": learned.digest, "letters": learned.letters},
    )
    return learned


def subject(number: int) -> str:
    """The label by which the record knows a version."""
    return f"model:{number}"


@verb
def propose_model(*, actor: Actor, number: int, threshold: float) -> None:
    """Propose that this version suggests from `threshold` on, a likelihood between 0 and 1.

    Raises NotFound, Invalid, and StillProposed while another proposal waits.
    """
    policy.require_changer(actor)
    learned = Learned.objects.filter(number=number).only("pk").first()
    if learned is None:
        raise NotFound
    if not 0 <= threshold <= 1:
        raise Invalid(_("Choose a line of the table."), field="threshold")
    Use.objects.create(
        learned=learned,
        threshold=threshold,
        state=Use.State.PROPOSED,
        proposed_at=time.now(),
        proposed_by=actor.label,
    )
    data = {"threshold": threshold}
    write(actor=actor, action="model.proposed", subject=subject(number), data=data)


@verb
def adopt_model(*, actor: Actor, number: int) -> None:
    """Bring the proposed version into use. Raises SamePerson for who proposed it."""
    use = _waiting(actor, number)
    if use.proposed_by == actor.label:
        raise SamePerson
    _decide(actor, use, Use.State.ADOPTED)
    data = {"threshold": use.threshold}
    write(actor=actor, action="model.adopted", subject=subject(number), data=data)


@verb
def refuse_model(*, actor: Actor, number: int) -> None:
    """Refuse a proposed version, or take back one's own proposal."""
    use = _waiting(actor, number)
    _decide(actor, use, Use.State.REFUSED)
    write(actor=actor, action="model.refused", subject=subject(number))


def _waiting(actor: Actor, number: int) -> Use:
    policy.require_changer(actor)
    use = Use.objects.filter(learned__number=number, state=Use.State.PROPOSED).first()
    if use is None:
        raise MovedOn
    return use


def _decide(actor: Actor, use: Use, state: Use.State) -> None:
    waiting = Use.objects.filter(pk=use.pk, state=Use.State.PROPOSED)
    if not waiting.update(state=state, decided_at=time.now(), decided_by=actor.label):
        raise MovedOn


@verb
def switch_off_model(*, actor: Actor) -> None:
    """Let no model suggest from now on; takes one person, and nothing where none does."""
    policy.require_changer(actor)
    in_force = Use.objects.filter(state=Use.State.ADOPTED).order_by("-decided_at", "-pk").first()
    if in_force is None or in_force.learned is None:
        return
    now = time.now()
    Use.objects.create(
        state=Use.State.ADOPTED,
        proposed_at=now,
        proposed_by=actor.label,
        decided_at=now,
        decided_by=actor.label,
    )
    write(actor=actor, action="model.switched_off", subject=subject(in_force.learned.number))
