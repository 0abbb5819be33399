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
    rows: list[tuple[str, str, str, str]]


def _row(name: str, line: LateUnit) -> tuple[str, str, str, str]:
    longest = ngettext("%(days)d day", "%(days)d days", line.days) % {"days": line.days}
    return name, f"{line.running:,}", f"{line.late:,}", longest if line.late else "–"


def _rows(units: Iterable[LateUnit], conduct: LateUnit) -> list[tuple[str, str, str, str]]:
    found = [_row(localized(line.name) or _("Not given to a unit yet"), line) for line in units]
    if conduct.running:
        found.append(_row(_("Complaints about conduct, all units"), conduct))
    return found


def _said(total: LateUnit) -> str:
    if not total.running:
        return _("No letter waits for an answer now.")
    waiting = ngettext(
        "%(count)s case waits for an answer.",
        "%(count)s cases wait for an answer.",
        total.running,
    ) % {"count": f"{total.running:,}"}
    if not total.late:
        return _("%(waiting)s None of them is late.") % {"waiting": waiting}
    late = ngettext("%(count)s of them is late.", "%(count)s of them are late.", total.late) % {
        "count": f"{total.late:,}"
    }
    return _("%(waiting)s %(late)s") % {"waiting": waiting, "late": late}


@login_not_required
@require_safe
def late(request: HttpRequest) -> HttpResponse:
    """Counted when somebody looks; nobody releases it and nobody can hold it back."""
    found = late_now()
    columns: list[dict[str, object]] = [
        {"label": pgettext("column", "Unit")},
        {"label": _("Waiting for an answer"), "numeric": True},
        {"label": _("Late"), "numeric": True},
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
