"""By which calendar the time of an answer runs down; by none where it was not promised in working time."""

from dataclasses import dataclass
from datetime import datetime

from huiying.clocks.reads import newest_digests
from huiying.clocks.working_time import Timetable
from huiying.harm.urgency import Need
from huiying.routing.models import Category
from huiying.routing.reads import Reckoning, reckoned_everywhere, terms_of


@dataclass(frozen=True, slots=True)
class Pacing:
    """`digests` names the calendar of each topic, by row id; None stands for no topic."""

    reckoning: Reckoning
    digests: dict[int | None, str | None]

    @property
    def versions(self) -> list[datetime]:
        """Since when each version of the promises was in force, the oldest first."""
        return [since for since, _promises in self.reckoning.versions]

    def calendar(
        self, category_id: int | None, start: datetime, *, need: Need, channel: str
    ) -> str | None:
        """The digest of the calendar by which what began at `start` runs down; None where it goes day and
        night. Of several promises the one decides that is the shortest in an ordinary week.
        """
        if category_id not in self.digests:
            return None
        terms, by_calendar = self.reckoning.terms(category_id, start, need=need, channel=channel)
        if not by_calendar:
            return None
        return self.digests[category_id] if terms.in_working_time() else None


def pacing() -> Pacing:
    """That of all topics, by what was promised since the first version. Five queries."""
    reckoning, calendars = reckoned_everywhere()
    newest = newest_digests()
    return Pacing(reckoning, {topic: newest.get(code or "") for topic, code in calendars.items()})


def timetable_of(
    start: datetime, category: Category | None, *, need: Need, channel: str
) -> Timetable | None:
    """By which timetable an answer's clock runs that began at `start`; None for day and night. At most two
    small queries.
    """
    terms = terms_of(start, category, need=need, channel=channel)
    return terms.timetable if terms.in_working_time() else None
