"""What a file from outside may say at most, so that reading it and reckoning with it stays small."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Invalid

# The years that the calendar's pages show.
EARLIEST, LATEST = 1990, 2100


def require_years(first: int, last: int, *, years: range = range(EARLIEST, LATEST + 1)) -> None:
    """Raises Invalid, naming the year, unless both are among `years`."""
    for each in (first, last):
        if each not in years:
            raise Invalid(
                _("Only days from %(first)s to %(last)s are taken in.")
                % {"first": years[0], "last": years[-1]},
                field=str(each) if -9999 <= each <= 9999 else "",
            )


def require_day(day: date) -> None:
    """Raises Invalid for a day that no calendar is asked about."""
    require_years(day.year, day.year)


def require_text(text: str) -> str:
    """The same; raises Invalid where it holds what cannot be stored: NUL, or half a character."""
    if "\0" in text or any("\ud800" <= each <= "\udfff" for each in text):
        raise Invalid(_("A name in this file has a character that cannot be written."))
    return text
