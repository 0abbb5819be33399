"""What a rehearsal of promises or of a calendar found, for a page: in words and a table."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huiying.faces.staff_desk.told_counts import count_told
from huiying.kernel.actors import Actor
from huiying.kernel.names import localized
from huiying.routing.trying import OtherTerms
from huiying.supervision.other_terms import Moved, TermsRehearsal, rehearse_terms

DAYS, MOST_CASES, MOST_UNITS = 30, 5_000, 20


@dataclass(frozen=True, slots=True)
class TermsTried:
    """`facts` are figures beside their names; `rows` the units for which something changes. `exact`: the
    reader may read all of these letters.
    """

    on: str
    facts: list[tuple[str, str]]
    columns: list[dict[str, Any]]
    rows: list[tuple[str, ...]]
    exact: bool
    little: str
    cut: bool


def tried(terms: OtherTerms, actor: Actor) -> TermsTried:
    """Try these terms on the cases of the last thirty days, as far as the actor may know of them."""
    found = rehearse_terms(terms, actor=actor, days=DAYS, most=MOST_CASES)
    return TermsTried(
        on=_tried_on(found),
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
        rows=[_row(line, exact=found.exact) for line in found.units[:MOST_UNITS]],
        exact=found.exact,
        little="" if found.exact else _little(found),
        cut=found.cut,
    )


def _tried_on(found: TermsRehearsal) -> str:
    if found.settled:
        return _(
            "Tried on the clocks for an answer that ended 30 to 60 days ago, without complaints about"
            " conduct."
        )
    return _(
        "Tried on the clocks for an answer that ran in the last %(days)d days, without complaints about"
        " conduct."
    ) % {"days": DAYS}


def _little(found: TermsRehearsal) -> str:
    """Why the counts are no exact ones."""
    if found.settled:
        return _(
            "Not all letters are yours to read. So only those count that were answered more than 30 days"
            " ago, and the counts are blurred and rounded down; units and kinds of letter with few letters"
            " stay out, and minutes count as full hours."
        )
    return _(
        "Not all letters are yours to read. So the counts are blurred and rounded down, and units with few"
        " letters stay out."
    )


def _facts(found: TermsRehearsal) -> list[tuple[str, str]]:
    def told(count: int) -> str:
        return count_told(count, exact=found.exact)

    def from_to(now: int, then: int) -> str:
        both = {"now": told(now), "then": told(then)}
        return _("%(now)s as it is, %(then)s by this") % both

    total = found.total
    facts = [
        (_("Cases that ran"), told(total.cases)),
        (_("Due sooner"), told(total.sooner)),
        (_("Due later"), told(total.later)),
        (_("Late"), from_to(total.late, total.late_then)),
    ]
    if found.told is not None:
        notices = from_to(found.told.notices, found.told.notices_then)
        facts.append((_("Reminders to staff"), notices))
    if found.apart or not found.exact:
        facts.append((_("Stay as they are"), told(found.apart)))
    return facts


def _row(line: Moved, *, exact: bool) -> tuple[str, ...]:
    counts = (line.cases, line.sooner, line.later, line.late, line.late_then)
    name = localized(line.name) or _("Not given to a unit yet")
    return name, *(count_told(count, exact=exact) for count in counts)
