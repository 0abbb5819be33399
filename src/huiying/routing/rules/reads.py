"""Which rules are in force, and which wait for a second person."""

from dataclasses import dataclass

from huiying.routing.models import RuleVersion
from huiying.routing.rules.definitions import RuleSet, from_data

NO_RULES = RuleSet()


@dataclass(frozen=True, slots=True)
class RulesShown:
    """What is in force and what waits, None for nothing; every version, newest first."""

    in_force: RuleVersion | None
    waiting: RuleVersion | None
    versions: tuple[RuleVersion, ...]


def rules_in_force() -> RuleVersion | None:
    """The newest adopted version. One query."""
    return RuleVersion.objects.exclude(adopted_at=None).order_by("-number").first()


def rules_of(version: RuleVersion | None) -> RuleSet:
    """What a version says; nothing for None."""
    return from_data(version.rules) if version is not None else NO_RULES


def rules_shown() -> RulesShown:
    """Every version. One query."""
    versions = tuple(RuleVersion.objects.order_by("-number"))
    adopted = [version for version in versions if version.adopted_at]
    waiting = versions[0] if versions and not versions[0].adopted_at else None
    return RulesShown(adopted[0] if adopted else None, waiting, versions)
