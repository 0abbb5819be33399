from django.db import models
from django.db.models import Q

from huiying.casework.models import CaseFile
from huiying.routing.models import Category

FEWEST = 5  # letters: fewer are never shown


class GrowthList(models.Model):
    """What grew in one week, counted once; a later count that differs by `FEWEST` letters somewhere is the
    next `version`, blurred with the key of the first. `week` is its Monday in `zone`.
    """

    database_rights = ("SELECT", "INSERT")

    week = models.DateField()
    version = models.SmallIntegerField()
    zone = models.CharField(max_length=60)
    counted_at = models.DateTimeField()
    usual_weeks = models.SmallIntegerField()  # how many weeks were the usual
    season_weeks = models.SmallIntegerField()  # and how many of the same season a year before
    cells = models.IntegerField()  # places and categories that were tested
    drawn_with = models.IntegerField(
        null=True
    )  # key of the ring; unknown of lists before it was kept
    rate = models.FloatField()  # of false alarms, as models of the test state it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["week", "version"], name="growth_list_version_once")
        ]


class GrowthLine(models.Model):
    """A place (a code of `agencies.Division`, empty for not told) and a category that grew.

    `letters` are those that `blurring` left; `usual` and `season` are letters a week, `season` None where
    there was no such year; `chance` is the greater of both tests. Only `letters` and the usual ever leave
    the database, and those rounded.
    """

    database_rights = ("SELECT", "INSERT")

    growth_list = models.ForeignKey(
        GrowthList, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    division = models.CharField(max_length=12, blank=True)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    letters = models.IntegerField()
    usual = models.FloatField()
    season = models.FloatField(null=True)
    chance = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["growth_list", "division", "category"], name="growth_line_once"
            ),
            models.CheckConstraint(condition=Q(letters__gte=FEWEST), name="growth_line_enough"),
        ]


class GrowthCase(models.Model):
    """A case with letters that a line counted."""

    database_rights = ("SELECT", "INSERT")

    line = models.ForeignKey(
        GrowthLine, on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "case"], name="growth_case_once")]
