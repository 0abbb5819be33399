"""One version of the promises: what it says and changes, and what it would have meant, before a second person
puts it in force.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiying.agencies.reads import staff_names
from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.promises.differing import LineShown, differing
from huiying.faces.staff_desk.promises.telling import columns, new_extension, rows, told
from huiying.faces.staff_desk.terms_tried import TermsTried, tried
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel.refusals import NotFound
from huiying.routing.promises.files import write_promises
from huiying.routing.promises.policy import may_change, require_reader
from huiying.routing.promises.reads import VersionShown, version
from huiying.routing.promises.wording import category_names
from huiying.routing.trying import OtherTerms


@dataclass(frozen=True, slots=True)
class Differences:
    """What a version changes: rows in words that are new or dropped, and the lines of the file."""

    columns: list[dict[str, Any]]
    added: list[list[Any]]
    dropped: list[list[Any]]
    extension: str
    places: list[list[LineShown]]


@dataclass(frozen=True, slots=True)
class PromiseVersionPage:
    """`before`: the version that it is compared with, 0 for none. `tried` only while it waits."""

    number: int
    told: list[str]
    before: int
    differences: Differences
    text: str
    waits: bool
    tried: TermsTried | None
    may_adopt: bool

    @property
    def trail(self) -> Trail:
        here = _("Version %(number)s") % {"number": self.number}
        return [(_("Promises"), reverse("staff_desk:promises")), (here, "")]


@require_safe
def rehearsal(request: HttpRequest, number: int) -> HttpResponse:
    """One version; while it waits, tried on past cases, and with the button that puts it in force."""
    actor = actor_of(request)
    require_reader(actor)
    found = version(number)
    if found is None:
        raise NotFound
    line = found.line
    own = line.proposed_by == actor.label
    may_decide = found.waits and may_change(actor)
    page = PromiseVersionPage(
        number=number,
        told=told(line, staff_names(filter(None, (line.proposed_by, line.adopted_by)))),
        before=found.before_number,
        differences=_differences(found),
        text=write_promises(found.promises),
        waits=found.waits,
        tried=tried(OtherTerms(promises=found.promises), request) if found.waits else None,
        may_adopt=may_decide and not own,
    )
    return render(request, "staff_desk/promises/rehearsal.html", {"page": page})


def _differences(found: VersionShown) -> Differences:
    topics = category_names()
    now, then = rows(found.before, topics), rows(found.promises, topics)
    before = write_promises(found.before) if found.before else ""
    return Differences(
        columns=columns(),
        added=[row for row in then if row not in now],
        dropped=[row for row in now if row not in then],
        extension=new_extension(found.promises, found.before),
        places=differing(before, write_promises(found.promises)) if before else [],
    )


urls = [path("promises/<int:number>/", rehearsal, name="promises_rehearsal")]
