"""The suggestion on the case page: up to three categories to fill the form with, or plainly none."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huiying.casework.landing.kept import Offered, Suggested
from huiying.casework.reads import CaseShown
from huiying.faces.staff_desk.pages import Aid, AidLine
from huiying.kernel.names import listed, localized

TAKE = "take"
VERY, MORE, EVEN = 0.9, 0.7, 0.4


def in_words(likely: float) -> str:
    """How likely, in words."""
    if likely >= VERY:
        return pgettext("probability", "very likely")
    if likely >= MORE:
        return pgettext("probability", "likely")
    if likely >= EVEN:
        return pgettext("probability", "possible")
    return pgettext("probability", "hardly likely")


def percent(share: float) -> str:
    """A share as a whole percentage; never 0 or 100, which would say more than anybody knows."""
    return f"{min(99, max(1, round(share * 100)))}%"


def aid_of(shown: CaseShown, query: str) -> Aid | None:
    """What rule and model said of a case that may still be sorted; None where neither was asked."""
    said = shown.machine
    if said is None:
        return None
    rule = _rule(shown, said)
    if not said.model:
        return Aid(rule, [], "") if rule else None
    version = _("By version %(number)d of the model. You decide.") % {"number": said.model}
    if not said.offers:
        return Aid(_("No suggestion: the model is not sure enough."), [], version, rule)
    lines = [_line(shown, offer, place, query) for place, offer in enumerate(said.offers, 1)]
    known = [line for line in lines if line is not None]
    return Aid(_("Suggested, by earlier cases"), known, version, rule)


def _rule(shown: CaseShown, said: Suggested) -> str:
    """What a rule says, which stands in the form already; empty where none fitted."""
    if not said.rule:
        return ""
    names = [localized(shown.categories.named(said.to))] if said.to else []
    names += [localized(shown.units.named(said.unit))] if said.unit else []
    return _("Rule %(rule)d of version %(rules)d says: %(where)s") % {
        "rule": said.rule,
        "rules": said.rules,
        "where": listed(names),
    }


def _line(shown: CaseShown, offer: Offered, place: int, query: str) -> AidLine | None:
    name = localized(shown.categories.named(offer.category))
    if offer.category not in _choices(shown):
        return None
    address = reverse("staff_desk:case", args=[shown.number]) + query
    taken = urlencode({TAKE: offer.category})
    return AidLine(
        label=name,
        likely=_("%(words)s, %(percent)s")
        % {"words": in_words(offer.likely), "percent": percent(offer.likely)},
        because=_because(offer),
        url=f"{address}{'&' if query else '?'}{taken}#triage-category_code",
        value=offer.category,
        key=str(place),
    )


def _choices(shown: CaseShown) -> set[str]:
    """What the form offers."""
    groups = shown.categories.groups(shown.units, keep=shown.category_code)
    return {code for _name, leaves in groups for code, _leaf in leaves}


def _because(offer: Offered) -> str:
    if not offer.because:
        return ""
    words = listed(f"“{word}”" for word in offer.because)
    return _("Because the letter says: %(words)s") % {"words": words}
