"""The form that tries a calendar: from when, how long, in what."""

from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huiying.clocks.working_time import Due, Timetable, add_working, add_working_days
from huiying.kernel import time

HOURS, DAYS = "hours", "days"
MOST = 2000
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)


class TryForm(forms.Form):
    """When something would be due by a calendar; moments are those of its zone."""

    day = forms.DateField(
        label=_("It begins on"),
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)],
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    hour = forms.TimeField(
        label=_("At"),
        input_formats=["%H:%M"],
        help_text=_("Hours and minutes, for example 16:30."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-5"}),
    )
    amount = forms.IntegerField(
        label=_("How long?"),
        min_value=1,
        max_value=MOST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-5"}),
    )
    unit = forms.ChoiceField(
        label=_("Counted in"),
        choices=[(HOURS, _("working hours")), (DAYS, _("working days"))],
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, zone: tzinfo) -> None:
        now = timezone.localtime(time.now(), zone)
        usual = {"day": now.date(), "hour": f"{now:%H:%M}", "amount": 5, "unit": HOURS}
        super().__init__(data, initial=usual)
        self.zone = zone

    def due(self, timetable: Timetable) -> Due:
        """The answer to what was entered."""
        given = self.cleaned_data
        start = datetime.combine(given["day"], given["hour"], self.zone)
        if given["unit"] == DAYS:
            return add_working_days(start, given["amount"], timetable)
        return add_working(start, timedelta(hours=given["amount"]), timetable)
