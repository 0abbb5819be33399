from django.db import models
from django.utils.translation import gettext_lazy as _

# Stands where words were erased. No words of a resident's: it means the same in every column.
ERASED = "［内容已按规定清除 · Erased］"


class State(models.TextChoices):
    OPEN = "open"
    WITHDRAWN = "withdrawn"


class Channel(models.TextChoices):
    WEB = "web", _("Web form")
    PHONE = "phone", _("Phone")
    COUNTER = "counter", _("Counter")
    LETTER = "letter", _("Letter")
    EMAIL = "email", _("E-mail")
    APP = "app", _("App")
    PARTNER = "partner", _("Partner organisation")
    OTHER = "other", _("Other")


# Somebody of the desk is with the writer, on the line or at the counter.
SPOKEN = (Channel.PHONE, Channel.COUNTER)


class Relation(models.TextChoices):
    """What a helper is to the writer: a closed list, and no name beside it."""

    CHILD = "child", _("Son, daughter or their family")
    PARTNER = "partner", _("Husband, wife or partner")
    PARENT = "parent", _("Father or mother")
    RELATIVE = "relative", _("Another relative")
    NEIGHBOUR = "neighbour", _("Neighbour or friend")
    CARER = "carer", _("Carer or nurse")
    SOCIAL_WORKER = "social_worker", _("Social or community worker")
    OTHER = "other", _("Somebody else they trust")


class Consent(models.TextChoices):
    """How the writer's consent to a helper came on record."""

    PAGE = "page", _("On this page, with code and secret")
    LINE = "line", _("On the phone, with code and PIN")
    COUNTER = "counter", _("At the counter, with code and PIN")
    TOLD = "told", _("The helper wrote the letter and said that it was agreed")


class Wish(models.TextChoices):
    PUBLIC = "public", _("The answer may be published")
    PRIVATE = "private", _("Answer only me")


class RevealReason(models.TextChoices):
    """Why a clerk may look at a contact; a closed list, counted in public."""

    CALL_BACK = "call_back", _("They asked to be called or written to directly")
    NOT_REACHED = "not_reached", _("Page and mail did not reach them")
    DANGER = "danger", _("Somebody's life or health is in danger")
    ASKED = "asked", _("They asked us what we have on record")
