"""A field for several files, and for those that were chosen before and wait."""

from dataclasses import dataclass
from typing import Any

from django import forms

# A telephone that stores HEIC hands over JPEG where only this is asked for.
ACCEPTED = "image/jpeg,image/png,image/webp,image/gif,application/pdf"


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file that is here already; `value` comes back with the form unless its box is cleared."""

    value: str
    words: str


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Shows the field; what was sent is checked by whoever keeps files, not by the form."""

    widget = SeveralFiles

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.waiting: list[WaitingFile] = []

    def clean(self, data: Any, initial: Any = None) -> None:
        """Nothing of a file is the form's business."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"multiple": True, "accept": ACCEPTED} | super().widget_attrs(widget)
