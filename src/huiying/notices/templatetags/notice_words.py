"""Words for what a notice tells in codes: which clock, and a moment of it."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huiying.kernel.days import day_in_words

register = template.Library()
# The codes are those of `routing.promises.definitions.Stage`, which stands above.
CLOCKS = {
    "first_contact": _("First contact"),
    "accept": _("Accepted or sent back by the unit"),
    "interim": _("Interim report"),
    "solve": _("Answer"),
    "publish": _("Published answer"),
}


@register.filter
def clock_name(stage: str) -> str:
    """What the clock of this stage is called."""
    return str(CLOCKS[stage])


@register.filter
def moment_in_words(text: str) -> str:
    """Day and hour of a moment in ISO format, in the agency's zone."""
    at = datetime.fromisoformat(text)
    return f"{day_in_words(at, weekday=True)} {timezone.localtime(at):%H:%M}"
