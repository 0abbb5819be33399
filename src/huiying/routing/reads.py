from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from huiying.routing.models import Category


@dataclass(frozen=True, slots=True)
class CategoryChoice:
    """A leaf as a line of a list, under its group."""

    code: str
    name: dict[str, str]
    description: dict[str, str]
    lead_code: str
    target_days: int


@dataclass(frozen=True, slots=True)
class CategoryGroup:
    code: str
    name: dict[str, str]
    leaves: tuple[CategoryChoice, ...]


def category_groups(*, offered_only: bool = False, past_too: bool = False) -> list[CategoryGroup]:
    """The tree as groups with their leaves, in the order in which it was loaded.

    `offered_only`: those that residents choose from; `past_too`: also those that a unit leads which is
    given no cases any more.
    """
    rows = Category.objects.filter(active=True).select_related("lead_unit").order_by("place")
    leaves: dict[int | None, list[CategoryChoice]] = {}
    groups = []
    for row in rows:
        if not row.is_leaf:
            groups.append(row)
        elif row.lead_unit and _fits(row, offered_only=offered_only, past_too=past_too):
            leaves.setdefault(row.parent_id, []).append(
                CategoryChoice(
                    code=row.code,
                    name=row.name,
                    description=row.description,
                    lead_code=row.lead_unit.code,
                    target_days=row.target_days or settings.DEFAULT_TARGET_DAYS,
                )
            )
    found = [
        CategoryGroup(group.code, group.name, tuple(leaves[group.pk]))
        for group in groups
        if group.pk in leaves
    ]
    if None in leaves:
        found.append(CategoryGroup("", {}, tuple(leaves[None])))
    return found


def _fits(row: Category, *, offered_only: bool, past_too: bool) -> bool:
    led = past_too or (row.lead_unit is not None and row.lead_unit.active)
    return led and (row.offered or not offered_only)


def due_at(start: datetime, category: Category | None) -> datetime:
    """When a letter that came at `start` is due: the category's target in calendar days."""
    days = (category.target_days if category else None) or settings.DEFAULT_TARGET_DAYS
    return start + timedelta(days=days)


def leaf(code: str) -> Category | None:
    """The active leaf with this code, with its lead unit, or None."""
    return (
        Category.objects.filter(code=code, active=True, is_leaf=True)
        .select_related("lead_unit")
        .first()
    )
