"""Somebody's own lists of cases. They change no case and say nothing to others: no entry is written."""

from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext_lazy as _

from huiying.casework.desk_models import SavedList
from huiying.casework.errors import NameTaken
from huiying.casework.places import all_categories, all_units
from huiying.casework.queues import SORTS, Wanted, tabs_of
from huiying.casework.saved_lists import own_lists
from huiying.casework.states import State
from huiying.casework.words import required
from huiying.intake.states import Channel
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, NotAllowed, NotFound
from huiying.kernel.verbs import verb

MOST_LISTS = 20
LONGEST_NAME = 40
PASSING = ("after", "before", "left")


def _known(actor: Actor, wanted: Wanted) -> dict[str, Any]:
    """The filters that narrow anything, by name; raises Invalid for one that no list can be asked."""
    asked = {name: value for name, value in asdict(wanted).items() if value and name not in PASSING}
    known: dict[str, bool] = {
        "tab": wanted.tab in {tab.code for tab in tabs_of(actor)},
        "state": wanted.state in State.values,
        "channel": wanted.channel in Channel.values,
        "sort": wanted.sort in SORTS,
        "unit": bool(wanted.unit) and all_units().line(wanted.unit) is not None,
        "category": bool(wanted.category) and bool(all_categories().at_or_below(wanted.category)),
    }
    if not asked or not all(known.get(name, True) for name in asked):
        raise Invalid(_("This is no list that can be saved. Open the list, then save it."))
    return asked


def _own(actor: Actor, list_id: int) -> SavedList:
    found = own_lists(actor).filter(pk=list_id).first()
    if found is None:
        raise NotFound
    return found


@verb
def save_list(*, actor: Actor, name: str, wanted: Wanted) -> SavedList:
    """Keep what `wanted` asks for, without the place in it, under a name of one's own."""
    if not tabs_of(actor):
        raise NotAllowed
    said = required(name, "name", most=LONGEST_NAME)
    asked = _known(actor, wanted)
    lists = own_lists(actor)
    if lists.count() >= MOST_LISTS:
        raise Invalid(
            _("You have %(most)d lists. Remove one first.") % {"most": MOST_LISTS}, field="name"
        )
    if lists.filter(name=said).exists():
        raise NameTaken(field="name")
    account_id = int(actor.scopes("account")[0])
    return SavedList.objects.create(account_id=account_id, name=said, asked=asked)


@verb
def rename_list(*, actor: Actor, list_id: int, name: str) -> None:
    """Give one's own list another name."""
    found = _own(actor, list_id)
    said = required(name, "name", most=LONGEST_NAME)
    if own_lists(actor).filter(name=said).exclude(pk=found.pk).exists():
        raise NameTaken(field="name")
    SavedList.objects.filter(pk=found.pk).update(name=said)


@verb
def remove_list(*, actor: Actor, list_id: int) -> None:
    """Forget one's own list; the cases in it are not touched."""
    SavedList.objects.filter(pk=_own(actor, list_id).pk).delete()


@verb
def begin_with(*, actor: Actor, list_id: int | None) -> None:
    """Open the queue with this list of one's own from now on, or (None) with that of one's role."""
    chosen = _own(actor, list_id) if list_id is not None else None
    own_lists(actor).filter(first=True).update(first=False)
    if chosen is not None:
        SavedList.objects.filter(pk=chosen.pk).update(first=True)
