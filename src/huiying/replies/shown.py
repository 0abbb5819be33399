"""An answer as somebody reads it. The preview, the public page and the writer's page show the same."""

import itertools
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from huiying.kernel.names import localized
from huiying.replies import policy
from huiying.replies.models import Reply, ReplyVersion
from huiying.replies.states import Audience, State


@dataclass(frozen=True, slots=True)
class Earlier:
    """A text that was said before; `reason` is why it was corrected. Empty texts were hidden."""

    at: datetime
    said_at: datetime
    reason: str
    title: str
    question: str
    earlier_text: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """So many writers say this: a code of `Vote`, `reopened`, or nothing for those who have not said."""

    code: str
    number: int


@dataclass(frozen=True, slots=True)
class CoSigned:
    """A supporting unit, in words, that has co-signed this text, and when."""

    unit: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LetterShown:
    """A writer's own words as everybody reads them: personal data and doors covered, the place coarse."""

    title: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """One answer with its history. `unit` and `category` are in words, `outcome` is the code that the
    unit says, `verdicts` what its writers say (empty where that is not shown).

    `said_at` is when this text was issued, None in a preview; `answered_at` when the first one was.
    `on_view` says that everybody can read it at its address. `hidden` says that the words hold
    personal data and are kept from the reader; then question and text are empty and the title says
    only what it is about. `letters` are those whose writers let their own words stand beside it.
    `imported_from` names the source where no one here wrote it.
    """

    label: str
    address: str
    public: bool
    language: str
    title: str
    question: str
    text: str
    outcome: str
    category: str
    category_code: str
    unit: str
    unit_code: str
    received_at: datetime
    answered_at: datetime | None
    said_at: datetime | None
    corrections: tuple[Earlier, ...]
    withdrawn_at: datetime | None = None
    withdrawn_because: str = ""
    hidden: bool = False
    on_view: bool = False
    imported_from: str = ""
    verdicts: tuple[Verdict, ...] = ()
    co_signed: tuple[CoSigned, ...] = ()
    letters: tuple[LetterShown, ...] = ()

    @property
    def withdrawn(self) -> bool:
        return self.withdrawn_at is not None


type Chain = list[tuple[Reply, ReplyVersion]]


def _earlier(reply: Reply, version: ReplyVersion, by: Reply, *, all_hidden: bool) -> Earlier:
    hidden = reply.hide_text or by.hides_earlier or all_hidden
    return Earlier(
        at=by.issued_at or by.drafted_at,
        said_at=reply.issued_at or reply.drafted_at,
        reason=by.correction_reason,
        title="" if hidden else version.title,
        question="" if hidden else version.question,
        earlier_text="" if hidden else version.text,
        hidden=hidden,
    )


def _source_of(reply: Reply) -> str:
    """Where this text was imported from: an import approves in the name of its source."""
    kind, _colon, source = reply.approved_by.partition(":")
    return source if kind == "source" else ""


def shown(chain: Chain) -> AnswerShown:
    """What a reader sees of the replies at one address, oldest first; the last one is what is said now.

    Each reply has its case, unit and category at hand.
    """
    reply, version = chain[-1]
    hidden = reply.hide_text
    # A correction that hides what it corrects hides all that was said before that, too.
    hides_upto = max(
        (place for place, (each, _words) in enumerate(chain) if each.hides_earlier), default=0
    )
    earlier = [
        _earlier(former, words, by, all_hidden=hidden or place < hides_upto)
        for place, ((former, words), (by, _words)) in enumerate(itertools.pairwise(chain))
    ]
    audience = reply.audience or version.audience
    category = localized(reply.category.name) if reply.category else ""
    return AnswerShown(
        label=reply.label,
        address=reply.address,
        public=audience == Audience.PUBLIC,
        language=reply.language,
        title=_("An answer about: %(category)s") % {"category": category}
        if hidden
        else version.title,
        question="" if hidden else version.question,
        text="" if hidden else version.text,
        outcome=version.outcome,
        category=category,
        category_code=reply.category.code if reply.category else "",
        unit=localized(reply.unit.name) if reply.unit else "",
        unit_code=reply.unit.code if reply.unit else "",
        received_at=reply.case.received_at,
        answered_at=reply.answered_at,
        said_at=reply.issued_at,
        corrections=tuple(reversed(earlier)),
        withdrawn_at=reply.withdrawn_at if reply.state == State.WITHDRAWN else None,
        withdrawn_because=reply.withdrawn_because,
        hidden=hidden,
        on_view=policy.on_view(reply),
        imported_from=_source_of(reply),
    )
