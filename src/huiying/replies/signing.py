"""Co-signatures: which units must sign an answer, who speaks for them, and what still counts."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huiying.agencies.models import Role, Unit
from huiying.casework import policy as cases
from huiying.casework.models import Assignment, CaseFile
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.names import listed, localized
from huiying.kernel.refusals import NotFound, Refusal
from huiying.replies import policy
from huiying.replies.errors import CaseMovedOn, NeedsSecondPerson, NotNow, SignFirst, StillAsked
from huiying.replies.models import Reply, Signature
from huiying.replies.states import (
    ISSUED,
    SIGNING,
    STANDING,
    SignatureState,
    State,
    signature_step,
)

SPEAKERS = (Role.HANDLER, Role.REVIEWER)
HAS_PART = Exists(
    Assignment.objects.filter(
        case_id=OuterRef("reply__case_id"),
        unit_id=OuterRef("unit_id"),
        part=Assignment.Part.SUPPORT,
        ended_at=None,
    )
)


def today() -> date:
    """The day it is in the agency's zone."""
    return timezone.localdate(time.now())


def supporting(case: CaseFile) -> list[Unit]:
    """The units that support this case now, without any that a complaint about conduct is about."""
    parts = Assignment.objects.filter(case=case, part=Assignment.Part.SUPPORT, ended_at=None)
    units = [part.unit for part in parts.select_related("unit").order_by("unit__path")]
    barred = cases.barred(case, units) if case.conduct else set()
    return [unit for unit in units if unit not in barred]


def must_sign(reply: Reply) -> bool:
    """Whether every supporting unit must co-sign: so says the dispatcher or the category.

    Never where a correction takes personal data from view: that cannot wait.
    """
    case = reply.case
    by_category = case.category is not None and case.category.co_sign
    return (case.co_sign or by_category) and not reply.hides_earlier


def standing(reply: Reply) -> list[Signature]:
    """What was asked and said about the reply's current version, by units that still support the case."""
    rows = Signature.objects.filter(
        HAS_PART, reply=reply, version=reply.version, state__in=STANDING
    )
    return list(rows.select_related("unit").order_by("unit__path", "id"))


def signed_on(replies: Iterable[Reply]) -> QuerySet[Signature]:
    """The signatures under the current version of these replies; for a draft those that would count."""
    rows = Signature.objects.filter(
        reply__in=[reply.pk for reply in replies],
        state=SignatureState.SIGNED,
        version=F("reply__version"),
    )
    rows = rows.filter(Q(reply__state__in=ISSUED) | HAS_PART)
    return rows.select_related("unit").order_by("unit__path", "id")


def lacking(
    reply: Reply, stood: Iterable[Signature], helping: Iterable[Unit] | None = None
) -> list[Unit]:
    """The units that must co-sign and were not asked about this version; `helping` where it is known."""
    if not must_sign(reply):
        return []
    asked = {signature.unit_id for signature in stood}
    units = supporting(reply.case) if helping is None else helping
    return [unit for unit in units if unit.pk not in asked]


def is_silent(signature: Signature) -> bool:
    """True where the unit was asked and let its day pass."""
    return signature.state == SignatureState.ASKED and signature.due_on < today()


def took_part(actor: Actor, stood: Iterable[Signature]) -> bool:
    """Whether this person asked for one of these signatures, or answered for a unit."""
    return any(actor.label in {row.asked_by, row.answered_by} for row in stood)


def names(units: Iterable[Unit]) -> str:
    """Units in words."""
    return listed(localized(unit.name) for unit in units)


def unsettled(
    reply: Reply, stood: Iterable[Signature], helping: Iterable[Unit] | None = None
) -> Refusal | None:
    """Why the answer cannot go to a reviewer yet, or None where it can."""
    rows = list(stood)
    missing = lacking(reply, rows, helping)
    if missing:
        return SignFirst(
            _("These units must co-sign first: %(units)s. Save the answer, then ask them.")
            % {"units": names(missing)}
        )
    waiting = [row for row in rows if row.state == SignatureState.ASKED and not is_silent(row)]
    if waiting:
        return StillAsked(
            _("These units still have time to co-sign: %(units)s. Wait, or withdraw the request.")
            % {"units": names(row.unit for row in waiting)}
        )
    return None


def check_settled(reply: Reply, stood: Iterable[Signature]) -> None:
    """Raise SignFirst or StillAsked where the answer cannot go to a reviewer yet."""
    refusal = unsettled(reply, stood)
    if refusal is not None:
        raise refusal


def unsigned(stood: Iterable[Signature]) -> list[Signature]:
    """Those who were asked and have not signed: silent ones and those who said no."""
    return [row for row in stood if row.state != SignatureState.SIGNED]


def as_seen(stood: Iterable[Signature]) -> str:
    """What a reviewer had before them where they decide without a signature."""
    return ",".join(sorted(f"{row.label}.{row.state}" for row in unsigned(stood)))


def spoken_for(actor: Actor) -> QuerySet[Unit]:
    """The units for which this actor may sign: their own and those below, never the whole agency."""
    scopes = actor.scopes(*SPEAKERS)
    units = cases.units_below(scope for scope in scopes if scope)
    return units | Unit.objects.filter(parent=None) if "" in scopes else units


def speaks_for(actor: Actor, unit: Unit) -> bool:
    """Whether this actor may sign for the unit."""
    return spoken_for(actor).filter(pk=unit.pk).exists()


def asked_of(actor: Actor) -> QuerySet[Signature]:
    """Whatever was asked of this actor's units, ever, on cases that they may see."""
    rows = Signature.objects.filter(HAS_PART, unit__in=spoken_for(actor).values("pk"))
    return rows.filter(reply__case__in=cases.visible_cases(actor))


def open_requests() -> QuerySet[Signature]:
    """The requests that can be answered now, whoever is asked."""
    return Signature.objects.filter(
        HAS_PART,
        policy.live_rows("reply__"),
        state=SignatureState.ASKED,
        version=F("reply__version"),
        reply__state__in=SIGNING,
    )


def waiting_for(actor: Actor) -> QuerySet[Signature]:
    """The requests that this actor may answer now."""
    return open_requests() & asked_of(actor)


def find(actor: Actor, label: str) -> Signature:
    """The signature with this label, if this actor speaks for its unit; NotFound otherwise."""
    found = (
        asked_of(actor)
        .select_related("unit", "reply", "reply__unit", "reply__category", "reply__corrects")
        .select_related("reply__case", "reply__case__lead_unit", "reply__case__category")
        .filter(label=label)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def why_not(actor: Actor, verb: str, signature: Signature) -> Refusal | None:
    """Why somebody who speaks for the unit cannot `sign` or `refuse` now, or None where they can."""
    reply = signature.reply
    if reply.state not in SIGNING or signature.state not in signature_step(verb).sources:
        return NotNow()
    if not policy.is_live(reply):
        return CaseMovedOn()
    if signature.version != reply.version:
        return NotNow()
    return NeedsSecondPerson() if policy.wrote_part_of(actor, reply) else None


def may_ask(actor: Actor, reply: Reply) -> bool:
    """Whoever may write on the draft may ask others to co-sign it."""
    return reply.state == State.DRAFT and policy.may(actor, "save", reply) is None
