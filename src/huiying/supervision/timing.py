"""When a notice may go out, and until when somebody takes note: the same for all cases of a pass."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from huiying.agencies.models import Unit
from huiying.agencies.working_hours import timetable_digest
from huiying.clocks.reads import laid_out
from huiying.clocks.working_time import Timetable, add_working
from huiying.supervision.definitions import Definition

LONGEST_REST = 60  # days; no calendar closes an agency for longer


@dataclass(frozen=True)
class Timing:
    """The quiet hours of a policy by the agency's calendar, where it has one."""

    definition: Definition
    timetable: Timetable | None

    def _local(self, moment: datetime) -> datetime:
        return self.timetable.local(moment) if self.timetable else timezone.localtime(moment)

    def _off(self, day: date) -> bool:
        if not self.definition.quiet_on_days_off:
            return False
        return not self.timetable.hours(day) if self.timetable else day.weekday() > 4

    def _at(self, local: datetime, day: date, minutes: int) -> datetime:
        hour, minute = divmod(minutes, 60)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=local.tzinfo)

    def _awake(self, moment: datetime) -> bool:
        """Whether something may be sent on that minute."""
        local = self._local(moment)
        if self._off(local.date()):
            return False
        if self.definition.quiet is None:
            return True
        begins, ends = self.definition.quiet
        minute = local.hour * 60 + local.minute
        if begins < ends:
            return not begins <= minute < ends
        return ends <= minute < begins

    def send_at(self, now: datetime) -> datetime:
        """The first moment from `now` on that is not quiet."""
        if self._awake(now):
            return now
        local = self._local(now)
        ends = self.definition.quiet[1] if self.definition.quiet else 0
        for ahead in range(LONGEST_REST):
            day = local.date() + timedelta(days=ahead)
            for minutes in {0, ends}:
                found = self._at(local, day, minutes)
                if found > now and self._awake(found):
                    return found
        return now

    def digest_at(self, now: datetime) -> datetime:
        """When the next digest goes out, after `now`."""
        local = self._local(now)
        for ahead in range(LONGEST_REST):
            day = local.date() + timedelta(days=ahead)
            found = self._at(local, day, self.definition.digest_at)
            if found > now and not self._off(day):
                return self.send_at(found)
        return self.send_at(now)

    def acknowledge_by(self, now: datetime, hours: int) -> datetime:
        """The end of so many working hours after what is told `now` goes out."""
        start, wait = self.send_at(now), timedelta(hours=hours)
        return add_working(start, wait, self.timetable).at if self.timetable else start + wait


def agency_timing(definition: Definition) -> Timing:
    """The timing of this policy by the calendar of the whole agency. Two small queries."""
    root = Unit.objects.filter(parent=None).values_list("pk", flat=True).first()
    digest = timetable_digest(root) if root else None
    return Timing(definition, laid_out(digest) if digest else None)
