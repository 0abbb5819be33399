"""The forms of joint sessions."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huiying.agencies.reads import staff_lines, unit_choices
from huiying.faces.staff_desk.erasure_forms import RefusableForm
from huiying.faces.staff_desk.forms import listed_in, named_people, unit_options
from huiying.kernel.identifiers import random_label
from huiying.kernel.names import localized
from huiying.supervision.joint_sessions.actions.calling import (
    LONGEST_PLACE,
    LONGEST_TOPIC,
    LONGEST_WORDS,
    Call,
)
from huiying.supervision.joint_sessions.actions.tasks import LONGEST_REPORT, LONGEST_TASK
from huiying.supervision.joint_sessions.states import Said, State

ALL = ("", pgettext_lazy("filter", "All"))
PLAIN = {"autocomplete": "off"}
PERSON_FIELDS = tuple(f"person_{place}" for place in range(1, 5))
UNIT_FIELDS = tuple(f"unit_{place}" for place in range(1, 7))
GUESTS = _(
    "Begin with a name or a user name, and choose. Who does not read the cases is a guest: "
    "guests see your summary and never the letter."
)
NOBODY = _("No names, numbers or addresses of residents: guests read it.")


def _text(label: Any, hint: Any, most: int, rows: int = 4) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=hint, max_length=most, widget=widget)


def _line(label: Any, hint: Any, most: int) -> forms.CharField:
    widget = forms.TextInput(attrs=PLAIN)
    return forms.CharField(label=label, help_text=hint, max_length=most, widget=widget)


def _day(label: Any, hint: Any = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, help_text=hint, widget=widget)


def colleague_options() -> list[tuple[str, str]]:
    """User name, and name with unit, of everybody who works here."""
    return [
        (each.username, f"{localized(each.name)} · {localized(each.unit)}")
        for each in staff_lines()
    ]


def _person(label: Any) -> forms.CharField:
    widget = forms.TextInput(attrs=PLAIN | {"list": "colleagues"})
    return forms.CharField(label=label, max_length=60, widget=widget, required=False)


class CallForm(RefusableForm):
    numbers = _line(
        _("Numbers of the cases"),
        _("One, or several with spaces between them. All must be open."),
        400,
    )
    topic = _line(pgettext_lazy("joint session", "What it is about"), NOBODY, LONGEST_TOPIC)
    day = _day(_("On which day?"))
    hour = forms.TimeField(
        label=_("At what time?"),
        help_text=_("Hours and minutes, for example 09:30."),
        input_formats=["%H:%M"],
        widget=forms.TextInput(attrs=PLAIN | {"class": "govuk-input--width-5"}),
    )
    place = _line(_("Where?"), "", LONGEST_PLACE)
    people = forms.CharField(
        label=_("More people"),
        help_text=_("User names, with spaces between."),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=60, required=False)

    def __init__(self, data: Any = None, numbers: str = "") -> None:
        first = {"numbers": numbers, "key": random_label()}
        super().__init__(data, initial=first)
        options = unit_options(unit_choices(leave_out_root=True), "—")
        for name in UNIT_FIELDS:
            self.fields[name] = forms.ChoiceField(
                label=_("Which unit?") if name == UNIT_FIELDS[0] else _("Another unit"),
                choices=options,
                required=False,
            )
        for name in PERSON_FIELDS:
            self.fields[name] = _person(
                _("Which person?") if name == PERSON_FIELDS[0] else _("Another person")
            )
        self.fields[UNIT_FIELDS[0]].help_text = _("Whoever answers for the unit is told.")
        self.fields[PERSON_FIELDS[0]].help_text = GUESTS
        first_fields = ("numbers", "topic", "day", "hour", "place")
        self.order_fields([*first_fields, *UNIT_FIELDS, *PERSON_FIELDS, "people"])

    def clean_numbers(self) -> list[int]:
        typed = listed_in(self.cleaned_data["numbers"])
        wrong = [each for each in typed if not (each.isascii() and each.isdecimal())]
        if wrong or any(len(each) > 12 for each in typed):
            raise forms.ValidationError(_("Give numbers of cases, with spaces between them."))
        return [int(each) for each in typed]

    def clean_people(self) -> tuple[str, ...]:
        """All of them; the fields above this one are clean by now."""
        chosen = " ".join(self.cleaned_data.get(name) or "" for name in PERSON_FIELDS)
        return named_people(f"{chosen} {self.cleaned_data['people']}")

    def call(self) -> Call:
        """What was entered; only of a valid form."""
        given = self.cleaned_data
        starts_at = timezone.make_aware(datetime.combine(given["day"], given["hour"]))
        names = ("numbers", "topic", "place", "people", "key")
        units = [given[name] for name in UNIT_FIELDS if given[name]]
        return Call(starts_at=starts_at, units=units, **{name: given[name] for name in names})

    def refuse(self, refusal: Any) -> None:
        """Day and hour are two fields of one moment; the units have a field each."""
        places = {"starts_at": "day", "units": UNIT_FIELDS[0]}
        name = places.get(refusal.field, refusal.field)
        self.add_error(name if name in self.fields else None, str(refusal))


class FilterForm(forms.Form):
    state = forms.ChoiceField(
        required=False, label=pgettext_lazy("joint session", "State"), choices=[ALL, *State.choices]
    )
    mine = forms.BooleanField(required=False, label=_("I take part or have a task"))
    late = forms.BooleanField(required=False, label=_("With a late task"))


class SummaryForm(RefusableForm):
    text = _text(
        _("Summary for those who take part"),
        _("In your own words, never those of the letter. Nothing that says who somebody is."),
        LONGEST_WORDS,
        6,
    )
    shown_until = _day(
        _("Guests see it until and with"), _("Within 90 days. After that it is gone for them.")
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="summary-%s")


class ConcludeForm(RefusableForm):
    words = _text(
        _("What came of it"),
        _("It sets tasks and dates. It decides nothing about a case."),
        LONGEST_WORDS,
        6,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="conclude-%s")


class CallOffForm(RefusableForm):
    words = _text(
        _("Why is it called off?"), _("Everybody who was called reads it."), LONGEST_WORDS, 2
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="off-%s")


class TaskForm(RefusableForm):
    text = _text(_("What is to be done"), NOBODY, LONGEST_TASK, 3)
    unit_code = forms.ChoiceField(label=_("By which unit?"))
    username = _person(_("By whom there?"))
    due_on = _day(pgettext_lazy("task", "Last day"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="task-%s")
        options = unit_options(unit_choices(leave_out_root=True), _("Choose a unit"))
        self.fields["unit_code"].choices = options  # type: ignore[attr-defined]
        self.fields["username"].required = True
        self.fields["username"].help_text = _("Somebody who works in this unit.")


class ReportForm(RefusableForm):
    said = forms.ChoiceField(label=_("How does it stand?"), widget=forms.RadioSelect)
    text = _text(
        _("In words"),
        _(
            "If it is done, what shows it: a document and its number, a day. Nothing about residents."
        ),
        LONGEST_REPORT,
    )

    def __init__(self, says: tuple[str, ...], data: Any = None) -> None:
        super().__init__(data)
        labels = {
            Said.PROGRESS: _("Still under way"),
            Said.DONE: _("It is done"),
            Said.DROPPED: _("It is not needed any more"),
        }
        choices = [(each, labels[Said(each)]) for each in says]
        self.fields["said"].choices = choices  # type: ignore[attr-defined]
