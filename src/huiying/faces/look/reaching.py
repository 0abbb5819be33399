"""The fields in which somebody says how they want to hear from the desk; three forms have them."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.intake.ways import LONGEST_CONTACT, NEEDS, check_way, offered
from huiying.kernel.refusals import Invalid
from huiying.notices.states import Way

type Words = str | Promise

NO_ADDRESS = _("This is not an e-mail address. It looks like name@example.com.")
OWN_WORDS: dict[Way, tuple[Words, Words]] = {
    Way.PAGE: (_("I look here myself"), _("With your code and secret. You leave nothing.")),
    Way.MAIL: (_("By e-mail"), _("We write that there is news; what it is stands here.")),
    Way.SMS: (_("By text message"), _("We write that there is news; what it is stands here.")),
    Way.LETTER: (_("By post"), _("Our answer comes in an envelope.")),
    Way.CALL: (_("Call me"), _("We try three times, in office hours.")),
}
CLERKS_WORDS: dict[Way, tuple[Words, Words]] = {
    Way.PAGE: (_("They look themselves, or call"), ""),
    Way.MAIL: (_("By e-mail"), ""),
    Way.SMS: (_("By text message"), ""),
    Way.LETTER: (_("By post"), ""),
    Way.CALL: (_("Call them"), ""),
}


class ReachFields(forms.Form):
    """The way and the contact that it needs; what belongs to no way on offer is left out.

    `spoken`: a clerk fills it in. Whatever was typed for another way than the chosen one is not kept.
    """

    spoken = False

    hears_by = forms.ChoiceField(
        required=False,
        label=_("How do you want to hear from us?"),
        widget=forms.RadioSelect,
        initial=Way.PAGE,
        error_messages={"invalid_choice": _("Choose one from the list.")},
    )
    email = forms.EmailField(
        required=False,
        max_length=LONGEST_CONTACT["email"],
        label=_("E-mail"),
        error_messages={"invalid": NO_ADDRESS, "max_length": NO_ADDRESS},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    phone = forms.CharField(
        required=False,
        label=_("Phone number"),
        widget=forms.TextInput(
            attrs={"autocomplete": "tel", "inputmode": "tel", "spellcheck": "false"}
        ),
    )

    address = forms.CharField(
        required=False,
        label=_("Name and address"),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        ways = offered()
        words = CLERKS_WORDS if self.spoken else OWN_WORDS
        field: Any = self.fields["hears_by"]
        field.choices = [(way.value, words[way][0]) for way in ways]
        field.choice_hints = {way.value: words[way][1] for way in ways if words[way][1]}
        needed = {NEEDS[way] for way in ways if way in NEEDS}
        for name in LONGEST_CONTACT:
            if name not in needed and not (self.spoken and name == "phone"):
                del self.fields[name]
        if len(ways) == 1:
            del self.fields["hears_by"]
        if self.spoken:
            self._for_a_clerk()

    def _for_a_clerk(self) -> None:
        for name in LONGEST_CONTACT:
            if name in self.fields:
                self.fields[name].widget.attrs["autocomplete"] = "off"
        if "hears_by" in self.fields:
            self.fields["hears_by"].label = _("How do they want to hear from us?")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            try:
                check_way(self.way(), self.contact())
            except Invalid as refusal:
                self.add_error(
                    refusal.field if refusal.field in self.fields else None, str(refusal)
                )
        return given

    def way(self) -> str:
        """The chosen way. A page from before the question was asked sends an address alone."""
        given = self.cleaned_data
        return given.get("hears_by") or str(Way.MAIL if given.get("email") else Way.PAGE)

    def contact(self) -> dict[str, str]:
        """What the chosen way needs, by kind; a clerk may note a number to call back beside it."""
        needed = {NEEDS.get(Way(self.way())), "phone" if self.spoken else None}
        return {name: self.cleaned_data.get(name, "").strip() for name in needed if name}
