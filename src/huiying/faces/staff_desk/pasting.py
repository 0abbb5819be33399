"""A file that is pasted into a form, to be proposed."""

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


WRITTEN = gettext_lazy("docs/operations.md shows how it is written.")


def pasted(label: "StrPromise", *, most: int, help_text: "StrPromise" = WRITTEN) -> forms.CharField:
    """The field for the file, of at most so many characters."""
    return forms.CharField(
        label=label,
        max_length=most,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
    )


def why(*, most: int) -> forms.CharField:
    """The field for the reason, which may be left empty."""
    return forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
