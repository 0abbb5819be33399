from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import CharField
from django.db.models.expressions import RawSQL
from django.utils import timezone

from huiying.agencies.working_hours import (
    CALENDAR_OF,
    agency_calendar,
    timetable_digest,
    timetable_versions,
)
from huiying.clocks.pauses import Stood
from huiying.clocks.reads import laid_out
from huiying.clocks.working_time import Due, Timetable
from huiying.harm.urgency import Need
from huiying.routing.models import Category
from huiying.routing.promises.definitions import (
    USUAL_CAP,
    Cap,
    Kind,
    Matter,
    Promise,
    PromiseSet,
    Reckoned,
    Source,
    Span,
    Stage,
    reckoned,
)
from huiying.routing.promises.reads import at, history, promised

LAST_MINUTE = 24 * 60 - 1
NEVER = Stood()
LEAD = "routing_category.lead_unit_id"
# By which version of which calendar a category's working days go; NULL for calendar days.
TIMETABLE = RawSQL(  # noqa: S611 - names of our own columns
    "CASE WHEN routing_category.working_days THEN "
    + CALENDAR_OF.format(wanted="version.digest", unit=LEAD)
    + " END",
    [],
    CharField(),
)
CALENDAR = RawSQL(  # noqa: S611
    CALENDAR_OF.format(wanted="calendar.code", unit=LEAD), [], CharField()
)


@dataclass(frozen=True, slots=True)
class CategoryChoice:
    """A leaf as a line of a list, under its group."""

    code: str
    name: dict[str, str]
    description: dict[str, str]
    lead_code: str
    target_days: int
    working_days: bool


@dataclass(frozen=True, slots=True)
class CategoryGroup:
    code: str
    name: dict[str, str]
    leaves: tuple[CategoryChoice, ...]


def category_groups(*, offered_only: bool = False, past_too: bool = False) -> list[CategoryGroup]:
    """The tree as groups with their leaves, in the order in which it was loaded.

    `offered_only`: those that residents choose from; `past_too`: also those that a unit leads which is
    given no cases any more.
    """
    rows = Category.objects.filter(active=True).select_related("lead_unit").order_by("place")
    leaves: dict[int | None, list[CategoryChoice]] = {}
    groups = []
    for row in rows:
        if not row.is_leaf:
            groups.append(row)
        elif row.lead_unit and _fits(row, offered_only=offered_only, past_too=past_too):
            leaves.setdefault(row.parent_id, []).append(
                CategoryChoice(
                    code=row.code,
                    name=row.name,
                    description=row.description,
                    lead_code=row.lead_unit.code,
                    target_days=row.target_days or settings.DEFAULT_TARGET_DAYS,
                    working_days=row.working_days,
                )
            )
    found = [
        CategoryGroup(group.code, group.name, tuple(leaves[group.pk]))
        for group in groups
        if group.pk in leaves
    ]
    if None in leaves:
        found.append(CategoryGroup("", {}, tuple(leaves[None])))
    return found


def _fits(row: Category, *, offered_only: bool, past_too: bool) -> bool:
    led = past_too or (row.lead_unit is not None and row.lead_unit.active)
    return led and (row.offered or not offered_only)


@dataclass(frozen=True, slots=True)
class Target:
    """So many days: working days of `timetable` where there is one, else calendar days."""

    days: int
    timetable: Timetable | None = None

    def due(self, start: datetime) -> datetime:
        """When what came at `start` is due: so many times 24 hours later, or at the end of the last
        working day, the day of `start` not counted."""
        kind = Kind.CALENDAR_DAYS if self.timetable is None else Kind.WORKING_DAYS
        return Span(self.days, kind).due(start, self.timetable).at


@dataclass(frozen=True, slots=True)
class Kept:
    """What was promised for a stage, the tightest first, and when it is due with what it gained; None where
    nothing was.
    """

    promises: tuple[Reckoned, ...]
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What was promised for one matter, with the calendar by which working time counts in it.

    The category's own target stands among the promises, as the agency's, where no promise of the agency
    for an answer fits: so there is always one for an answer. `versions` are those of the calendar, each with
    since when, the oldest first, as far as they matter; the last one is `timetable`.
    """

    promises: tuple[Promise, ...]
    extension: Cap
    timetable: Timetable | None = None
    versions: tuple[tuple[datetime, Timetable], ...] = ()
    latest: datetime | None = None  # the end of the day that the law sets

    def of(self, stage: str, start: datetime) -> tuple[Reckoned, ...]:
        """The promises for a stage that began at `start`, the tightest first."""
        return reckoned(self.promises, stage, start, self.timetable)

    def answer(self, start: datetime) -> Due:
        """When the answer is due: the tightest promise counts, and the day of the law if it is sooner;
        one that was over when the clock began sets nothing.
        """
        due = self.of(Stage.SOLVE, start)[0].due
        if self.latest is None or not start < self.latest < due.at:
            return due
        return Due(self.latest, provisional=False)

    def in_working_time(self, stage: str = Stage.SOLVE) -> bool:
        """Whether its clock runs in working time: of several promises the one decides that is the shortest in
        an ordinary week.
        """
        spans = (each.span for each in self.promises if each.stage == stage)
        tightest = min(spans, key=lambda span: span.roughly, default=None)
        return tightest is not None and tightest.by_calendar

    def kept(
        self,
        stage: str,
        start: datetime,
        ended_at: datetime | None,
        gained: Stood = NEVER,
    ) -> Kept:
        """The same for a clock that ended at `ended_at`, or runs, and moved on by `gained`: a version of the
        calendar moves it only while it runs and its time is not over. What was late when it came stays late.
        """
        before = [timetable for since, timetable in self.versions if since <= start]
        after = [version for version in self.versions if version[0] > start]
        if not after:
            return self._kept(stage, start, self.timetable, gained)
        found = self._kept(stage, start, before[-1] if before else None, gained)
        for since, timetable in after:
            if found.due_at is None or found.due_at < since or (ended_at and ended_at < since):
                break
            found = self._kept(stage, start, timetable, gained)
        return found

    def _kept(
        self, stage: str, start: datetime, timetable: Timetable | None, gained: Stood
    ) -> Kept:
        found = reckoned(self.promises, stage, start, timetable)
        by = timetable if self.in_working_time(stage) else None
        return Kept(found, gained.moved(found[0].due.at, by) if found else None)

    def answer_by(self, start: datetime, timetable: Timetable | None) -> datetime:
        """When it is due by another calendar: `by(timetable).answer(start).at`, where many are reckoned."""
        spans = (each.span for each in self.promises if each.stage == Stage.SOLVE)
        due = min(span.due(start, timetable).at for span in spans)
        return self.latest if self.latest is not None and start < self.latest < due else due

    def known(self, moment: datetime) -> "Terms":
        """The same with the versions of the calendar that were adopted by then."""
        if not self.versions:
            return self
        before = [each for each in self.versions if each[0] <= moment] or [self.versions[0]]
        return replace(self, timetable=before[-1][1], versions=tuple(before))

    def by(self, timetable: Timetable) -> "Terms":
        """The same by another calendar."""
        return replace(self, timetable=timetable)


@dataclass(frozen=True, slots=True)
class Room:
    """How often an answer's time may be extended in a round, and until when at the latest."""

    times: int
    latest: datetime
    timetable: Timetable | None

    def end_of(self, day: date) -> datetime:
        """When the unit closes on that day, or the day's last minute where it is closed."""
        hours = self.timetable.hours(day) if self.timetable else ()
        zone = self.timetable.zone if self.timetable else timezone.get_current_timezone()
        minutes = hours[-1][1] if hours else LAST_MINUTE
        return datetime.combine(day, datetime.min.time(), zone) + timedelta(minutes=minutes)


def room_for_more(due: datetime, start: datetime, category: Category | None) -> Room:
    """How far an answer that is due at `due`, in a round that began at `start`, may be put off."""
    promises, _codes = promised(start, None)
    cap = promises.extension if promises else USUAL_CAP
    digest = timetable_digest(category.lead_unit_id if category else None)
    timetable = laid_out(digest) if digest else None
    return Room(cap.times, cap.span.due(due, timetable).at, timetable)


def due_at(start: datetime, category: Category | None, *, need: Need, channel: str) -> datetime:
    """When a letter is due that came, or was taken up again, at `start`."""
    return terms_of(start, category, need=need, channel=channel).answer(start).at


def end_of_day(day: date) -> datetime:
    """The last minute of that day in the agency's zone."""
    start = datetime.combine(day, datetime.min.time(), timezone.get_current_timezone())
    return start + timedelta(minutes=LAST_MINUTE)


def terms_of(start: datetime, category: Category | None, *, need: Need, channel: str) -> Terms:
    """What was promised when it came: later versions change nothing about it. One small query, and
    another where working time counts."""
    promises, codes = promised(start, category.pk if category else None)
    terms = _terms(promises, Matter(codes, need.level, channel), _own_target(category), need)
    if not any(each.span.by_calendar for each in terms.promises):
        return terms
    digest = timetable_digest(category.lead_unit_id if category else None)
    return terms.by(laid_out(digest)) if digest else terms


def terms_kept(start: datetime, category: Category | None, *, need: Need, channel: str) -> Terms:
    """The same with the versions of the calendar, for what began at `start` and may have ended."""
    promises, codes = promised(start, category.pk if category else None)
    terms = _terms(promises, Matter(codes, need.level, channel), _own_target(category), need)
    if not any(each.span.by_calendar for each in terms.promises):
        return terms
    rows = timetable_versions(category.lead_unit_id if category else None)
    first = max((place for place, (since, _digest) in enumerate(rows) if since <= start), default=0)
    versions = tuple((since, laid_out(digest)) for since, digest in rows[first:])
    return replace(terms, timetable=versions[-1][1], versions=versions) if versions else terms


def _own_target(category: Category | None) -> Promise:
    """The category's target as a promise of the agency."""
    days = (category.target_days if category else None) or settings.DEFAULT_TARGET_DAYS
    working = category is not None and category.working_days
    kind = Kind.WORKING_DAYS if working else Kind.CALENDAR_DAYS
    return Promise(Stage.SOLVE, Source.AGENCY, Span(days, kind), basis={})


def _terms(promises: PromiseSet | None, matter: Matter, target: Promise, need: Need) -> Terms:
    fitting = promises.fitting(matter) if promises else ()
    named = any((each.stage, each.source) == (Stage.SOLVE, Source.AGENCY) for each in fitting)
    found = fitting if named else (*fitting, target)
    latest = end_of_day(need.by) if need.by else None
    return Terms(found, promises.extension if promises else USUAL_CAP, latest=latest)


def target_of(category: Category | None) -> Target:
    """The category's own target. No query for one in calendar days, a small one for working days: which
    version of the calendar is in force. What that says is kept in memory."""
    days = (category.target_days if category else None) or settings.DEFAULT_TARGET_DAYS
    if category is None or not category.working_days:
        return Target(days)
    return _target(days, timetable_digest(category.lead_unit_id))


def _target(days: int, digest: str | None) -> Target:
    """Where the unit was given no calendar, days are calendar days."""
    return Target(days, laid_out(digest) if digest else None)


def leaf(code: str) -> Category | None:
    """The active leaf with this code, with its lead unit, or None."""
    return (
        Category.objects.filter(code=code, active=True, is_leaf=True)
        .select_related("lead_unit")
        .first()
    )


def targets() -> dict[str, tuple[int, Target]]:
    """Row id and own target of every leaf by its code, active or not. One query, and one a new calendar."""
    rows = Category.objects.filter(is_leaf=True).annotate(timetable=TIMETABLE)
    return {
        code: (row_id, _target(days or settings.DEFAULT_TARGET_DAYS, digest))
        for code, row_id, days, digest in rows.values_list("code", "id", "target_days", "timetable")
    }


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What hangs on one calendar: `leaves` are its categories' codes upwards and own targets, by row id;
    under None for what has no category.
    """

    leaves: dict[int | None, tuple[frozenset[str], Promise]]
    versions: Sequence[tuple[datetime, PromiseSet]]
    _known: dict[tuple[object, ...], tuple[Terms, bool]] = field(
        default_factory=dict, compare=False
    )

    def with_promises(self, versions: Sequence[tuple[datetime, PromiseSet]]) -> "Reckoning":
        """The same by other promises."""
        return replace(self, versions=versions, _known={})

    def terms(
        self, category_id: int | None, start: datetime, *, need: Need, channel: str
    ) -> tuple[Terms, bool]:
        """What was promised at `start`, still without a calendar, and whether working time counts in it."""
        version = at(start, self.versions)
        key = (id(version), category_id, need, channel)
        if key not in self._known:
            codes, target = self.leaves[category_id]
            terms = _terms(version, Matter(codes, need.level, channel), target, need)
            self._known[key] = terms, any(each.span.by_calendar for each in terms.promises)
        return self._known[key]


def reckoned_by(calendar_code: str) -> Reckoning:
    """The categories whose lead unit works by this calendar now. Three queries."""
    leaves = Category.objects.filter(is_leaf=True).annotate(by=CALENDAR).filter(by=calendar_code)
    tree = {row.pk: row for row in Category.objects.only("code", "parent_id")}
    return Reckoning({row.pk: (_upwards(row, tree), _own_target(row)) for row in leaves}, history())


def reckoned_everywhere() -> tuple[Reckoning, dict[int | None, str | None]]:
    """Every category, and what has none; with the code of the calendar by which each goes. Four queries."""
    leaves = list(Category.objects.filter(is_leaf=True).annotate(by=CALENDAR))
    tree = {row.pk: row for row in Category.objects.only("code", "parent_id")}
    known = {row.pk: (_upwards(row, tree), _own_target(row)) for row in leaves}
    calendars = {row.pk: row.by for row in leaves} | {None: agency_calendar()}
    return Reckoning(known | {None: (frozenset(), _own_target(None))}, history()), calendars


def reckoned_of(categories: Mapping[int, Category]) -> Reckoning:
    """All of these categories (by row id), and what has none. One query."""
    known = {row.pk: (_upwards(row, categories), _own_target(row)) for row in categories.values()}
    return Reckoning(known | {None: (frozenset(), _own_target(None))}, history())


def _upwards(row: Category, tree: Mapping[int, Category]) -> frozenset[str]:
    codes = {row.code}
    while row.parent_id is not None:
        row = tree[row.parent_id]
        codes.add(row.code)
    return frozenset(codes)
