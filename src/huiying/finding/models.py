from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func


class Kind(models.TextChoices):
    LETTER = "letter"
    ANSWER = "answer"


class Text(models.Model):
    """The masked and folded words of one letter, or of one version of an answer, to be searched.

    `key` is its row's key in the table of `kind`. Whoever searches joins it with the policy of the noun
    that owns that row: nothing here says who may see it. `hidden` are the places, first and past the
    last, of what is masked in the words as they came; none where older rules made this text.
    """

    database_rights = ("SELECT", "INSERT", "DELETE")

    kind = models.CharField(max_length=6, choices=Kind.choices)
    key = models.BigIntegerField()
    at = models.DateTimeField()
    text = models.TextField()
    hidden = ArrayField(models.IntegerField(), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=Kind.values), name="finding_text_kind_known"
            ),
            models.UniqueConstraint(fields=["kind", "key"], name="finding_text_once"),
        ]
        indexes = [
            models.Index(fields=["kind", "-at", "-id"], name="finding_text_newest"),
            # The worker alone writes here, in batches: the list of pending rows would only stall it.
            GinIndex(
                Func(F("text"), F("id"), function="finding_pairs"),
                name="finding_text_pairs",
                fastupdate=False,
            ),
        ]


class Followed(models.Model):
    """How far the rows of one kind have been put into the index.

    Up to `settled` every row is there. `ahead` was the newest row when `horizon` was the next transaction:
    once all transactions before that have ended, no row up to `ahead` can appear any more. Texts whose
    number is not above `anew_below` were made by older rules and are made anew, from the newest down.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    kind = models.CharField(max_length=6, primary_key=True)
    rules = models.IntegerField()  # the version of masking and folding that made these texts
    settled = models.BigIntegerField(default=0)
    ahead = models.BigIntegerField(default=0)
    horizon = models.BigIntegerField(default=0)
    anew_below = models.BigIntegerField(default=0, db_default=0)
    since = models.DateTimeField()
