"""Why an act was not done: a code for machines, an HTTP status, a sentence the reader can act on."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """Raised by verbs and reads; rendered in one place. Nothing was written when it is raised."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422
    sentence: ClassVar[str | Promise] = _("This cannot be done now.")

    def __init__(self, sentence: str | Promise | None = None, *, field: str = "") -> None:
        super().__init__(self.code)
        self.said = sentence or self.sentence
        self.field = field

    def __str__(self) -> str:
        return str(self.said)


class NotFound(Refusal):
    """There is nothing here, or nothing that this person may know of."""

    code = "not_found"
    status = 404
    sentence = _("There is nothing here. The address may be wrong, or it is not for you.")


class NotAllowed(Refusal):
    """The person may see it, but this act is not theirs."""

    code = "not_allowed"
    status = 403
    sentence = _("Your role does not allow this. Ask the desk's supervisor who can do it.")


class SamePerson(NotAllowed):
    """Two people do this, and this is the first of them."""

    code = "same_person"
    sentence = _("This needs a second person: somebody else than who asked for it.")


class MovedOn(Refusal):
    """Somebody else was first."""

    code = "moved_on"
    status = 409
    sentence = _("Somebody else has acted on this since you opened it. Look again, then decide.")


class Invalid(Refusal):
    """What was entered does not fit; `field` names where."""

    code = "invalid"
    status = 422


class TooMany(Refusal):
    """Too many tries in too short a time."""

    code = "too_many"
    status = 429
    sentence = _("Too many tries. Please wait a quarter of an hour and try again.")
