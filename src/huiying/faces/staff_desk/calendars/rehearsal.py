"""A changed calendar: read from a file, tried on past cases, then put in force."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huiying.clocks import reads
from huiying.clocks.actions import LONGEST_NOTE, change_calendar
from huiying.clocks.calendar_files import CalendarFile, write_calendar
from huiying.clocks.definitions import Definition
from huiying.clocks.policy import may_keep, require_keeper, require_reader
from huiying.clocks.trying import changed
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.calendars.differing import CalendarChange, calendar_change
from huiying.faces.staff_desk.erasure_forms import RefusableForm
from huiying.faces.staff_desk.terms_tried import TermsTried, tried
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid
from huiying.routing.trying import OtherTerms

ONE_MORE_DAY = """
# [[day]]
# day = 2026-12-31
# hours = "08:30-12:00"
# name = { zh-hans = "年终盘点", en = "Stocktaking" }
"""


class ChangedForm(RefusableForm):
    """A file, chosen or pasted in; why, where it is to be put in force."""

    file = forms.FileField(
        label=gettext_lazy("A file of holidays, or a whole calendar"),
        required=False,
        help_text=gettext_lazy("The holidays of one year (.json), iCalendar (.ics), or TOML."),
        widget=forms.FileInput(attrs={"accept": ".json,.ics,.toml,.txt"}),
    )
    text = forms.CharField(
        label=gettext_lazy("The changed calendar"),
        help_text=gettext_lazy(
            "Begins with the calendar in use: change its hours, or add a day under [[day]]; without hours "
            "it is off. Public holidays are kept apart and go on counting. The holidays of one year (JSON) "
            "or an iCalendar file may be pasted here instead."
        ),
        required=False,
        max_length=settings.CALENDAR_BYTES,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
    )
    note = forms.CharField(
        label=gettext_lazy("Why it changes"),
        required=False,
        max_length=LONGEST_NOTE,
        help_text=gettext_lazy("Needed to put it in force; it stands beside the version."),
    )

    def clean(self) -> dict[str, Any]:
        """A chosen file goes before the text, and takes its place on the page."""
        given = super().clean() or {}
        file = given.get("file")
        if file is not None:
            given["text"] = self._read(file)
            self.data = {name: self.data[name] for name in self.data} | {"text": given["text"]}
        if not given.get("text") and not self.errors:
            self.add_error("text", gettext_lazy("Choose a file, or write the calendar here."))
        return given

    def _read(self, file: Any) -> str:
        if file.size > settings.CALENDAR_BYTES:
            self.add_error("file", gettext_lazy("This file is too long for a calendar."))
            return ""
        try:
            file.seek(0)
            text: str = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", gettext_lazy("This file is not in UTF-8."))
            return ""
        return text


@dataclass(frozen=True, slots=True)
class CalendarTriedPage:
    """`may_adopt`: the reader may put what was tried in force; `seen` is the digest of that."""

    trail: Trail
    name: str
    form: ChangedForm
    change: CalendarChange | None
    tried: TermsTried | None
    seen: str
    keeps: bool
    may_adopt: bool


@require_http_methods(["GET", "HEAD", "POST"])
def rehearsal(request: HttpRequest, code: str) -> HttpResponse:
    """The form; by POST what the file would change, or putting it in force."""
    actor = actor_of(request)
    require_reader(actor)
    now = reads.calendar(code)
    text = write_calendar(CalendarFile(code, now.name, now.definition)) + ONE_MORE_DAY
    form = ChangedForm(request.POST or None, request.FILES or None, initial={"text": text})
    then = _then(code, form) if form.is_valid() else None
    if then and request.POST.get("do") == "adopt" and _adopted(request, code, form, then):
        return redirect("staff_desk:calendar", code)
    timetable = then.timetable() if then else None
    keeps = may_keep(actor)
    page = CalendarTriedPage(
        trail=_trail(code, localized(now.name)),
        name=localized(now.name),
        form=form,
        change=calendar_change(now.definition, then) if then else None,
        tried=tried(OtherTerms(code=code, timetable=timetable), request) if then else None,
        seen=then.digest() if then else "",
        keeps=keeps,
        may_adopt=keeps and then is not None and then.digest() != now.definition.digest(),
    )
    status = 422 if form.errors else 200
    return render(request, "staff_desk/calendars/rehearsal.html", {"page": page}, status=status)


def _trail(code: str, name: str) -> Trail:
    return [
        (_("Calendars"), reverse("staff_desk:calendars")),
        (name, reverse("staff_desk:calendar", args=[code])),
        (_("Try a change"), ""),
    ]


def _adopted(request: HttpRequest, code: str, form: ChangedForm, then: Definition) -> bool:
    """Put it in force, as it was shown; False where that was refused, said at the field."""
    actor = actor_of(request)
    require_keeper(actor)
    if request.POST.get("seen") != then.digest():
        changed_since = _("This is not what was tried. See below what it changes, then decide.")
        form.add_error("text", changed_since)
        return False
    given = form.cleaned_data
    try:
        number = change_calendar(actor=actor, code=code, text=given["text"], note=given["note"])
    except Invalid as refusal:
        _refuse(form, refusal)
        return False
    said = _("Version %(number)s is in force. The clocks that run follow within a few minutes.")
    messages.success(request, said % {"number": number})
    return True


def _then(code: str, form: ChangedForm) -> Definition | None:
    """The calendar by the file; None where it cannot be read, said at the field."""
    try:
        return changed(code, form.cleaned_data["text"])
    except Invalid as refusal:
        _refuse(form, refusal)
        return None


def _refuse(form: ChangedForm, refusal: Invalid) -> None:
    if refusal.field == "note":
        form.refuse(refusal)
        return
    where = f" ({refusal.field})" if refusal.field else ""
    form.add_error("text", f"{refusal}{where}")


urls = [path("calendars/<slug:code>/try/", rehearsal, name="calendar_rehearsal")]
