"""The forms of the resident's pages."""

import copy
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huiying.agencies.reads import UnitChoice
from huiying.faces.look.harm import HarmFields
from huiying.faces.look.helping import check_relation, relation_field
from huiying.faces.look.reaching import ReachFields
from huiying.faces.look.several_files import FilesField
from huiying.faces.look.verdicts import pressed_field, verdict_field
from huiying.faces.public_site.opened import form_key_for, key_fits
from huiying.intake.letters import LONGEST_BODY, LONGEST_PLACE, LONGEST_TITLE, Letter
from huiying.intake.states import Channel, Wish
from huiying.intake.uploads import Upload
from huiying.kernel.identifiers import random_label
from huiying.kernel.names import localized
from huiying.routing.reads import CategoryGroup

LONGEST_KEY = 64
PLAIN_INPUT = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class Words(forms.CharField):
    """Words kept as they were typed, but for line ends, which become one kind."""

    def __init__(self, *, longest: int, missing: Any = None, **options: Any) -> None:
        messages = {
            "max_length": _(
                "This is %(show_value)d characters long; at most %(limit_value)d fit. "
                "Please shorten it."
            ),
            "null_characters_not_allowed": _("This text has characters that cannot be kept."),
        }
        if missing is not None:
            messages["required"] = missing
        options.setdefault("strip", False)
        super().__init__(max_length=longest, error_messages=messages, **options)

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text if text.strip() else ""


class Line(Words):
    """Words in one line, without the spaces around them."""

    def to_python(self, value: Any) -> str:
        return " ".join(super().to_python(value).split())


class Typed(forms.CharField):
    """A key or a code, where a character that cannot be kept is no error of its own."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\0", " ")


class WriteForm(HarmFields, ReachFields):
    """The write-in form. Its key is made with the page and comes back with the letter."""

    field_order = (
        "danger", "body", "title", "place", "harm", "people", "legal_date", "enclosed",
        "category_code", "conduct", "named_units", "wish", "hears_by", "email", "phone", "address",
        "for_other", "relation",
    )  # fmt: skip

    # What is heard of the fields that this form does not read.
    unread: Mapping[str, Any] = {}

    danger = forms.BooleanField(
        required=False, label=_("Somebody's life or health is in danger right now")
    )
    body = Words(
        longest=LONGEST_BODY,
        missing=_("Tell us what happened."),
        label=_("What happened?"),
        help_text=_("What, since when, and what you would like us to do. Plain words are fine."),
        widget=forms.Textarea(attrs={"rows": 9}),
    )
    title = Line(
        longest=LONGEST_TITLE,
        required=False,
        label=_("In one line"),
        help_text=_("If you leave it empty, the beginning of your letter stands in for it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    place = Line(
        longest=LONGEST_PLACE,
        required=False,
        label=_("Where is it?"),
        help_text=_("Road, estate, building, or something near it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    category_code = forms.ChoiceField(
        required=False,
        label=_("What is it about?"),
        error_messages={"invalid_choice": _("Choose one from the list.")},
    )
    conduct = forms.BooleanField(
        required=False, label=_("I complain about how a unit or its staff behaved")
    )
    named_units = forms.MultipleChoiceField(
        required=False,
        label=_("Which unit is it about?"),
        help_text=_("Several are possible. If you do not know, leave it empty."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose units from the list.")},
    )
    wish = forms.ChoiceField(
        label=_("May the answer be published?"),
        initial=Wish.PRIVATE,
        widget=forms.RadioSelect,
        choices=[
            (Wish.PRIVATE, _("No, answer only me")),
            (Wish.PUBLIC, _("Yes, others may read the answer")),
        ],
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
    )
    enclosed = FilesField(label=_("Photos or documents"))
    for_other = forms.BooleanField(
        required=False, label=_("I write for somebody else, who knows of it and agreed")
    )
    relation = relation_field(label=_("What are you to them?"), required=False)
    form_key = Typed(required=False, widget=forms.HiddenInput)
    # The address of a published answer that is about the same, as its writer says.
    me_too = Typed(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        groups: Callable[[], Sequence[CategoryGroup]],
        units: Callable[[], Sequence[UnitChoice]],
        **kw: Any,
    ) -> None:
        """`groups` and `units` are read when they are shown or chosen from, not for every letter."""
        super().__init__(*args, **kw)
        if not settings.FILES_AT_ONCE:
            del self.fields["enclosed"]
        self.fields["form_key"].initial = random_label()
        category = self.fields["category_code"]
        assert isinstance(category, forms.ChoiceField)  # noqa: S101 - for the type checker
        category.choices = lambda: [
            ("", _("I do not know; the desk will see")),
            *_grouped(groups()),
        ]
        named = self.fields["named_units"]
        assert isinstance(named, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        named.choices = lambda: unit_lines(units())
        wish = self.fields["wish"]
        wish.choice_hints = {  # type: ignore[attr-defined]
            Wish.PRIVATE: _("You read it on this site, with your code and secret."),
            Wish.PUBLIC: _("What is published is our answer and our own summary of the question."),
        }

    def sharing_fields(self, data: QueryDict) -> Self:
        """This form with `data`. It has the same fields, so it can be read and neither shown nor changed:
        copying them costs more than reading a letter. Those that were left empty are not read at all.
        """
        left = self._left_empty
        fields = {
            name: field
            for name, field in self.fields.items()
            if name not in left or _is_given(field, data.getlist(name))
        }
        form = copy.copy(self)
        form.__dict__.update(
            is_bound=True,
            data=data,
            fields=fields,
            unread=left,
            _errors=None,
            _bound_fields_cache={},
        )
        return form

    @functools.cached_property
    def _left_empty(self) -> dict[str, Any]:
        """What is heard of each field that may be left empty, where it is."""
        nothing = QueryDict()
        return {
            name: field.clean(field.widget.value_from_datadict(nothing, {}, name))
            for name, field in self.fields.items()
            if not field.required and not hasattr(self, f"clean_{name}")
        }

    def read_lists(self) -> None:
        """Read categories and units now: templates do not query."""
        for name in ("category_code", "named_units"):
            chosen: Any = self.fields[name]
            chosen.choices = list(chosen.choices)

    def clean(self) -> dict[str, Any]:
        self.cleaned_data = {**self.unread, **self.cleaned_data}
        given = super().clean()
        check_relation(self)
        return given

    def clean_form_key(self) -> str:
        return str(self.cleaned_data["form_key"])[:LONGEST_KEY] or random_label()

    def letter(self, language: str, files: Sequence[Upload] = ()) -> Letter:
        """The letter as it was written; naming a unit makes it a complaint about conduct."""
        given = self.cleaned_data
        named = tuple(given["named_units"])
        contact = self.contact()
        return Letter(
            body=given["body"],
            title=given["title"],
            place=given["place"],
            category_code=given["category_code"],
            wish=given["wish"],
            channel=Channel.WEB,
            language=language,
            danger=given["danger"],
            harm=self.facts(),
            legal_date=given["legal_date"],
            conduct=given["conduct"] or bool(named),
            named_units=named,
            hears_by=self.way(),
            email=contact.get("email", ""),
            phone=contact.get("phone", ""),
            address=contact.get("address", ""),
            files=tuple(each.digest for each in files),
            helper=given["relation"],
        )


def _is_given(field: forms.Field, sent: Sequence[str]) -> bool:
    """Of a list, an empty choice is one as well, and none of ours."""
    return bool(sent) if isinstance(field, forms.MultipleChoiceField) else any(sent)


def _grouped(groups: Sequence[CategoryGroup]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            localized(group.name) or str(pgettext_lazy("group of categories", "Other")),
            [(leaf.code, localized(leaf.name)) for leaf in group.leaves],
        )
        for group in groups
    ]


def unit_lines(units: Sequence[UnitChoice]) -> list[tuple[str, str]]:
    """Units as (code, label); one below another says whose part it is: `Housing › Estates`."""
    above: list[str] = []
    lines = []
    for unit in units:
        above = [*above[: max(unit.depth - 1, 0)], localized(unit.name)]
        lines.append((unit.code, " › ".join(above)))
    return lines


class FollowForm(forms.Form):
    """Code and secret, forgiving about how they are written."""

    code = Typed(
        label=_("Case code"),
        help_text=_(
            "12 digits, on your receipt. Type them into this one box; spaces do not matter."
        ),
        error_messages={"required": _("Enter the code on your receipt.")},
        widget=forms.TextInput(attrs=PLAIN_INPUT),
    )
    secret = Typed(
        label=_("Secret"),
        help_text=_("10 letters and digits, on your receipt. Capitals and spaces do not matter."),
        error_messages={"required": _("Enter the secret on your receipt.")},
        widget=forms.TextInput(attrs=PLAIN_INPUT),
    )


class OnLetterForm(forms.Form):
    """A form on an opened letter. Its key belongs to that letter, so a page of another one is noticed."""

    form_key = Typed(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, label: str, data: Any = None, **kw: Any) -> None:
        self.of_other_letter = False
        name = f"{kw['prefix']}-form_key"
        if data is not None and not key_fits(data.get(name, ""), label):
            self.of_other_letter = True
            data = data.copy()
            data[name] = form_key_for(label)
        super().__init__(data, *args, **kw)
        self.fields["form_key"].initial = form_key_for(label)

    def more(self) -> dict[str, Any]:
        """What the act needs beside the fields as they are."""
        return {}

    def clean(self) -> dict[str, Any]:
        if self.of_other_letter:
            raise forms.ValidationError(
                _(
                    "Since you opened that page, you have opened another letter: the one shown "
                    "here. Send again only if this belongs to it."
                )
            )
        return super().clean() or {}


class WordsForm(OnLetterForm):
    """Words to the desk: an addition, or the answer to a question."""

    text = Words(
        longest=LONGEST_BODY,
        strip=True,
        missing=_("Write something first."),
        label=_("Your words"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class WordsAndFilesForm(WordsForm):
    """Words, and photos or documents with them."""

    enclosed = FilesField(label=_("Photos or documents"))

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        if not settings.FILES_AT_ONCE:
            del self.fields["enclosed"]


class AnswerForm(WordsAndFilesForm):
    """The answer to the desk's question."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["text"].label = _("Your answer")


class ReopenForm(WordsForm):
    """What is still wrong."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["text"].label = _("What is still wrong?")


class ReachForm(OnLetterForm, ReachFields):
    """Another way to hear from the desk."""

    field_order = ("hears_by", "email", "phone", "address")

    def more(self) -> dict[str, Any]:
        return {"way": self.way(), "contact": self.contact()}


class VerdictForm(OnLetterForm):
    """Whether the problem is solved."""

    verdict = verdict_field()


class WithdrawalForm(OnLetterForm):
    """Whether anybody pressed the writer to withdraw."""

    pressed = pressed_field(
        question=_("Has anyone pressed you to withdraw?"),
        hint=_("Only the desk's supervisor sees your answer. It changes nothing for you."),
        own_decision=_("No, this is my own decision"),
        unsaid=_("I would rather not say"),
    )
