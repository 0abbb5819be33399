"""Escalation policies change by new versions only; what an older one said stays."""

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid
from huiying.kernel.verbs import refuse_on, verb
from huiying.record.actions import write
from huiying.supervision.definitions import Definition
from huiying.supervision.errors import AdoptedMeanwhile
from huiying.supervision.models import EscalationPolicy
from huiying.supervision.policy import require_adopter

LONGEST_NOTE = 500

refuse_on("supervision_escalationpolicy_number_key", AdoptedMeanwhile)


@verb
def adopt_policy(*, actor: Actor, definition: Definition, note: str = "") -> int:
    """Tell people by this from now on; the number of the version that says so.

    What changes nothing makes no version. What was told already is not told again.
    """
    require_adopter(actor)
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise Invalid(_("At most 500 characters."), field="note")
    newest = EscalationPolicy.objects.order_by("-number").first()
    if newest is not None and newest.digest == definition.digest():
        return newest.number
    number = (EscalationPolicy.objects.aggregate(newest=Max("number"))["newest"] or 0) + 1
    EscalationPolicy.objects.create(
        number=number,
        adopted_at=time.now(),
        adopted_by=actor.label,
        note=note.strip(),
        definition=definition.as_data(),
        digest=definition.digest(),
    )
    write(
        actor=actor,
        action="escalation.adopted",
        subject="escalation",
        data={"version": number, "digest": definition.digest()},
    )
    return number
