"""Checking what somebody gave as a reason, a proof or a title before it is kept."""

from django.utils.translation import gettext_lazy as _

from huiying.casework.errors import NeedsWords
from huiying.kernel.refusals import Invalid

LONGEST_WORDS = 4_000
LONGEST_TITLE = 200


def fitting(words: str, field: str, *, most: int = LONGEST_WORDS) -> str:
    """`words` without the space around them, perhaps nothing.

    Raises Invalid, naming `field`, beyond `most` characters or where the database cannot hold them.
    """
    kept = words.strip()
    if len(kept) > most:
        raise Invalid(_("This is longer than %(most)d characters.") % {"most": most}, field=field)
    if "\0" in kept or any("\ud800" <= character <= "\udfff" for character in kept):
        raise Invalid(_("This text has characters that cannot be kept."), field=field)
    return kept


def required(words: str, field: str, *, most: int = LONGEST_WORDS) -> str:
    """`fitting` words; raises NeedsWords where there are none."""
    kept = fitting(words, field, most=most)
    if not kept:
        raise NeedsWords(field=field)
    return kept
