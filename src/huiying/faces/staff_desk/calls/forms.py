"""The forms with which a clerk writes down what somebody says on the phone or at the counter."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from huiying.agencies.reads import UnitChoice
from huiying.faces.look.harm import HarmFields
from huiying.faces.look.helping import check_relation, relation_field
from huiying.faces.look.reaching import ReachFields
from huiying.faces.look.verdicts import pressed_field, verdict_field
from huiying.faces.staff_desk.answer_forms import Prose
from huiying.faces.staff_desk.forms import unit_options
from huiying.intake.letters import (
    LONGEST_BODY,
    LONGEST_PLACE,
    LONGEST_TITLE,
    Letter,
)
from huiying.intake.states import SPOKEN, Wish
from huiying.kernel.identifiers import random_label
from huiying.kernel.names import listed, localized
from huiying.routing.reads import CategoryGroup

LONGEST_KEY = 64
UNITS_AT_ONCE = 3
FEW = 5
PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
WAYS = [(channel.value, channel.label) for channel in SPOKEN]


class Typed(forms.CharField):
    """A key or a code, where a character that cannot be kept is no error of its own."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\0", " ")


def way_field() -> forms.ChoiceField:
    """Over which way somebody is with the clerk."""
    return forms.ChoiceField(
        label=_("How they reach us"),
        choices=WAYS,
        initial=SPOKEN[0].value,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
    )


@dataclass(frozen=True, slots=True)
class Topic:
    """A category as a clerk types it."""

    code: str
    name: str
    group: str


class CallForm(HarmFields, ReachFields):
    """What somebody tells. Its key is made with the page and comes back with the letter."""

    spoken = True
    field_order = (
        "via", "language", "danger", "body", "title", "place", "harm", "people", "legal_date",
        "topic", "find", "conduct",
        "hears_by", "email", "phone", "address", "wish", "for_other", "relation",
    )  # fmt: skip

    via = way_field()
    language = forms.ChoiceField(
        label=_("The receipt in"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )
    danger = forms.BooleanField(
        required=False, label=_("Somebody's life or health is in danger right now")
    )
    body = Prose(
        most=LONGEST_BODY,
        rows=7,
        required=True,
        label=_("What happened?"),
        help_text=_(
            "In their words: what, since when, what they would like. Read it back to them."
        ),
        error_messages={"required": _("Write down what happened.")},
    )
    title = Prose(most=LONGEST_TITLE, label=_("In one line"))
    place = Prose(most=LONGEST_PLACE, label=_("Where is it?"))
    topic = Typed(
        required=False,
        max_length=200,
        label=_("What is it about?"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "topics"}),
    )
    find = Typed(required=False, max_length=60, label=_("Standard answers"))
    conduct = forms.BooleanField(
        required=False, label=_("They complain about how a unit or its staff behaved")
    )
    wish = forms.ChoiceField(
        label=_("May the answer be published?"),
        initial=Wish.PRIVATE,
        widget=forms.RadioSelect,
        choices=[
            (Wish.PRIVATE, _("No, answer the writer alone")),
            (Wish.PUBLIC, _("Yes, others may read the answer")),
        ],
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
    )
    for_other = forms.BooleanField(
        required=False, label=_("They call for somebody else, who knows of it and agreed")
    )
    relation = relation_field(label=_("What are they to that person?"), required=False)
    form_key = Typed(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        groups: Sequence[CategoryGroup],
        units: Sequence[UnitChoice],
        initial: dict[str, Any],
    ) -> None:
        super().__init__(data, initial={"form_key": random_label()} | initial)
        self.fields["place"].widget.attrs |= {"list": "places", "autocomplete": "off"}
        for name, key in KEYS.items():
            self.fields[name].widget.attrs["data-key"] = key
        self.topics = topics_in(groups)
        for number in range(1, UNITS_AT_ONCE + 1):
            self.fields[f"unit_{number}"] = forms.ChoiceField(
                label=_("Which unit is it about?") if number == 1 else _("And which other?"),
                choices=unit_options(units, "—"),
                required=False,
                error_messages={"invalid_choice": _("Choose units from the list.")},
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        check_relation(self)
        return given

    def clean_topic(self) -> str:
        return chosen_topic(self.topics, self.cleaned_data["topic"])

    @property
    def units(self) -> list[forms.BoundField]:
        """The lists in which the units are chosen that a complaint is about."""
        return [self[f"unit_{number}"] for number in range(1, UNITS_AT_ONCE + 1)]

    @property
    def names_units(self) -> bool:
        """True where one is chosen, or there is something to mend."""
        return any(bound.value() or bound.errors for bound in self.units)

    def key(self) -> str:
        return str(self.cleaned_data["form_key"])[:LONGEST_KEY] or random_label()

    def letter(self) -> Letter:
        """The letter as it was told; naming a unit makes it a complaint about conduct."""
        given = self.cleaned_data
        chosen = [given[f"unit_{number}"] for number in range(1, UNITS_AT_ONCE + 1)]
        named = tuple(dict.fromkeys(code for code in chosen if code))
        contact = self.contact()
        return Letter(
            body=given["body"],
            title=" ".join(given["title"].split()),
            place=" ".join(given["place"].split()),
            category_code=given["topic"],
            wish=given["wish"],
            channel=given["via"],
            language=given["language"],
            danger=given["danger"],
            harm=self.facts(),
            legal_date=given["legal_date"],
            conduct=given["conduct"] or bool(named),
            named_units=named,
            hears_by=self.way(),
            email=contact.get("email", ""),
            phone=contact.get("phone", ""),
            address=contact.get("address", ""),
            helper=given["relation"],
        )


# One key leads to each field from outside a field; `call.js` listens.
KEYS = {"body": "w", "place": "p", "topic": "c", "find": "s"}


def typed(data: QueryDict) -> dict[str, Any]:
    """What stands in the fields of a form that was sent, to be shown again without judging it."""
    found: dict[str, Any] = {name: values[-1] for name, values in data.lists() if values}
    return found | {"harm": data.getlist("harm")}


def topics_in(groups: Sequence[CategoryGroup]) -> list[Topic]:
    """Every category as a line to type; two of one name are told apart by their groups."""
    lines = [
        (leaf.code, localized(leaf.name), localized(group.name))
        for group in groups
        for leaf in group.leaves
    ]
    names = Counter(name for _code, name, _group in lines)
    return [
        Topic(code, name if names[name] == 1 else f"{name} · {group}", group)
        for code, name, group in lines
    ]


def chosen_topic(topics: Sequence[Topic], typed: str) -> str:
    """The code of the one topic that was typed, or a part of its name; empty for nothing.

    Raises ValidationError where none fits, or several.
    """
    asked = typed.strip().casefold()
    if not asked:
        return ""
    exact = [each.code for each in topics if asked in (each.name.casefold(), each.code)]
    found = [each for each in topics if asked in each.name.casefold()]
    if exact or len(found) == 1:
        return exact[0] if exact else found[0].code
    if not found:
        raise forms.ValidationError(_("No topic is called so. Choose one from the list."))
    few = listed(each.name for each in found[:FEW])
    raise forms.ValidationError(_("Several topics fit: %(few)s. Choose one.") % {"few": few})


class OpenForm(forms.Form):
    """Code and PIN, as the caller reads them out."""

    via = way_field()
    code = Typed(
        label=_("Case code"),
        help_text=_("12 digits; spaces do not matter."),
        error_messages={"required": _("Ask for the code of twelve digits.")},
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "numeric", "data-group": "4"}),
    )
    pin = Typed(
        label=_("PIN"),
        help_text=_("6 digits, which they were told when they called or came first."),
        error_messages={"required": _("Ask for the PIN of six digits.")},
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "numeric", "data-group": "3"}),
    )


class LostForm(forms.Form):
    """By what a lost code is found."""

    via = way_field()
    day = forms.DateField(
        label=_("The day on which it was sent"),
        error_messages={"required": _("Choose a day."), "invalid": _("Choose a day.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    place = Typed(
        max_length=LONGEST_PLACE,
        label=_("Words of the place"),
        help_text=_(
            "As it stands in the letter: a road, an estate, a village. All words must fit."
        ),
        error_messages={"required": _("Name the place in at least two characters.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "places"}),
    )


def mark_of(label: str) -> str:
    """By which a form knows the letter on whose page it stood."""
    return salted_hmac("huiying.staff_desk.call", label, algorithm="sha256").hexdigest()[:24]


class OnCallForm(forms.Form):
    """A form on the letter of whoever is with the clerk; one of another letter's page is noticed."""

    form_key = Typed(required=False, widget=forms.HiddenInput)
    of = Typed(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, label: str, name: str, initial: Any = None) -> None:
        known = {"form_key": random_label(), "of": mark_of(label)} | (initial or {})
        super().__init__(data, initial=known, auto_id=f"{name}-%s")
        self.label_of_letter = label
        self.of_other_letter = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not constant_time_compare(given.get("of", ""), mark_of(self.label_of_letter)):
            self.of_other_letter = True
            raise forms.ValidationError(
                _(
                    "Since you opened that page, you have opened another letter: the one shown here. "
                    "Nothing was done."
                )
            )
        given["form_key"] = given.get("form_key", "")[:LONGEST_KEY]
        return given


class SaidForm(OnCallForm):
    """Words of the caller."""

    text = Prose(
        most=LONGEST_BODY,
        rows=4,
        required=True,
        label=_("What they say"),
        error_messages={"required": _("Write something first.")},
    )

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).strip()


class VerdictForm(OnCallForm):
    """Whether the problem is solved."""

    verdict = verdict_field()


class ShowWordsForm(OnCallForm):
    """What the caller said to the preview that was read out to them."""

    shown = forms.ChoiceField(
        label=_("Ask them, once you have read it out: may your words stand beside the answer?"),
        choices=(
            ("yes", _("They said yes, as it was read out")),
            ("no", _("They said no, or are not sure")),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
    )
    seen = Typed(required=False, widget=forms.HiddenInput)


class WithdrawalForm(OnCallForm):
    """Whether anybody pressed the caller to withdraw."""

    pressed = pressed_field(
        question=_("Ask them: has anyone pressed you to withdraw?"),
        hint=_("Only the desk's supervisor can look it up later. It changes nothing for them."),
        own_decision=_("No, it is their own decision"),
        unsaid=_("They would rather not say"),
    )
