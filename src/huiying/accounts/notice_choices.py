"""Which notices a member of staff gets, when: at once, in one daily mail, or on the desk alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from huiying.accounts.models import How, NoticeChoice
from huiying.notices.states import Timing, TimingKind

# What belongs together for a reader; a kind that is not here (one's account, the daily mail) goes at once.
TOPIC_OF = {
    "co_sign_asked": "co_sign",
    "co_sign_reminder": "co_sign",
    "co_sign_refused": "co_sign",
    "co_sign_signed": "co_sign",
    "escalation": "clock",
    "escalation_digest": "clock",
}
AT_ONCE = Timing(TimingKind.NOW)


@dataclass(frozen=True, slots=True)
class Choices:
    """What one person chose. Hours are whole, in the agency's zone; `quiet_from` is None without quiet
    hours. `danger_passes`: what is about a case with danger to somebody comes through them.
    """

    co_sign: str = How.NOW
    clock: str = How.NOW
    quiet_from: int | None = None
    quiet_until: int | None = None
    danger_passes: bool = False
    digest_hour: int = 8

    def is_quiet(self, hour: int) -> bool:
        """Whether this hour of the day is one of the quiet ones; they may go over midnight."""
        if self.quiet_from is None or self.quiet_until is None:
            return False
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until


def choices_of(label: str) -> Choices:
    """What the person behind "staff:…" chose; the ordinary where they chose nothing. One query."""
    names = Choices.__dataclass_fields__.keys()
    row = NoticeChoice.objects.filter(account__label=label.removeprefix("staff:")).values(*names)
    found = row.first()
    return Choices(**found) if found else Choices()


def _next(hour: int, moment: datetime) -> datetime:
    """When the clock on the agency's wall next shows this hour."""
    local = timezone.localtime(moment)
    at = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return at if at > local else at + timedelta(days=1)


def timing_of(chosen: Choices, kind: str, moment: datetime, *, danger: bool) -> Timing:
    """When a notice of this kind goes to who chose so."""
    topic = TOPIC_OF.get(kind)
    if topic is None:
        return AT_ONCE
    how = getattr(chosen, topic)
    passes = danger and chosen.danger_passes
    if how == How.NEVER and not passes:
        return Timing(TimingKind.NEVER)
    if how == How.DIGEST and not passes:
        return Timing(TimingKind.DIGEST, _next(chosen.digest_hour, moment))
    if chosen.is_quiet(timezone.localtime(moment).hour) and not passes:
        return Timing(TimingKind.LATER, _next(chosen.quiet_until or 0, moment))
    return AT_ONCE
