"""Who asks for a page of the desk."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from huiying.agencies.reads import Standing
from huiying.kernel.actors import Actor


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in member of staff, as the middleware found them."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def person_of(request: HttpRequest) -> Standing:
    """The same with name, unit and roles."""
    person: Standing = request.person  # type: ignore[attr-defined]
    return person


def before_second_step[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Open this view to those who have to set a second step up before anything else."""
    view.before_second_step = True  # type: ignore[attr-defined]
    return view
