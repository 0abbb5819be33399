"""Which models there are, and which one suggests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotFound
from huiying.routing import policy
from huiying.routing.models import Learned, Use


@dataclass(frozen=True, slots=True)
class UseLine:
    """One decision on a version; `state` as in `Use.State`, people as labels, empty for nobody yet."""

    number: int
    threshold: float
    state: str
    proposed_at: datetime
    proposed_by: str
    decided_at: datetime | None
    decided_by: str


@dataclass(frozen=True, slots=True)
class LearnedLine:
    """One version in a list."""

    number: int
    trained_at: datetime
    letters: int
    categories: int
    figures: dict[str, Any]
    digest: str
    threshold: float


@dataclass(frozen=True, slots=True)
class LearnedPage:
    """Every version, newest first; what is in force and what is proposed, None for nothing."""

    versions: tuple[LearnedLine, ...]
    in_force: UseLine | None
    proposed: UseLine | None
    may_change: bool


def use_in_force() -> Use | None:
    """The newest adopted use with its version, None where no model suggests. One query."""
    adopted = Use.objects.filter(state=Use.State.ADOPTED).select_related("learned")
    newest = adopted.defer("learned__packed").order_by("-decided_at", "-pk").first()
    return newest if newest is not None and newest.learned_id is not None else None


def version(number: int) -> Learned | None:
    """The version with this number, without its arrays."""
    return Learned.objects.defer("packed").filter(number=number).first()


def packed_model(learned_id: int) -> bytes:
    """The version with this row id, for `suggesting.load`."""
    return bytes(Learned.objects.values_list("packed", flat=True).get(pk=learned_id))


def newest_trained_at() -> tuple[datetime | None, int]:
    """When the newest version was trained, and on how many letters; None and 0 where there is none."""
    found = Learned.objects.order_by("-number").values_list("trained_at", "letters").first()
    return found or (None, 0)


def models_shown(actor: Actor) -> LearnedPage:
    """Every version for whoever sorts or answers for it. Raises NotAllowed."""
    policy.require_reader(actor)
    rows = Learned.objects.defer("packed").order_by("-number")
    in_force = use_in_force()
    proposed = Use.objects.filter(state=Use.State.PROPOSED).select_related("learned").first()
    return LearnedPage(
        tuple(_line(row) for row in rows),
        _use(in_force) if in_force else None,
        _use(proposed) if proposed else None,
        policy.may_change(actor),
    )


def model_shown(actor: Actor, number: int) -> tuple[LearnedLine, tuple[UseLine, ...]]:
    """One version, and what was decided on it, newest first. Raises NotAllowed, NotFound."""
    policy.require_reader(actor)
    row = Learned.objects.defer("packed").filter(number=number).first()
    if row is None:
        raise NotFound
    uses = row.uses.select_related("learned").defer("learned__packed").order_by("-pk")
    return _line(row), tuple(_use(use) for use in uses)


def _line(row: Learned) -> LearnedLine:
    return LearnedLine(
        row.number,
        row.trained_at,
        row.letters,
        row.categories,
        row.figures,
        row.digest,
        row.threshold,
    )


def _use(row: Use) -> UseLine:
    return UseLine(
        row.learned.number if row.learned else 0,
        row.threshold,
        row.state,
        row.proposed_at,
        row.proposed_by,
        row.decided_at,
        row.decided_by,
    )
