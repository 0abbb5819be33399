"""Bringing the words of answers into the index; who may find them, the search decides."""

from huiying.finding.actions import Source
from huiying.finding.following import follow
from huiying.finding.models import Kind
from huiying.replies.models import ReplyVersion


def _source(version: ReplyVersion) -> Source:
    return Source(version.pk, version.at, f"{version.title}\n{version.question}\n{version.text}")


def index_answers() -> int:
    """Index the versions of answers that are new, drafts too: a version never changes. How many."""
    return follow(Kind.ANSWER, ReplyVersion.objects.all(), _source, erasable=False)
