"""The lists of cases that somebody keeps for themselves."""

from dataclasses import dataclass

from django.db.models import QuerySet

from huiying.casework.desk_models import SavedList
from huiying.casework.queues import Wanted
from huiying.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class ListKept:
    """One list of one's own and what it asks for."""

    id: int
    name: str
    first: bool
    wanted: Wanted


def own_lists(actor: Actor) -> QuerySet[SavedList]:
    """The rows of this actor and of nobody else."""
    return SavedList.objects.filter(account_id__in=[int(each) for each in actor.scopes("account")])


def lists_kept(actor: Actor) -> list[ListKept]:
    """One's own lists by name. One query."""
    known = set(Wanted.__slots__)
    return [
        ListKept(
            row.pk,
            row.name,
            row.first,
            Wanted(**{name: value for name, value in row.asked.items() if name in known}),
        )
        for row in own_lists(actor).order_by("name")
    ]
