"""By which calendar a unit works: its own, or that of the nearest unit above that has one."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Length

from huiying.agencies.models import Unit
from huiying.agencies.reads import ancestors
from huiying.clocks.models import CalendarVersion, WorkCalendar
from huiying.clocks.policy import require_keeper
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotFound
from huiying.kernel.verbs import verb
from huiying.record.actions import write

# The calendar of a unit inside another query, by the column there that holds the unit's row id: its `code`,
# and the `digest` of the version in force.
CALENDAR_OF = """(
  SELECT {wanted} FROM agencies_unit led
  JOIN agencies_unit giver ON starts_with(led.path, giver.path)
  JOIN clocks_workcalendar calendar ON calendar.id = giver.calendar_id
  JOIN clocks_calendarversion version ON version.calendar_id = calendar.id
  WHERE led.id = {unit}
  ORDER BY length(giver.path) DESC, version.number DESC LIMIT 1)"""
UNIT = "coalesce(%s, (SELECT id FROM agencies_unit WHERE parent_id IS NULL ORDER BY id LIMIT 1))"
DIGEST_OF = CALENDAR_OF.format(wanted="version.digest", unit=UNIT)
VERSIONS_OF = f"""
SELECT adopted_at, digest FROM clocks_calendarversion
WHERE calendar_id = {CALENDAR_OF.format(wanted="calendar.id", unit=UNIT)} ORDER BY number
"""  # noqa: S608 - our own text


@dataclass(frozen=True, slots=True)
class UnitAtCalendar:
    """A unit that a calendar was given to; those below it follow."""

    code: str
    name: dict[str, str]


@verb
def give_calendar(*, actor: Actor, unit_code: str, calendar_code: str) -> None:
    """Let the unit, and those below it without their own, work by this calendar; with an empty code by
    that of the unit above again.

    Raises NotFound for an unknown unit or calendar.
    """
    require_keeper(actor)
    unit = Unit.objects.select_for_update(of=("self",)).filter(code=unit_code).first()
    calendar = WorkCalendar.objects.filter(code=calendar_code).first()
    if unit is None or (calendar is None and calendar_code):
        raise NotFound
    if unit.calendar_id == (calendar.pk if calendar else None):
        return
    Unit.objects.filter(pk=unit.pk).update(calendar=calendar)
    write(
        actor=actor,
        action="unit.calendar_given",
        subject=f"unit:{unit.code}",
        data={"calendar": calendar_code},
    )


def timetable_digest(unit_id: int | None) -> str | None:
    """The digest of the calendar version in force for a unit, for `clocks.reads.laid_out`, or without one
    for the whole agency; None where none was given.

    As text: built by the ORM it would cost a letter more than asking it does.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + DIGEST_OF, [unit_id])
        found: str | None = cursor.fetchone()[0]
    return found


def timetable_versions(unit_id: int | None) -> list[tuple[datetime, str]]:
    """Every version of the calendar by which a unit works, or the whole agency: since when, and its digest;
    the oldest first. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS_OF, [unit_id])
        return [(since, digest) for since, digest in cursor.fetchall()]


def timetables_by_path() -> dict[str, str]:
    """The path of each unit that a calendar was given to, with the digest of the version in force."""
    newest = CalendarVersion.objects.filter(calendar=OuterRef("calendar")).order_by("-number")
    given = Unit.objects.filter(calendar__isnull=False)
    rows = given.annotate(digest=Subquery(newest.values("digest")[:1]))
    return dict(rows.exclude(digest=None).values_list("path", "digest"))


def calendar_of(path: str) -> str | None:
    """The code of the calendar by which the unit at `path` works; None where none was given. One query."""
    given = Unit.objects.filter(path__in=ancestors(path), calendar__isnull=False)
    nearest = given.order_by(Length("path").desc()).values_list("calendar__code", flat=True)
    return nearest.first()


def agency_calendar() -> str | None:
    """The code of the calendar of the whole agency; None where none was given. One query."""
    root = Unit.objects.filter(parent=None).order_by("id")
    return root.values_list("calendar__code", flat=True).first()


def units_by_calendar() -> dict[str, list[UnitAtCalendar]]:
    """The units that each calendar was given to, by its code. One query."""
    found: dict[str, list[UnitAtCalendar]] = {}
    rows = Unit.objects.filter(calendar__isnull=False).order_by("path")
    for calendar, code, name in rows.values_list("calendar__code", "code", "name"):
        found.setdefault(calendar, []).append(UnitAtCalendar(code, name))
    return found
