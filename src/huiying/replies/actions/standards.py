"""Standard answers, each checked by a second person, and answering a letter with one at once."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from huiying.agencies.models import Unit
from huiying.casework import policy as cases
from huiying.casework.models import CaseFile
from huiying.casework.stepping import check_seen
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed
from huiying.kernel.verbs import verb
from huiying.record.actions import write
from huiying.replies import policy
from huiying.replies.actions.reviewing import issue
from huiying.replies.actions.writing import keep_version
from huiying.replies.errors import NeedsOwnAnswer, NeedsStandardApprover, NoStandard
from huiying.replies.models import Reply, StandardAnswer
from huiying.replies.reads.beside import language_of
from huiying.replies.reads.standards import today
from huiying.replies.states import Audience, StandardState, State
from huiying.replies.stepping import note
from huiying.replies.words import Words
from huiying.routing.reads import leaf


@dataclass(frozen=True, slots=True)
class StandardText:
    """The words of a standard answer in each language: `{"zh-hans": …, "en": …}`, one at least."""

    title: dict[str, str]
    question: dict[str, str]
    text: dict[str, str]
    outcome: str

    def languages(self) -> list[str]:
        """The languages in which there is a text."""
        return [code for code, text in self.text.items() if text.strip()]

    def words(self, language: str, audience: str) -> Words:
        """The words for a letter in `language`, in another where it is missing."""
        return Words(
            title=localized(self.title, language),
            question=localized(self.question, language),
            text=localized(self.text, language),
            outcome=self.outcome,
            audience=audience,
        )


def _subject(standard: StandardAnswer) -> str:
    return f"standard:{standard.label}"


def _check(text: StandardText) -> None:
    """Raise Invalid, naming field and language ("title_en"), where a language is not complete."""
    if not text.languages():
        raise Invalid(_("Write the answer."), field=f"text_{settings.LANGUAGE_CODE}")
    for code in text.languages():
        single = StandardText(
            {code: text.title.get(code, "")},
            {code: text.question.get(code, "")},
            {code: text.text[code]},
            text.outcome,
        )
        for field, sentence in single.words(code, Audience.PUBLIC).problems(complete=True).items():
            raise Invalid(sentence, field=f"{field}_{code}")


@verb
def propose_standard(
    *, actor: Actor, unit_code: str, category_code: str, text: StandardText, expires_on: date
) -> StandardAnswer:
    """Propose a text for letters in a category; nobody can use it before a reviewer approved it."""
    unit = Unit.objects.filter(code=unit_code, active=True).first()
    category = leaf(category_code)
    if unit is None:
        raise Invalid(_("Choose the unit that stands behind it."), field="unit_code")
    if category is None:
        raise Invalid(_("Choose a category."), field="category_code")
    if not policy.may_propose(actor, unit):
        raise NotAllowed
    if expires_on <= today():
        raise Invalid(_("Choose a day to come."), field="expires_on")
    _check(text)
    standard = StandardAnswer.objects.create(
        label=random_label(),
        unit=unit,
        category=category,
        title=text.title,
        question=text.question,
        text=text.text,
        outcome=text.outcome,
        proposed_by=actor.label,
        proposed_at=time.now(),
        expires_on=expires_on,
    )
    data = {"unit": unit.code, "category": category.code, "expires_on": expires_on.isoformat()}
    write(actor=actor, action="standard.propose", subject=_subject(standard), data=data)
    return standard


def _move(standard: StandardAnswer, **columns: object) -> None:
    done = StandardAnswer.objects.filter(pk=standard.pk, state=standard.state).update(**columns)
    if not done:
        raise MovedOn
    for name, value in columns.items():
        setattr(standard, name, value)


@verb
def approve_standard(*, actor: Actor, label: str) -> StandardAnswer:
    """Let clerks use it; by a reviewer over its unit who did not propose it."""
    standard = policy.find_standard(actor, label)
    refusal = policy.may_approve_standard(actor, standard)
    if refusal is not None:
        raise refusal
    if standard.proposed_by == actor.label:
        raise NeedsStandardApprover
    _move(
        standard,
        state=StandardState.APPROVED,
        approved_by=actor.label,
        approved_at=time.now(),
    )
    write(actor=actor, action="standard.approve", subject=_subject(standard))
    return standard


@verb
def renew_standard(*, actor: Actor, label: str, expires_on: date | None) -> StandardAnswer:
    """Say that it still holds, until another day; by a reviewer over its unit who did not propose it."""
    standard = policy.find_standard(actor, label)
    refusal = policy.may_renew_standard(actor, standard)
    if refusal is not None:
        raise refusal
    if standard.proposed_by == actor.label:
        raise NeedsStandardApprover
    if expires_on is None or expires_on <= today():
        raise Invalid(_("Choose a day to come."), field="expires_on")
    _move(standard, approved_by=actor.label, approved_at=time.now(), expires_on=expires_on)
    data = {"expires_on": expires_on.isoformat()}
    write(actor=actor, action="standard.renew", subject=_subject(standard), data=data)
    return standard


@verb
def retire_standard(*, actor: Actor, label: str) -> StandardAnswer:
    """End its use; the answers given with it stand."""
    standard = policy.find_standard(actor, label)
    refusal = policy.may_retire_standard(actor, standard)
    if refusal is not None:
        raise refusal
    _move(standard, state=StandardState.RETIRED, retired_at=time.now())
    write(actor=actor, action="standard.retire", subject=_subject(standard))
    return standard


def _usable(actor: Actor, label: str) -> StandardAnswer:
    standard = policy.visible_standards(actor).filter(label=label).first()
    if (
        standard is None
        or standard.state != StandardState.APPROVED
        or standard.expires_on < today()
    ):
        raise NoStandard(field="standard")
    return standard


def _reply_from(standard: StandardAnswer, case: CaseFile) -> Reply:
    """A reply with the standard's own words, approved by the person who approved the standard."""
    language = language_of(case)
    audience = Audience.PRIVATE if policy.may_be_public(case) else Audience.PUBLIC
    text = StandardText(standard.title, standard.question, standard.text, standard.outcome)
    reply = Reply.objects.create(
        label=random_label(),
        case=case,
        state=State.APPROVED,
        unit=standard.unit,
        round=case.round,
        category=case.category or standard.category,
        language=language if language in text.languages() else text.languages()[0],
        address=random_label(),
        drafted_by=standard.proposed_by,
        drafted_at=time.now(),
        approved_by=standard.approved_by,
        approved_at=standard.approved_at,
        approved_version=1,
        audience=audience,
    )
    keep_version(reply, author=standard.proposed_by, words=text.words(language, audience))
    return reply


@verb
def answer_at_once(*, actor: Actor, number: int, seen: int | None = None, standard: str) -> Reply:
    """Answer a letter that no unit has yet with a reviewed standard answer, published if the writer wished.

    `seen` is the case's version. Raises NoStandard for one that is not in use, NeedsOwnAnswer for a
    complaint about conduct.
    """
    case = cases.find(actor, number)
    check_seen(case, seen)
    cases.require_step(actor, "answer_at_once", case)
    if case.conduct:
        raise NeedsOwnAnswer(field="standard")
    chosen = _usable(actor, standard)
    reply = _reply_from(chosen, case)
    note(reply, actor=actor, verb="answer_at_once", data={"standard": chosen.label})
    verb_name = "publish" if reply.audience == Audience.PUBLIC else "send"
    issue(reply, actor=actor, verb_name=verb_name, answers_by="answer_at_once")
    return reply
