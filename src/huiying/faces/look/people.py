"""The signed-in member of staff as the page's head shows them: words for roles, ways to go."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, pgettext_lazy

from huiying.kernel.names import localized

ROLES = {
    "clerk": pgettext_lazy("role", "Clerk"),
    "dispatcher": pgettext_lazy("role", "Dispatcher"),
    "handler": pgettext_lazy("role", "Handler"),
    "reviewer": pgettext_lazy("role", "Reviewer"),
    "supervisor": pgettext_lazy("role", "Supervisor"),
    "leader": pgettext_lazy("role", "Leader"),
    "auditor": pgettext_lazy("role", "Auditor"),
    "administrator": pgettext_lazy("role", "Administrator"),
}
LETTERS = frozenset({"clerk", "dispatcher", "handler", "reviewer", "supervisor", "auditor"})

# Words, the view that opens, and who is shown the way there. Whether they may go is the view's matter.
WAYS = (
    (pgettext_lazy("navigation", "Queue"), "staff_desk:queue", LETTERS),
    (pgettext_lazy("navigation", "Search"), "staff_desk:search", LETTERS),
    (pgettext_lazy("navigation", "Phone and counter"), "staff_desk:call", frozenset({"clerk"})),
    (pgettext_lazy("navigation", "Answers"), "staff_desk:answers", LETTERS),
    (
        pgettext_lazy("navigation", "Standard answers"),
        "staff_desk:standards",
        LETTERS - {"auditor"},
    ),
    (pgettext_lazy("navigation", "Briefs"), "staff_desk:briefs", LETTERS | {"leader"}),
    (pgettext_lazy("navigation", "Growing"), "staff_desk:growing", LETTERS | {"leader"}),
    (pgettext_lazy("navigation", "Duty"), "staff_desk:duty", frozenset(ROLES)),
    (pgettext_lazy("navigation", "Import"), "staff_desk:imports", frozenset({"administrator"})),
    (
        pgettext_lazy("navigation", "Calendars"),
        "staff_desk:calendars",
        frozenset({"administrator", "auditor", "supervisor"}),
    ),
    (
        pgettext_lazy("navigation", "Promises"),
        "staff_desk:promises",
        frozenset({"administrator", "auditor", "supervisor"}),
    ),
    (
        pgettext_lazy("navigation", "Rules"),
        "staff_desk:rules",
        frozenset({"administrator", "auditor", "head"}),
    ),
    (
        pgettext_lazy("navigation", "Suggestions"),
        "staff_desk:models",
        frozenset({"administrator", "auditor", "head"}),
    ),
    (
        pgettext_lazy("navigation", "Supervision"),
        "staff_desk:supervision",
        LETTERS | {"leader"},
    ),
    (
        pgettext_lazy("navigation", "Escalation"),
        "staff_desk:escalation",
        frozenset({"administrator", "auditor", "supervisor"}),
    ),
    (pgettext_lazy("navigation", "By hand"), "staff_desk:by_hand", frozenset({"clerk"})),
    (
        pgettext_lazy("navigation", "Undelivered"),
        "staff_desk:failures",
        frozenset({"clerk", "administrator"}),
    ),
    (
        pgettext_lazy("navigation", "Erasure"),
        "staff_desk:erasure",
        frozenset({"administrator", "auditor", "head"}),
    ),
)

# Where it is set how the desk works: gone to now and then, so that they stand under one word in a full bar.
SET_NOW_AND_THEN = frozenset(
    f"staff_desk:{view}"
    for view in ("calendars", "promises", "rules", "models", "escalation", "erasure")
)
FULL_BAR = 10

type Ways = list[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class Person:
    """`links` are (label, address, current), `more` those under one word; `on_duty` (roster, who, until
    when); nobody's name is empty.
    """

    name: str
    unit_name: str
    role_names: list[str]
    links: Ways
    more: Ways
    single_keys: bool = True
    on_duty: tuple[tuple[str, str, str], ...] = ()


def person_of(request: HttpRequest) -> Person | None:
    """`request.person` in the page's words; None for a resident, or where no middleware set it."""
    standing: Any = getattr(request, "person", None)
    if not standing:
        return None
    links, more = _links(request, frozenset(standing.roles) | _head(standing))
    return Person(
        name=localized(standing.name),
        unit_name=localized(standing.unit_name),
        role_names=[str(ROLES[role]) for role in standing.roles],
        links=links,
        more=more,
        single_keys=standing.single_keys,
        on_duty=tuple(_on_duty(each) for each in getattr(request, "on_duty", ())),
    )


def _on_duty(shift: Any) -> tuple[str, str, str]:
    until = shift.ends_at.astimezone(ZoneInfo(shift.zone))
    said = gettext("until %(time)s") % {"time": f"{until:%H:%M}"}
    return localized(shift.roster_name), localized(shift.who), said


def _head(standing: Any) -> frozenset[str]:
    """A supervisor of the whole agency has ways that others do not."""
    return frozenset({"head"} if "" in standing.actor.scopes("supervisor") else ())


def _links(request: HttpRequest, roles: frozenset[str]) -> tuple[Ways, Ways]:
    """What stands in the bar, and what stands under one word."""
    found: list[tuple[str, str, str]] = []
    for label, view, shown_to in WAYS:
        if roles & shown_to:
            try:
                found.append((str(label), reverse(view), view))
            except NoReverseMatch:
                continue
    # A page belongs to the way whose address its own address goes on from furthest.
    above = [address for _, address, _ in found if request.path.startswith(address)]
    here = max(above, key=len, default="")
    apart = SET_NOW_AND_THEN if len(found) > FULL_BAR else frozenset()
    links = [(label, at, at == here) for label, at, view in found if view not in apart]
    return links, [(label, at, at == here) for label, at, view in found if view in apart]
