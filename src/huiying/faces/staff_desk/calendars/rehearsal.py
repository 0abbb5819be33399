"""A changed calendar tried on past cases. It is put in force on the command line."""

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huiying.clocks import reads
from huiying.clocks.calendar_files import CalendarFile, write_calendar
from huiying.clocks.policy import require_reader
from huiying.clocks.trying import changed
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.terms_tried import TermsTried, tried
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel.actors import Actor
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid
from huiying.routing.trying import OtherTerms

LONGEST_FILE = 100_000
ONE_MORE_DAY = """
# [[day]]
# day = 2026-12-31
# hours = "08:30-12:00"
# name = { zh-hans = "年终盘点", en = "Stocktaking" }
"""


class ChangedForm(forms.Form):
    """A file, pasted in."""

    text = forms.CharField(
        label=gettext_lazy("The changed calendar"),
        help_text=gettext_lazy(
            "Begins with the calendar in use: change its hours, or add a day under [[day]]; without hours "
            "it is off. Public holidays are kept apart and go on counting. The holidays of one year (JSON) "
            "or an iCalendar file may be pasted here instead."
        ),
        max_length=LONGEST_FILE,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
    )


@dataclass(frozen=True, slots=True)
class CalendarTriedPage:
    trail: Trail
    name: str
    form: ChangedForm
    tried: TermsTried | None


@require_http_methods(["GET", "HEAD", "POST"])
def rehearsal(request: HttpRequest, code: str) -> HttpResponse:
    """The form; by POST what the file would have changed."""
    actor = actor_of(request)
    require_reader(actor)
    now = reads.calendar(code)
    name = localized(now.name)
    text = write_calendar(CalendarFile(code, now.name, now.definition)) + ONE_MORE_DAY
    form = ChangedForm(request.POST if request.method == "POST" else None, initial={"text": text})
    found = _tried(code, form, actor) if form.is_valid() else None
    trail: Trail = [
        (_("Calendars"), reverse("staff_desk:calendars")),
        (name, reverse("staff_desk:calendar", args=[code])),
        (_("Try a change"), ""),
    ]
    page = CalendarTriedPage(trail, name, form, found)
    status = 422 if form.errors else 200
    return render(request, "staff_desk/calendars/rehearsal.html", {"page": page}, status=status)


def _tried(code: str, form: ChangedForm, actor: Actor) -> TermsTried | None:
    """What the file would have changed; None where it cannot be read, said at the field."""
    try:
        timetable = changed(code, form.cleaned_data["text"]).timetable()
    except Invalid as refusal:
        where = f" ({refusal.field})" if refusal.field else ""
        form.add_error("text", f"{refusal}{where}")
        return None
    return tried(OtherTerms(code=code, timetable=timetable), actor)


urls = [path("calendars/<slug:code>/try/", rehearsal, name="calendar_rehearsal")]
