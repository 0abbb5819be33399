"""Counts as a rehearsal may tell them."""

from django.utils.translation import gettext as _


def count_told(count: int, *, exact: bool) -> str:
    """A count, exact or as `casework.landing.discretion` left it: rounded down, and nothing for few."""
    if exact:
        return f"{count:,}"
    if not count:
        return _("too few to say")
    return _("at least %(count)s") % {"count": f"{count:,}"}
