"""Which units were asked about an answer and which have co-signed it, read along with the reply."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from huiying.accounts.reads import acting_as
from huiying.agencies.models import Unit
from huiying.casework import policy as cases
from huiying.casework.models import Assignment
from huiying.kernel.names import localized
from huiying.replies import signing
from huiying.replies.models import Reply, Signature
from huiying.replies.shown import CoSigned
from huiying.replies.states import ISSUED, STANDING, SignatureState

UNIT = {"unit": "unit_id", "code": "unit__code", "name": "unit__name", "path": "unit__path"}
SAID = (
    "id", "label", "version", "state", "asked_by", "asked_at", "due_on", "answered_by",
    "answered_at", "reason", "wording",
)  # fmt: skip


def columns() -> dict[str, ArraySubquery]:
    """Columns of a query of replies from which `asked_on` reads: who helps now, and who was asked."""
    parts = Assignment.objects.filter(
        case=OuterRef("case_id"), part=Assignment.Part.SUPPORT, ended_at=None
    )
    account = acting_as("answered_by")
    asked = Signature.objects.filter(reply=OuterRef("pk")).annotate(
        speaker=Subquery(account.values("name")[:1])
    )
    said = {name: name for name in SAID}
    return {
        "parts": ArraySubquery(parts.order_by("unit__path").values(row=JSONObject(**UNIT))),
        "asked": ArraySubquery(
            asked.order_by("unit__path", "id").values(
                row=JSONObject(**UNIT, **said, speaker="speaker")
            )
        ),
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """The units that support the case of a reply, and whatever any unit was asked about the reply.

    `speakers` names who answered, by the signature's id. `stood` is what counts for the current text.
    """

    helping: list[Unit]
    rows: list[Signature]
    speakers: dict[int, str]
    stood: list[Signature]


def _unit(row: dict[str, Any]) -> Unit:
    return Unit(pk=row["unit"], code=row["code"], name=row["name"], path=row["path"])


def _signature(row: dict[str, Any], reply: Reply) -> Signature:
    said = {name: row[name] for name in SAID}
    said["due_on"] = date.fromisoformat(row["due_on"])
    said["asked_at"] = datetime.fromisoformat(row["asked_at"])
    if row["answered_at"]:
        said["answered_at"] = datetime.fromisoformat(row["answered_at"])
    return Signature(reply=reply, unit=_unit(row), **said)


def asked_on(reply: Any) -> Asked:
    """What `columns` found with this reply. One query more where the case is about conduct."""
    helping = [_unit(row) for row in reply.parts]
    barred = cases.barred(reply.case, helping) if helping and reply.case.conduct else set()
    helping = [unit for unit in helping if unit not in barred]
    rows = [_signature(row, reply) for row in reply.asked]
    ids = {unit.pk for unit in helping}
    return Asked(
        helping=helping,
        rows=rows,
        speakers={row["id"]: localized(row["speaker"] or {}) for row in reply.asked},
        stood=[
            row
            for row in rows
            if row.version == reply.version
            and row.state in STANDING
            and (reply.state in ISSUED or row.unit_id in ids)
        ],
    )


def signed_in(asked: Asked) -> tuple[CoSigned, ...]:
    """Who has co-signed the current text."""
    return tuple(
        CoSigned(localized(row.unit.name), row.answered_at or row.asked_at)
        for row in asked.stood
        if row.state == SignatureState.SIGNED
    )


def co_signed(replies: Iterable[Reply]) -> dict[int, tuple[CoSigned, ...]]:
    """Who has co-signed the current text of each of these replies, by the reply's id. One query."""
    found: dict[int, tuple[CoSigned, ...]] = {}
    for row in signing.signed_on(replies):
        signed = CoSigned(localized(row.unit.name), row.answered_at or row.asked_at)
        found[row.reply_id] = (*found.get(row.reply_id, ()), signed)
    return found
