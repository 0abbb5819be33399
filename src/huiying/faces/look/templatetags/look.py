"""Tags and filters of every page. Loaded for all templates, so no `{% load %}` is needed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.middleware.csrf import get_token
from django.template import RequestContext
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

from huiying.faces.look import dates, fields, icons, states
from huiying.kernel import names

register = template.Library()

CLAUSE = re.compile(r"(?<=[，。！？；：、])")


def _component(context: RequestContext, name: str, inputs: Mapping[str, Any]) -> SafeString:
    template_of_page = context.template
    if template_of_page is None:
        raise RuntimeError("Components are rendered inside a page.")
    found = template_of_page.engine.get_template(f"look/components/{name}.html")
    return found.render(context.new(dict(inputs)))


@register.simple_tag(takes_context=True)
def field(context: RequestContext, bound: BoundField, **changes: Any) -> SafeString:
    """A form field with its label, hint and error. `changes` override the component's inputs."""
    if bound.is_hidden:
        return SafeString(bound.as_hidden())
    return _component(context, fields.component_of(bound), fields.inputs_of(bound) | changes)


@register.simple_tag
def options(groups: Iterable[fields.OptionGroup]) -> SafeString:
    """The options of a list, each group under its heading.

    Not a template: a page may have lists of all categories and of all units several times over, and then
    nearly all of its rendering is their options.
    """
    return mark_safe("".join(map(_group, groups)))  # noqa: S308 - each text is escaped


def _group(group: fields.OptionGroup) -> str:
    listed = "".join(map(_option, group.options))
    return f'<optgroup label="{escape(group.label)}">{listed}</optgroup>' if group.label else listed


def _option(option: fields.Option) -> str:
    chosen = " selected" if option.chosen else ""
    ways = f' data-initials="{escape(option.initials)}"' if option.initials else ""
    return f'<option value="{escape(option.value)}"{chosen}{ways}>{escape(option.label)}</option>'


@register.simple_tag(takes_context=True)
def form_fields(context: RequestContext, form: forms.BaseForm) -> SafeString:
    """All fields of a form, in their order."""
    return mark_safe("".join(field(context, bound) for bound in form))  # noqa: S308


@register.simple_tag(takes_context=True)
def error_summary(context: RequestContext, form: forms.BaseForm) -> SafeString | str:
    """The list of a form's errors, each a link to its field; nothing when there are none."""
    found = fields.errors_of(form) if form.is_bound else []
    return _component(context, "error_summary", {"errors": found}) if found else ""


@register.simple_tag(takes_context=True)
def csrf_field(context: RequestContext) -> SafeString | str:
    """The hidden field of a POST form; works inside components, which see no page context."""
    request = getattr(context, "request", None)
    if request is None:
        return ""
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request)
    )


@register.simple_tag(takes_context=True)
def keep_row(context: RequestContext, part: str = "") -> SafeString | str:
    """The buttons that keep what is typed in this form of a page with `@words_kept`; else nothing."""
    begun = getattr(getattr(context, "request", None), "begun", None)
    if begun is None:
        return ""
    kept_at = begun.kept_at(part)
    return _component(context, "keep_buttons", {"url": begun.keep_url, "kept_at": kept_at})


@register.simple_tag
def icon(name: str) -> SafeString:
    """A line drawing from `icons.PATHS`, hidden from screen readers; raises KeyError if unknown."""
    return format_html(
        '<svg class="hy-icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>',
        icons.PATHS[name],
    )


@register.simple_tag
def due_words(
    due_at: datetime, ended_at: datetime | None = None, paused: bool = False
) -> dates.Due:
    return dates.due(due_at, ended_at or None, paused=bool(paused))


@register.filter
def state_shown(code: str) -> states.StateShown:
    return states.shown(code)


@register.filter
def outcome_shown(code: str) -> states.StateShown:
    return states.outcome_shown(code)


@register.filter
def verdict_shown(code: str) -> states.StateShown:
    return states.verdict_shown(code)


@register.filter(name="localized")
def in_language(texts: Any) -> str:
    """The text in the page's language, else in another; a plain string stays itself."""
    return names.localized(texts) if isinstance(texts, Mapping) else str(texts or "")


@register.filter
def on_day(moment: datetime | date | None) -> str:
    return dates.on_day(moment) if moment else ""


@register.filter
def at_time(moment: datetime | None) -> str:
    return dates.at_time(moment) if moment else ""


@register.filter
def short_day(moment: datetime | date | None) -> str:
    return dates.short_day(moment) if moment else ""


@register.filter
def since(moment: datetime | None) -> str:
    return dates.since(moment) if moment else ""


@register.filter
def grouped(code: object) -> str:
    """A code in groups of four, easy to read out: 1234 5678 9012."""
    text = str(code or "").replace(" ", "").replace("-", "")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


@register.filter
def phrases(text: object) -> SafeString:
    """A heading whose lines break between its clauses first; Chinese has no spaces to break at."""
    clauses = [part for part in CLAUSE.split(str(text or "")) if part]
    if len(clauses) < 2:
        return format_html("{}", text or "")
    return format_html_join("", '<span class="hy-phrase">{}</span>', ((part,) for part in clauses))


@register.filter
def share(value: float, total: float) -> int:
    """`value` as whole per cent of `total`, 0 where there is no total."""
    return round(100 * value / total) if total else 0


@register.filter
def beside(left: Iterable[Any], right: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Pairs of two lists of equal length."""
    return list(zip(left, right, strict=True))


@register.filter
def listed(words: Iterable[Any]) -> str:
    """Words joined as the language joins them: 甲、乙 · a, b."""
    return names.listed(in_language(word) for word in words)


EMERGENCY_SERVICES = {
    "110": lambda: pgettext("emergency number", "Police"),
    "119": lambda: pgettext("emergency number", "Fire and rescue"),
    "120": lambda: pgettext("emergency number", "Ambulance"),
    "122": lambda: pgettext("emergency number", "Road accidents"),
    "112": lambda: pgettext("emergency number", "All emergencies"),
    "911": lambda: pgettext("emergency number", "All emergencies"),
}


@register.filter
def emergency_service(number: str) -> str:
    """Whom a number reaches; empty for a number that is not known here."""
    named = EMERGENCY_SERVICES.get(str(number))
    return named() if named else ""
