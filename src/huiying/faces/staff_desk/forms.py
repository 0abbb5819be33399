"""The forms of the case page: one for each act, with what the case suggests already filled in."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huiying.agencies.reads import UnitChoice
from huiying.casework.actions.extending import LONGEST_REASON
from huiying.casework.actions.weighing import LONGEST_REASON as WHY_AT_MOST
from huiying.casework.reads import CaseShown
from huiying.casework.states import Outcome, ReturnReason
from huiying.casework.words import LONGEST_TITLE, LONGEST_WORDS
from huiying.faces.look.harm import HarmFields, fields_for
from huiying.faces.staff_desk.suggesting.ruled import ruled_category, ruled_unit
from huiying.harm.facts import DANGER
from huiying.kernel.names import localized
from huiying.kernel.refusals import Refusal

type Choices = list[tuple[str, Any]]

# A unit below another one stands further in.
STEP_IN = "\u3000"
UNITS_AT_ONCE = 3
GRANT, REFUSE = "grant", "refuse"


def unit_options(units: Iterable[UnitChoice], nothing: Any) -> Choices:
    """The units as lines of a list, below a line for none of them."""
    lines = [(unit.code, STEP_IN * unit.depth + localized(unit.name)) for unit in units]
    return [("", nothing), *lines]


def category_options(
    groups: Iterable[tuple[Any, Iterable[tuple[str, Any]]]], nothing: Any
) -> Choices:
    """The categories under their groups, below a line for none of them."""
    listed: Choices = [("", nothing)]
    for name, leaves in groups:
        options = [(code, localized(leaf)) for code, leaf in leaves]
        listed += [(localized(name), options)] if name else options
    return listed


def words_field(
    label: Any, hint: Any = "", *, rows: int = 4, most: int = LONGEST_WORDS
) -> forms.CharField:
    """A field for a few sentences."""
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": _("Say why, in a sentence or two.")},
    )


BETWEEN = str.maketrans(dict.fromkeys(",，、;；", " "))


def listed_in(typed: str) -> tuple[str, ...]:
    """What somebody typed one after another, with spaces, commas or semicolons between; each once."""
    return tuple(dict.fromkeys(typed.translate(BETWEEN).split()))


def named_people(typed: str) -> tuple[str, ...]:
    """The user names that somebody typed, as accounts are named."""
    return listed_in(typed.lower())


class ActForm(forms.Form):
    """The form of one act; `seen` is the version of the case that the person looked at.

    `places` maps a refusal's field to the field of this form that shows it.
    """

    places: ClassVar[dict[str, str]] = {}
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, shown: CaseShown, act: str, data: Any = None) -> None:
        begun = shown.unfinished.get(act)
        initial = self.suggested(shown) | (begun.words if begun else {})
        super().__init__(data, initial=initial, auto_id=f"{act}-%s")
        self.fit(shown)

    def suggested(self, shown: CaseShown) -> dict[str, Any]:
        """What stands in the fields before anybody types."""
        return {"seen": shown.version}

    def fit(self, shown: CaseShown) -> None:
        """Fill the choices that depend on the case."""

    def refuse(self, refusal: Refusal) -> None:
        """Show why it was not done, at the field that it is about or above the form."""
        name = self.places.get(refusal.field, refusal.field)
        self.is_valid()  # or else its own errors would come later and wipe this one out
        self.add_error(name if name in self.fields else None, str(refusal))

    def typed(self) -> list[tuple[str, str]]:
        """(label, words) of what was typed, to be kept in sight when the act is no longer possible."""
        bound = [self[name] for name in self.fields if name != "seen"]
        return [(str(field.label), str(field.value())) for field in bound if field.value()]


class SeveralUnits(ActForm):
    """A few lists to choose units from, as one would write them on a slip."""

    stem: ClassVar[str] = ""
    words: ClassVar[Sequence[Any]] = ()

    def add_lists(self, units: Sequence[UnitChoice], chosen: Sequence[str] = ()) -> None:
        for index in range(UNITS_AT_ONCE):
            self.fields[f"{self.stem}_{index + 1}"] = forms.ChoiceField(
                label=self.words[min(index, len(self.words) - 1)],
                choices=unit_options(units, "—"),
                required=False,
                initial=chosen[index] if index < len(chosen) else "",
            )

    def codes(self) -> tuple[str, ...]:
        """The chosen codes, in order."""
        names = [f"{self.stem}_{index + 1}" for index in range(UNITS_AT_ONCE)]
        return tuple(code for name in names if (code := self.cleaned_data.get(name)))


class TriageForm(ActForm):
    category_code = forms.ChoiceField(
        label=_("What it is about"),
        error_messages={"required": _("Choose a category.")},
    )
    title = forms.CharField(
        label=_("Title for the desk"),
        help_text=_("Short and without names. The letter itself stays as it came."),
        max_length=LONGEST_TITLE,
        required=False,
    )

    def suggested(self, shown: CaseShown) -> dict[str, Any]:
        return super().suggested(shown) | {
            "category_code": ruled_category(shown) or shown.category_code,
            "title": shown.title,
        }

    def fit(self, shown: CaseShown) -> None:
        groups = shown.categories.groups(shown.units, keep=shown.category_code)
        options = category_options(groups, _("Choose…"))
        self.fields["category_code"].choices = options  # type: ignore[attr-defined]


class AssignForm(SeveralUnits):
    stem = "support"
    words = (_("Who helps"), _("Who also helps"))
    places: ClassVar[dict[str, str]] = {"support_codes": "support_1"}
    lead_code = forms.ChoiceField(
        label=_("Who leads"),
        error_messages={"required": _("Choose the unit that leads.")},
    )

    def suggested(self, shown: CaseShown) -> dict[str, Any]:
        return super().suggested(shown) | {
            "lead_code": shown.lead_code or ruled_unit(shown) or shown.suggested_code
        }

    def fit(self, shown: CaseShown) -> None:
        units = shown.units.choices()
        lead = self.fields["lead_code"]
        lead.choices = unit_options(units, _("Choose…"))  # type: ignore[attr-defined]
        if ruled_unit(shown):
            lead.help_text = _("A rule says: %(unit)s") % {
                "unit": localized(shown.units.named(ruled_unit(shown)))
            }
        elif shown.suggested_code:
            lead.help_text = _("The category suggests: %(unit)s") % {
                "unit": localized(shown.suggested)
            }
        self.add_lists(units, shown.support_codes)


class ReassignForm(AssignForm):
    reason = words_field(
        pgettext_lazy("field", "Why"), _("The units and the supervisor read this.")
    )


class ReturnForm(ActForm):
    reason = forms.ChoiceField(
        label=pgettext_lazy("field", "Why"),
        choices=ReturnReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    words = words_field(_("In a sentence or two"), _("Who should have it, and how do you know?"))


class AskForm(ActForm):
    places: ClassVar[dict[str, str]] = {"text": "question"}
    question = words_field(
        _("Your question"),
        _("The writer reads it word for word. While you wait, the clock stands still."),
        rows=5,
    )


class InterimForm(ActForm):
    places: ClassVar[dict[str, str]] = {"text": "words"}
    words = words_field(
        _("How it stands"),
        _(
            "What was done, what comes next, and by when. Everybody who waits reads it word for word."
        ),
        rows=5,
    )


class DeclineForm(ActForm):
    competent_body = forms.CharField(label=_("Who is competent"), max_length=LONGEST_TITLE)
    reason = words_field(
        _("What we tell the writer"),
        _("Say why it is not ours, and how to reach who is competent."),
        rows=5,
    )


class CloseForm(ActForm):
    outcome = forms.ChoiceField(
        label=_("Result"),
        choices=[choice for choice in Outcome.choices if choice[0] != Outcome.WITHDRAWN],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a result.")},
    )
    proof = words_field(
        _("What proves it"), _("A date, a visit, a document: what anyone can check.")
    )

    def suggested(self, shown: CaseShown) -> dict[str, Any]:
        return super().suggested(shown) | {"outcome": shown.outcome}


class ReopenForm(ActForm):
    words = words_field(pgettext_lazy("field", "Why"))


class AskExtensionForm(ActForm):
    day = forms.DateField(
        label=_("Until the end of which day?"),
        help_text=_("Is it too late a day, you are told the latest one, and your words stay."),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Choose a day.")},
    )
    reason = words_field(
        pgettext_lazy("field", "Why"),
        _("The writer reads it word for word if it is granted. No names."),
        most=LONGEST_REASON,
    )


class DecideExtensionForm(ActForm):
    decision = forms.ChoiceField(
        label=_("Your decision"),
        choices=[
            (GRANT, _("Grant it; the writer is told the day and the reason")),
            (REFUSE, _("Refuse it")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the answers.")},
    )
    words = forms.CharField(
        label=_("Why you refuse it"),
        help_text=_("For the unit. Needed only if you refuse."),
        max_length=LONGEST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CoSigningForm(ActForm):
    required = forms.BooleanField(
        label=_("The units that help must co-sign the answer"), required=False
    )

    def suggested(self, shown: CaseShown) -> dict[str, Any]:
        return super().suggested(shown) | {"required": shown.case.co_sign}


class WeighForm(HarmFields, ActForm):
    """All the facts that hold, as they stand before anybody changes them."""

    field_order = ("seen", "danger", "harm", "people", "legal_date", "reason")
    danger = forms.BooleanField(
        label=_("Somebody's life or health is in danger right now"), required=False
    )
    reason = words_field(
        _("Why it is so, or not"),
        _("The writer reads it word for word. What they ticked themselves stays on their letter."),
        rows=3,
        most=WHY_AT_MOST,
    )

    def suggested(self, shown: CaseShown) -> dict[str, Any]:
        case = shown.case
        found = {"danger": case.danger, "legal_date": case.legal_date} | fields_for(case.facts)
        return super().suggested(shown) | found

    def fit(self, shown: CaseShown) -> None:
        self.keep(shown.case.facts)

    def all_facts(self) -> tuple[str, ...]:
        """The codes of all that is ticked, danger among them."""
        return (*([DANGER] if self.cleaned_data["danger"] else []), *self.facts())


class ConductForm(SeveralUnits):
    stem = "unit"
    words = (_("Which unit it is about"), _("Another unit"))
    places: ClassVar[dict[str, str]] = {"unit_codes": "unit_1"}
    usernames = forms.CharField(
        label=_("Which members of staff"),
        help_text=_("Their user names, with spaces between."),
        max_length=LONGEST_TITLE,
        required=False,
    )

    def fit(self, shown: CaseShown) -> None:
        self.add_lists(shown.units.choices())
        self.order_fields(["seen", "unit_1", "unit_2", "unit_3", "usernames"])

    def people(self) -> tuple[str, ...]:
        """The user names, as accounts are named."""
        return named_people(self.cleaned_data["usernames"])
