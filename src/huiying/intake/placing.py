"""Noting in which town each letter's place lies, so that others count letters without reading them."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from huiying.agencies.towns import Towns, towns
from huiying.intake.models import Submission, Whereabouts
from huiying.intake.opening import each_opened

BATCH = 2_000


def place_letters() -> int:
    """Note the towns of the letters that have none yet, or one by other names than today's; how many.

    Where the words are erased, what was noted stays; where nothing was, the place is not told, so that the
    letter counts all the same.
    """
    known, done, after = towns(), 0, 0
    while placed := _place_some(known, after):
        done, after = done + len(placed), placed[-1]
    return done


def _place_some(known: Towns, after: int) -> list[int]:
    """The ids of one batch, all greater than `after`: what was done is not gone over again."""
    noted = Whereabouts.objects.filter(submission=OuterRef("pk"), names=known.digest)
    whole = Q(words_erased_at=None) | Q(whereabouts=None)
    letters = Submission.objects.filter(~Exists(noted), whole, part=False)
    with transaction.atomic():
        opened = each_opened(letters.filter(pk__gt=after).order_by("pk")[:BATCH])
        rows = [(letter.pk, words.place) for letter, words in opened]
        Whereabouts.objects.bulk_create(
            [
                Whereabouts(submission_id=pk, division=known.of(place), names=known.digest)
                for pk, place in rows
            ],
            update_conflicts=True,
            unique_fields=["submission"],
            update_fields=["division", "names"],
        )
    return [pk for pk, _place in rows]
