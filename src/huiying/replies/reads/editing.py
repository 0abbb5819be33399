"""What the editor works on: the answer to a case, a correction, or what is about to be withdrawn."""

from dataclasses import dataclass

from huiying.agencies.models import Role
from huiying.agencies.reads import nearest_with
from huiying.casework import policy as cases
from huiying.casework.models import CaseFile
from huiying.kernel.actors import Actor
from huiying.kernel.names import localized
from huiying.kernel.refusals import NotAllowed
from huiying.replies import policy
from huiying.replies.hints import Advice, advice
from huiying.replies.models import Reply
from huiying.replies.reads.beside import Letter, Saved, letters_of, preview, saved_versions
from huiying.replies.reads.co_signing import CoSigning, before_first, co_signing
from huiying.replies.reads.signed import columns
from huiying.replies.reads.versions import all_versions, words_in, words_of
from huiying.replies.shown import AnswerShown
from huiying.replies.states import Audience, State
from huiying.replies.words import Words


@dataclass(frozen=True, slots=True)
class Editor:
    """What the editor works on. `label` is empty and `version` 0 where no answer was begun yet.

    `why_private` says why it cannot be published. `state` is a code. `may_edit` is false while a
    reviewer has it; then `may_take_back` says whether this person may fetch it. `advice` is on what is saved.
    `reviewed_at` names the unit whose reviewers check it, empty where there is none.
    """

    number: int
    case_title: str
    label: str
    version: int
    state: str
    state_words: str
    words: Words
    saved: tuple[Saved, ...]
    sent_back_because: str
    correction_reason: str
    corrects: bool
    hides_earlier: bool
    why_private: str
    letters: tuple[Letter, ...]
    may_edit: bool
    may_take_back: bool
    advice: Advice
    reviewed_at: str
    may_send_unreviewed: bool
    signing: CoSigning


def _why_private(case: CaseFile, letters: tuple[Letter, ...]) -> str:
    refusal = policy.why_private(case, [letter.wish for letter in letters])
    return "" if refusal is None else str(refusal)


def _reviewed_at(case: CaseFile) -> str:
    """The unit whose reviewers check it: the lead unit's own, or the next above it that has one."""
    unit = case.lead_unit
    return localized(nearest_with(Role.REVIEWER, unit.path) or {}) if unit else ""


def editor(actor: Actor, number: int) -> Editor:
    """The editor for the answer to the case with this number.

    Raises NotFound, NotAllowed for who cannot write it, AcceptFirst or NotInHand.
    """
    case = cases.find(actor, number)
    refusal = policy.may_draft(actor, case)
    if refusal is not None:
        raise refusal
    reply = policy.open_reply_on(case, **columns())
    if reply is not None:
        reply.case = case
        if policy.is_live(reply):
            return _editor(actor, reply)
    letters = letters_of(case, actor)
    why_private = _why_private(case, letters)
    new = Reply(case=case, unit=case.lead_unit, round=case.round)
    return Editor(
        number=case.number,
        case_title=case.title,
        label="",
        version=0,
        state=State.DRAFT,
        state_words="",
        words=Words(audience=Audience.PRIVATE if why_private else Audience.PUBLIC),
        saved=(),
        sent_back_because="",
        correction_reason="",
        corrects=False,
        hides_earlier=False,
        why_private=why_private,
        letters=letters,
        may_edit=True,
        may_take_back=False,
        advice=Advice((), 0),
        reviewed_at=_reviewed_at(case),
        may_send_unreviewed=policy.may(actor, "send_unreviewed", new) is None,
        signing=before_first(case),
    )


def _editor(actor: Actor, reply: Reply) -> Editor:
    letters = letters_of(reply.case, actor)
    versions = all_versions(reply)
    words = words_in(versions[0])
    return Editor(
        number=reply.case.number,
        case_title=reply.case.title,
        label=reply.label,
        version=reply.version,
        state=reply.state,
        state_words=str(State(reply.state).label),
        words=words,
        saved=saved_versions(versions),
        sent_back_because=reply.sent_back_because,
        correction_reason=reply.correction_reason,
        corrects=reply.corrects_id is not None,
        hides_earlier=reply.hides_earlier,
        why_private=_why_private(reply.case, letters),
        letters=letters,
        may_edit=policy.may(actor, "save", reply) is None,
        may_take_back=policy.may(actor, "take_back", reply) is None,
        advice=advice(words),
        reviewed_at=_reviewed_at(reply.case),
        may_send_unreviewed=policy.may(actor, "send_unreviewed", reply) is None,
        signing=co_signing(actor, reply),
    )


def correction_editor(actor: Actor, label: str) -> Editor:
    """The editor for the correction with this label; NotAllowed for who cannot write it."""
    reply = policy.find(actor, label, **columns())
    if reply.corrects_id is None or isinstance(policy.may(actor, "save", reply), NotAllowed):
        raise NotAllowed
    return _editor(actor, reply)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that was said, about to be corrected or withdrawn."""

    label: str
    number: int
    case_title: str
    version: int
    words: Words
    public: bool
    preview: AnswerShown
    correction_begun: str


def said(actor: Actor, label: str, *, verb: str) -> Said:
    """The answer that this actor is about to correct or withdraw; raises what the verb would."""
    reply = policy.find(actor, label, **columns())
    policy.require(actor, verb, reply)
    begun = reply.corrections.exclude(state=State.ABANDONED).values_list("label", flat=True)
    return Said(
        label=reply.label,
        number=reply.case.number,
        case_title=reply.case.title,
        version=reply.version,
        words=words_of(reply),
        public=reply.audience == Audience.PUBLIC,
        preview=preview(reply),
        correction_begun=begun.first() or "",
    )
