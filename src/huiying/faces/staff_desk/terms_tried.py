"""What a rehearsal of promises or of a calendar found, for a page: in words and a table."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huiying.kernel.names import localized
from huiying.routing.trying import OtherTerms
from huiying.supervision.other_terms import Moved, TermsRehearsal, rehearse_terms

DAYS, MOST_CASES, MOST_UNITS = 30, 5_000, 20


@dataclass(frozen=True, slots=True)
class TermsTried:
    """`facts` are figures beside their names; `rows` the units for which something changes."""

    facts: list[tuple[str, str]]
    columns: list[dict[str, Any]]
    rows: list[tuple[str, ...]]
    days: int
    cut: bool


def tried(terms: OtherTerms) -> TermsTried:
    """Try these terms on the cases of the last thirty days."""
    found = rehearse_terms(terms, days=DAYS, most=MOST_CASES)
    return TermsTried(
        facts=_facts(found),
        columns=[
            {"label": _("Unit")},
            *(
                {"label": label, "numeric": True}
                for label in (
                    _("Cases"),
                    _("Due sooner"),
                    _("Due later"),
                    _("Late as it is"),
                    _("Late by this"),
                )
            ),
        ],
        rows=[_row(line) for line in found.units[:MOST_UNITS]],
        days=DAYS,
        cut=found.cut,
    )


def _facts(found: TermsRehearsal) -> list[tuple[str, str]]:
    total = found.total
    facts = [
        (_("Cases that ran"), f"{total.cases:,}"),
        (_("Due sooner"), f"{total.sooner:,}"),
        (_("Due later"), f"{total.later:,}"),
        (_("Late"), _from_to(total.late, total.late_then)),
    ]
    if found.told is not None:
        told = _from_to(found.told.notices, found.told.notices_then)
        facts.append((_("Reminders to staff"), told))
    if found.apart:
        facts.append((_("Stay as they are"), f"{found.apart:,}"))
    return facts


def _from_to(now: int, then: int) -> str:
    return _("%(now)s as it is, %(then)s by this") % {"now": f"{now:,}", "then": f"{then:,}"}


def _row(line: Moved) -> tuple[str, ...]:
    counts = (line.cases, line.sooner, line.later, line.late, line.late_then)
    name = localized(line.name) or _("Not given to a unit yet")
    return name, *(f"{count:,}" for count in counts)
