from django.db import models

from huiying.agencies.models import Unit
from huiying.intake.models import Submission


class UnitLetter(models.Model):
    """That a unit has, or once had, a part in the case of a letter, with the time of the letter.

    Kept by the database itself, in the act that gives the part, so that a unit's letters are found newest
    first among a million. It says nothing of who may read them: a search still asks the policy of each.
    """

    database_rights = ("SELECT", "INSERT")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "at", "submission"], name="unit_letter_newest")
        ]
