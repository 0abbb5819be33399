"""Which notices a member of staff gets, when: at once, in one daily mail, or on the desk alone."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from huiying.accounts.models import How, NoticeChoice
from huiying.notices.quiet_hours import QuietHours, next_at
from huiying.notices.states import Timing, TimingKind

# What belongs together for a reader; a kind that is not here (one's account, the daily mail, what comes to
# whoever is on duty) goes at once.
TOPIC_OF = {
    "co_sign_asked": "co_sign",
    "co_sign_reminder": "co_sign",
    "co_sign_refused": "co_sign",
    "co_sign_signed": "co_sign",
    "escalation": "clock",
    "escalation_digest": "clock",
    "matter": "clock",
    "duty": "duty",
    "joint_session": "joint_session",
}
HOUR = 60
AT_ONCE = Timing(TimingKind.NOW)


@dataclass(frozen=True, slots=True)
class Choices:
    """What one person chose. Hours are whole, in the agency's zone; `quiet_from` is None without quiet
    hours. `danger_passes`: what is about a case with danger to somebody comes through them.
    """

    co_sign: str = How.NOW
    clock: str = How.NOW
    duty: str = How.NOW
    joint_session: str = How.NOW
    quiet_from: int | None = None
    quiet_until: int | None = None
    danger_passes: bool = False
    digest_hour: int = 8

    @property
    def quiet(self) -> QuietHours | None:
        """Their quiet hours, where they want some."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        return QuietHours(self.quiet_from * HOUR, self.quiet_until * HOUR)


def choices_of(label: str) -> Choices:
    """What the person behind "staff:…" chose; the ordinary where they chose nothing. One query."""
    names = Choices.__dataclass_fields__.keys()
    row = NoticeChoice.objects.filter(account__label=label.removeprefix("staff:")).values(*names)
    found = row.first()
    return Choices(**found) if found else Choices()


def timing_of(chosen: Choices, kind: str, moment: datetime, *, danger: bool) -> Timing:
    """When a notice of this kind goes to who chose so."""
    topic = TOPIC_OF.get(kind)
    if topic is None:
        return AT_ONCE
    how, local = getattr(chosen, topic), timezone.localtime(moment)
    passes = danger and chosen.danger_passes
    if how == How.NEVER and not passes:
        return Timing(TimingKind.NEVER)
    if how == How.DIGEST and not passes:
        return Timing(TimingKind.DIGEST, next_at(local, chosen.digest_hour * HOUR))
    if chosen.quiet and chosen.quiet.covers(local) and not passes:
        return Timing(TimingKind.LATER, next_at(local, chosen.quiet.ends))
    return AT_ONCE
