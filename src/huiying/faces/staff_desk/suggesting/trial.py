"""What a version would have changed on past letters, in words and tables."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huiying.casework.landing.tried import CaseElsewhere, Elsewhere, Trial, Tried
from huiying.casework.places import Units
from huiying.faces.staff_desk.suggesting.aid import percent
from huiying.faces.staff_desk.told_counts import count_told
from huiying.kernel.names import localized

type Column = dict[str, Any]
type Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TrialShown:
    """`warning` tells that the version may have learned from what it was tried on. `cases` are those that
    the reader may read; `running` that there is more to come.
    """

    said: list[str]
    warning: str = ""
    quiet: str = ""
    running: bool = False
    columns: tuple[Column, ...] = ()
    rows: tuple[list[Cell], ...] = ()
    case_columns: tuple[Column, ...] = ()
    cases: tuple[list[Cell], ...] = ()


def trial_shown(trial: Trial | None, units: Units) -> TrialShown:
    """The newest trial of a version, or that there is none."""
    if trial is None:
        return TrialShown([_("It has not been tried yet.")])
    if trial.failed:
        return TrialShown([_("Trying it failed several times; the worker's log says where.")])
    if trial.tried is None:
        said = _("It is being tried now: %(done)s of %(of)s letters so far.")
        far = {"done": f"{trial.done:,}", "of": f"{trial.of:,}"}
        return TrialShown([said % far if trial.of else _("It is tried in a moment.")], running=True)
    found = trial.tried
    return TrialShown(
        said=[_tried_on(trial, found), *_figures(found)],
        warning=_warning(found),
        quiet="" if found.exact else _little(),
        columns=(
            {"label": _("From which unit to which")},
            {"label": pgettext("count", "Letters"), "numeric": True},
            {"label": _("Of these that unit leads"), "numeric": True},
        ),
        rows=tuple(_row(line, units, exact=found.exact) for line in found.gone),
        case_columns=(
            {"label": pgettext("column", "Case")},
            {"label": _("By what is in use")},
            {"label": _("By this version")},
            {"label": _("Leads it")},
        ),
        cases=tuple(_case(line, units) for line in found.cases),
    )


def _tried_on(trial: Trial, found: Tried) -> str:
    against = _("no suggestions at all")
    if trial.against:
        against = _("version %(number)s from %(likely)s on") % {
            "number": trial.against,
            "likely": percent(trial.against_threshold),
        }
    return _(
        "Tried from a likelihood of %(likely)s on, against %(against)s, on the newest %(n)s letters that"
        " somebody has sorted, without complaints about conduct."
    ) % {"likely": percent(trial.threshold), "against": against, "n": f"{found.n:,}"}


def _figures(found: Tried) -> list[str]:
    def told(count: int) -> str:
        return count_told(count, exact=found.exact)

    figures = _(
        "It speaks on %(spoke)s of them and names the category that stands on %(right)s; what is in use"
        " speaks on %(spoke_now)s and names it on %(right_now)s. Another unit would have been suggested, or"
        " one instead of none, or none instead of one: %(total)s."
    ) % {
        "spoke": told(found.spoke),
        "right": told(found.right),
        "spoke_now": told(found.spoke_now),
        "right_now": told(found.right_now),
        "total": told(found.total),
    }
    unseen = _("Neither of them had learned from any of these letters.")
    return [figures] if found.learned_from or not found.n else [unseen, figures]


def _warning(found: Tried) -> str:
    if not found.learned_from:
        return ""
    return _(
        "%(count)s of these letters may be among those that it, or what is in use, learned from: too few"
        " others were sorted since. So both look better here than on new letters. How good it is on letters"
        " that it had not seen stands above."
    ) % {"count": f"{found.learned_from:,}"}


def _little() -> str:
    return _(
        "Not all letters are yours to read. So only those count that were answered more than 30 days ago, and"
        " the counts are blurred and rounded down."
    )


def _unit(code: str, units: Units) -> str:
    return localized(units.named(code)) if code else _("no suggestion")


def _row(line: Elsewhere, units: Units, *, exact: bool) -> list[Cell]:
    return [
        {"text": f"{_unit(line.before, units)} → {_unit(line.after, units)}"},
        {"text": count_told(line.count, exact=exact)},
        {"text": count_told(line.ended, exact=exact) if line.after else "–"},
    ]


def _case(line: CaseElsewhere, units: Units) -> list[Cell]:
    url = reverse("staff_desk:case", args=[line.number])
    return [
        {"text": str(line.number), "url": url, "note": line.title},
        {"text": _unit(line.before, units)},
        {"text": _unit(line.after, units)},
        {"text": localized(units.named(line.ended)) if line.ended else "–"},
    ]
