"""Which roles here follow from what the agency's own sign-in says: a TOML file.

[roles]
"letters-clerks" = ["clerk@desk"]
"housing" = ["handler@housing", "reviewer@housing"]
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from huiying.agencies.models import Role, Unit
from huiying.kernel.refusals import Refusal

type RoleAt = tuple[str, str]


class MappingWrong(Refusal):
    """The file cannot be read, or names a role or unit that does not exist."""

    code = "mapping_wrong"
    status = 503
    sentence = _(
        "Which roles people have here cannot be read. Tell whoever keeps this desk running."
    )


def read(path: Path) -> dict[str, list[RoleAt]]:
    """Value of the claim → (role, unit code) pairs. Raises MappingWrong."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))["roles"]
        return {str(value): [_role_at(each) for each in held] for value, held in table.items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise MappingWrong from None


def _role_at(text: str) -> RoleAt:
    role, _mark, unit = text.partition("@")
    if role not in Role.values or not unit:
        raise ValueError(text)
    return role, unit


def granted(claims: Iterable[str]) -> frozenset[RoleAt]:
    """What these values of the claim grant, as (role, unit code). Raises MappingWrong."""
    mapping = read(Path(settings.OIDC_ROLES))
    wanted = frozenset(pair for value in claims for pair in mapping.get(value, ()))
    units = {unit for _role, unit in wanted}
    if Unit.objects.filter(code__in=units).count() != len(units):
        raise MappingWrong
    return wanted
