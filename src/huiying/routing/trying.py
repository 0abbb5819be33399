"""Due times by what is in force beside those by other promises, or by another calendar."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from huiying.clocks.reads import earlier_timetables
from huiying.clocks.working_time import Timetable
from huiying.harm.urgency import Need
from huiying.routing.promises.definitions import PromiseSet
from huiying.routing.reads import reckoned_everywhere

ALWAYS = datetime.min.replace(tzinfo=UTC)


class OtherTerms:
    """What is tried: `promises` in place of all that were in force, or `timetable` in place of the calendar
    `code`. Four queries, and two for each calendar.
    """

    def __init__(
        self,
        *,
        promises: PromiseSet | None = None,
        code: str = "",
        timetable: Timetable | None = None,
    ) -> None:
        self._now, self._calendars = reckoned_everywhere()
        self._then = self._now
        if promises is not None:
            self._then = self._now.with_promises([(ALWAYS, promises)])
        self._code, self._timetable = code, timetable
        self._versions: dict[str, list[Timetable]] = {}

    def dues(
        self, category_id: int | None, start: datetime, *, need: Need, channel: str
    ) -> Iterator[tuple[datetime, datetime]]:
        """When an answer is due to what came at `start`, and when by what is tried: for each version of the
        calendar by which it may have been reckoned, the newest first.
        """
        now, by_now = self._now.terms(category_id, start, need=need, channel=channel)
        then, by_then = self._then.terms(category_id, start, need=need, channel=channel)
        code = self._calendars[category_id] or ""
        for timetable in self._timetables(code) if by_now or by_then else [None]:
            other = self._timetable if self._timetable and code == self._code else timetable
            yield now.answer_by(start, timetable), then.answer_by(start, other)

    def _timetables(self, code: str) -> Sequence[Timetable | None]:
        if not code:
            return [None]
        if code not in self._versions:
            self._versions[code] = earlier_timetables(code)
        return self._versions[code]
