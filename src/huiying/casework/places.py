"""The units and categories that a page of cases shows, read once for the whole page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from huiying.agencies.models import Unit
from huiying.agencies.reads import UnitChoice
from huiying.casework import policy
from huiying.kernel.actors import Actor
from huiying.kernel.kept_queries import KeptQuery
from huiying.routing.models import Category

type Names = dict[str, str]
type CategoryOptions = tuple[Names, list[tuple[str, Names]]]


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit of the tree, active or not; `path` holds the codes from the root."""

    id: int
    code: str
    name: Names
    path: str
    active: bool
    is_root: bool


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """One category; a leaf has the code of its lead unit."""

    id: int
    code: str
    name: Names
    parent_id: int | None
    is_leaf: bool
    active: bool
    lead_id: int | None


class Units:
    """All units, in the order of the tree."""

    def __init__(self, lines: Iterable[UnitLine]) -> None:
        self.lines = tuple(lines)
        self._by_id = {line.id: line for line in self.lines}
        self._by_code = {line.code: line for line in self.lines}

    def name(self, unit_id: int | None) -> Names:
        """The name of a unit by id; empty for none."""
        line = self._by_id.get(unit_id or 0)
        return line.name if line else {}

    def code(self, unit_id: int | None) -> str:
        """The code of a unit by id; empty for none."""
        line = self._by_id.get(unit_id or 0)
        return line.code if line else ""

    def line(self, code: str) -> UnitLine | None:
        """The unit with this code."""
        return self._by_code.get(code)

    def named(self, code: str) -> Names:
        """The name of a unit by code; the code itself where it is not known."""
        line = self.line(code)
        return line.name if line else {"": code}

    def below(self, scopes: Iterable[str]) -> list[UnitLine]:
        """The units at or below any of these paths."""
        wanted = tuple(scopes)
        return [line for line in self.lines if line.path.startswith(wanted)] if wanted else []

    def at_or_below(self, code: str) -> list[int]:
        """The ids of a unit and all below it; none for a code that is not known."""
        line = self._by_code.get(code)
        return [each.id for each in self.below([line.path])] if line else []

    def choices(self, scopes: Iterable[str] = ("",), *, past_too: bool = False) -> list[UnitChoice]:
        """The units at or below `scopes` that may be given cases, without the root, as lines of a list;
        with `past_too` also those that have only past ones.
        """
        return [
            UnitChoice(line.code, line.name, line.path.count("/") - 2)
            for line in self.below(scopes)
            if (line.active or past_too) and not line.is_root
        ]


class Categories:
    """All categories, in the order in which they were loaded."""

    def __init__(self, lines: Iterable[CategoryLine]) -> None:
        self.lines = tuple(lines)
        self._by_id = {line.id: line for line in self.lines}
        self._by_code = {line.code: line for line in self.lines}

    def name(self, category_id: int | None) -> Names:
        """The name of a category by id; empty for none."""
        line = self._by_id.get(category_id or 0)
        return line.name if line else {}

    def named(self, code: str) -> Names:
        """The name of a category by code; the code itself where it is not known."""
        line = self._by_code.get(code)
        return line.name if line else {"": code}

    def at_or_below(self, code: str) -> list[int]:
        """The ids of a category and all below it; none for a code that is not known."""
        line = self._by_code.get(code)
        found: list[int] = []
        level = {line.id} if line else set()
        while level:
            found += sorted(level)
            level = {each.id for each in self.lines if each.parent_id in level}
        return found

    def groups(self, units: Units | None = None, *, keep: str = "") -> list[CategoryOptions]:
        """The active leaves as (code, name), under the name of their group.

        With `units`, only those whose lead unit may be given cases, and the one with the code `keep`.
        """
        leading = None if units is None else {line.id for line in units.lines if line.active}
        found: dict[int | None, list[tuple[str, Names]]] = {}
        for line in self.lines:
            led = leading is None or line.lead_id in leading or line.code == keep
            if line.is_leaf and line.active and led:
                found.setdefault(line.parent_id, []).append((line.code, line.name))
        return [(self.name(parent_id), leaves) for parent_id, leaves in found.items()]


def _all_units() -> QuerySet[Unit, Any]:
    columns = ("id", "code", "name", "path", "active", "is_root")
    return Unit.objects.annotate(is_root=Q(parent=None)).order_by("path").values_list(*columns)


def _all_categories() -> QuerySet[Category, tuple[Any, ...]]:
    columns = ("id", "code", "name", "parent_id", "is_leaf", "active", "lead_unit_id")
    return Category.objects.order_by("place", "id").values_list(*columns)


UNITS, CATEGORIES = KeptQuery(_all_units), KeptQuery(_all_categories)


def all_units() -> Units:
    """One query."""
    return Units(UnitLine(*row) for row in UNITS.rows())


def all_categories() -> Categories:
    """One query."""
    return Categories(CategoryLine(*row) for row in CATEGORIES.rows())


def reach_of(actor: Actor) -> tuple[str, ...]:
    """The paths below which this actor reads cases; the empty path for everything."""
    if policy.reads_everything(actor):
        return ("",)
    return actor.scopes(*policy.READS_BELOW)
