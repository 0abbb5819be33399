"""Fields and words about helpers, for the pages of residents and of clerks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from huiying.casework.actions.helping import let_help
from huiying.intake.receipts import HelperPass, grouped
from huiying.intake.states import Relation
from huiying.kernel.actors import Actor
from huiying.kernel.limits import count_try
from huiying.kernel.refusals import Refusal

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class HelperShown:
    """What a helper takes away, in groups for the eye."""

    relation: str
    secret: str
    pin: str


def helper_shown(given: HelperPass) -> HelperShown:
    return HelperShown(given.relation, grouped(given.secret), grouped(given.pin))


def relation_field(*, label: "StrOrPromise", required: bool = True) -> forms.ChoiceField:
    """What a helper is to the writer, from the closed list."""
    return forms.ChoiceField(
        label=label,
        required=required,
        choices=[("", _("Choose")), *Relation.choices],
        error_messages={
            "required": _("Choose one from the list."),
            "invalid_choice": _("Choose one from the list."),
        },
    )


def check_relation(form: forms.Form) -> None:
    """Ask for the relation where somebody writes for another; forget it where they do not."""
    given = form.cleaned_data
    if not given.get("for_other"):
        given["relation"] = ""
    elif not given.get("relation") and "relation" not in form.errors:
        form.add_error("relation", str(_("Say what you are to the person for whom you write.")))


def let_by(
    form: forms.Form, *, actor: Actor, label: str, most: int
) -> tuple[HelperShown | None, int]:
    """Let somebody help with the letter of this label, as the form says, at most so often in a quarter of an
    hour: what they take away, and the status; nothing where the form says what is wrong.
    """
    if not form.is_valid():
        return None, 422
    chosen = form.cleaned_data
    try:
        count_try("letter", label, most=most)
        given = let_help(actor=actor, relation=chosen["relation"], form_key=chosen["form_key"])
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return None, refusal.status
    return helper_shown(given), 200
