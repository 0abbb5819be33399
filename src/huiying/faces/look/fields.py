"""Turns a Django bound field into the component that shows it and that component's inputs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huiying.faces.look.several_files import FilesField, SeveralFiles
from huiying.finding.initials import initials
from huiying.kernel.names import chinese

# Django's own sentences for a field that was sent wrong. They stand here so that the catalogue has them
# in the desk's Chinese, which goes before Django's.
SAID_BY_DJANGO = (
    gettext_noop("This field is required."),
    gettext_noop("Enter a valid date."),
    gettext_noop("Enter a valid time."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Select a valid choice. That choice is not one of the available choices."),
    gettext_noop("Select a valid choice. %(value)s is not one of the available choices."),
)
# Set by the components themselves, so they are not repeated from the widget.
OWN_ATTRIBUTES = {"id", "name", "class", "required", "aria-describedby", "rows", "value", "type"}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    id: str
    chosen: bool = False
    hint: str = ""
    initials: str = ""  # of its label, in pinyin; what finds it in a list


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Options under one heading; the heading is empty for ungrouped ones."""

    label: str
    options: list[Option] = field(default_factory=list)


def component_of(bound: BoundField) -> str:
    """The file name of the component for a field's widget."""
    kinds: tuple[tuple[type[forms.Widget], str], ...] = (
        (forms.CheckboxSelectMultiple, "field_checkboxes"),
        (forms.RadioSelect, "field_radios"),
        (forms.Select, "field_select"),
        (forms.CheckboxInput, "field_checkboxes"),
        (forms.Textarea, "field_textarea"),
        (forms.DateInput, "field_date"),
        (SeveralFiles, "field_files"),
        (forms.FileInput, "field_file"),
    )
    widget = bound.field.widget
    return next((name for kind, name in kinds if isinstance(widget, kind)), "field_text")


def inputs_of(bound: BoundField) -> dict[str, Any]:
    """The inputs of that component, from the field, its widget, value and errors."""
    widget, name = bound.field.widget, component_of(bound)
    identifier = bound.id_for_label or bound.auto_id or bound.html_name
    if name in ("field_radios", "field_checkboxes"):
        identifier = bound.auto_id or bound.html_name
    inputs: dict[str, Any] = {
        "id": identifier,
        "name": bound.html_name,
        "label": bound.label,
        "hint": bound.help_text,
        "error": " ".join(str(error) for error in bound.errors),
        "optional": not bound.field.required,
        "attrs": _attributes(bound),
        "width": widget.attrs.get("class", ""),
    }
    if isinstance(widget, forms.CheckboxInput):
        inputs |= _single_box(bound)
    elif isinstance(widget, forms.widgets.ChoiceWidget):
        inputs |= {"groups": option_groups(bound)}
    else:
        inputs |= {"value": _typed(bound)}
    if isinstance(bound.field, FilesField):
        inputs |= _several_files(bound.form, bound.field)
    if name == "field_text":
        inputs["type"] = getattr(widget, "input_type", "text")
    if name == "field_textarea":
        inputs |= {
            "rows": widget.attrs.get("rows", 8),
            "most": getattr(bound.field, "max_length", None),
        }
    return inputs


def _typed(bound: BoundField) -> str:
    """What stands in the field; a password is never written back, whatever its widget allows."""
    if isinstance(bound.field.widget, forms.PasswordInput):
        return ""
    return str(bound.field.widget.format_value(bound.value()) or "")


def _attributes(bound: BoundField) -> str:
    attributes = bound.field.widget.attrs | bound.field.widget_attrs(bound.field.widget)
    if bound.field.disabled:
        attributes["disabled"] = True
    kept = {key: value for key, value in attributes.items() if key not in OWN_ATTRIBUTES}
    kept.pop("maxlength", None)  # a browser would cut a pasted letter without a word
    return flatatt(kept)


def _several_files(form: forms.BaseForm, field: FilesField) -> dict[str, Any]:
    megabytes = settings.FILE_BYTES // (1024 * 1024)
    hint = _(
        "Photos (JPEG, PNG, WebP, GIF) or PDF, at most %(most)d, each up to %(megabytes)d MB. We take "
        "out of them what says where and with which camera they were made."
    ) % {"most": settings.FILES_AT_ONCE, "megabytes": megabytes}
    return {
        "hint": hint,
        "waiting": field.waiting,
        "waiting_name": form.add_prefix("waiting"),
        "most": settings.FILES_AT_ONCE,
        "most_bytes": settings.FILE_BYTES,
    }


def _single_box(bound: BoundField) -> dict[str, Any]:
    """One yes/no box: its label stands beside it, and there is no heading."""
    identifier = bound.auto_id or bound.html_name
    box = Option("on", str(bound.label), identifier, bool(bound.value()), str(bound.help_text))
    return {"groups": [OptionGroup("", [box])], "label": "", "optional": False, "hint": ""}


def option_groups(bound: BoundField) -> list[OptionGroup]:
    """The choices of a field, grouped as the field groups them. `choice_hints` on the field: value → hint."""
    value = bound.value()
    chosen = {str(item) for item in (value if isinstance(value, list | tuple) else [value])}
    chosen = {"" if item == "None" else item for item in chosen}
    hints: dict[str, str] = getattr(bound.field, "choice_hints", {})
    listed = component_of(bound) == "field_select"
    prefix = bound.auto_id or bound.html_name
    groups: list[OptionGroup] = []
    choices: Iterable[Any] = getattr(bound.field, "choices", ())
    for number, (heading, code, label) in enumerate(_flat(choices)):
        if not groups or groups[-1].label != heading:
            groups.append(OptionGroup(heading))
        ways = initials(label) if code and listed else ""
        option = Option(
            code, label, f"{prefix}_{number}", code in chosen, hints.get(code, ""), ways
        )
        groups[-1].options.append(option)
    return groups


def _flat(choices: Iterable[Any]) -> Iterator[tuple[str, str, str]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from ((str(key), str(code), str(words)) for code, words in label)
        else:
            yield "", "" if key is None else str(key), str(label)


def _with_label(bound: BoundField, error: str) -> str:
    """The error, after the field's name where it is one of Django's own that do not say what is meant."""
    kinds = type(bound.field).__mro__
    own = (getattr(kind, "default_error_messages", {}).values() for kind in kinds)
    if error not in {str(message) for messages in own for message in messages}:
        return error
    colon = "：" if chinese() else ": "
    return f"{str(bound.label).rstrip('?？')}{colon}{error}"


def errors_of(form: forms.BaseForm) -> list[tuple[str, str]]:
    """(sentence, address on the page) for each error, in the order of the fields; "" for the whole form."""
    found = [(str(error), "") for error in form.non_field_errors()]
    for bound in form:
        first = inputs_of(bound) if bound.errors and not bound.is_hidden else {}
        identifier = first.get("id", "")
        if component_of(bound) in ("field_radios", "field_checkboxes") and first.get("groups"):
            identifier = first["groups"][0].options[0].id
        address = f"#{identifier}" if identifier else ""
        found += [(_with_label(bound, str(error)), address) for error in bound.errors]
    return found
