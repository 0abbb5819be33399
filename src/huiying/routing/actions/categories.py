"""The category tree."""

from collections.abc import Iterable
from typing import TypedDict

from django.utils.translation import gettext_lazy as _

from huiying.agencies.models import Unit
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, NotAllowed
from huiying.kernel.verbs import verb
from huiying.record.actions import write
from huiying.routing.models import Category


class CategoryRow(TypedDict, total=False):
    """One category: `parent` and `lead` are codes; a leaf has `lead` and `target_days`.

    `working_days`: these are working days by the calendar of the lead unit, not calendar days.

    `private_unreviewed`: what goes to the writer alone needs no reviewer. `co_sign`: the supporting units
    co-sign an answer before it is reviewed.
    """

    code: str
    parent: str
    name: dict[str, str]
    description: dict[str, str]
    lead: str
    target_days: int
    working_days: bool
    offered: bool
    private_unreviewed: bool
    co_sign: bool


@verb
def load_categories(*, actor: Actor, rows: Iterable[CategoryRow]) -> int:
    """Create or change the categories of `rows`, parents first; returns how many are new.

    Raises Invalid, naming the code, where a parent or a lead unit is unknown or a leaf lacks one.
    """
    if not actor.has("administrator", "system"):
        raise NotAllowed
    listed = list(rows)
    parents = {row["parent"] for row in listed if row.get("parent")}
    units = {unit.code: unit for unit in Unit.objects.all()}
    known = {category.code: category for category in Category.objects.all()}
    new = 0
    for place, row in enumerate(listed):
        is_leaf = row["code"] not in parents
        wanted = _wanted(row, place, is_leaf=is_leaf, units=units, known=known)
        category = known.get(row["code"])
        if category is None:
            known[row["code"]] = Category.objects.create(code=row["code"], **wanted)
            new += 1
            action = "category.created"
        elif any(getattr(category, name) != value for name, value in wanted.items()):
            Category.objects.filter(pk=category.pk).update(**wanted)
            action = "category.changed"
        else:
            continue
        data = {
            "lead": row.get("lead", ""),
            "target_days": row.get("target_days"),
            "working_days": wanted["working_days"],
            "private_unreviewed": wanted["private_unreviewed"],
            "co_sign": wanted["co_sign"],
        }
        write(actor=actor, action=action, subject=f"category:{row['code']}", data=data)
    return new


def _wanted(
    row: CategoryRow,
    place: int,
    *,
    is_leaf: bool,
    units: dict[str, Unit],
    known: dict[str, Category],
) -> dict[str, object]:
    code = row["code"]
    parent = known.get(row.get("parent", "")) if row.get("parent") else None
    lead = units.get(row.get("lead", "")) if row.get("lead") else None
    if row.get("parent") and parent is None:
        raise Invalid(_("The category above this one is not known."), field=code)
    if is_leaf and (lead is None or not row.get("target_days")):
        raise Invalid(_("A leaf category needs a lead unit and a target in days."), field=code)
    return {
        "parent_id": parent.pk if parent else None,
        "name": row["name"],
        "description": row.get("description", {}),
        "lead_unit_id": lead.pk if lead else None,
        "target_days": row.get("target_days") if is_leaf else None,
        "working_days": is_leaf and row.get("working_days", False),
        "is_leaf": is_leaf,
        "offered": row.get("offered", True),
        "private_unreviewed": row.get("private_unreviewed", False),
        "co_sign": row.get("co_sign", False),
        "place": place,
    }
