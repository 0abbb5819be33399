"""What a rehearsal of promises or of a calendar found, for a page: in words, by unit, and case by case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huiying.faces.look import dates
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.numbered import beside, number_of
from huiying.faces.staff_desk.told_counts import count_told
from huiying.kernel.names import localized
from huiying.routing.promises.definitions import Stage
from huiying.routing.trying import OtherTerms
from huiying.supervision.cases_tried import CaseTried, cases_tried, counts
from huiying.supervision.other_terms import Moved, StageLine, TermsRehearsal, rehearse_terms

DAYS, MOST_CASES, MOST_UNITS = 30, 5_000, 20


@dataclass(frozen=True, slots=True)
class CasesTried:
    """A page of the cases that the reader may read. `choices` are label, address, chosen, count; `others`
    says how many there are besides.
    """

    choices: list[tuple[str, str, bool, str]]
    columns: list[dict[str, Any]]
    rows: list[list[Any]]
    before_url: str
    after_url: str
    others: str


@dataclass(frozen=True, slots=True)
class TermsTried:
    """`facts` are figures beside their names; `rows` the units for which something changes. `exact`: the
    reader may read all of these letters.
    """

    on: str
    facts: list[tuple[str, str]]
    columns: list[dict[str, Any]]
    rows: list[tuple[str, ...]]
    stage_columns: list[dict[str, Any]]
    stages: list[tuple[str, ...]]
    exact: bool
    little: str
    cut: bool
    cases: CasesTried | None


def tried(terms: OtherTerms, request: HttpRequest) -> TermsTried:
    """Try these terms on the cases of the last thirty days, as far as the reader may know of them; the
    address says which of the readable ones are listed.
    """
    actor = actor_of(request)
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
        stage_columns=[
            {"label": _("Stage")},
            *(
                {"label": label, "numeric": True}
                for label in (_("Cases"), _("Late as it is"), _("Late by this"))
            ),
        ],
        stages=[_stage(line, exact=found.exact) for line in found.stages],
        exact=found.exact,
        little="" if found.exact else _little(found),
        cut=found.cut,
        cases=_cases(found, request) if found.moved else None,
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
        *_unmoved(found),
        (_("Late"), from_to(total.late, total.late_then)),
    ]
    if found.told is not None:
        notices = from_to(found.told.notices, found.told.notices_then)
        facts.append((_("Reminders to staff"), notices))
    if not found.promised:
        facts.append((_("Clocks that run and would move"), told(found.running)))
    return facts


def _unmoved(found: TermsRehearsal) -> list[tuple[str, str]]:
    """What is due when it was: with the sooner and later ones all that ran, where counts are exact."""
    apart = count_told(found.apart, exact=found.exact)
    if not found.exact:
        return [(_("Due as before, since they could not be tried"), apart)]
    total = found.total
    same = (_("Due as before"), f"{total.cases - total.sooner - total.later:,}")
    if not found.apart:
        return [same]
    why = _("Their day came with an import, or from a danger that was learned of later.")
    return [same, (_("Of these, could not be tried"), f"{apart}\n{why}")]


def _row(line: Moved, *, exact: bool) -> tuple[str, ...]:
    counts = (line.cases, line.sooner, line.later, line.late, line.late_then)
    name = localized(line.name) or _("Not given to a unit yet")
    return name, *(count_told(count, exact=exact) for count in counts)


def _stage(line: StageLine, *, exact: bool) -> tuple[str, ...]:
    counts = (line.cases, line.late, line.late_then)
    return str(Stage(line.stage).label), *(count_told(count, exact=exact) for count in counts)


def _cases(found: TermsRehearsal, request: HttpRequest) -> CasesTried:
    known = counts(found)
    asked = request.GET.get("show", "")
    choice = asked if asked in known else ""
    rows, more = cases_tried(actor_of(request), found, choice=choice, page=number_of(request))
    before, after = beside(request, more=more)
    others = _("And of cases that are not yours to read: %(count)s.") % {
        "count": count_told(found.unread, exact=found.exact)
    }
    return CasesTried(
        choices=[
            (label, f"?show={name}", name == choice, f"{known[name]:,}")
            for name, label in _choices().items()
        ],
        columns=[
            {"label": pgettext("column", "Case")},
            {"label": _("Stage")},
            {"label": _("Due as it is")},
            {"label": _("Due by this")},
        ],
        rows=[_case(each) for each in rows],
        before_url=before,
        after_url=after,
        others="" if found.exact else others,
    )


def _choices() -> dict[str, str]:
    return {
        "": _("All"),
        "sooner": _("Due sooner"),
        "later": _("Due later"),
        "late": _("Late only by this"),
        "kept": _("Late only as it is"),
    }


def _case(each: CaseTried) -> list[Any]:
    url = reverse("staff_desk:case", args=[each.number])
    return [
        {"text": str(each.number), "url": url, "note": each.title},
        {"text": str(Stage(each.stage).label)},
        {"text": _due(each.due), "note": _late(each.late)},
        {"text": _due(each.due_then), "note": _late(each.late_then)},
    ]


def _due(due: datetime | None) -> str:
    return dates.at_time(due) if due else _("nothing promised")


def _late(late: bool) -> str:
    return _("late") if late else ""
