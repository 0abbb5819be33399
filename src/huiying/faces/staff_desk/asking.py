"""Who asks for a page of the desk."""

from django.http import HttpRequest

from huiying.kernel.actors import Actor


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in member of staff, as the middleware found them."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
