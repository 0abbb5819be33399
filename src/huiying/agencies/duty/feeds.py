"""One person's shifts as an iCalendar feed (RFC 5545), at an address that only they know.

The address is the row's label with an HMAC over it: the database alone does not tell it. What it leads to
holds hours and the names of rosters, nobody's name and no case.
"""

import hmac
import re
from datetime import timedelta

from icalendar import Calendar, Event

from huiying.agencies.duty.models import Feed
from huiying.agencies.duty.reads import ShiftShown, own_shifts
from huiying.kernel import keys, time
from huiying.kernel.names import localized
from huiying.kernel.refusals import NotFound

PURPOSE = "duty feed"
MARK_BYTES = 20
TOKEN = re.compile(r"[0-9a-z]{16}\.[0-9a-f]{40}")
BEFORE = timedelta(days=31)
MOST = 800


def token_of(feed: Feed) -> str:
    """What stands in the address."""
    return f"{feed.label}.{_mark(feed)}"


def _mark(feed: Feed) -> str:
    key = keys.for_purpose(PURPOSE, feed.key_number)
    return hmac.digest(key, feed.label.encode(), "sha256")[:MARK_BYTES].hex()


def own_feed(account: int) -> Feed | None:
    """The link that somebody has now."""
    return Feed.objects.filter(account_id=account, ended_at=None).first()


def feed_for(token: str) -> Feed:
    """The link behind an address. Raises NotFound, also where it was ended or its person has left."""
    if not TOKEN.fullmatch(token):
        raise NotFound
    label, _dot, mark = token.partition(".")
    found = Feed.objects.filter(label=label, ended_at=None, account__is_active=True).first()
    if found is None or not hmac.compare_digest(_mark(found).encode(), mark.encode()):
        raise NotFound
    return found


def written(feed: Feed) -> bytes:
    """The file: shifts of the last month and all that are planned. One query."""
    calendar = Calendar()
    calendar.add("prodid", "-//Huiying//Duty roster//EN")
    calendar.add("version", "2.0")
    for shift in own_shifts(feed.account_id, since=time.now() - BEFORE, most=MOST):
        calendar.add_component(_event(shift))
    return bytes(calendar.to_ical())


def _event(shift: ShiftShown) -> Event:
    event = Event()
    event.add("uid", f"{shift.label}@huiying")
    event.add("dtstamp", time.now())
    event.add("dtstart", shift.starts_at)
    event.add("dtend", shift.ends_at)
    event.add("summary", f"{localized(shift.roster_name)} · {localized(shift.name)}")
    return event
