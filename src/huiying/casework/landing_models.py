"""Where the rules and the model would have a case go, and what people chose instead."""

from django.db import models

from huiying.routing.models import RuleVersion, Use


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
