"""Sentences on who was told of the clocks of a case."""

from django.utils.translation import gettext as _

from huiying.casework.tellers.words import Data, Teller, Words
from huiying.kernel.names import listed
from huiying.routing.promises.definitions import Stage


def _noted(data: Data, _words: Words) -> str:
    """Before there were others it was always the answer's."""
    stages = [Stage(each) for each in data.get("stages") or [Stage.SOLVE]]
    if stages == [Stage.SOLVE]:
        return _("Took note that the time of this case is running out, or has.")
    named = listed(str(each.label) for each in stages)
    return _("Took note that time is running out, or has: %(stages)s.") % {"stages": named}


def _raised(data: Data, _words: Words) -> str:
    if not data.get("stage"):
        return _("Told the next above, as nobody had taken note in time.")
    return _("%(stage)s: told the next above, as nobody had taken note in time.") % {
        "stage": Stage(data["stage"]).label
    }


CLOCKS_TOLD: dict[str, tuple[Teller, str]] = {
    "escalation.noted": (_noted, "info"),
    "escalation.raised": (_raised, "warning"),
}
