"""What a version of the promises would have changed, before a second person puts it in force."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiying.faces.staff_desk.asking import actor_of
from huiying.faces.staff_desk.terms_tried import TermsTried, tried
from huiying.faces.staff_desk.trails import Trail
from huiying.kernel.refusals import NotFound
from huiying.routing.promises.policy import may_change, require_reader
from huiying.routing.promises.reads import shown, version
from huiying.routing.trying import OtherTerms


@dataclass(frozen=True, slots=True)
class PromisesTriedPage:
    """`own`: it waits, and the reader proposed it."""

    number: int
    tried: TermsTried
    own: bool
    may_adopt: bool

    @property
    def trail(self) -> Trail:
        here = _("Version %(number)s") % {"number": self.number}
        return [(_("Promises"), reverse("staff_desk:promises")), (here, "")]


@require_safe
def rehearsal(request: HttpRequest, number: int) -> HttpResponse:
    """One version tried on past cases, and the button that puts it in force."""
    actor = actor_of(request)
    require_reader(actor)
    promises, waiting = version(number), shown().waiting
    if promises is None:
        raise NotFound
    waits = waiting is not None and waiting.number == number and may_change(actor)
    own = waiting is not None and waiting.proposed_by == actor.label
    page = PromisesTriedPage(
        number=number,
        tried=tried(OtherTerms(promises=promises), request),
        own=waits and own,
        may_adopt=waits and not own,
    )
    return render(request, "staff_desk/promises/rehearsal.html", {"page": page})


urls = [path("promises/<int:number>/", rehearsal, name="promises_rehearsal")]
