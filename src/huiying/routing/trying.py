"""Due times by what is in force beside those by other promises, or by another calendar."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from huiying.clocks.reads import earlier_timetables
from huiying.clocks.working_time import Timetable
from huiying.harm.urgency import Need
from huiying.routing.promises.definitions import Kind, Promise, PromiseSet, Span
from huiying.routing.promises.reads import in_force
from huiying.routing.reads import Terms, reckoned_everywhere

ALWAYS = datetime.min.replace(tzinfo=UTC)
HOUR = 60  # minutes


class Side(NamedTuple):
    """When an answer is due, and by which timetable its clock runs; None for day and night."""

    due_at: datetime
    pace: Timetable | None


def _side(terms: Terms, start: datetime, timetable: Timetable | None) -> Side:
    return Side(terms.answer_by(start, timetable), timetable if terms.in_working_time() else None)


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
        self.promises = promises
        if promises is not None:
            self._then = self._now.with_promises([(ALWAYS, promises)])
        self._code, self._timetable = code, timetable
        self._versions: dict[str, list[Timetable]] = {}

    def in_full_hours(self) -> "OtherTerms":
        """The same with new promises in minutes rounded up to full hours."""
        if self.promises is None:
            return self
        before = _lines(in_force())
        rounded = [
            line if line in before else _in_full_hours(line) for line in self.promises.promises
        ]
        return OtherTerms(promises=replace(self.promises, promises=tuple(rounded)))

    def holds_for_all(self) -> bool:
        """Whether what is tried says of all topics, channels and urgencies alike what is not in force: a
        calendar does, and promises whose changed lines are given for every matter.
        """
        if self.promises is None:
            return True
        then, before = _lines(self.promises), _lines(in_force())
        changed = [line for line in then if line not in before]
        changed += [line for line in before if line not in then]
        return not any(map(_chooses, changed))

    def dues(
        self, category_id: int | None, start: datetime, *, need: Need, channel: str
    ) -> Iterator[tuple[Side, Side]]:
        """When an answer is due to what came at `start`, and when by what is tried: for each version of the
        calendar by which it may have been reckoned, the newest first.
        """
        now, by_now = self._now.terms(category_id, start, need=need, channel=channel)
        then, by_then = self._then.terms(category_id, start, need=need, channel=channel)
        code = self._calendars[category_id] or ""
        for timetable in self._timetables(code) if by_now or by_then else [None]:
            other = self._timetable if self._timetable and code == self._code else timetable
            yield _side(now, start, timetable), _side(then, start, other)

    def both(
        self, category_id: int | None, start: datetime, *, need: Need, channel: str
    ) -> tuple[Terms, Terms]:
        """What was promised to what came at `start`, and what is tried, by the calendar in force, or by the
        one that is tried.
        """
        now, by_now = self._now.terms(category_id, start, need=need, channel=channel)
        then, by_then = self._then.terms(category_id, start, need=need, channel=channel)
        code = self._calendars[category_id] or ""
        timetable = self._timetables(code)[0] if by_now or by_then else None
        if timetable is None:
            return now, then
        other = self._timetable if self._timetable and code == self._code else timetable
        return now.by(timetable), then.by(other)

    def _timetables(self, code: str) -> Sequence[Timetable | None]:
        if not code:
            return [None]
        if code not in self._versions:
            self._versions[code] = earlier_timetables(code)
        return self._versions[code]


def _lines(promises: PromiseSet | None) -> tuple[Promise, ...]:
    return promises.promises if promises else ()


def _in_full_hours(promise: Promise) -> Promise:
    span = promise.span
    if span.kind != Kind.MINUTES:
        return promise
    return replace(promise, span=Span(-(-span.amount // HOUR) * HOUR, span.kind))


def _chooses(promise: Promise) -> bool:
    asked = (promise.category, promise.channels, promise.urgency)
    return any(asked) or promise.danger is not None
