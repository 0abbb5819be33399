"""Calendars change by new versions only; what an older one said stays."""

import re
from collections.abc import Mapping

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from huiying.clocks.definitions import Definition, from_data
from huiying.clocks.holiday_files import Holidays
from huiying.clocks.models import CalendarVersion, WorkCalendar
from huiying.clocks.policy import require_keeper
from huiying.clocks.trying import read_change
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, NotFound
from huiying.kernel.verbs import verb
from huiying.record.actions import write

CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,58}")
LONGEST_NOTE, LONGEST_NAME = 500, 100


@verb
def adopt_calendar_version(
    *,
    actor: Actor,
    code: str,
    name: Mapping[str, str],
    definition: Definition,
    note: str = "",
) -> int:
    """Let the calendar `code` say this from now on, and make it where there is none; the version's number.

    Holidays that the calendar has already are kept, unless this office works through them. What changes
    nothing makes no version. Raises Invalid.
    """
    require_keeper(actor)
    names = {language: text.strip() for language, text in name.items() if text.strip()}
    if not CODE.fullmatch(code):
        raise Invalid(
            _("A calendar's code has small letters, digits and hyphens, 59 at most."), field="code"
        )
    if not names or any(len(text) > LONGEST_NAME or "\0" in text for text in names.values()):
        raise Invalid(_("A calendar needs a name of at most 100 characters."), field="name")
    calendar, _new = WorkCalendar.objects.get_or_create(code=code, defaults={"name": names})
    calendar = WorkCalendar.objects.select_for_update().get(pk=calendar.pk)
    if calendar.name != names:
        WorkCalendar.objects.filter(pk=calendar.pk).update(name=names)
        write(actor=actor, action="calendar.renamed", subject=f"calendar:{code}", data=names)
    newest = calendar.versions.order_by("-number").first()
    if newest is None:
        return _adopt(actor, calendar, definition, note=note, source="")
    following = definition.with_lists_of(from_data(newest.definition))
    return _next(actor, calendar, newest, following, note=note, source=newest.source)


@verb
def add_holidays(*, actor: Actor, code: str, holidays: Holidays, note: str = "") -> int:
    """Give the calendar these lists of holidays, each in place of its list of the same year; the number
    of the version that says so.

    Raises NotFound for an unknown calendar, Invalid where there is nothing in the lists.
    """
    require_keeper(actor)
    if not holidays.years:
        raise Invalid(_("There are no days in this list: the notice of that year is not out yet."))
    calendar = WorkCalendar.objects.select_for_update().filter(code=code).first()
    newest = calendar.versions.order_by("-number").first() if calendar else None
    if calendar is None or newest is None:
        raise NotFound
    definition = from_data(newest.definition).with_holidays(holidays.days, holidays.years)
    return _next(actor, calendar, newest, definition, note=note, source=holidays.source)


@verb
def change_calendar(*, actor: Actor, code: str, text: str, note: str) -> int:
    """Put in force what a file says of the calendar `code`, with a reason, as `trying.read_change` reads
    it. The version's number; the same file again makes no other.

    Raises Invalid for what cannot be read, is for another calendar or has no reason; NotFound.
    """
    require_keeper(actor)
    if not note.strip():
        raise Invalid(_("Say why: it stands beside the version."), field="note")
    change = read_change(text)
    if isinstance(change, Holidays):
        return add_holidays(actor=actor, code=code, holidays=change, note=note.strip())
    if change.code != code:
        raise Invalid(_("This file is for another calendar."), field="code")
    if not WorkCalendar.objects.filter(code=code).exists():
        raise NotFound
    return adopt_calendar_version(
        actor=actor, code=code, name=change.name, definition=change.definition, note=note.strip()
    )


def _next(
    actor: Actor,
    calendar: WorkCalendar,
    newest: CalendarVersion,
    definition: Definition,
    *,
    note: str,
    source: str,
) -> int:
    if definition.digest() == newest.digest:
        return newest.number
    return _adopt(actor, calendar, definition, note=note, source=source)


def _adopt(
    actor: Actor, calendar: WorkCalendar, definition: Definition, *, note: str, source: str
) -> int:
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise Invalid(_("At most 500 characters."), field="note")
    number = (calendar.versions.aggregate(newest=Max("number"))["newest"] or 0) + 1
    CalendarVersion.objects.create(
        calendar=calendar,
        number=number,
        adopted_at=time.now(),
        adopted_by=actor.label,
        note=note,
        source=source,
        definition=definition.as_data(),
        digest=definition.digest(),
    )
    write(
        actor=actor,
        action="calendar.adopted",
        subject=f"calendar:{calendar.code}",
        data={"version": number, "digest": definition.digest()},
    )
    return number
