"""Where the rules and the model would have a case go, and what people chose instead."""

from django.db import models

from huiying.routing.models import Learned, RuleVersion, Use


class Suggestion(models.Model):
    """What the rules in force and the model in use said of a case when it came in, kept as it was said.

    `rule` is the number of the rule that fitted, with what it says in `to` and `unit`. `offers` is a list
    of `category`, `likely` and `because`, likeliest first; `first` is the first of them, empty where the
    model kept silent. The words in `because` go with the letter's.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    case = models.ForeignKey(
        "casework.CaseFile", on_delete=models.PROTECT, related_name="suggestions", db_index=False
    )
    use = models.ForeignKey(Use, on_delete=models.PROTECT, null=True, related_name="+")
    rules = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    rule = models.PositiveSmallIntegerField(null=True)
    to = models.CharField(max_length=60, blank=True, db_default="")
    unit = models.CharField(max_length=60, blank=True, db_default="")
    first = models.CharField(max_length=60, blank=True)
    offers = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "use", "rules"], nulls_distinct=False, name="suggestion_once_each"
            ),
        ]


class Lesson(models.Model):
    """That somebody chose another category than the suggested one. Append-only; never who."""

    database_rights = ("SELECT", "INSERT")

    suggestion = models.ForeignKey(Suggestion, on_delete=models.PROTECT, related_name="lessons")
    suggested = models.CharField(max_length=60)
    chosen = models.CharField(max_length=60)
    at = models.DateTimeField()


MOST_ATTEMPTS = 3  # of the worker, with one trial


class ModelTrial(models.Model):
    """A version of the model, speaking from `threshold` on, tried on past letters against what was in use;
    `against` is None where nothing was. The worker does it: `done` of `of` letters, `attempts` times begun.

    `found` is a list of (letter, category that is said by what is in use, category said then, whether the
    version may have learned from the letter); an empty category is silence. No words.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    learned = models.ForeignKey(Learned, on_delete=models.PROTECT, related_name="+", db_index=False)
    threshold = models.FloatField()
    against = models.ForeignKey(
        Use, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=60)  # an actor's label
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    found = models.JSONField(default=list)
