"""Two versions of an answer beside each other, with what changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from huiying.replies.comparing import SAME, Piece, changes
from huiying.replies.models import Reply, ReplyVersion
from huiying.replies.reads.versions import words_in, words_of
from huiying.replies.states import Audience
from huiying.replies.words import OUTCOMES, Words

AS_SAID = "said"  # what a correction corrects


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an answer, by its name in words; `changed` is false where both are the same."""

    name: str
    pieces: tuple[Piece, ...]
    changed: bool


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The earlier text left, the later right. `against` is the version compared with, or `said`."""

    against: str
    before: str
    after: str
    parts: tuple[Part, ...]
    changed: bool


def _named(code: str, choices: Sequence[tuple[str, object]]) -> str:
    return next((str(label) for value, label in choices if value == code), "")


def _part(name: str, before: str, after: str) -> Part:
    pieces = changes(before, after)
    return Part(name, pieces, any(piece.kind != SAME for piece in pieces))


def _parts(before: Words, after: Words) -> tuple[Part, ...]:
    outcomes = [(outcome.value, outcome.label) for outcome in OUTCOMES]
    parts = [
        _part(_("Title"), before.title, after.title),
        _part(_("What was asked"), before.question, after.question),
        _part(_("The answer"), before.text, after.text),
    ]
    for name, former, later in (
        (_("Result"), _named(before.outcome, outcomes), _named(after.outcome, outcomes)),
        (
            _("Who is to read it"),
            _named(before.audience, Audience.choices),
            _named(after.audience, Audience.choices),
        ),
    ):
        if former != later:
            parts.append(_part(name, former, later))
    return tuple(parts)


def side_by_side(
    reply: Reply, versions: Sequence[ReplyVersion], against: str = ""
) -> SideBySide | None:
    """The current version (the first of `versions`) beside another one; None where there is none.

    Without a known `against`, a correction stands beside what it corrects, every other answer beside
    its version before. One query for a correction.
    """
    later = versions[0]
    numbers = {str(version.number): version for version in versions[1:]}
    if against not in numbers and reply.corrects is not None:
        against, before = AS_SAID, words_of(reply.corrects)
        heading = _("As it was said")
    elif numbers:
        against = against if against in numbers else str(versions[1].number)
        before = words_in(numbers[against])
        heading = _("Version %(version)s") % {"version": against}
    else:
        return None
    parts = _parts(before, words_in(later))
    return SideBySide(
        against=against,
        before=heading,
        after=_("Version %(version)s") % {"version": later.number},
        parts=parts,
        changed=any(part.changed for part in parts),
    )
