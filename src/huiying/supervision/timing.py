"""When a notice may go out, and until when somebody takes note: the same for all cases of a pass."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from huiying.agencies.models import Unit
from huiying.agencies.reads import ancestors
from huiying.agencies.working_hours import timetable_digest, timetables_by_path
from huiying.clocks.reads import laid_out
from huiying.clocks.working_time import Timetable, add_working
from huiying.supervision.definitions import Definition

LONGEST_REST = 60  # days; no calendar closes an agency for longer


@dataclass(frozen=True)
class SendingHours:
    """The quiet hours of a policy by the agency's calendar, where it has one. `by_path` holds the calendar
    of each unit that was given one.
    """

    definition: Definition
    timetable: Timetable | None
    by_path: Mapping[str, Timetable] = field(default_factory=dict)

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
        return self.definition.quiet is None or not self.definition.quiet.covers(local)

    def send_at(self, now: datetime) -> datetime:
        """The first moment from `now` on that is not quiet."""
        if self._awake(now):
            return now
        local = self._local(now)
        ends = self.definition.quiet.ends if self.definition.quiet else 0
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

    def at_rest(self, path: str, now: datetime) -> bool:
        """Whether nobody works then in the unit at `path`, by its own calendar or the nearest one above;
        without any, in the quiet hours of the policy.
        """
        above = (self.by_path[step] for step in reversed(ancestors(path)) if step in self.by_path)
        timetable = next(above, self.timetable)
        if timetable is None:
            return not self._awake(now)
        local = timetable.local(now)
        minute = local.hour * 60 + local.minute
        return not any(begins <= minute < ends for begins, ends in timetable.hours(local.date()))


def sending_hours(definition: Definition) -> SendingHours:
    """Those of this policy, by the calendars of the whole agency and its units. Three small queries."""
    root = Unit.objects.filter(parent=None).values_list("pk", flat=True).first()
    digest = timetable_digest(root) if root else None
    by_path = {path: laid_out(given) for path, given in timetables_by_path().items()}
    return SendingHours(definition, laid_out(digest) if digest else None, by_path)
