"""Co-signatures as pages show them: beside the answer, in the list of a unit, on its page to sign."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from huiying.casework.models import CaseFile
from huiying.kernel.actors import Actor
from huiying.kernel.names import localized
from huiying.replies import policy, signing
from huiying.replies.models import Reply, Signature
from huiying.replies.reads.beside import Letter, letters_of, preview
from huiying.replies.reads.side_by_side import SideBySide, side_by_side
from huiying.replies.reads.signed import asked_on, columns
from huiying.replies.reads.versions import all_versions
from huiying.replies.shown import AnswerShown
from huiying.replies.states import ISSUED, SignatureState, State

SILENT = "silent"  # asked, and let its day pass
MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """What one unit was asked and said. `state` is a code of `SignatureState`, or `silent`."""

    label: str
    unit: str
    version: int
    state: str
    due_on: date
    asked_at: datetime
    answered_at: datetime | None
    answered_by: str
    reason: str
    wording: str
    may_recall: bool


@dataclass(frozen=True, slots=True)
class CoSigning:
    """The co-signatures of an answer: on its current version, and what was asked before.

    `lacking` are the units, in words, that must sign and were not asked about this version;
    `may_ask` are (code, name) of those that this person may ask now. `undecided` says that a reviewer
    must say why without, having seen `as_seen`.
    """

    lines: tuple[SignatureLine, ...]
    earlier: tuple[SignatureLine, ...]
    required: bool
    lacking: str
    may_ask: tuple[tuple[str, str], ...]
    undecided: bool
    as_seen: str
    without_because: str

    @property
    def any(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.lines or self.earlier or self.lacking or self.may_ask)


NO_SIGNATURES = CoSigning((), (), False, "", (), False, "", "")


def _line(row: Signature, speakers: dict[int, str], *, may_recall: bool) -> SignatureLine:
    silent = signing.is_silent(row)
    if row.reply.state in ISSUED and row.state == SignatureState.ASKED:
        silent = True  # it can answer no more, whatever day it is
    return SignatureLine(
        label=row.label,
        unit=localized(row.unit.name),
        version=row.version,
        state=SILENT if silent else row.state,
        due_on=row.due_on,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        answered_by=speakers.get(row.pk, ""),
        reason=row.reason,
        wording=row.wording,
        may_recall=may_recall and row.state == SignatureState.ASKED and not silent,
    )


def before_first(case: CaseFile) -> CoSigning:
    """What is known of co-signature before an answer was begun. One query."""
    helping = signing.supporting(case)
    new = Reply(case=case)
    if not helping:
        return NO_SIGNATURES
    return replace(
        NO_SIGNATURES,
        required=signing.must_sign(new),
        lacking=signing.names(signing.lacking(new, (), helping)),
        may_ask=tuple((unit.code, localized(unit.name)) for unit in helping),
    )


def co_signing(actor: Actor, reply: Reply) -> CoSigning:
    """The co-signatures of this reply for whoever may see it; it was read with `signed.columns`."""
    asked = asked_on(reply)
    if not asked.rows and not asked.helping:
        return NO_SIGNATURES
    may_ask = signing.may_ask(actor, reply)
    units = {row.unit_id for row in asked.stood}
    issued = reply.state in ISSUED
    missing = [] if issued else signing.lacking(reply, asked.stood, asked.helping)

    def lines(listed: Iterable[Signature]) -> tuple[SignatureLine, ...]:
        return tuple(_line(row, asked.speakers, may_recall=may_ask) for row in listed)

    return CoSigning(
        lines=lines(asked.stood),
        earlier=lines(row for row in asked.rows if row not in asked.stood),
        required=signing.must_sign(reply),
        lacking=signing.names(missing),
        may_ask=tuple(
            (unit.code, localized(unit.name)) for unit in asked.helping if unit.pk not in units
        )
        if may_ask
        else (),
        undecided=reply.state == State.IN_REVIEW and bool(signing.unsigned(asked.stood)),
        as_seen=signing.as_seen(asked.stood),
        without_because=reply.without_because,
    )


@dataclass(frozen=True, slots=True)
class ToSign:
    """One answer that a unit is asked to co-sign; `late`: its day has passed."""

    label: str
    number: int
    case_title: str
    unit: str
    lead: str
    asked_at: datetime
    due_on: date
    late: bool


@dataclass(frozen=True, slots=True)
class ToSignList:
    """The first `MOST_LISTED` by day; `more` tells that there are others."""

    lines: tuple[ToSign, ...]
    more: bool


def to_sign(actor: Actor) -> ToSignList:
    """What waits for the units that this actor speaks for, the earliest day first."""
    rows = signing.waiting_for(actor).select_related("unit", "reply__unit", "reply__case")
    found = list(rows.order_by("due_on", "id")[: MOST_LISTED + 1])
    lines = tuple(
        ToSign(
            label=row.label,
            number=row.reply.case.number,
            case_title=row.reply.case.title,
            unit=localized(row.unit.name),
            lead=localized(row.reply.unit.name) if row.reply.unit else "",
            asked_at=row.asked_at,
            due_on=row.due_on,
            late=signing.is_silent(row),
        )
        for row in found[:MOST_LISTED]
    )
    return ToSignList(lines, len(found) > MOST_LISTED)


@dataclass(frozen=True, slots=True)
class SigningShown:
    """One answer before the unit that is asked. `why_not` is empty where it may sign or refuse now.

    `beside` compares with the version that the unit was asked about before, where there is one.
    """

    line: SignatureLine
    number: int
    case_title: str
    lead: str
    version: int
    preview: AnswerShown
    letters: tuple[Letter, ...]
    may_sign: bool
    may_refuse: bool
    why_not: str
    beside: SideBySide | None


def signing_shown(actor: Actor, label: str) -> SigningShown:
    """The page on which a unit signs, for who speaks for it; NotFound otherwise."""
    row = signing.find(actor, label)
    reply = row.reply = policy.find(actor, row.reply.label, **columns())
    not_sign = signing.why_not(actor, "sign", row)
    not_refuse = signing.why_not(actor, "refuse", row)
    before = Signature.objects.filter(reply=reply, unit=row.unit, version__lt=row.version)
    former = before.order_by("-version").values_list("version", flat=True).first()
    beside = side_by_side(reply, all_versions(reply), str(former)) if former else None
    return SigningShown(
        line=_line(row, {}, may_recall=False),
        number=reply.case.number,
        case_title=reply.case.title,
        lead=localized(reply.unit.name) if reply.unit else "",
        version=row.version,
        preview=preview(reply),
        letters=letters_of(reply.case, actor),
        may_sign=not_sign is None,
        may_refuse=not_refuse is None,
        why_not=str(not_sign) if not_sign is not None and not_refuse is not None else "",
        beside=beside,
    )


@dataclass(frozen=True, slots=True)
class Asking:
    """The page on which the lead unit asks; `units` are (code, name) of those that may be asked."""

    label: str
    number: int
    case_title: str
    version: int
    due_at: datetime
    units: tuple[tuple[str, str], ...]
    signing: CoSigning
    preview: AnswerShown


def asking(actor: Actor, label: str) -> Asking:
    """What the lead unit asks about; raises what saving the text would."""
    reply = policy.find(actor, label, **columns())
    policy.require(actor, "save", reply)
    found = co_signing(actor, reply)
    return Asking(
        label=reply.label,
        number=reply.case.number,
        case_title=reply.case.title,
        version=reply.version,
        due_at=reply.case.due_at,
        units=found.may_ask,
        signing=found,
        preview=preview(reply),
    )
