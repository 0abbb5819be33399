"""One task from a joint session: how it stands, and saying so."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.begun import resumed, sent, words_kept
from huiying.faces.staff_desk.joint_sessions.forms import ReportForm
from huiying.faces.staff_desk.joint_sessions.listing import TaskRow, task_row, trail
from huiying.faces.staff_desk.joint_sessions.words import (
    beside,
    count_refusal,
    tell_written,
    text_of,
)
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel.days import day_in_words
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed
from huiying.supervision.joint_sessions.actions.tasks import report_task
from huiying.supervision.joint_sessions.reads import TaskShown, task_shown
from huiying.supervision.joint_sessions.states import Said


@dataclass(frozen=True, slots=True)
class JointTaskPage:
    """One task; `reports` are who, when, what it says and the words, `form` where the reader may say more."""

    trail: Trail
    row: TaskRow
    facts: list[tuple[str, str]]
    reports: list[tuple[str, str, str, str]]
    form: ReportForm | None


def _page(shown: TaskShown, form: ReportForm | None) -> JointTaskPage:
    row = task_row(shown.line)
    way = trail(_("Task"))
    session = reverse("staff_desk:joint_session", args=[shown.session])
    way.insert(2, (shown.topic.text or _("Joint session"), session))
    return JointTaskPage(
        trail=way,
        row=row,
        facts=[
            (_("By whom"), row.whose),
            (pgettext("task", "Last day"), day_in_words(shown.line.due_on, weekday=True)),
            (_("How it stands"), row.state),
            (_("Given by"), f"{localized(shown.given_by)} · {dates.at_time(shown.given_at)}"),
        ],
        reports=[
            (
                localized(each.who),
                dates.at_time(each.at),
                beside(str(Said(each.said).label), each.text),
                text_of(each.text),
            )
            for each in shown.reports
        ],
        form=form or (ReportForm(shown.says) if shown.says else None),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@words_kept("text")
def task(request: HttpRequest, label: str) -> HttpResponse:
    """One task; by POST, say how it stands."""
    actor, form = actor_of(request), None
    shown = task_shown(actor, label)
    if request.method == "POST":
        if not shown.says and not shown.line.ended_at:
            raise NotAllowed
        form = ReportForm(shown.says or tuple(Said.values), request.POST)
        try:
            if form.is_valid():
                report_task(actor=actor, label=label, **form.cleaned_data)
                sent(request)
                tell_written(request, shown.session, _("Reported."))
                return redirect("staff_desk:joint_task", label)
        except Invalid as refusal:
            count_refusal(request, refusal)
            form.refuse(refusal)
        except MovedOn as refusal:
            messages.warning(request, str(refusal))
            return redirect("staff_desk:joint_task", label)
    page = _page(shown, form)
    if page.form is not None:
        resumed(request, page.form)
    status = 422 if form is not None else 200
    return render(request, "staff_desk/joint_sessions/task.html", {"page": page}, status=status)


urls = [path("supervision/tasks/<slug:label>/", task, name="joint_task")]
