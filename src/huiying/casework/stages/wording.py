"""How a stage stands, in words for the writer and for the desk."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from huiying.casework.stages.clocks import NotPublished, StageClock
from huiying.kernel.days import day_in_words
from huiying.kernel.names import chinese
from huiying.routing.promises.definitions import Stage
from huiying.routing.promises.wording import in_short


def stage_in_words(each: StageClock) -> tuple[str, str]:
    """The stage, and how it stands, line by line: when it is or was due, and by whose word."""
    when = {"when": _moment(each.due_at)}
    if each.not_published is not None:
        why = [_why_not(each)]
        if each.late:
            why.append(_("Late: it was due %(when)s.") % when)
        return str(Stage(each.stage).label), "\n".join(why)
    if each.ended_at is not None:
        when["done"] = _moment(each.ended_at)
        said = (
            _("Done %(done)s; late: it was due %(when)s.")
            if each.late
            else _("Done %(done)s, in time: it was due %(when)s.")
        )
    elif each.late:
        said = _("Late: it was due %(when)s.")
    else:
        said = _("Due %(when)s.")
    lines = [said % when]
    if each.provisional and each.ended_at is None:
        lines.append(_("Provisional: the holidays of that year are not announced yet."))
    if each.excused_until is not None:
        lines.append(
            _(
                "The calendar was changed afterwards: it would be due %(when)s now. "
                "What is late stays late; this only explains it."
            )
            % {"when": _moment(each.excused_until)}
        )
    lines += [in_short(reckoned.promise) for reckoned in each.promises]
    return str(Stage(each.stage).label), "\n".join(lines)


def _why_not(each: StageClock) -> str:
    done = _moment(each.ended_at) if each.ended_at else ""
    return {
        NotPublished.WISH: _(
            "Not published: an answer is published only where everybody who wrote wishes it so."
        ),
        NotPublished.CONDUCT: _("Not published: answers to complaints about conduct never are."),
        NotPublished.DECIDED: _(
            "Not published: whoever checked the answer decided that it goes to the writer alone "
            "(%(done)s)."
        )
        % {"done": done},
        NotPublished.UNANSWERED: _("Not published: there was no answer of ours."),
    }[each.not_published or NotPublished.DECIDED]


def _moment(at: datetime) -> str:
    comma = "" if chinese() else ","
    return f"{day_in_words(at, weekday=True)}{comma} {timezone.localtime(at):%H:%M}"
