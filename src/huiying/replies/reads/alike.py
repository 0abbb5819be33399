"""Which published answers may be about what somebody is writing: what everybody may read, and nothing else.

It looks where the public search looks and compares the agency's own summary of the question; nothing of a
letter, published or not, is asked.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from huiying.casework.states import OPEN
from huiying.finding.bounding import bounded
from huiying.finding.likeness import Matter
from huiying.finding.models import Kind
from huiying.finding.rarity import rarity_of
from huiying.finding.resembling import Why, keys_like, likeliest
from huiying.finding.wording import asked_words, searchable
from huiying.kernel import time
from huiying.replies import policy
from huiying.replies.models import Reply, ReplyVersion
from huiying.replies.reads import finding

MOST = 3
NEWEST = 30
MOST_COMPARED = 150


@dataclass(frozen=True, slots=True)
class PublicAlike:
    """One published answer that may be about the same. `open`: it is being worked on again."""

    address: str
    title: str
    answered_at: datetime
    open: bool
    why: Why


def public_alike(text: str, place: str = "", category_code: str = "") -> tuple[PublicAlike, ...]:
    """At most `MOST`, best first. Anybody may ask, so it is bounded: nine queries. Raises TooSlow."""
    words = asked_words(text, place)
    new = Matter("", words, category_code, "", None, time.now())
    with bounded():
        rarity = rarity_of(Kind.ANSWER)
        replies = _published(keys_like(Kind.ANSWER, words, rarity), category_code)
    matters = {str(reply.pk): _matter(reply, version) for reply, version in replies}
    rows = {str(reply.pk): (reply, version) for reply, version in replies}
    found = itertools.islice(likeliest(new, matters.values(), rarity), MOST)
    return tuple(_shown(*rows[label], reason) for label, reason in found)


def _published(keys: Sequence[int], category_code: str) -> list[tuple[Reply, ReplyVersion]]:
    """Those of the versions with these keys, and of the newest answers of a category, that everybody may
    read now, with their words.
    """
    newest = finding.page(finding.reach(category=category_code), size=NEWEST).ids
    by_words = ReplyVersion.objects.filter(pk__in=list(keys), number=F("reply__version"))
    ids = {*newest, *by_words.values_list("reply_id", flat=True)}
    standing = policy.published().filter(pk__in=ids).select_related("case", "category")
    replies = {reply.pk: reply for reply in standing.order_by("-answered_at")[:MOST_COMPARED]}
    versions = ReplyVersion.objects.filter(reply__in=list(replies), number=F("reply__version"))
    return [(replies[version.reply_id], version) for version in versions]


def _matter(reply: Reply, version: ReplyVersion) -> Matter:
    return Matter(
        label=str(reply.pk),
        text=searchable(f"{version.title}\n{version.question}"),
        category=reply.category.code if reply.category else "",
        place="",
        point=None,
        since=min(reply.answered_at or reply.drafted_at, time.now()),
    )


def _shown(reply: Reply, version: ReplyVersion, reason: Why) -> PublicAlike:
    return PublicAlike(
        address=reply.address,
        title=version.title,
        answered_at=reply.answered_at or reply.drafted_at,
        open=reply.case.state in OPEN,
        why=reason,
    )


def case_answered_at(address: str) -> int:
    """The number of the case whose published answer stands at this address; 0 where none is on view."""
    found = policy.published().filter(address=address)
    return found.values_list("case__number", flat=True).first() or 0
