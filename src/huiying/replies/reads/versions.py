"""The words that belong to replies."""

from collections.abc import Iterable

from django.db.models import F

from huiying.replies.models import Reply, ReplyVersion
from huiying.replies.shown import Chain
from huiying.replies.words import Words


def current_versions(replies: Iterable[Reply]) -> dict[int, ReplyVersion]:
    """The current version of each reply, by the reply's id."""
    rows = ReplyVersion.objects.filter(
        reply_id__in=[reply.pk for reply in replies], number=F("reply__version")
    )
    return {row.reply_id: row for row in rows}


def with_words(replies: Iterable[Reply]) -> Chain:
    """Each reply with its current version, in their order."""
    listed = list(replies)
    versions = current_versions(listed)
    return [(reply, versions[reply.pk]) for reply in listed]


def all_versions(reply: Reply) -> list[ReplyVersion]:
    """Every version of the reply, newest first; the first one is the current one."""
    return list(ReplyVersion.objects.filter(reply=reply).order_by("-number"))


def words_in(version: ReplyVersion) -> Words:
    """The words of this version."""
    return Words(version.title, version.question, version.text, version.outcome, version.audience)


def words_of(reply: Reply) -> Words:
    """The words of the reply's current version."""
    return words_in(ReplyVersion.objects.get(reply=reply, number=reply.version))
