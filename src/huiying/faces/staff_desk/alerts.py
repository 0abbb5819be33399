"""Who was told of a case's clock, taking note of it, and what is on the supervision list of it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huiying.casework.reads import Beside
from huiying.casework.states import OPEN
from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.days import day_in_words
from huiying.kernel.names import listed, localized
from huiying.kernel.refusals import MovedOn
from huiying.routing.promises.definitions import Stage
from huiying.supervision.actions.raising import take_note
from huiying.supervision.joint_sessions.reads import in_session, sessions_on
from huiying.supervision.joint_sessions.states import State
from huiying.supervision.matters import matters_within, on_case
from huiying.supervision.policy import kinds, may_put
from huiying.supervision.reads import AlertShown, alerts_on, alerts_within, stages_within
from huiying.supervision.states import Audience, Kind


@dataclass(frozen=True, slots=True)
class AlertsPart:
    """What was told of a case, one line each with a note; `url` where the reader may take note of it."""

    lines: list[tuple[str, str]]
    url: str


def _line(alert: AlertShown) -> tuple[str, str]:
    whom = str(Audience(alert.audience).label)
    said = {"percent": alert.percent, "whom": whom, "at": dates.at_time(alert.at)}
    if alert.stage != Stage.SOLVE:
        return _of_stage(alert, said), _note(alert)
    if alert.raised:
        line = _("Told, as nobody had taken note: %(whom)s, %(at)s") % said
    else:
        line = _("Told at %(percent)d%% of the time: %(whom)s, %(at)s") % said
    return line, _note(alert)


def _of_stage(alert: AlertShown, said: dict[str, Any]) -> str:
    said["stage"] = Stage(alert.stage).label
    if alert.raised:
        return _("%(stage)s: told, as nobody had taken note: %(whom)s, %(at)s") % said
    return _("%(stage)s: told at %(percent)d%% of the time: %(whom)s, %(at)s") % said


def _note(alert: AlertShown) -> str:
    if alert.acknowledged_at:
        said = {"who": localized(alert.who), "at": dates.at_time(alert.acknowledged_at)}
        return _("%(who)s took note, %(at)s") % said
    if alert.acknowledge_by and alert.over and alert.stage != Stage.SOLVE:
        return _("Its clock has ended or begun anew since.")
    if alert.acknowledge_by:
        by = dates.at_time(alert.acknowledge_by)
        if alert.acknowledge_by <= time.now():
            return _("Nobody took note by %(by)s.") % {"by": by}
        return _("Nobody has taken note yet. After %(by)s the next above are told.") % {"by": by}
    return ""


BESIDE = Beside(
    {
        "told": alerts_within(),
        "running_stages": stages_within(),
        "on_list": matters_within(),
        "in_session": in_session(),
    }
)


def alerts_part(actor: Actor, case: Any) -> AlertsPart | None:
    """What the case page shows of it, of a case read with `BESIDE`; None where nobody was told anything."""
    found = alerts_on(actor, case, case.told, case.running_stages)
    if not found.lines:
        return None
    url = reverse("staff_desk:case_noted", args=[case.number]) if found.waits else ""
    return AlertsPart([_line(alert) for alert in found.lines], url)


def matters_part(actor: Actor, case: Any) -> list[tuple[str, str]]:
    """What is on the supervision list of a case: words and address; then the way to put something there,
    where the reader may.
    """
    lines = [
        (
            _("%(kind)s, report by %(day)s")
            % {"kind": Kind(kind).label, "day": day_in_words(day, weekday=True)},
            reverse("staff_desk:matter", args=[label]),
        )
        for label, kind, day in on_case(case.on_list)
    ]
    lines += [
        (
            _("Joint session, %(at)s: %(state)s")
            % {"at": dates.at_time(each.starts_at), "state": State(each.state).label},
            reverse("staff_desk:joint_session", args=[each.label]),
        )
        for each in (sessions_on(actor, case.number) if case.in_session else ())
    ]
    if case.state in OPEN and may_put(actor, Kind.SUPERVISION, case):
        url = f"{reverse('staff_desk:joint_session_call')}?case={case.number}"
        lines.append((_("Call a joint session"), url))
    if case.state in OPEN and any(may_put(actor, kind, case) for kind in kinds(actor)):
        url = f"{reverse('staff_desk:matter_put')}?case={case.number}"
        lines.append((_("Ask for something"), url))
    return lines


def _noted(stages: list[str]) -> str:
    if stages == [Stage.SOLVE]:
        return _("Noted. Nobody above is told of this step now.")
    named = listed(str(Stage(each).label) for each in stages)
    return _("Noted: %(stages)s. Nobody above is told of these steps now.") % {"stages": named}


@require_POST
def noted(request: HttpRequest, number: int) -> HttpResponse:
    """Take note of what was told of a case."""
    try:
        stages = take_note(actor=actor_of(request), number=number)
    except MovedOn as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _noted(stages))
    return redirect("staff_desk:case", number)


urls = [path("cases/<int:number>/noted/", noted, name="case_noted")]
