"""Places of the agency's territory for the clerk who types one: loaded from a file, offered as a list."""

from collections.abc import Iterable
from typing import TypedDict

from django.utils.translation import gettext_lazy as _

from huiying.agencies.models import Division
from huiying.kernel.actors import Actor
from huiying.kernel.names import chinese, localized
from huiying.kernel.refusals import Invalid, NotAllowed
from huiying.kernel.verbs import verb
from huiying.record.actions import write

# A list in a page, without JavaScript: a county's towns and villages, not a province's.
MOST = 600
# Province, prefecture, county, town, village (GB/T 2260, GB/T 10114).
LENGTHS = (2, 4, 6, 9, 12)
LONGEST_NAME = 60


class DivisionRow(TypedDict):
    """One division: its code begins with that of the one above it."""

    code: str
    name: dict[str, str]


def _check(rows: list[DivisionRow]) -> None:
    codes = [row["code"] for row in rows]
    if not rows:
        raise Invalid(_("There is no division in it."))
    if len(rows) > MOST:
        raise Invalid(
            _("These are %(count)d divisions; at most %(most)d fit. Load those of your territory.")
            % {"count": len(rows), "most": MOST}
        )
    for row in rows:
        names = list(row["name"].values())
        plain = row["code"].isascii() and row["code"].isdecimal()
        if not plain or len(row["code"]) not in LENGTHS:
            raise Invalid(_("A code has 2, 4, 6, 9 or 12 digits."), field=row["code"])
        if not any(names) or any(len(name) > LONGEST_NAME or "\0" in name for name in names):
            raise Invalid(_("A name has 1 to 60 characters."), field=row["code"])
    if len(set(codes)) != len(codes):
        raise Invalid(_("A code stands there twice."))


@verb
def load_divisions(*, actor: Actor, rows: Iterable[DivisionRow]) -> int:
    """Make these divisions the ones that are offered, in place of those before; how many they are.

    Raises Invalid, naming the code, where a row does not fit or there are more than `MOST`.
    """
    if not actor.has("administrator", "system"):
        raise NotAllowed
    listed = list(rows)
    _check(listed)
    Division.objects.exclude(code__in=[row["code"] for row in listed]).update(active=False)
    Division.objects.bulk_create(
        [Division(code=row["code"], name=row["name"], active=True) for row in listed],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "active"],
    )
    write(actor=actor, action="divisions.loaded", subject="divisions", data={"count": len(listed)})
    return len(listed)


def place_names() -> list[str]:
    """The divisions in words, each with those above it, in the order of their codes. One query.

    One that stands above all the others goes without saying.
    """
    names = {
        code: localized(name)
        for code, name in Division.objects.filter(active=True)
        .order_by("code")
        .values_list("code", "name")
    }
    over_all = (code for code in names if all(each.startswith(code) for each in names))
    whole = next(over_all, "") if len(names) > 1 else ""
    return [_in_full(code, names, whole) for code in names if code != whole]


def _in_full(code: str, names: dict[str, str], whole: str) -> str:
    above = [code[:length] for length in LENGTHS if length <= len(code)]
    said = [names[each] for each in above if each in names and each != whole]
    return "".join(said) if chinese() else ", ".join(reversed(said))
