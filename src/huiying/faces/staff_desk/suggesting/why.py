"""Why a case is where it is: a rule, the model, the writer, or somebody's own choice."""

from django.utils.translation import gettext as _

from huiying.casework.landing.kept import Suggested
from huiying.casework.reads import CaseShown
from huiying.casework.states import State
from huiying.faces.staff_desk.suggesting.aid import percent
from huiying.kernel.names import sentences


def why_here(shown: CaseShown) -> str:
    """In a sentence or two; empty where nobody has decided anything yet."""
    if shown.state == State.RECEIVED:
        return _("The writer chose the category.") if shown.category_code else ""
    return sentences(_category(shown), _unit(shown))


def _category(shown: CaseShown) -> str:
    said, chosen = shown.machine, shown.category_code
    if not chosen:
        return ""
    if said is None:
        return _("Category: chosen by a person.")
    if said.rule and said.to:
        words = {"rule": said.rule, "rules": said.rules}
        if said.to == chosen:
            return _("Category: rule %(rule)d of version %(rules)d; a person kept it.") % words
        return (
            _("Category: chosen by a person, against rule %(rule)d of version %(rules)d.") % words
        )
    return _by_model(said, chosen)


def _by_model(said: Suggested, chosen: str) -> str:
    if not said.offers:
        return _("Category: chosen by a person; nothing was suggested.")
    words: dict[str, object] = {"model": said.model}
    for offer in said.offers:
        if offer.category == chosen:
            words |= {"likely": percent(offer.likely)}
            return (
                _(
                    "Category: chosen by a person; version %(model)d of the model gave it %(likely)s."
                )
                % words
            )
    return _("Category: chosen by a person, against version %(model)d of the model.") % words


def _unit(shown: CaseShown) -> str:
    if not shown.lead_code:
        return ""
    said = shown.machine
    if said is not None and said.unit and said.unit == shown.lead_code:
        words = {"rule": said.rule, "rules": said.rules}
        return _("Unit: rule %(rule)d of version %(rules)d; a person kept it.") % words
    if shown.lead_code == shown.suggested_code:
        return _("Unit: the one that leads the category; a person kept it.")
    return _("Unit: chosen by a person.")
