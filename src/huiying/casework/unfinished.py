"""What somebody began to write on a case and has not sent: theirs alone, and for a few days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from huiying.casework.desk_models import UnfinishedWords
from huiying.casework.models import CaseFile
from huiying.kernel.actors import Actor

KEPT_FOR = timedelta(days=7)
# By act, the fields that hold words. The answer has drafts of its own.
FIELDS: dict[str, tuple[str, ...]] = {
    "reassign": ("reason",),
    "ask_resident": ("question",),
    "return_to_desk": ("words",),
    "decline": ("competent_body", "reason"),
    "close": ("proof",),
    "reopen": ("words",),
    "interim": ("words",),
    "ask_extension": ("reason",),
    "decide_extension": ("words",),
    "note": ("text",),
    "weigh": ("reason",),
}


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The words of one act, by field, and when they were kept."""

    words: dict[str, str]
    at: datetime


def own_words(actor: Actor) -> QuerySet[UnfinishedWords]:
    """The rows of this actor and of nobody else."""
    accounts = [int(each) for each in actor.scopes("account")]
    return UnfinishedWords.objects.filter(account_id__in=accounts)


def forget_sent(actor: Actor, case: CaseFile, act: str) -> None:
    """Drop the words of an act that was just done. Part of its verb."""
    own_words(actor).filter(case=case, act=act).delete()


def unfinished_within(actor: Actor) -> ArraySubquery:
    """Those of a case as a column of a query of cases, for `read_unfinished`."""
    row = JSONObject(act="act", words="words", at="at")
    return ArraySubquery(own_words(actor).filter(case=OuterRef("pk")).values(row=row))


def read_unfinished(rows: list[dict[str, Any]]) -> dict[str, Unfinished]:
    """What `unfinished_within` found, by act."""
    return {row["act"]: Unfinished(row["words"], datetime.fromisoformat(row["at"])) for row in rows}
