"""What each page of the resident's face shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.casework.following import LetterPage
from huiying.faces.look.files import FileShown
from huiying.faces.look.harm import UrgencyShown
from huiying.faces.look.helping import HelperShown
from huiying.faces.public_site.alike import PublicAlikePart
from huiying.faces.public_site.forms import FollowForm, OnLetterForm, WithdrawalForm, WriteForm
from huiying.replies.reads.own_words import OwnWordsOffer
from huiying.replies.reads.public import AnswerLine
from huiying.replies.shown import AnswerShown
from huiying.retention.reads import OwnErasure


@dataclass(frozen=True, slots=True)
class HomePage:
    follow: FollowForm
    answers: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True)
class WritePage:
    """`alike` once somebody asked what is public about the same."""

    form: WriteForm
    alike: PublicAlikePart | None = None


@dataclass(frozen=True, slots=True)
class DangerPage:
    """The letter waits, in hidden fields, until the writer has seen the emergency numbers."""

    form: WriteForm


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """`secret` in groups as well; `again` where this very letter had come before; `me_too` where it
    was sent as about the same as a published answer. `helper` is for who wrote for the writer.
    """

    code: str
    code_grouped: str
    secret: str
    received: str
    received_iso: str
    due_day: str
    again: bool
    follow_url: str
    hears_by: str
    files: int
    me_too: bool = False
    helper: HelperShown | None = None


@dataclass(frozen=True, slots=True)
class FollowPage:
    """`open_already` where this browser has a letter open; `kept` are words that were not sent."""

    form: FollowForm
    open_already: bool = False
    lapsed: bool = False
    kept: str = ""


@dataclass(frozen=True, slots=True)
class FollowedPage:
    """An opened letter, with a form for each act that is the writer's now, by the act's name.

    `failed` is the one of them that has errors; `problem` says why an act was refused, `kept` what was
    typed where it fits no form any more. `reopened`: what was answered is being looked at again;
    `stages`: what was promised for each, and how it stands; `urls`: where each act is sent.
    """

    letter: LetterPage
    answers: tuple[AnswerShown, ...]
    forms: Mapping[str, OnLetterForm]
    erasure: OwnErasure
    files: list[FileShown]
    reopened: bool
    hears_by: str
    own_words: OwnWordsOffer | None
    stages: list[tuple[str, str]]
    urgency: UrgencyShown
    urls: Mapping[str, str] = field(default_factory=dict)
    parts: tuple["PartOfPage", ...] = ()
    failed: OnLetterForm | None = None
    problem: str = ""
    kept: str = ""


@dataclass(frozen=True, slots=True)
class PartOfPage:
    """One part of a letter with several matters, at its place."""

    place: int
    page: FollowedPage


@dataclass(frozen=True, slots=True)
class ErasePage:
    """What is left to erase, what the rules say, and a hold that stops it."""

    form: OnLetterForm
    state: OwnErasure


@dataclass(frozen=True, slots=True)
class WithdrawPage:
    title: str
    form: WithdrawalForm


@dataclass(frozen=True, slots=True)
class Never:
    """One thing that the desk never does."""

    title: str | Promise
    text: str | Promise


@dataclass(frozen=True, slots=True)
class NeverPage:
    things: tuple[Never, ...]


@dataclass(frozen=True, slots=True)
class PrivacyPage:
    """`reasons` and `months` are the table of looks at contacts."""

    contact_months: int | None
    words_months: int | None
    reasons: tuple[dict[str, object], ...]
    months: tuple[tuple[str, ...], ...]


NEVER = (
    Never(
        _("It does not watch people."),
        _(
            "We read what you send us on purpose, and what partner organisations hand us openly. "
            "We collect no posts, comments, groups or chats, and we take no reports about what "
            "other people have said."
        ),
    ),
    Never(
        _("It keeps no file on anyone."),
        _(
            "There is no history by person, phone number or account, no list of people to look out "
            "for, and no mark for anybody's attitude. Nothing here ties two letters of the same "
            "person together. If you want two letters looked at together, give us both codes. Your "
            "network address and your browser's name are not kept."
        ),
    ),
    Never(
        _("It silences nobody."),
        _(
            "We ask nobody to take down, block or report what others publish, and we hand no "
            "writer over to anyone."
        ),
    ),
    Never(
        _("It never speaks in disguise."),
        _(
            "What the agency says stands under the agency's name. If an answer is corrected, the "
            "earlier text stays to be read, with the reason."
        ),
    ),
    Never(
        _("It does not rank by words."),
        _(
            "What is urgent depends on the harm, on how many people it reaches, and on the law: "
            "never on the words you use, whom you criticise, or how many people are talking about "
            "it. There is no list of sensitive words."
        ),
    ),
    Never(
        _("It lets no letter vanish."),
        _(
            "Nobody can delete a letter, change its times, or leave it out of the figures, not even "
            "an administrator. What is wrong is corrected in the open."
        ),
    ),
    Never(
        _("It lets nobody judge a complaint about themselves."),
        _(
            "If you complain about how a unit or its staff behaved, that unit and everything below "
            "it neither sees your letter nor handles it. If it has to explain itself, our desk "
            "writes the question in its own words."
        ),
    ),
)
