"""The system check of the agency's own sign-in. It reads models, so it is imported once they are there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from huiying.accounts.agency_sign_in import is_private
from huiying.agencies import mapping


def check_agency_sign_in(**_: Any) -> list[CheckMessage]:
    """Asks neither the database nor the provider."""
    return list(agency_sign_in_is_complete()) if settings.OIDC_ISSUER else []


def agency_sign_in_is_complete() -> Iterator[CheckMessage]:
    """E006: what is said of the agency's own sign-in fits together."""
    if not is_private(settings.OIDC_ISSUER):
        yield Error(
            f"HUIYING_OIDC_ISSUER is {settings.OIDC_ISSUER!r}; it must begin with https.",
            hint="Write it exactly as the provider's own description does under issuer.",
            id="huiying.E006",
        )
    if not settings.OIDC_CLIENT_ID:
        yield Error(
            "HUIYING_OIDC_ISSUER is set, HUIYING_OIDC_CLIENT_ID is not.",
            hint="Register this desk with the provider and set what it gives you.",
            id="huiying.E006",
        )
    try:
        mapping.read(Path(settings.OIDC_ROLES))
    except mapping.MappingWrong:
        yield Error(
            f"The file of roles, HUIYING_OIDC_ROLES={settings.OIDC_ROLES!r}, cannot be read.",
            hint='A TOML file: [roles] and below it lines like "clerks" = ["clerk@desk"].',
            id="huiying.E006",
        )
