"""The forms of an import: the file, which column is what, and what its words mean."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huiying.agencies.reads import unit_choices
from huiying.casework.states import Outcome
from huiying.doors.map_texts import guessed_columns
from huiying.doors.mapping import ALLOWED, OPEN_WORD
from huiying.doors.reads import FirstRows, Words
from huiying.faces.staff_desk.forms import category_options, unit_options
from huiying.intake.states import Channel
from huiying.routing.reads import category_groups

TARGETS: dict[str, tuple[Any, Any]] = {
    "id": (_("Number of the row at its source"), _("Tells a row again when the file comes later.")),
    "received": (_("When it came"), ""),
    "body": (_("The letter"), ""),
    "title": (_("Headline"), ""),
    "place": (_("Place"), ""),
    "channel": (_("How it came"), ""),
    "category": (_("What it is about"), ""),
    "unit": (_("Unit"), ""),
    "due": (_("Date promised"), ""),
    "state": (_("State"), _("Without it: closed by its time, answered by its answer, else open.")),
    "answer": (_("Answer"), ""),
    "answered": (_("When it was answered"), ""),
    "outcome": (_("Result"), ""),
    "closed": (_("When it was closed"), ""),
}
POINT = {"latitude": _("Latitude"), "longitude": _("Longitude")}
NEEDED = ("id", "received", "body")
TIMES = ("received", "due", "answered", "closed")
FORMATS = (
    ("", _("2026-03-02 08:30:00 (ISO), or dates of a workbook")),
    ("%Y/%m/%d %H:%M", "2026/03/02 08:30"),
    ("%Y/%m/%d %H:%M:%S", "2026/03/02 08:30:00"),
    ("%Y年%m月%d日 %H:%M", "2026年03月02日 08:30"),
    ("%Y年%m月%d日", "2026年03月02日"),
    ("%d.%m.%Y %H:%M", "02.03.2026 08:30"),
    ("%m/%d/%Y %I:%M:%S %p", "03/02/2026 08:30:00 AM"),
    ("%m/%d/%Y %H:%M", "03/02/2026 08:30"),
)
STATES = {
    OPEN_WORD: _("Open"),
    "answered": pgettext_lazy("list", "Answered"),
    "closed": pgettext_lazy("list", "Closed"),
}
EMPTY = "-"  # leaves the target of such rows empty


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("The file"),
        help_text=_("CSV (.csv, .csv.gz) or Excel workbook (.xlsx)."),
        widget=forms.FileInput(attrs={"accept": ".csv,.gz,.xlsx,.txt"}),
        error_messages={"required": _("Choose a file.")},
    )


class ColumnsForm(forms.Form):
    """Which column is what. `table` is the map so far; `first` the file's first rows."""

    source = forms.CharField(
        label=_("Where the file comes from"),
        help_text=_("A short name such as hotline-2024. Keep it when the file comes again."),
        max_length=48,
    )
    language = forms.ChoiceField(label=_("Language of the letters"), choices=settings.LANGUAGES)
    time_zone = forms.CharField(label=_("Time zone of its times"), max_length=60)
    date_format = forms.ChoiceField(
        label=_("How times are written"), choices=FORMATS, required=False
    )

    def __init__(self, first: FirstRows, table: dict[str, Any], data: Any = None) -> None:
        super().__init__(data, initial=_initial(first, table))
        if len(first.sheets) > 1:
            self.fields["sheet"] = forms.ChoiceField(
                label=_("Sheet"),
                help_text=_("Another one has other columns: choose it, go on, and they appear."),
                choices=[(name, name) for name in first.sheets],
                required=False,
            )
        columns = [("", _("Not in the file")), *((name, name) for name in first.header)]
        for name, (label, hint) in TARGETS.items():
            self.fields[f"to_{name}"] = forms.ChoiceField(
                label=label,
                help_text=hint,
                choices=columns,
                required=name in NEEDED,
                error_messages={"required": _("Choose a column.")},
            )
        for name, label in POINT.items():
            self.fields[f"to_{name}"] = forms.ChoiceField(
                label=label,
                help_text=_("In degrees, for finding what lies near."),
                choices=columns,
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        without = [name for name in POINT if not said.get(f"to_{name}")]
        if len(without) == 1:
            self.add_error(f"to_{without[0]}", _("Choose a column for both, or for neither."))
        return said

    def table(self, before: dict[str, Any]) -> dict[str, Any]:
        """The map, as tables and texts; the words of `before` stay where the column does."""
        said = self.cleaned_data
        earlier = before.get("targets", {})
        made: dict[str, Any] = {
            "source": said["source"],
            "language": said["language"],
            "time_zone": said["time_zone"],
        }
        if said.get("sheet"):
            made["sheet"] = said["sheet"]
        targets: dict[str, dict[str, Any]] = {}
        for name in TARGETS:
            column = said[f"to_{name}"]
            if column:
                old = earlier.get(name)
                same = isinstance(old, dict) and old.get("column") == column
                targets[name] = dict(old) if same else {"column": column}
                if name in TIMES:
                    targets[name]["format"] = said["date_format"]
        if said["to_latitude"]:
            made["point"] = {name: said[f"to_{name}"] for name in POINT}
        return made | {"targets": targets}


def _initial(first: FirstRows, table: dict[str, Any]) -> dict[str, Any]:
    given = {
        name: each.get("column", "") if isinstance(each, dict) else each
        for name, each in table.get("targets", {}).items()
    }
    columns = given | table.get("point", {}) if given else guessed_columns(first.header)
    received = table.get("targets", {}).get("received")
    return {
        "source": table.get("source", ""),
        "language": table.get("language", settings.LANGUAGE_CODE),
        "time_zone": table.get("time_zone", settings.TIME_ZONE),
        "sheet": table.get("sheet", ""),
        "date_format": received.get("format", "") if isinstance(received, dict) else "",
        **{f"to_{name}": column for name, column in columns.items() if isinstance(column, str)},
    }


class WordsForm(forms.Form):
    """What the words of the file mean here: one list for each of them."""

    def __init__(self, words: list[Words], data: Any = None) -> None:
        super().__init__(data)
        self._places: list[tuple[str, str, str]] = []
        for each in words:
            choices = _meanings(each.target)
            for number, (text, meaning) in enumerate(each.found):
                field = f"{each.target}_{number}"
                self._places.append((field, each.target, text))
                self.fields[field] = forms.ChoiceField(
                    label=f"{TARGETS[each.target][0]}: {text[:80]}",
                    choices=choices,
                    required=False,
                    initial=meaning,
                )

    def values(self) -> dict[str, dict[str, str]]:
        """By target: what each word means; words that mean nothing are left out."""
        found: dict[str, dict[str, str]] = {}
        for field, target, text in self._places:
            chosen = self.cleaned_data[field]
            if chosen:
                found.setdefault(target, {})[text] = "" if chosen == EMPTY else chosen
        return found


def _meanings(target: str) -> list[tuple[str, Any]]:
    rejected = _("Reject rows with this word")
    if target == "unit":
        return [*unit_options(unit_choices(), rejected), (EMPTY, _("Leave empty"))]
    if target == "category":
        groups = category_groups()
        listed = [
            (group.name, [(leaf.code, leaf.name) for leaf in group.leaves]) for group in groups
        ]
        return [*category_options(listed, rejected), (EMPTY, _("Leave empty"))]
    labels = {"channel": dict(Channel.choices), "outcome": dict(Outcome.choices), "state": STATES}
    known = {key: label for key, label in labels[target].items() if key in ALLOWED[target]}
    return [("", rejected), *known.items()]


class PasteForm(forms.Form):
    text = forms.CharField(
        label=_("A map that you have already"),
        help_text=_("Its text (TOML). It takes the place of what is chosen above."),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        max_length=200_000,
        error_messages={"required": _("Paste the text of a map.")},
    )
