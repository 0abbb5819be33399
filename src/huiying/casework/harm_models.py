from django.db import models


class HarmDecision(models.Model):
    """That the desk said of one harm fact that it holds in a case, or does not, and why. Append-only; the
    database lets a reason be emptied, for erasure. What the writer ticked stands on the letter.
    """

    database_rights = ("SELECT", "INSERT", "UPDATE")

    case = models.ForeignKey("casework.CaseFile", on_delete=models.PROTECT, related_name="decided")
    fact = models.CharField(max_length=20)
    holds = models.BooleanField()
    reason = models.TextField()  # the writer reads it
    at = models.DateTimeField()
