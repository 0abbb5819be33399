"""The promises change by whole versions: one person proposes one, another puts it in force."""

from django.utils.translation import gettext_lazy as _

from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, MovedOn, SamePerson
from huiying.kernel.verbs import refuse_on, verb
from huiying.record.actions import write
from huiying.routing.models import Category, PromiseVersion
from huiying.routing.promises.definitions import PromiseSet
from huiying.routing.promises.policy import require_change
from huiying.routing.proposing import adopt_version, propose_version

refuse_on("promise_version_second_person", SamePerson)
refuse_on("routing_promiseversion_number_key", MovedOn)  # two proposed at once


@verb
def propose_promises(*, actor: Actor, promises: PromiseSet, note: str = "") -> int:
    """Propose the next version; it does nothing until a second person adopts it. Its number.

    What is in force already makes no version. Raises Invalid, naming an unknown category.
    """
    require_change(actor)
    check_categories(promises)
    number, new = propose_version(
        PromiseVersion,
        actor=actor,
        digest=promises.digest(),
        note=note,
        definition=promises.as_data(),
    )
    if new:
        _write(actor, "promises.proposed", number, promises.digest())
    return number


@verb
def adopt_promises(*, actor: Actor, number: int) -> None:
    """Put a proposed version in force: for what comes in, or is reopened, from now on.

    Raises SamePerson for who proposed it, MovedOn where a newer one was proposed or this one is in force.
    """
    require_change(actor)
    version = adopt_version(PromiseVersion, actor=actor, number=number)
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
