"""Each person's own calendar link: made, shown, ended."""

from django.utils.translation import gettext_lazy as _

from huiying.agencies.duty import policy
from huiying.agencies.duty.models import Feed
from huiying.kernel import keys, time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.refusals import MovedOn, NotAllowed
from huiying.kernel.verbs import refuse_on, verb
from huiying.record.actions import write


class HasFeed(MovedOn):
    sentence = _("You have a calendar link already. End it first to get a new one.")


refuse_on("duty_feed_once", HasFeed)


def _own(actor: Actor) -> int:
    own = policy.own_account(actor)
    if own is None:
        raise NotAllowed
    return own


@verb
def make_feed(*, actor: Actor) -> Feed:
    """A new link for who acts. Raises HasFeed."""
    feed = Feed.objects.create(
        label=random_label(), account_id=_own(actor), key_number=keys.newest(), made_at=time.now()
    )
    write(actor=actor, action="duty.feed_made", subject=actor.label)
    return feed


@verb
def end_feed(*, actor: Actor) -> None:
    """Let one's link lead nowhere from now on; nothing where there is none."""
    held = Feed.objects.filter(account_id=_own(actor), ended_at=None)
    if held.update(ended_at=time.now(), key_number=0):
        write(actor=actor, action="duty.feed_ended", subject=actor.label)
