from django.db import models


class HarmDecision(models.Model):
    """That one harm fact holds in a case from now on, or does not: the desk said so, and why, or the letters
    of the case `along_with` brought it, or took it along. Append-only; the database lets a reason be
    emptied, for erasure. What the writer ticked stands on the letter.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    case = models.ForeignKey("casework.CaseFile", on_delete=models.PROTECT, related_name="decided")
    fact = models.CharField(max_length=20)
    holds = models.BooleanField()
    reason = models.TextField()  # the writer reads it
    at = models.DateTimeField()
    along_with = models.ForeignKey(
        "casework.CaseFile", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
