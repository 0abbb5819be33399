"""What somebody began to write for an act on a case and has not sent: theirs alone, and for a few days.

It lies sealed with what they typed on other pages (`accounts.unsent`), one row for each act.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef, Value
from django.db.models.functions import Cast, Concat, JSONObject

from huiying.accounts.actions.unsent import forget_page
from huiying.accounts.models import UnsentWords
from huiying.accounts.unsent import about_case, owner, unseal
from huiying.casework.models import CaseFile
from huiying.intake.opening import from_json
from huiying.kernel import time
from huiying.kernel.actors import Actor

PAGE = "act"
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


def place_of(number: int, act: str) -> str:
    """The name of the page under which the words of an act on this case are kept."""
    return f"{PAGE}:{act}:{about_case(number)}"


def forget_sent(actor: Actor, case: CaseFile, act: str) -> None:
    """Drop the words of an act that was just done. Part of its verb."""
    forget_page(actor, place_of(case.number, act))


def unfinished_within(actor: Actor) -> ArraySubquery:
    """Those of a case as a column of a query of cases, for `read_unfinished`."""
    about = Concat(Value(about_case("")), Cast(OuterRef("number"), CharField()))
    mine = UnsentWords.objects.filter(
        account_id=owner(actor), about=about, place__startswith=f"{PAGE}:"
    )
    row = JSONObject(
        account="account_id",
        place="place",
        key="key_number",
        sealed="sealed",
        at="at",
        until="until",
    )
    return ArraySubquery(mine.values(row=row))


def read_unfinished(rows: list[dict[str, Any]]) -> dict[str, Unfinished]:
    """What `unfinished_within` found, by act; without what is over, or no key opens."""
    found = {}
    for row in rows:
        words = unseal(_row(row)) if datetime.fromisoformat(row["until"]) > time.now() else {}
        if words:
            act = row["place"].split(":")[1]
            found[act] = Unfinished(words, datetime.fromisoformat(row["at"]))
    return found


def _row(found: dict[str, Any]) -> UnsentWords:
    return UnsentWords(
        account_id=found["account"],
        place=found["place"],
        key_number=found["key"],
        sealed=from_json(found["sealed"]),
    )
