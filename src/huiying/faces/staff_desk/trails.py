"""Where a page about a case stands: the way back to the case."""

from django.urls import reverse
from django.utils.translation import gettext as _

type Trail = list[tuple[str, str]]


def from_case(number: int, here: str) -> Trail:
    """The case, then the page one is on."""
    case = _("Case %(number)s") % {"number": number}
    return [(case, reverse("staff_desk:case", args=[number])), (here, "")]
