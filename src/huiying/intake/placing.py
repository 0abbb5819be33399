"""Noting in which town each letter's place lies, so that others count letters without reading them."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from huiying.agencies.towns import Towns, towns
from huiying.intake.models import Submission, Whereabouts
from huiying.intake.unopened import opened

BATCH = 2_000


def place_letters() -> int:
    """Note the towns of the letters that have none yet, or one by other names than today's; how many
    it went over.

    Where the words are erased, what was noted stays; where nothing was, the place is not told, so that the
    letter counts all the same. One that does not open is set aside.
    """
    known, done, after = towns(), 0, 0
    while placed := _place_some(known, after):
        done, after = done + len(placed), placed[-1]
    return done


def _place_some(known: Towns, after: int) -> list[int]:
    """The ids of one batch, all greater than `after`: what was done is not gone over again."""
    noted = Whereabouts.objects.filter(submission=OuterRef("pk"), names=known.digest)
    whole = Q(words_erased_at=None) | Q(whereabouts=None)
    letters = Submission.objects.filter(~Exists(noted), whole, part=False, unopened=None)
    with transaction.atomic():
        found = list(letters.select_related("seal").filter(pk__gt=after).order_by("pk")[:BATCH])
        said = [(letter.pk, opened(letter)) for letter in found]
        Whereabouts.objects.bulk_create(
            [
                Whereabouts(submission_id=pk, division=known.of(words.place), names=known.digest)
                for pk, words in said
                if words is not None
            ],
            update_conflicts=True,
            unique_fields=["submission"],
            update_fields=["division", "names"],
        )
    return [letter.pk for letter in found]
