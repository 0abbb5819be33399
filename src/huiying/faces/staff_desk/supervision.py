"""The supervision list: what was asked of a unit by a date, and what it reported."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from huiying.casework.states import State
from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.begun import resumed, sent, words_kept
from huiying.faces.staff_desk.erasure_forms import RefusableForm
from huiying.faces.staff_desk.numbered import beside, number_of
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel.actors import Actor
from huiying.kernel.days import day_in_words
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, NotFound
from huiying.supervision.actions.matters import LONGEST, put_on_list, report_progress, take_off_list
from huiying.supervision.matters import MatterLine, MatterShown, leaders, matter_shown, on_list
from huiying.supervision.policy import kinds
from huiying.supervision.states import Kind

PUT = "staff_desk/supervision/put.html"


def _words(label: object, hint: object) -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        help_text=hint,  # type: ignore[arg-type]
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class PutForm(RefusableForm):
    """What is asked of which case, and until when."""

    number = forms.IntegerField(
        label=gettext_lazy("Number of the case"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Why it goes on the list"))
    leader = forms.ChoiceField(
        label=gettext_lazy("Who is in charge"),
        help_text=gettext_lazy("Only where a leader is put in charge."),
        required=False,
    )
    asked = _words(
        gettext_lazy("What is asked"),
        gettext_lazy("A task, not a result. No words of the letter and nothing about its writer."),
    )
    due_on = forms.DateField(
        label=gettext_lazy("Last day to report"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, actor: Actor, data: object = None, number: str = "") -> None:
        first = {"number": number} if number.isdecimal() else {}
        super().__init__(data, initial=first)  # type: ignore[arg-type]
        offered = kinds(actor)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in offered]  # type: ignore[attr-defined]
        if Kind.IN_CHARGE in offered:
            lines = [(name, localized(names)) for name, names in leaders()]
            self.fields["leader"].choices = [("", _("Nobody")), *lines]  # type: ignore[attr-defined]
        else:
            del self.fields["leader"]


class ProgressForm(RefusableForm):
    """How far it is."""

    text = _words(
        gettext_lazy("How far it is"),
        gettext_lazy("Supervisors and leaders read it. Nothing about the writer."),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A matter in a line: `title` or else the topic of its case, empty for neither; `late` in words, empty
    where it is not.
    """

    url: str
    number: int
    title: str
    kind: str
    unit: str
    state: str
    due: str
    late: str
    note: str


@dataclass(frozen=True, slots=True)
class SupervisionPage:
    """The list; `put_url` where the reader may put something on it."""

    tabs: list[tuple[str, str, bool, str]]
    rows: list[Row]
    put_url: str
    before_url: str
    after_url: str


@dataclass(frozen=True, slots=True)
class PutPage:
    trail: Trail
    form: PutForm


@dataclass(frozen=True, slots=True)
class MatterPage:
    """One matter with its reports; `form` where the reader may report, `close` where they may end it."""

    trail: Trail
    row: Row
    asked: str
    facts: list[tuple[str, str]]
    progress: list[tuple[str, str, str]]
    case_url: str
    url: str
    form: ProgressForm | None
    close: bool


def _day(day: date) -> str:
    return day_in_words(day, weekday=True)


def _row(line: MatterLine) -> Row:
    note = _("Nothing reported yet")
    if line.closed_at:
        note = _("Off the list %(at)s") % {"at": dates.at_time(line.closed_at)}
    elif line.reported_at:
        note = _("Last report %(at)s") % {"at": dates.at_time(line.reported_at)}
    return Row(
        url=reverse("staff_desk:matter", args=[line.label]),
        number=line.number,
        title=line.title or localized(line.topic),
        kind=str(Kind(line.kind).label),
        unit=localized(line.unit) or _("Not given to a unit yet"),
        state=line.state,
        due=_("Report by %(day)s") % {"day": _day(line.due_on)},
        late=_("The report is late") if line.late else "",
        note=note,
    )


@require_safe
def supervision(request: HttpRequest) -> HttpResponse:
    """What is on the list, and what was."""
    actor, closed = actor_of(request), request.GET.get("closed") == "1"
    tabs = [
        (_("On the list"), "?", not closed, ""),
        (_("Off the list"), "?closed=1", closed, ""),
        (_("Joint sessions"), reverse("staff_desk:joint_sessions"), False, ""),
    ]
    put = reverse("staff_desk:matter_put") if kinds(actor) else ""
    lines, more = on_list(actor, closed=closed, page=number_of(request))
    before, after = beside(request, more=more)
    page = SupervisionPage(tabs, [_row(line) for line in lines], put, before, after)
    return render(request, "staff_desk/supervision/list.html", {"page": page})


def _trail(here: str) -> Trail:
    listed = pgettext("navigation", "Supervision")
    return [(listed, reverse("staff_desk:supervision")), (here, "")]


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("asked", "due_on", "kind", "leader")
def put(request: HttpRequest) -> HttpResponse:
    """Ask something of whoever has a case."""
    actor = actor_of(request)
    if not kinds(actor):
        raise NotAllowed
    if request.method != "POST":
        form = resumed(request, PutForm(actor, number=request.GET.get("case", "")))
        return render(request, PUT, {"page": PutPage(_trail(_("Ask for something")), form)})
    form = PutForm(actor, request.POST)
    if form.is_valid():
        try:
            matter = put_on_list(actor=actor, **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal)
        except NotFound:
            form.add_error("number", _("There is no such case, or it is not for you."))
        except NotAllowed:
            form.add_error("number", _("This case lies with a unit that is not yours."))
        else:
            sent(request)
            messages.success(request, _("On the list. Those who have the case are told."))
            return redirect("staff_desk:matter", matter.label)
    page = PutPage(_trail(_("Ask for something")), form)
    return render(request, PUT, {"page": page}, status=422)


def _facts(shown: MatterShown) -> list[tuple[str, str]]:
    facts = [
        (_("Asked by"), f"{localized(shown.opened_by)} · {dates.at_time(shown.opened_at)}"),
        (_("In charge"), localized(shown.line.leader)),
        (_("Unit"), localized(shown.line.unit) or _("Not given to a unit yet")),
        (_("The case now"), str(State(shown.line.state).label)),
        (_("Last day to report"), _day(shown.line.due_on)),
        (_("Taken off by"), localized(shown.closed_by)),
    ]
    return [(name, value) for name, value in facts if value]


def _page(shown: MatterShown, form: ProgressForm) -> MatterPage:
    row = _row(shown.line)
    erased = _("The text was erased.")
    return MatterPage(
        trail=_trail(str(row.number)),
        row=row,
        asked=shown.asked or erased,
        facts=_facts(shown),
        progress=[
            (localized(each.who), dates.at_time(each.at), each.text or erased)
            for each in shown.progress
        ],
        case_url=reverse("staff_desk:case", args=[row.number]) if shown.may_open_case else "",
        url=row.url,
        form=form if shown.may_report else None,
        close=shown.may_close,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("text")
def matter(request: HttpRequest, label: str) -> HttpResponse:
    """One matter; by POST, report on it or take it off the list."""
    actor, form, status = actor_of(request), None, 200
    shown = matter_shown(actor, label)
    if request.method == "POST":
        try:
            if request.POST.get("do") == "close":
                take_off_list(actor=actor, label=label)
                messages.success(request, _("Taken off the list. The case stays as it is."))
                return redirect("staff_desk:matter", label)
            form, status = ProgressForm(request.POST), 422
            if not shown.may_report:
                raise NotAllowed
            if form.is_valid():
                report_progress(actor=actor, label=label, text=form.cleaned_data["text"])
                sent(request)
                messages.success(request, _("Reported."))
                return redirect("staff_desk:matter", label)
        except Invalid as refusal:
            if form is not None:
                form.refuse(refusal)
        except MovedOn as refusal:
            messages.warning(request, str(refusal))
            return redirect("staff_desk:matter", label)
    page = _page(shown, resumed(request, form or ProgressForm()))
    return render(request, "staff_desk/supervision/matter.html", {"page": page}, status=status)


urls = [
    path("supervision/", supervision, name="supervision"),
    path("supervision/new/", put, name="matter_put"),
    path("supervision/<slug:label>/", matter, name="matter"),
]
