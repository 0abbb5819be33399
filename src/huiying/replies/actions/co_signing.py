"""Co-signature: the lead unit asks supporting units about one version; each says yes, or no and why."""

from collections.abc import Sequence
from datetime import date, timedelta

from huiying.accounts.models import Account
from huiying.agencies.models import Role, Unit
from huiying.agencies.reads import nearest_holders, standing_of
from huiying.casework import policy as cases
from huiying.casework.errors import NamedUnit
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile
from huiying.casework.words import required
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.refusals import Invalid, NotAllowed, NotFound
from huiying.kernel.verbs import verb
from huiying.notices.actions import queue
from huiying.record.actions import write
from huiying.replies import policy, signing
from huiying.replies.errors import BadDay, NotNow, NotSupporting, OtherVersion
from huiying.replies.models import Reply, Signature
from huiying.replies.reads.versions import words_of
from huiying.replies.states import SignatureState
from huiying.replies.stepping import check_seen, move_signature
from huiying.replies.words import LONGEST

LONGEST_WAIT = timedelta(days=60)


def _hold(reply: Reply) -> None:
    """Lock the reply as it was read: nobody saves or approves it until this verb has ended."""
    same = Reply.objects.select_for_update().filter(
        pk=reply.pk, state=reply.state, version=reply.version
    )
    if not same.exists():
        raise OtherVersion


def _note(reply: Reply, actor: Actor, act: str, **data: object) -> None:
    """The entry of an act on signatures; it stands with the case."""
    said = {"reply": reply.label, "version": reply.version, **data}
    write(actor=actor, action=f"signature.{act}", subject=subject(reply.case), data=said)


def tell_unit(case: CaseFile, unit: Unit, *, kind: str, due_on: date) -> None:
    """Queue a notice to the handlers of the unit, or of the nearest one above that has any.

    Nobody whom a complaint about conduct names is told, even where they work in that unit.
    """
    for account in nearest_holders(Role.HANDLER, unit.path):
        reader = standing_of(account).actor
        if cases.visible_cases(reader).filter(pk=case.pk).exists():
            queue(
                kind=kind,
                recipient=reader.label,
                language=account.language,
                data={"number": case.number, "due_on": due_on.isoformat()},
            )


def _units(reply: Reply, codes: Sequence[str]) -> list[Unit]:
    found = list(Unit.objects.filter(code__in=codes).order_by("path"))
    if not codes or len(found) != len(set(codes)):
        raise NotSupporting(field="units")
    if cases.barred(reply.case, found):
        raise NamedUnit(field="units")
    helping = set(signing.supporting(reply.case))
    if not helping.issuperset(found):
        raise NotSupporting(field="units")
    return found


def _check_day(due_on: date) -> None:
    today = signing.today()
    if not today < due_on <= today + LONGEST_WAIT:
        raise BadDay(field="due_on")


@verb
def ask_signatures(
    *, actor: Actor, label: str, seen: int, unit_codes: Sequence[str], due_on: date
) -> Reply:
    """Ask units that support the case to co-sign the version `seen` by the end of the day `due_on`.

    Raises OtherVersion, NotSupporting, NamedUnit, BadDay, AlreadyAsked; Invalid where the text is not
    complete.
    """
    reply = policy.find(actor, label)
    policy.require(actor, "save", reply)
    check_seen(reply, seen)
    for sentence in words_of(reply).problems(complete=True).values():
        raise Invalid(sentence)
    units = _units(reply, unit_codes)
    _check_day(due_on)
    _hold(reply)
    now = time.now()
    for unit in units:
        Signature.objects.create(
            label=random_label(),
            reply=reply,
            version=reply.version,
            unit=unit,
            asked_by=actor.label,
            asked_at=now,
            due_on=due_on,
        )
        tell_unit(reply.case, unit, kind="co_sign_asked", due_on=due_on)
    codes = [unit.code for unit in units]
    _note(reply, actor, "ask", units=codes, due_on=due_on.isoformat())
    return reply


def _find(actor: Actor, label: str, verb_name: str, seen: int) -> Signature:
    """The signature that this actor may give or refuse for the version `seen`."""
    signature = signing.find(actor, label)
    if seen != signature.version or signature.version != signature.reply.version:
        raise OtherVersion
    refusal = signing.why_not(actor, verb_name, signature)
    if refusal is not None:
        raise refusal
    return signature


def _tell_asker(signature: Signature, kind: str) -> None:
    account = Account.objects.filter(
        label=signature.asked_by.removeprefix("staff:"), is_active=True
    ).first()
    if account is None:
        return
    reader = standing_of(account).actor
    case = signature.reply.case
    if cases.visible_cases(reader).filter(pk=case.pk).exists():
        queue(
            kind=kind,
            recipient=reader.label,
            language=account.language,
            data={"number": case.number},
        )


@verb
def sign(*, actor: Actor, label: str, seen: int) -> Signature:
    """Co-sign the version `seen` for one's unit, as somebody who wrote no version of it.

    Raises NotFound, OtherVersion, NotNow, NeedsSecondPerson.
    """
    signature = _find(actor, label, "sign", seen)
    _hold(signature.reply)
    answer = {"answered_by": actor.label, "answered_at": time.now(), "reason": "", "wording": ""}
    move_signature(signature, verb="sign", columns=answer)
    _note(signature.reply, actor, "sign", unit=signature.unit.code)
    _tell_asker(signature, "co_sign_signed")
    return signature


@verb
def refuse(*, actor: Actor, label: str, seen: int, reason: str, wording: str) -> Signature:
    """Say that one's unit does not co-sign the version `seen`: why, and what it should say instead.

    Raises what `sign` does, and NeedsWords.
    """
    signature = _find(actor, label, "refuse", seen)
    why = required(reason, "reason", most=LONGEST["reason"])
    instead = required(wording, "wording", most=LONGEST["text"])
    _hold(signature.reply)
    answer = {
        "answered_by": actor.label,
        "answered_at": time.now(),
        "reason": why,
        "wording": instead,
    }
    move_signature(signature, verb="refuse", columns=answer)
    _note(signature.reply, actor, "refuse", unit=signature.unit.code, words=why, wording=instead)
    _tell_asker(signature, "co_sign_refused")
    return signature


@verb
def recall(*, actor: Actor, label: str) -> Signature:
    """Withdraw a request that the unit has not answered, before its day is over: silence stays in sight."""
    found = Signature.objects.select_related("unit", "reply").filter(label=label).first()
    if found is None:
        raise NotFound
    reply = policy.find(actor, found.reply.label)
    policy.require(actor, "save", reply)
    if signing.is_silent(found):
        raise NotNow
    found.reply = reply
    move_signature(found, verb="recall")
    _note(reply, actor, "recall", unit=found.unit.code)
    return found


@verb
def remind(*, actor: Actor, signature: Signature) -> bool:
    """Remind the unit once, before its day; False where it was reminded or has answered. The system's.

    There is no entry: nothing changes for the case.
    """
    if not actor.has("system"):
        raise NotAllowed
    still = Signature.objects.filter(
        pk=signature.pk, state=SignatureState.ASKED, reminded_at=None
    ).update(reminded_at=time.now())
    if still:
        tell_unit(
            signature.reply.case, signature.unit, kind="co_sign_reminder", due_on=signature.due_on
        )
    return bool(still)
