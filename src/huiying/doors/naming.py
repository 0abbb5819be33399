"""Which unit and which category a file's own words mean here, and which are missing."""

import functools
import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from huiying.agencies.actions import UnitRow
from huiying.agencies.models import Unit
from huiying.doors.errors import MapRefused
from huiying.doors.fitting import PastLetter
from huiying.doors.mapping import Creating, Mapping
from huiying.routing.actions.categories import CategoryRow
from huiying.routing.models import Category
from huiying.routing.reads import Target, target_of, targets

LONGEST_CODE = 50  # an entry names it as "category:…" in 60 characters
PLAIN = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*")


class Leaf(NamedTuple):
    """A leaf category: row id, code and target."""

    id: int
    code: str
    target: Target


class Placed(NamedTuple):
    """A letter with the unit and the category that it has here, and when it is due."""

    letter: PastLetter
    unit_id: int | None
    leaf: Leaf | None
    due: datetime


class Names:
    """What the words of one map's file mean, by both trees as they were read last."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self.refresh()

    def refresh(self) -> None:
        """Read both trees anew."""
        self._units = dict(Unit.objects.values_list("code", "id"))
        groups = Category.objects.filter(is_leaf=False)
        self._groups = set(groups.values_list("code", flat=True))
        self._leaves = {
            code: Leaf(row_id, code, target) for code, (row_id, target) in targets().items()
        }

    def unit_code(self, said: str) -> str:
        """The code of the unit that the file calls `said`, whether it is there or not."""
        creating = self._mapping.units
        known = said in self._units or not creating.create
        return said if known else code_below(creating.under, said)

    def leaf_code(self, said: str) -> str:
        """The code of the category that the file calls `said`, whether it is there or not."""
        creating = self._mapping.categories
        known = said in self._leaves or not creating.create
        return said if known else code_below(creating.under, said)

    def new_units(self, letters: Iterable[PastLetter]) -> list[UnitRow]:
        """The units that these letters bring, below the one that the map names."""
        creating = self._mapping.units
        wanted = {each.unit for each in letters if each.unit and creating.create}
        said = {self.unit_code(each): each for each in sorted(wanted, reverse=True)}
        rows = [
            UnitRow(
                code=code,
                parent=creating.under,
                name=self._name(creating, each),
                active=not creating.past,
            )
            for code, each in said.items()
            if code not in self._units
        ]
        if rows and creating.under not in self._units:
            root = Unit.objects.filter(parent=None).order_by("id").values_list("code", flat=True)
            above = root.first() or ""
            group = UnitRow(
                code=creating.under,
                parent=above,
                name=self._above(creating),
                active=not creating.past,
            )
            rows.insert(0, group)
        return rows

    def new_categories(self, letters: Iterable[PastLetter]) -> list[CategoryRow]:
        """The leaves that these letters bring; each led by the unit of its first letter."""
        creating = self._mapping.categories
        rows: dict[str, CategoryRow] = {}
        for letter in letters:
            code = self.leaf_code(letter.category) if letter.category else ""
            if creating.create and code and code not in self._leaves and code not in rows:
                rows[code] = CategoryRow(
                    code=code,
                    parent=creating.under,
                    name=self._name(creating, letter.category),
                    lead=self._lead(letter),
                    target_days=creating.target_days,
                    working_days=creating.working_days,
                    offered=False,
                )
        if rows and creating.under in self._leaves:
            raise MapRefused(f"{creating.under} is a category itself; name a group.")
        group = CategoryRow(
            code=creating.under, parent="", name=self._above(creating), offered=False
        )
        return [*([group] if rows and creating.under not in self._groups else []), *rows.values()]

    def _lead(self, letter: PastLetter) -> str:
        lead = self.unit_code(letter.unit) if letter.unit else self._mapping.categories.lead
        if not lead:
            raise MapRefused("categories.lead must name the unit that leads new categories.")
        return lead

    def _name(self, creating: Creating, said: str) -> dict[str, str]:
        return dict(creating.names.get(said) or {self._mapping.language: said})

    def _above(self, creating: Creating) -> dict[str, str]:
        return dict(creating.under_name or {self._mapping.language: creating.under})

    def unknown(self, letter: PastLetter) -> str:
        """Why the letter cannot be placed, or nothing where it can, or where the map makes names."""
        units, categories = self._mapping.units, self._mapping.categories
        if letter.unit and not units.create and letter.unit not in self._units:
            return f"{self._said('unit')}: unknown unit"
        if letter.category and not categories.create and letter.category not in self._leaves:
            return f"{self._said('category')}: unknown category"
        if letter.category and self.leaf_code(letter.category) in self._groups:
            return f"{self._said('category')}: a group of categories, not one of them"
        return ""

    def _said(self, target: str) -> str:
        return " + ".join(self._mapping.targets[target].columns) or target

    def place(self, letter: PastLetter) -> Placed:
        """The letter with its unit, category and due time, all of which must be there by now."""
        unit_id = self._units[self.unit_code(letter.unit)] if letter.unit else None
        leaf = self._leaves[self.leaf_code(letter.category)] if letter.category else None
        target = leaf.target if leaf else target_of(None)
        due = letter.due or target.due(letter.received)
        return Placed(letter, unit_id, leaf, due)


@functools.lru_cache(maxsize=4096)
def code_below(under: str, said: str) -> str:
    """A code for what a file calls `said`: readable where it can be, and the same each time.

    Two words never get one code, unless they differ by capitals or spaces only.
    """
    folded = " ".join(said.lower().split())
    slug = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")
    code = f"{under}-{slug}" if slug else under
    if PLAIN.fullmatch(folded) and len(code) <= LONGEST_CODE:
        return code
    mark = hashlib.sha256(folded.encode()).hexdigest()[:8]
    return f"{code[: LONGEST_CODE - 9].rstrip('-')}-{mark}"
