"""Why two reports may be about one matter, in plain words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huiying.finding.resembling import Why
from huiying.kernel.names import chinese


def why_in_words(why: Why, *, came: bool = True) -> str:
    """What speaks for it in one line; with `came`, also how long ago the other came."""
    said = [*_where(why), *_what(why)]
    if came:
        said.append(_ago(why.days))
    return ("，" if chinese() else ", ").join(said)


def _where(why: Why) -> list[str]:
    found = []
    if why.place:
        found.append(_("same place"))
    elif why.street:
        found.append(_("same street (%(street)s)") % {"street": why.street})
    if why.metres is not None:
        found.append(_("about %(count)s m away") % {"count": max(round(why.metres, -1), 10)})
    return found


def _what(why: Why) -> list[str]:
    words = {"nearly": _("nearly the same words"), "similar": _("similar words")}
    found = [words[why.words]] if why.words else []
    return [_("same category"), *found] if why.category else found


def _ago(days: int) -> str:
    if days == 0:
        return _("came within the last day")
    return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}
