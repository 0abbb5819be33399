"""The signed-in member of staff as the page's head shows them: words for roles, ways to go."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import pgettext_lazy

from huiying.faces.look.languages import localized

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
    (
        pgettext_lazy("navigation", "Answers to review"),
        "staff_desk:reviews",
        frozenset({"reviewer"}),
    ),
    (pgettext_lazy("navigation", "Briefs"), "staff_desk:brief", LETTERS | {"leader"}),
)


@dataclass(frozen=True, slots=True)
class Person:
    """`links` are (label, address, current)."""

    name: str
    unit_name: str
    role_names: list[str]
    links: list[tuple[str, str, bool]]


def person_of(request: HttpRequest) -> Person | None:
    """`request.person` in the page's words; None for a resident, or where no middleware set it."""
    standing: Any = getattr(request, "person", None)
    if not standing:
        return None
    return Person(
        name=localized(standing.name),
        unit_name=localized(standing.unit_name),
        role_names=[str(ROLES[role]) for role in standing.roles],
        links=_links(request, frozenset(standing.roles)),
    )


def _links(request: HttpRequest, roles: frozenset[str]) -> list[tuple[str, str, bool]]:
    match = request.resolver_match
    here = match.view_name if match else ""
    links = []
    for label, view, shown_to in WAYS:
        if roles & shown_to:
            try:
                links.append((str(label), reverse(view), here == view))
            except NoReverseMatch:
                continue
    return links
