"""Versions that one person proposes and another puts in force: what their verbs have in common."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, MovedOn, NotFound, SamePerson
from huiying.routing.models import ProposedVersion

LONGEST_NOTE = 500


def clean_words(text: str, field: str) -> str:
    """A reason as it is kept. Raises Invalid, naming the field."""
    if len(text) > LONGEST_NOTE or "\0" in text:
        raise Invalid(_("At most 500 characters."), field=field)
    return text.strip()


def propose_version(
    model: type[ProposedVersion], *, actor: Actor, digest: str, note: str, **said: Any
) -> tuple[int, bool]:
    """Keep the next version, and whether it is new: what waits already, or is in force while nothing waits,
    makes none. Its number.
    """
    note = clean_words(note, "note")
    versions = model._default_manager.order_by("-number")
    newest = versions.first()
    if newest is not None and newest.has_ended:
        newest = versions.filter(adopted_at__isnull=False).first()
    if newest is not None and newest.digest == digest:
        return newest.number, False
    number = (versions.values_list("number", flat=True).first() or 0) + 1
    model._default_manager.create(
        number=number,
        digest=digest,
        note=note,
        proposed_by=actor.label,
        proposed_at=time.now(),
        **said,
    )
    return number, True


def waiting_version[V: ProposedVersion](model: type[V], number: int) -> V:
    """The version with this number, locked. Raises NotFound, MovedOn where it waits no longer: a newer one
    was proposed, or it was decided on.
    """
    version = model._default_manager.select_for_update().filter(number=number).first()
    if version is None:
        raise NotFound
    passed = model._default_manager.filter(number__gt=number).exists()
    if passed or version.adopted_at or version.has_ended:
        raise MovedOn
    return version


def adopt_version[V: ProposedVersion](model: type[V], *, actor: Actor, number: int) -> V:
    """Put a proposed version in force. Raises SamePerson for who proposed it, NotFound, MovedOn."""
    proposed_by = model._default_manager.filter(number=number).values_list("proposed_by", flat=True)
    if proposed_by.first() == actor.label:
        raise SamePerson
    version = waiting_version(model, number)
    model._default_manager.filter(pk=version.pk).update(
        adopted_by=actor.label, adopted_at=time.now()
    )
    return version
