"""The promises change by whole versions: one person proposes one, another puts it in force."""

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, MovedOn, NotFound, SamePerson
from huiying.kernel.verbs import refuse_on, verb
from huiying.record.actions import write
from huiying.routing.models import Category, PromiseVersion
from huiying.routing.promises.definitions import PromiseSet
from huiying.routing.promises.policy import require_change

LONGEST_NOTE = 500


refuse_on("promise_version_second_person", SamePerson)
refuse_on("routing_promiseversion_number_key", MovedOn)  # two proposed at once


@verb
def propose_promises(*, actor: Actor, promises: PromiseSet, note: str = "") -> int:
    """Propose the next version; it does nothing until a second person adopts it. Its number.

    What is in force already makes no version. Raises Invalid, naming an unknown category.
    """
    require_change(actor)
    check_categories(promises)
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise Invalid(_("At most 500 characters."), field="note")
    newest = PromiseVersion.objects.order_by("-number").first()
    digest = promises.digest()
    if newest is not None and newest.digest == digest:
        return newest.number
    number = (PromiseVersion.objects.aggregate(most=Max("number"))["most"] or 0) + 1
    PromiseVersion.objects.create(
        number=number,
        definition=promises.as_data(),
        digest=digest,
        note=note.strip(),
        proposed_by=actor.label,
        proposed_at=time.now(),
    )
    _write(actor, "promises.proposed", number, digest)
    return number


@verb
def adopt_promises(*, actor: Actor, number: int) -> None:
    """Put a proposed version in force: for what comes in, or is reopened, from now on.

    Raises SamePerson for who proposed it, MovedOn where a newer one was proposed or this one is in force.
    """
    require_change(actor)
    version = PromiseVersion.objects.select_for_update().filter(number=number).first()
    if version is None:
        raise NotFound
    if version.proposed_by == actor.label:
        raise SamePerson
    if version.adopted_at or PromiseVersion.objects.filter(number__gt=number).exists():
        raise MovedOn
    PromiseVersion.objects.filter(pk=version.pk).update(
        adopted_by=actor.label, adopted_at=time.now()
    )
    _write(actor, "promises.adopted", number, version.digest)


def check_categories(promises: PromiseSet) -> None:
    """Raise Invalid where a promise names a category that is not there."""
    known = set(Category.objects.values_list("code", flat=True))
    for at, each in enumerate(promises.promises, start=1):
        if each.category and each.category not in known:
            raise Invalid(
                _("There is no category %(code)s.") % {"code": each.category},
                field=f"promise {at}: category",
            )


def _write(actor: Actor, action: str, number: int, digest: str) -> None:
    write(
        actor=actor,
        action=action,
        subject=f"promises:{number}",
        data={"version": number, "digest": digest},
    )
