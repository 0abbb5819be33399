"""How a version does at the desk: by month, channel, language, district, and what was overruled."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huiying.casework.landing.measured import Group, Measured
from huiying.casework.places import Categories
from huiying.faces.staff_desk.suggesting.forms import share
from huiying.intake.states import Channel
from huiying.kernel.names import localized


@dataclass(frozen=True, slots=True)
class Table:
    """One table under a heading."""

    id: str
    heading: str
    columns: list[dict[str, Any]]
    rows: list[list[Any]]


def tables_of(found: Measured, categories: Categories) -> list[Table]:
    """What was measured; nothing before a case was sorted that the version was asked about."""
    if not found.whole.n:
        return []
    channels = {code: str(label) for code, label in Channel.choices}
    languages = {code: str(name) for code, name in settings.LANGUAGES}
    small = _("others, each under five cases")
    groups = [
        ("month", _("By month"), found.by_month, {}, small),
        ("channel", _("By channel"), found.by_channel, channels, small),
        ("language", _("By language"), found.by_language, languages, small),
        ("district", _("By district"), found.by_district, {}, _("no district known")),
    ]
    tables = [
        Table(name, heading, _columns(heading), [_row(each, names, rest) for each in rows])
        for name, heading, rows, names, rest in groups
    ]
    if found.overrides:
        tables.append(_overrides(found, categories))
    return tables


def summary_of(found: Measured) -> str:
    """The same for all cases, in a sentence."""
    whole = found.whole
    if not whole.n:
        return _("Nobody has sorted a case yet on which it was asked.")
    return _(
        "Of the newest %(n)s sorted cases on which it was asked, it spoke on %(spoke)s; the first"
        " suggestion stands in %(right)s of these."
    ) % {"n": f"{whole.n:,}", "spoke": f"{whole.spoke:,}", "right": f"{whole.right:,}"}


def _columns(heading: str) -> list[dict[str, Any]]:
    return [
        {"label": heading},
        {"label": _("Cases"), "numeric": True},
        {"label": _("Speaks on"), "numeric": True},
        {"label": _("Right where it speaks"), "numeric": True},
    ]


def _row(group: Group, names: dict[str, str], rest: str) -> list[Any]:
    return [
        {"text": names.get(group.name, group.name) or rest},
        {"text": f"{group.n:,}"},
        {"text": share(group.spoke / group.n)},
        {"text": share(group.right / group.spoke) if group.spoke else "—"},
    ]


def _overrides(found: Measured, categories: Categories) -> Table:
    return Table(
        "overrides",
        _("Where people chose otherwise"),
        [
            {"label": _("Suggested")},
            {"label": _("Chosen")},
            {"label": pgettext("count", "Times"), "numeric": True},
        ],
        list(_override_rows(found, categories)),
    )


def _override_rows(found: Measured, categories: Categories) -> Iterable[list[Any]]:
    for each in found.overrides:
        yield [
            {"text": localized(categories.named(each.suggested))},
            {"text": localized(categories.named(each.chosen))},
            {"text": f"{each.count:,}"},
        ]
