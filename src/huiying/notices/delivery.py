"""From a row of the outbox to a message: who, by which channel, in which words.

`config` registers the resolvers: one opens the vault for "submission:…" at the moment of sending, one
makes the address of the page where the writer reads on, one the PIN for callers. No result is stored.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from huiying.kernel import time
from huiying.kernel.names import localized
from huiying.notices.backends import channel
from huiying.notices.errors import NotWired
from huiying.notices.gathering import (
    DIGEST,
    Gathered,
    HiddenFrom,
    OfTheDay,
    gather,
    gathered_in,
    numbers_in,
    without,
)
from huiying.notices.models import Errand, Outgoing
from huiying.notices.parcels import Channel, Parcel
from huiying.notices.sms_limits import require_budget
from huiying.notices.states import (
    HAND_WAYS,
    WORTH_A_HAND,
    ErrandState,
    Result,
    Timing,
    TimingKind,
    Way,
)


@dataclass(frozen=True, slots=True)
class Route:
    """By which channel somebody is reached, and where."""

    way: str
    address: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a row tells as its reader may know it now; `day` for a mail of the day."""

    data: dict[str, Any]
    day: OfTheDay | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How one row ended: "sent", "no_address" where there is nobody to send to, "withdrawn" where the
    letter was withdrawn since and the news is not for them any more, "by_hand" where a clerk
    brings it. `parts`: segments of an SMS.
    """

    result: str
    way: str = ""
    parts: int = 0


type RouteOf = Callable[[str], Route | None]
type PageFor = Callable[[str], str]
type WithdrawnSince = Callable[[str], bool]
type PinOf = Callable[[str], str]
type TimingOf = Callable[[str, str, dict[str, Any]], Timing]

_route_of: RouteOf | None = None
_page_for: PageFor | None = None
_pin_of: PinOf | None = None
_withdrawn: WithdrawnSince | None = None
_timing: TimingOf | None = None
_hidden: HiddenFrom | None = None
WITH_PIN = frozenset({"lost_code"})
# Who may know of the case is asked anew when these are sent.
ABOUT_CASES = frozenset(
    {
        DIGEST,
        "escalation",
        "escalation_digest",
        "escalation_on_duty",
        "matter",
        "co_sign_asked",
        "co_sign_reminder",
        "co_sign_refused",
        "co_sign_signed",
    }
)
# News of an earlier answer: whoever withdrew their letter meanwhile is left in peace.
NOT_ONCE_WITHDRAWN = frozenset({"corrected", "answer_withdrawn"})


class NotYet(Exception):
    """The recipient wants to hear of it later, at `at`; no failure."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at


def wire(
    *,
    route_of: RouteOf,
    page_for: PageFor,
    pin_of: PinOf,
    withdrawn: WithdrawnSince,
    timing: TimingOf,
    hidden: HiddenFrom,
) -> None:
    """Register the resolvers of labels, the maker of page addresses (its argument: a language), who says
    when a member of staff wants a notice (label, kind, data), and of which cases they may not know.
    """
    global _route_of, _page_for, _pin_of, _withdrawn, _timing, _hidden
    _route_of, _page_for, _pin_of = route_of, page_for, pin_of
    _withdrawn, _timing, _hidden = withdrawn, timing, hidden


def _templates(kind: str, part: str) -> list[str]:
    return [f"notices/{kind}_{part}.txt", f"notices/{part}.txt"]


def compose(row: Outgoing, route: Route, page: str, told: Told | None = None) -> Parcel:
    """The message for one row, in the words of its channel; no word of the letter in it."""
    told = told or Told(row.data)
    pin = _pin_of(row.recipient) if _pin_of and row.kind in WITH_PIN else ""
    part = "sms" if route.way == Way.SMS else "body"
    with translation.override(row.language):
        words = _words(row.kind, page, told.data, pin) | {"day": told.day}
        # A kind may have words of its own; the others are about letters.
        subject = render_to_string(_templates(row.kind, "subject"), words)
        text = render_to_string(_templates(row.kind, part), words)
    return Parcel(
        row=row.pk,
        name=row.message_id,
        kind=row.kind,
        channel=route.way,
        recipient=row.recipient,
        address=route.address,
        language=row.language,
        subject=" ".join(subject.split()),
        text=" ".join(text.split()) if part == "sms" else text.strip(),
        made_at=row.made_at,
    )


def _words(kind: str, page: str, data: dict[str, Any], pin: str) -> dict[str, Any]:
    agency = localized(settings.AGENCY_NAME)
    return {"kind": kind, "agency": agency, "page": page, "data": data, "pin": pin}


def longest_sms() -> list[str]:
    """The SMS of a lost code, the longest of all, in each language."""
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            page = _page_for(language) if _page_for else ""
            words = _words("lost_code", page, {"code": "0" * 12}, "0" * 6)
            found.append(" ".join(render_to_string("notices/sms.txt", words).split()))
    return found


def _handed_over(row: Outgoing, route: Route) -> Ended:
    """Put it on a clerk's list; part of the transaction that ends the row, so once."""
    if row.kind not in WORTH_A_HAND:
        return Ended(Result.NO_ADDRESS)
    now = time.now()
    state = ErrandState.WAITING
    Errand.objects.create(notice=row, way=route.way, state=state, made_at=now, due_at=now)
    return Ended(Result.BY_HAND, route.way)


def _unsent(row: Outgoing) -> Ended | None:
    """How a notice ends because its letter was withdrawn, or because a member of staff chose so; None
    where it goes now. Raises NotYet.
    """
    if row.kind in NOT_ONCE_WITHDRAWN and _withdrawn and _withdrawn(row.recipient):
        return Ended(Result.WITHDRAWN)
    if _timing is None or not row.recipient.startswith("staff:"):
        return None
    timing = _timing(row.recipient, row.kind, row.data)
    if timing.kind == TimingKind.NEVER:
        return Ended(Result.UNWANTED)
    if timing.kind == TimingKind.DIGEST and timing.at is not None:
        gather(row, timing.at)
        return Ended(Result.GATHERED)
    if timing.at is not None:
        raise NotYet(timing.at)
    return None


def _told(row: Outgoing) -> Told | None:
    """What this row tells; None where it is about cases of which its reader may not know any more.

    Whoever lost a role since, or whom a complaint names since, reads nothing of it.
    """
    if _hidden is None or row.kind not in ABOUT_CASES:
        return Told(row.data)
    if row.kind == DIGEST:
        day = gathered_in(row, _hidden)
        day = replace(day, lines=[line for line in day.lines if not _dropped(row.recipient, line)])
        return Told(row.data, day) if day.lines else None
    numbers = numbers_in(row.data)
    hidden = _hidden(row.recipient, numbers) if numbers else set()
    left = without(row.data, hidden)
    if hidden.isdisjoint(numbers_in(left)) and (numbers_in(left) or not numbers):
        return Told(left)
    return None


def _dropped(recipient: str, line: Gathered) -> bool:
    """Whether what waited for a mail of the day, and is about no case by its number, is theirs no more: of
    a joint session its reader may not know any longer.
    """
    if _timing is None or numbers_in(line.data):
        return False
    return _timing(recipient, line.kind, line.data).kind == TimingKind.NEVER


def deliver(
    row: Outgoing,
    *,
    by: Channel | None = None,
    texted: Callable[[str], None] | None = None,
) -> Ended:
    """Send one row and say how it ended. `texted` hears a number before an SMS goes to it.

    Raises what the channel raises where it fails, SwitchedOff, and what `sms_limits` refuses; the row is
    tried again then, or not. Raises NotYet where a member of staff wants it later.
    """
    if _route_of is None or _page_for is None or _withdrawn is None:
        raise NotWired
    told = _told(row)
    unsent = _unsent(row) if told else Ended(Result.NOT_THEIRS)
    if unsent is not None:
        return unsent
    route = _route_of(row.recipient)
    if route is None:
        return Ended(Result.NO_ADDRESS)
    if route.way in HAND_WAYS:
        return _handed_over(row, route)
    back_end = by or channel(route.way)
    if route.way == Way.SMS:
        require_budget(route.address)
        if texted:
            texted(route.address)
    if not back_end.needs_address:
        route = Route(route.way, f"{row.recipient.replace(':', '-')}@outbox.invalid")
    parts = back_end.send(compose(row, route, _page_for(row.language), told))
    return Ended(Result.SENT, route.way, parts)
