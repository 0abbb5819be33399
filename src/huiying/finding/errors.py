from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Refusal


class AboutSomebody(Refusal):
    """The words are such that only a person could be meant."""

    code = "search_about_somebody"
    status = 422
    sentence = _(
        "This looks like somebody's number, address or name. People cannot be searched for: search for "
        "what it is about, or open the case by its number."
    )


class TooLong(Refusal):
    """More words than a search needs."""

    code = "search_too_long"
    status = 422
    sentence = _("Search for eight words at most, of 60 characters together.")


class TooSlow(Refusal):
    """The database was given no more time for this search."""

    code = "search_too_slow"
    status = 503
    sentence = _(
        "This search takes too long at the moment. Try a longer or a rarer word, or choose a category."
    )
