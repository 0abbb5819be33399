"""Policies and alerts as pages show them."""

from dataclasses import dataclass
from datetime import datetime

from huiying.agencies.reads import staff_names
from huiying.casework.models import CaseFile
from huiying.kernel.actors import Actor
from huiying.supervision.definitions import Definition, from_data
from huiying.supervision.models import Alert, EscalationPolicy
from huiying.supervision.policy import may_take_note

MOST = 20


@dataclass(frozen=True, slots=True)
class PolicyShown:
    """One version; `who` is empty for the command line."""

    number: int
    adopted_at: datetime
    who: dict[str, str]
    note: str
    definition: Definition


@dataclass(frozen=True, slots=True)
class AlertShown:
    """One step that was told of a case. `raised`: since nobody had taken note."""

    at: datetime
    percent: int
    audience: str
    raised: bool
    acknowledge_by: datetime | None
    acknowledged_at: datetime | None
    who: dict[str, str]


@dataclass(frozen=True, slots=True)
class AlertsOnCase:
    """The alerts of the present round, oldest first; `waits`: this reader may take note."""

    lines: list[AlertShown]
    waits: bool


def _shown(row: EscalationPolicy, names: dict[str, dict[str, str]]) -> PolicyShown:
    who = names.get(row.adopted_by, {})
    return PolicyShown(row.number, row.adopted_at, who, row.note, from_data(row.definition))


def in_force() -> PolicyShown | None:
    """The newest version, None where there is none. One query."""
    row = EscalationPolicy.objects.order_by("-number").first()
    return _shown(row, {}) if row else None


def versions() -> list[PolicyShown]:
    """The newest versions, newest first. Two queries."""
    rows = list(EscalationPolicy.objects.order_by("-number")[:MOST])
    names = staff_names(row.adopted_by for row in rows)
    return [_shown(row, names) for row in rows]


def alerts_on(actor: Actor, case: CaseFile) -> AlertsOnCase:
    """What was told of a case that the actor was found to see. One query, a second where somebody has
    taken note.
    """
    rows = list(Alert.objects.filter(case=case, round=case.round).order_by("id")[:MOST])
    labels = {row.acknowledged_by for row in rows if row.acknowledged_by}
    names = staff_names(labels) if labels else {}
    waiting = any(row.acknowledge_by and not row.acknowledged_at for row in rows)
    return AlertsOnCase(
        [
            AlertShown(
                at=row.at,
                percent=row.percent,
                audience=row.audience,
                raised=row.level > 0,
                acknowledge_by=row.acknowledge_by,
                acknowledged_at=row.acknowledged_at,
                who=names.get(row.acknowledged_by, {}),
            )
            for row in rows
        ],
        waits=waiting and may_take_note(actor, case),
    )
