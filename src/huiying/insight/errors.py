from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Invalid, NotFound, Refusal


class TooEarly(Refusal):
    """The period of the brief is not over, or acts of its last minutes may still be on their way."""

    code = "brief_too_early"
    status = 409
    sentence = _("This brief is counted once its hour has passed. Come back a few minutes later.")


class StillToCome(TooEarly):
    """The day has not begun, or its hour is far off."""

    code = "brief_still_to_come"
    sentence = _(
        "This day is still to come, so there is nothing to count. Choose one that has passed."
    )


class NoBrief(NotFound):
    code = "no_brief"
    sentence = _("There is no brief for this day yet.")


class NoSuchFigure(NotFound):
    code = "no_such_figure"
    sentence = _("A brief has no such figure. Open the brief and follow one of its numbers.")


class WrongDay(Invalid):
    code = "wrong_day"
    sentence = _("Write the day as 2026-11-21.")


class OddHour(Invalid):
    """A brief of every minute of every day could be had, and kept for ever."""

    code = "odd_hour"
    sentence = _("A brief ends at the hour of the daily brief or at a full hour, as 12:00.")


class WrongHour(Invalid):
    code = "wrong_hour"
    sentence = _("Write the hour as 07:00.")
