"""The verbs on the vault: another contact by its writer; showing one contact to one clerk."""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from huiying.accounts.models import Account
from huiying.agencies.models import Role, Unit
from huiying.intake import vault
from huiying.intake.errors import AlreadyWithdrawn, NothingKept, TooManyLooks
from huiying.intake.letters import require_keepable, require_writer, subject
from huiying.intake.models import Reveal, Seal, Submission
from huiying.intake.states import RevealReason, State
from huiying.intake.ways import check_way
from huiying.kernel import keys, time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, NotAllowed
from huiying.kernel.verbs import verb
from huiying.record.actions import write
from huiying.record.reads import count_acts

HOUR = timedelta(hours=1)
# Whoever works in a unit, leads, audits or keeps the accounts sees no contact, also beside a clerk's role.
NEVER = (
    Role.HANDLER,
    Role.REVIEWER,
    Role.SUPERVISOR,
    Role.LEADER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)


def may_reveal(actor: Actor) -> bool:
    """A clerk of the desk who is nothing else but perhaps its dispatcher."""
    return actor.has(Role.CLERK) and not actor.has(*NEVER)


@verb
def reveal_contact(*, actor: Actor, submission: Submission, reason: str) -> dict[str, str]:
    """Open one contact for one clerk; what the writer left, by kind.

    The caller's policy has decided that the clerk may see this letter. Raises NotAllowed, Invalid,
    NothingKept, and TooManyLooks beyond a few within an hour.
    """
    if not may_reveal(actor):
        raise NotAllowed
    if reason not in RevealReason.values:
        raise Invalid(_("Choose why you need it."), field="reason")
    _require_few(actor)
    contact = vault.contact_of(submission.label)
    if not contact:
        raise NothingKept
    units = Unit.objects.filter(path__in=actor.scopes("belongs")).order_by("path")
    Reveal.objects.create(submission=submission, at=time.now(), reason=reason, unit=units.last())
    write(
        actor=actor,
        action="contact.reveal",
        subject=subject(submission),
        data={"reason": reason},
    )
    return contact


@verb
def change_contact(
    *, actor: Actor, submission: Submission, hears_by: str, contact: dict[str, str]
) -> None:
    """Set how the writer hears from the desk, and the contact for it in the place of any other.

    For the writer alone. Raises Invalid, AlreadyWithdrawn, and NothingKept once the words are erased.
    """
    require_writer(actor, submission)
    held = Submission.objects.select_for_update().get(pk=submission.pk)
    if held.state == State.WITHDRAWN:
        raise AlreadyWithdrawn
    if held.words_erased_at is not None:
        raise NothingKept
    if not hears_by:
        raise Invalid(_("Choose one."), field="hears_by")
    kept = {kind: value.strip() for kind, value in contact.items() if value.strip()}
    for kind, value in kept.items():
        require_keepable(value, kind)
    check_way(hears_by, kept)
    vault.replace_contact(held, kept)
    Submission.objects.filter(pk=held.pk).update(hears_by=hears_by, reachable=bool(kept))
    write(actor=actor, action="contact.changed", subject=subject(held), data={"by": hears_by})


def _require_few(actor: Actor) -> None:
    """Two at once by the same clerk wait for each other, so that both are counted."""
    Account.objects.select_for_update().get(label=actor.label.removeprefix("staff:"))
    looks = count_acts("contact.reveal", by=actor.label, since=time.now() - HOUR)
    if looks >= settings.REVEALS_PER_HOUR:
        raise TooManyLooks


@verb
def rewrap_seals(*, actor: Actor, most: int) -> int:
    """Wrap up to `most` keys of letters under the newest ring key; how many. 0 when all are.

    Rows that another run holds are left to it. Nothing that they seal is opened.
    """
    if not actor.has("system"):
        raise NotAllowed
    newest = keys.newest()
    old = Seal.objects.exclude(key_number=newest).select_related("submission").order_by("pk")
    found = list(old.select_for_update(skip_locked=True, of=("self",))[:most])
    for seal in found:
        vault.rewrap(seal)
    Seal.objects.bulk_update(found, ["key_number", "wrapped"])
    if found:
        write(
            actor=actor,
            action="keys.rewrapped",
            subject=f"key:{newest}",
            data={"count": len(found)},
        )
    return len(found)
