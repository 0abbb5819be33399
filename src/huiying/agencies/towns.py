"""Which town a place in somebody's words lies in, by the names of the divisions that were loaded. Pure but
for one query.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from huiying.agencies.models import Division

_ENDINGS = re.compile(r"(?:街道|社区|苏木|[镇乡村区县])$")
_ENGLISH_ENDINGS = re.compile(r" (?:subdistrict|town|township|village|community|district|county)$")
SHORTEST = 2  # characters that a name must keep to be looked for without its ending


@dataclass(frozen=True, slots=True)
class Town:
    """A division of the level at which letters are counted."""

    code: str
    name: dict[str, str]


@dataclass(frozen=True, slots=True)
class Towns:
    """The towns, in the order of their codes. `digest` tells one set of names from another."""

    listed: tuple[Town, ...]
    digest: str
    _codes: dict[str, str]  # by name, folded; "" for one that several towns have
    _names: re.Pattern[str]

    def of(self, place: str) -> str:
        """The code of the one town that `place` tells of; empty for none, or more than one."""
        found = {self._codes[each.group()] for each in self._names.finditer(place.casefold())}
        return found.pop() if len(found) == 1 else ""


def _forms(names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        whole = name.strip().casefold()
        for ending in (_ENDINGS, _ENGLISH_ENDINGS):
            short = ending.sub("", whole)
            found |= {form for form in (whole, short) if len(form) >= SHORTEST}
    return found


def _level(codes: list[str]) -> int:
    """How long the codes of towns are: of those right below the one that stands above all."""
    lengths = sorted({len(code) for code in codes})
    above_all = lengths and sum(len(code) == lengths[0] for code in codes) == 1
    return lengths[1] if above_all and len(lengths) > 1 else (lengths or [0])[0]


def towns() -> Towns:
    """The towns as the divisions stand now. One query."""
    rows = list(Division.objects.filter(active=True).order_by("code").values_list("code", "name"))
    level = _level([code for code, _name in rows])
    codes: dict[str, str] = {}
    for code, name in rows:
        for form in _forms(name.values()) if len(code) >= level else ():
            town = code[:level]
            codes[form] = town if codes.get(form, town) == town else ""
    longest = sorted(codes, key=lambda form: (-len(form), form))
    names = re.compile("|".join(map(re.escape, longest)) or r"(?!)")
    listed = tuple(Town(code, name) for code, name in rows if len(code) == level)
    known = repr(sorted(codes.items())).encode()
    return Towns(listed, hashlib.sha256(known).hexdigest()[:16], codes, names)
