"""Escalation policies change by new versions only: one person proposes one, another puts it in force."""

from django.utils.translation import gettext_lazy as _

from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, SamePerson
from huiying.kernel.verbs import refuse_on, verb
from huiying.record.actions import write
from huiying.routing.proposing import (
    adopt_version,
    clean_words,
    propose_version,
    waiting_version,
)
from huiying.supervision.definitions import Definition
from huiying.supervision.errors import AdoptedMeanwhile
from huiying.supervision.models import EscalationPolicy
from huiying.supervision.policy import require_changer

refuse_on("escalation_policy_second_person", SamePerson)
refuse_on("supervision_escalationpolicy_number_key", AdoptedMeanwhile)  # two proposed at once


@verb
def propose_policy(*, actor: Actor, definition: Definition, note: str = "") -> int:
    """Propose the next version; it tells nobody anything until a second person puts it in force. Its number.

    What waits already, or is in force while nothing waits, makes no version.
    """
    require_changer(actor)
    number, new = propose_version(
        EscalationPolicy,
        actor=actor,
        digest=definition.digest(),
        note=note,
        definition=definition.as_data(),
    )
    if new:
        _write(actor, "escalation.proposed", number, definition.digest())
    return number


@verb
def adopt_policy(*, actor: Actor, number: int) -> None:
    """Tell people by this version from now on. What was told already is not told again.

    Raises SamePerson for who proposed it, MovedOn where it waits no longer.
    """
    require_changer(actor)
    version = adopt_version(EscalationPolicy, actor=actor, number=number)
    _write(actor, "escalation.adopted", number, version.digest)


@verb
def decline_policy(*, actor: Actor, number: int, because: str) -> None:
    """Decline a proposed version, or take back one's own; everything stays as it was.

    Raises Invalid without a reason, MovedOn where it waits no longer.
    """
    require_changer(actor)
    because = clean_words(because, "because")
    if not because:
        raise Invalid(_("Say why, for whoever proposed it."), field="because")
    version = waiting_version(EscalationPolicy, number)
    EscalationPolicy.objects.filter(pk=version.pk).update(
        declined_by=actor.label, declined_at=time.now(), because=because
    )
    _write(actor, "escalation.declined", number, version.digest, because=because)


def _write(actor: Actor, action: str, number: int, digest: str, **words: str) -> None:
    data = {"version": number, "digest": digest, **words}
    write(actor=actor, action=action, subject="escalation", data=data)
