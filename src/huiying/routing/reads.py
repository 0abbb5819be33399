from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import CharField
from django.db.models.expressions import RawSQL

from huiying.agencies.working_hours import CALENDAR_OF, timetable_digest
from huiying.clocks.reads import laid_out
from huiying.clocks.working_time import Timetable, add_working_days
from huiying.routing.models import Category

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
        if self.timetable is None:
            return start + timedelta(days=self.days)
        return add_working_days(start, self.days, self.timetable).at


def due_at(start: datetime, category: Category | None) -> datetime:
    """When a letter that came at `start` is due, by its category's target."""
    return target_of(category).due(start)


def target_of(category: Category | None) -> Target:
    """The category's target. No query for one in calendar days, a small one for working days: which
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
    """Row id and target of every leaf by its code, active or not. One query, and one a new calendar."""
    rows = Category.objects.filter(is_leaf=True).annotate(timetable=TIMETABLE)
    return {
        code: (row_id, _target(days or settings.DEFAULT_TARGET_DAYS, digest))
        for code, row_id, days, digest in rows.values_list("code", "id", "target_days", "timetable")
    }


def reckoned_by(calendar_code: str) -> dict[int, int]:
    """The targets that are working days of this calendar now, by the row ids of their categories."""
    found = Category.objects.filter(is_leaf=True, working_days=True, target_days__isnull=False)
    by = found.annotate(by=CALENDAR).filter(by=calendar_code)
    return {row_id: days or 0 for row_id, days in by.values_list("pk", "target_days")}
