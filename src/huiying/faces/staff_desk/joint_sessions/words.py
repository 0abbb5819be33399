"""Words of a session as they stand on its pages, and counting those that a letter refused."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from huiying.faces.staff_desk.asking import actor_of
from huiying.kernel.limits import count_try
from huiying.kernel.refusals import Invalid
from huiying.supervision.joint_sessions.errors import RepeatsLetter
from huiying.supervision.joint_sessions.states import Look
from huiying.supervision.joint_sessions.waiting import Said, words_wait

MOST_REFUSALS = 20  # in a quarter of an hour; who writes in their own words has none


def text_of(said: Said) -> str:
    """The words, or why there are none."""
    if said.hidden:
        return str(Look(said.look).label)
    return said.text or _("The text was erased.")


def look_of(said: Said) -> str:
    """What is to be said beside words that their reader sees before others do."""
    return str(Look(said.look).label) if said.look and not said.hidden else ""


def beside(text: str, said: Said) -> str:
    """`text` with `look_of` after it."""
    return " · ".join(filter(None, (text, look_of(said))))


def tell_written(request: HttpRequest, label: str, said: str) -> None:
    """Say that the words are written; where they wait, that others do not read them yet."""
    if words_wait(actor_of(request), label):
        messages.success(
            request, _("Written down. The desk looks at your words before others read them.")
        )
    else:
        messages.success(request, said)


def count_refusal(request: HttpRequest, refusal: Invalid) -> None:
    """Count words that repeated a letter. Raises TooMany."""
    if isinstance(refusal, RepeatsLetter):
        count_try("words of a letter", actor_of(request).label, most=MOST_REFUSALS)
