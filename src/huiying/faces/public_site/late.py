"""What is late now, by unit."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from huiying.faces.look import dates
from huiying.kernel.names import localized
from huiying.supervision.late import LateUnit, late_now


@dataclass(frozen=True, slots=True)
class LatePage:
    """`said` is the whole in a sentence; the table has a line for each unit that has cases."""

    at: str
    said: str
    columns: list[dict[str, object]]
    rows: list[tuple[str, ...]]


def _row(name: str, line: LateUnit) -> tuple[str, ...]:
    longest = _("under a day")
    if line.days:
        longest = ngettext("%(days)d day", "%(days)d days", line.days) % {"days": line.days}
    cases = _part(line.late, line.running)
    return name, cases, _part(line.letters_late, line.letters), longest if line.late else "–"


def _part(late: int, waiting: int) -> str:
    return _("%(late)s of %(waiting)s") % {"late": f"{late:,}", "waiting": f"{waiting:,}"}


def _rows(units: Iterable[LateUnit], conduct: LateUnit) -> list[tuple[str, ...]]:
    found = [_row(localized(line.name) or _("Not given to a unit yet"), line) for line in units]
    if conduct.running:
        found.append(_row(_("Complaints about conduct, all units"), conduct))
    return found


def _said(total: LateUnit) -> str:
    if not total.running:
        return _("No letter waits for an answer now.")
    cases = ngettext(
        "%(count)s case waits for an answer.",
        "%(count)s cases wait for an answer.",
        total.running,
    ) % {"count": f"{total.running:,}"}
    late = ngettext("%(count)s of them is late.", "%(count)s of them are late.", total.late) % {
        "count": f"{total.late:,}"
    }
    if not total.late:
        late = _("None of them is late.")
    letters = ngettext(
        "They are about %(count)s letter.", "They are about %(count)s letters.", total.letters
    ) % {"count": f"{total.letters:,}"}
    return _("%(cases)s %(late)s %(letters)s") % {"cases": cases, "late": late, "letters": letters}


@login_not_required
@require_safe
def late(request: HttpRequest) -> HttpResponse:
    """Counted anew every two minutes where somebody looks; nobody releases it or can hold it back."""
    found = late_now()
    columns: list[dict[str, object]] = [
        {"label": pgettext("column", "Unit")},
        {"label": _("Late cases"), "numeric": True},
        {"label": _("Late letters"), "numeric": True},
        {"label": _("The longest is late by"), "numeric": True},
    ]
    page = LatePage(
        at=dates.at_time(found.at),
        said=_said(found.total),
        columns=columns,
        rows=_rows(found.units, found.conduct),
    )
    return render(request, "public_site/late.html", {"page": page})


urls = [path("late/", late, name="late")]
