"""Somebody's own mark of up to where they have read the news. No entry: it tells nobody anything."""

from datetime import datetime

from huiying.casework.desk_models import LastLook
from huiying.casework.queues import tabs_of
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed
from huiying.kernel.verbs import verb


@verb
def have_looked(*, actor: Actor, upto: datetime) -> None:
    """Remember that this person has read the news up to this moment, never one to come, and never less
    than they had read.
    """
    accounts = actor.scopes("account")
    if not accounts or not tabs_of(actor):
        raise NotAllowed
    at = min(upto, time.now())
    mark, new = LastLook.objects.get_or_create(account_id=int(accounts[0]), defaults={"at": at})
    if not new:
        LastLook.objects.filter(pk=mark.pk, at__lt=at).update(at=at)
