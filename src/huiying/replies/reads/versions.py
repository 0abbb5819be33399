"""The words that belong to replies."""

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, F, QuerySet

from huiying.kernel.kept_queries import Given, IsAnyOf, KeptQuery
from huiying.replies.models import Reply, ReplyVersion
from huiying.replies.shown import Chain
from huiying.replies.words import Words


def _current(*, replies: Given) -> QuerySet[ReplyVersion]:
    listed = IsAnyOf("reply_id", replies)
    return ReplyVersion.objects.filter(listed, number=F("reply__version"))


CURRENT = KeptQuery(_current, replies=ArrayField(BigIntegerField()))


def current_versions(replies: Iterable[Reply]) -> dict[int, ReplyVersion]:
    """The current version of each reply, by the reply's id."""
    keys = [reply.pk for reply in replies]
    return {row.reply_id: row for row in CURRENT.rows(replies=keys)} if keys else {}


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
