"""The list of joint sessions, and calling one."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.begun import resumed, sent, words_kept
from huiying.faces.staff_desk.joint_sessions.forms import CallForm, FilterForm, colleague_options
from huiying.faces.staff_desk.joint_sessions.words import (
    beside,
    count_refusal,
    tell_written,
    text_of,
)
from huiying.faces.staff_desk.numbered import beside as pages_beside
from huiying.faces.staff_desk.numbered import number_of
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel.days import day_in_words
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, NotAllowed
from huiying.supervision.joint_sessions import reads
from huiying.supervision.joint_sessions.actions.calling import call_session
from huiying.supervision.joint_sessions.reads import SessionLine, TaskLine, Wanted
from huiying.supervision.joint_sessions.states import State, TaskState
from huiying.supervision.policy import kinds
from huiying.supervision.states import Kind

STATE_TONES = {State.CALLED: "info", State.HELD: "success", State.CALLED_OFF: "plain"}


@dataclass(frozen=True, slots=True)
class Row:
    """A session in a line; `late` and `look` in words, empty where no task is and nothing waits for one."""

    url: str
    topic: str
    state: str
    tone: str
    when: str
    place: str
    tasks: str
    late: str
    look: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in a line; `late` in words, empty where it is not."""

    url: str
    text: str
    whose: str
    due: str
    state: str
    late: str


@dataclass(frozen=True, slots=True)
class SessionsPage:
    """`call_url` where the reader may call a session; `narrowed`: a filter is set."""

    tabs: list[tuple[str, str, bool, str]]
    filters: FilterForm
    narrowed: bool
    rows: list[Row]
    tasks: list[TaskRow]
    call_url: str
    before_url: str
    after_url: str


@dataclass(frozen=True, slots=True)
class CallSessionPage:
    trail: Trail
    form: CallForm
    colleagues: list[tuple[str, str]]


def trail(here: str) -> Trail:
    """From the supervision list by way of the sessions."""
    listed = pgettext("navigation", "Supervision")
    return [
        (listed, reverse("staff_desk:supervision")),
        (_("Joint sessions"), reverse("staff_desk:joint_sessions")),
        (here, ""),
    ]


def _row(line: SessionLine) -> Row:
    late = ngettext("%(count)d task is late", "%(count)d tasks are late", line.late)
    return Row(
        url=reverse("staff_desk:joint_session", args=[line.label]),
        topic=text_of(line.topic),
        state=str(State(line.state).label),
        tone=STATE_TONES[State(line.state)],
        when=dates.at_time(line.starts_at),
        place=line.place,
        tasks=_("Tasks: %(all)d, open: %(open)d") % {"all": line.tasks, "open": line.open}
        if line.tasks
        else "",
        late=late % {"count": line.late} if line.late else "",
        look=_("Words wait for the desk") if line.look else "",
    )


def task_row(line: TaskLine) -> TaskRow:
    """A task as a line of a page."""
    due = day_in_words(line.due_on, weekday=True)
    state = str(TaskState(line.state).label)
    if line.ended_at:
        state = f"{state} · {dates.at_time(line.ended_at)}"
    return TaskRow(
        url=reverse("staff_desk:joint_task", args=[line.label]),
        text=text_of(line.text),
        whose=f"{localized(line.unit)} · {localized(line.who)}",
        due=_("Last day: %(day)s") % {"day": due},
        state=beside(state, line.text),
        late=pgettext("task", "Late") if line.late else "",
    )


def _wanted(form: FilterForm) -> Wanted:
    """What the address asks for; what cannot be read narrows nothing."""
    given = form.cleaned_data if form.is_valid() else {}
    return Wanted(**{name: given[name] for name in ("state", "mine", "late") if given.get(name)})


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """The sessions of this reader, and their tasks."""
    actor, form = actor_of(request), FilterForm(request.GET)
    wanted = _wanted(form)
    matters = reverse("staff_desk:supervision")
    lines, more = reads.sessions(actor, wanted, number_of(request))
    before, after = pages_beside(request, more=more)
    page = SessionsPage(
        tabs=[
            (_("On the list"), matters, False, ""),
            (_("Off the list"), f"{matters}?closed=1", False, ""),
            (_("Joint sessions"), reverse("staff_desk:joint_sessions"), True, ""),
        ],
        filters=form,
        narrowed=wanted != Wanted(),
        rows=[_row(line) for line in lines],
        tasks=[task_row(line) for line in reads.own_tasks(actor)],
        call_url=reverse("staff_desk:joint_session_call")
        if Kind.SUPERVISION in kinds(actor)
        else "",
        before_url=before,
        after_url=after,
    )
    return render(request, "staff_desk/joint_sessions/list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("topic", "day", "hour", "place", "people", "unit_*")
def call(request: HttpRequest) -> HttpResponse:
    """Call people to a session."""
    actor = actor_of(request)
    if Kind.SUPERVISION not in kinds(actor):
        raise NotAllowed
    number = request.GET.get("case", "")
    posted = request.POST if request.method == "POST" else None
    form = CallForm(posted, numbers=number if number.isdecimal() else "")
    if posted is not None and form.is_valid():
        try:
            found = call_session(actor=actor, call=form.call())
        except Invalid as refusal:
            count_refusal(request, refusal)
            form.refuse(refusal)
        except NotAllowed:
            form.add_error("numbers", _("One of these cases lies with a unit that is not yours."))
        else:
            sent(request)
            tell_written(request, found.label, _("Called. Those who take part are told."))
            return redirect("staff_desk:joint_session", found.label)
    form = resumed(request, form)
    page = CallSessionPage(trail(_("Call a joint session")), form, colleague_options())
    status = 422 if posted is not None else 200
    return render(request, "staff_desk/joint_sessions/call.html", {"page": page}, status=status)


urls = [
    path("supervision/sessions/", sessions, name="joint_sessions"),
    path("supervision/sessions/new/", call, name="joint_session_call"),
]
