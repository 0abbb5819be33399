"""The forms of the duty roster."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.dates import WEEKDAYS as WEEKDAY_WORDS
from django.utils.translation import gettext_lazy as _

from huiying.agencies.duty.patterns import DAYS, HOLIDAY, MAKEUP, WHOLE_DAY, Count, Turn
from huiying.agencies.duty.reads import ShiftShown
from huiying.agencies.duty.states import Cover
from huiying.clocks.definitions import WEEKDAYS
from huiying.faces.staff_desk.duty import words
from huiying.faces.staff_desk.erasure_forms import RefusableForm
from huiying.faces.staff_desk.forms import named_people
from huiying.kernel.names import localized

LONGEST = 60
SHORT = {"autocomplete": "off", "class": "govuk-input--width-5"}
TYPED = ("name_zh", "begins", "ends", "people")  # what an empty shift has nothing of
PLAIN = {"autocomplete": "off"}
DAY_CHOICES = [
    *((name, WEEKDAY_WORDS[place]) for place, name in enumerate(WEEKDAYS)),
    (HOLIDAY, _("Public holidays")),
    (MAKEUP, _("Make-up workdays")),
]


def _name(label: Any, *, required: bool) -> forms.CharField:
    widget = forms.TextInput(attrs=PLAIN)
    return forms.CharField(label=label, max_length=LONGEST, required=required, widget=widget)


def _username(label: Any, hint: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"})
    return forms.CharField(label=label, help_text=hint, max_length=LONGEST, widget=widget)


def both(given: Mapping[str, Any]) -> dict[str, str]:
    """The two names of a form as data."""
    return {"zh-hans": given["name_zh"], "en": given["name_en"]}


class RosterForm(RefusableForm):
    name_zh = _name(_("Name in Chinese"), required=True)
    name_en = _name(_("Name in English"), required=False)
    unit_code = forms.ChoiceField(label=_("Unit"))
    zone = forms.CharField(
        label=_("Time zone"), max_length=LONGEST, widget=forms.TextInput(attrs=PLAIN)
    )

    def __init__(self, data: Any, units: Iterable[tuple[str, Mapping[str, str]]]) -> None:
        super().__init__(data, initial={"zone": settings.TIME_ZONE})
        choices = [(code, localized(name)) for code, name in units]
        self.fields["unit_code"].choices = choices  # type: ignore[attr-defined]


class PatternForm(RefusableForm):
    starts_on = forms.DateField(
        label=_("From which day?"),
        help_text=_("What is planned until then stays. Shifts that have begun are never changed."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    cover = forms.ChoiceField(
        label=_("When must somebody be on duty?"),
        help_text=_("The check of the coming year goes by this."),
        choices=Cover.choices,
        widget=forms.RadioSelect,
    )


class TurnForm(RefusableForm):
    """One shift of a pattern; left empty it is none. `known` maps user names to account ids."""

    name_zh = _name(_("Name in Chinese"), required=False)
    name_en = _name(_("Name in English"), required=False)
    begins = forms.TimeField(
        label=_("Begins at"), input_formats=["%H:%M"], widget=forms.TextInput(attrs=SHORT),
        required=False, help_text=_("Hours and minutes, for example 08:00."),
    )  # fmt: skip
    ends = forms.TimeField(
        label=_("Ends at"), input_formats=["%H:%M"], widget=forms.TextInput(attrs=SHORT),
        required=False, help_text=_("The same or an earlier time is on the next day."),
    )  # fmt: skip
    days = forms.MultipleChoiceField(
        label=_("On these days"),
        help_text=_("Holidays and make-up workdays are as the unit's calendar has them."),
        choices=DAY_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    people = forms.CharField(
        label=_("Who takes turns"),
        help_text=_("User names in the order of the turns, with spaces or lines between."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    each = forms.IntegerField(
        label=_("How many at a time"), min_value=1, max_value=31, required=False,
        widget=forms.TextInput(attrs=SHORT | {"inputmode": "numeric"}),
    )  # fmt: skip
    count = forms.ChoiceField(
        label=_("Counted in"),
        choices=[(Count.DAYS.value, _("shifts")), (Count.WEEKS.value, _("weeks"))],
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any, place: int, shown: Turn | None, known: Mapping[str, int]) -> None:
        names = {account: name for name, account in known.items()}
        usual = {"days": list(DAYS), "each": 1, "count": Count.DAYS.value}
        initial = usual if shown is None else _as_typed(shown, names)
        super().__init__(data, prefix=f"turn_{place}", initial=initial)
        self.known, self.place, self.shown = known, place, shown

    @property
    def folded(self) -> bool:
        """Nothing was in it and nothing was typed: it stands folded, but for the first."""
        typed = self.is_bound and any(self.data.get(self.add_prefix(name)) for name in TYPED)
        return self.place > 1 and self.shown is None and not typed

    @property
    def empty(self) -> bool:
        """Nothing of it was filled in."""
        given = self.cleaned_data
        return not any(given.get(name) for name in TYPED)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors or self.empty:
            return given
        for name in ("name_zh", "begins", "ends", "days", "people"):
            if given.get(name) in (None, "", []):
                self.add_error(name, _("This is missing."))
        return given

    def clean_people(self) -> list[int]:
        names = named_people(self.cleaned_data["people"])
        unknown = [name for name in names if name not in self.known]
        if unknown:
            raise forms.ValidationError(
                _("Nobody has the user name %(name)s.") % {"name": unknown[0]}
            )
        return [self.known[name] for name in names]

    def turn(self) -> Turn:
        """What was entered; only of a valid form that is not empty."""
        given = self.cleaned_data
        begins, ends = (60 * given[at].hour + given[at].minute for at in ("begins", "ends"))
        return Turn(
            name=both(given),
            begins=begins,
            ends=ends if ends > begins else ends + WHOLE_DAY,
            days=frozenset(given["days"]),
            people=tuple(given["people"]),
            each=given["each"] or 1,
            count=Count(given["count"] or Count.DAYS),
        )


def _as_typed(turn: Turn, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "name_zh": turn.name.get("zh-hans", ""),
        "name_en": turn.name.get("en", ""),
        "begins": words.clock(turn.begins),
        "ends": words.clock(turn.ends % WHOLE_DAY),
        "days": list(turn.days),
        "people": " ".join(names[person] for person in turn.people if person in names),
        "each": turn.each,
        "count": turn.count.value,
    }


class SwapForm(RefusableForm):
    other = forms.ChoiceField(label=_("For which shift?"))

    def __init__(self, data: Any, offered: Iterable[ShiftShown]) -> None:
        super().__init__(data, auto_id="swap-%s")
        choices = [(each.label, words.shift_and_who(each)) for each in offered]
        self.fields["other"].choices = [("", _("Choose…")), *choices]  # type: ignore[attr-defined]


class _ColleagueForm(RefusableForm):
    """Somebody of those who may stand on the roster: user name and name."""

    stem = ""
    username = forms.ChoiceField(
        label="", help_text=_("Who works in the roster's unit or below it.")
    )

    def __init__(self, data: Any, offered: Iterable[tuple[str, Mapping[str, str]]]) -> None:
        super().__init__(data, auto_id=f"{self.stem}-%s")
        lines = [(user, localized(name)) for user, name in offered]
        self.fields["username"].choices = [("", _("Choose…")), *lines]  # type: ignore[attr-defined]


class SubstituteForm(_ColleagueForm):
    stem = "substitute"

    def __init__(self, data: Any, offered: Iterable[tuple[str, Mapping[str, str]]]) -> None:
        super().__init__(data, offered)
        self.fields["username"].label = _("Who shall take it?")


class PutForm(_ColleagueForm):
    stem = "put"

    def __init__(self, data: Any, offered: Iterable[tuple[str, Mapping[str, str]]]) -> None:
        super().__init__(data, offered)
        self.fields["username"].label = _("Who shall come?")


class AbsenceForm(RefusableForm):
    username = _username(
        _("Who?"), _("The user name: your own, or that of somebody in your rosters.")
    )
    first = forms.DateField(
        label=_("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    last = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class LogForm(RefusableForm):
    words = forms.CharField(
        label=_("What happened, what is open?"),
        help_text=_("Give numbers of cases. No telephone numbers, no names of residents."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    hand_over = forms.BooleanField(label=_("The next shift must take this over"), required=False)
