"""Helpers of one letter: by which secret and PIN it opens to them, and whether it still does.

Both are HMACs of the code and of a salt, under purposes of their own: neither is stored, and neither is
ever the writer's.
"""

import hmac
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from huiying.intake import receipts
from huiying.intake.models import Helper, Submission
from huiying.intake.receipts import HelperPass
from huiying.intake.states import Consent, Relation
from huiying.kernel import keys, time
from huiying.kernel.actors import Actor, Grant
from huiying.kernel.identifiers import random_label
from huiying.kernel.refusals import Invalid

GRANT = "helper"
MOST_HELPERS = 3  # at a time; each has a PIN of its own, so each makes guessing a little easier
NO_SALT = b"\0" * receipts.SALT_BYTES

type Derived = Callable[[str, bytes, int | None], str]


@dataclass(frozen=True, slots=True)
class HelperLine:
    """One helper, as the writer sees them; `relation` and `consent` in words."""

    label: str
    relation: str
    consent: str
    begun_at: datetime
    ended_at: datetime | None


def new_helper(
    submission: Submission,
    *,
    actor: Actor,
    relation: str,
    consent: Consent,
    replay: bytes | None = None,
    taken: Collection[str] = (),
) -> Helper:
    """The row of a new helper, for the verb that inserts it; its PIN is none of those `taken`.

    Raises Invalid for a relation that is not on the list.
    """
    if relation not in Relation.values:
        raise Invalid(_("Choose one from the list."), field="relation")
    number = keys.newest()
    salt = secrets.token_bytes(receipts.SALT_BYTES)
    while receipts.helper_pin_of(submission.code, salt, number) in taken:
        salt = secrets.token_bytes(receipts.SALT_BYTES)
    return Helper(
        submission=submission,
        label=random_label(),
        relation=relation,
        consent=consent,
        key_number=number,
        salt=salt,
        replay=replay,
        begun_at=time.now(),
        begun_by=actor.label,
    )


def pass_of(helper: Helper) -> HelperPass:
    """What this helper takes away."""
    code, salt = helper.submission.code, bytes(helper.salt)
    return HelperPass(
        relation=str(Relation(helper.relation).label),
        secret=receipts.helper_secret_of(code, salt, helper.key_number),
        pin=receipts.helper_pin_of(code, salt, helper.key_number),
    )


def first_pass(submission: Submission) -> HelperPass | None:
    """The one of who wrote this letter for its writer, while they help with it."""
    rows = Helper.objects.filter(submission=submission, consent=Consent.TOLD, ended_at=None)
    helper = rows.select_related("submission").first()
    return pass_of(helper) if helper else None


def pins_of(submission: Submission) -> list[str]:
    """The PINs of those who help with this letter now."""
    return [pass_of(helper).pin for helper in _helping(submission.code)]


def by_secret(code: str, typed: str) -> Helper | None:
    """Who opens the letter `code` with this secret; always as many comparisons."""
    return _fitting(code, receipts.read_secret(typed), receipts.helper_secret_of)


def by_pin(code: str, typed: str) -> Helper | None:
    """Who has the letter `code` opened by a clerk with this PIN; always as many comparisons."""
    return _fitting(code, receipts.read_pin(typed), receipts.helper_pin_of)


def _helping(code: str) -> list[Helper]:
    rows = Helper.objects.filter(submission__code=code, ended_at=None)
    return list(rows.select_related("submission").order_by("pk")[:MOST_HELPERS])


def _fitting(code: str, typed: str, derived: Derived) -> Helper | None:
    helping: list[Helper | None] = [*_helping(code)]
    found = None
    for helper in helping + [None] * (MOST_HELPERS - len(helping)):
        salt = bytes(helper.salt) if helper else NO_SALT
        wanted = derived(
            code or "0" * receipts.CODE_DIGITS, salt, helper.key_number if helper else None
        )
        if hmac.compare_digest(wanted.encode(), typed.encode()) and helper:
            found = helper
    return found


def acting_as(helper: Helper) -> Actor:
    """Who helps with this letter, and may do nothing with any other."""
    return Actor(f"{GRANT}:{helper.label}", frozenset({grant_on(helper.submission.label)}))


def grant_on(letter: str) -> Grant:
    """The grant of a helper on the letter with this label; no policy takes it for the writer's."""
    return Grant(GRANT, f"submission:{letter}")


def label_of(actor: Actor) -> str:
    """The label of the helper who acts, or for whom a clerk does; empty for everybody else."""
    kind, _colon, label = (actor.spoken_by or actor.label).partition(":")
    return label if kind == GRANT else ""


def helping_now(label: str) -> Helper | None:
    """The helper with this label, while they are one."""
    rows = Helper.objects.filter(label=label, ended_at=None)
    return rows.select_related("submission").first()


def still_helps(actor: Actor) -> bool:
    """The same, for an act: whoever ends the help waits until the act is done, or comes before it."""
    rows = Helper.objects.filter(label=label_of(actor), ended_at=None)
    return rows.select_for_update().exists()


def helpers_of(submission_id: int) -> tuple[HelperLine, ...]:
    """Everybody who helps with this letter or did, in the order in which they came. One query."""
    return tuple(
        HelperLine(
            row.label,
            str(Relation(row.relation).label),
            str(Consent(row.consent).label),
            row.begun_at,
            row.ended_at,
        )
        for row in Helper.objects.filter(submission=submission_id).order_by("pk")
    )


def helpers_of_label(label: str) -> tuple[str, tuple[HelperLine, ...]]:
    """The code of the letter with this label, and the same."""
    letter = Submission.objects.get(label=label)
    return letter.code, helpers_of(letter.pk)
