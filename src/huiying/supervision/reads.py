"""Policies and alerts as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject, Substr

from huiying.accounts.models import Account
from huiying.agencies.reads import staff_names, standing_behind
from huiying.casework.models import CaseFile
from huiying.casework.states import OPEN
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotFound
from huiying.routing.promises.definitions import Stage
from huiying.supervision.definitions import Definition, from_data
from huiying.supervision.models import Alert, EscalationPolicy, StageDays
from huiying.supervision.policy import known_cases, may_take_note

MOST = 20


@dataclass(frozen=True, slots=True)
class PolicyShown:
    """One version. `proposed_by` has no name for versions of before there was a second person;
    `adopted_at` and `declined_at` are None while it waits, `because` says why it was declined.
    """

    number: int
    note: str
    definition: Definition
    digest: str
    proposer: str
    proposed_by: dict[str, str]
    proposed_at: datetime
    adopted_by: dict[str, str]
    adopted_at: datetime | None
    declined_by: dict[str, str]
    declined_at: datetime | None
    because: str


@dataclass(frozen=True, slots=True)
class PoliciesShown:
    """The policy in force, the one that waits for a second person, and the newest versions."""

    in_force: PolicyShown | None
    waiting: PolicyShown | None
    versions: list[PolicyShown]


@dataclass(frozen=True, slots=True)
class AlertShown:
    """One step that was told of a case. `raised`: since nobody had taken note; `over`: the clock of its stage
    has ended since, so nobody above is told any more.
    """

    at: datetime
    stage: str
    percent: int
    audience: str
    raised: bool
    acknowledge_by: datetime | None
    acknowledged_at: datetime | None
    who: dict[str, str]
    over: bool = False


@dataclass(frozen=True, slots=True)
class AlertsOnCase:
    """The alerts of the present round, oldest first; `waits`: this reader may take note."""

    lines: list[AlertShown]
    waits: bool


def _shown(row: EscalationPolicy, names: dict[str, dict[str, str]]) -> PolicyShown:
    return PolicyShown(
        number=row.number,
        note=row.note,
        definition=from_data(row.definition),
        digest=row.digest,
        proposer=row.proposed_by,
        proposed_by=names.get(row.proposed_by, {}),
        proposed_at=row.proposed_at,
        adopted_by=names.get(row.adopted_by, {}),
        adopted_at=row.adopted_at,
        declined_by=names.get(row.declined_by, {}),
        declined_at=row.declined_at,
        because=row.because,
    )


def in_force() -> PolicyShown | None:
    """The newest version that was put in force, None where there is none. One query."""
    row = EscalationPolicy.objects.filter(adopted_at__isnull=False).order_by("-number").first()
    return _shown(row, {}) if row else None


def policies() -> PoliciesShown:
    """What the pages show. Two queries, and one where the version in force is an old one."""
    rows = list(EscalationPolicy.objects.order_by("-number")[:MOST])
    labels = {label for row in rows for label in (row.proposed_by, row.adopted_by, row.declined_by)}
    names = staff_names(labels - {""})
    versions = [_shown(row, names) for row in rows]
    newest = versions[0] if versions else None
    waits = newest is not None and newest.adopted_at is None and newest.declined_at is None
    adopted = next((each for each in versions if each.adopted_at), None)
    return PoliciesShown(adopted or in_force(), newest if waits else None, versions)


def policy_version(number: int) -> PolicyShown:
    """One version. Raises NotFound."""
    row = EscalationPolicy.objects.filter(number=number).first()
    if row is None:
        raise NotFound
    labels = {row.proposed_by, row.adopted_by, row.declined_by} - {""}
    return _shown(row, staff_names(labels))


def alerts_within() -> ArraySubquery:
    """The alerts of a case's present round as a column of a query of cases, for `alerts_on`."""
    label = Substr(OuterRef("acknowledged_by"), len("staff:") + 1)
    row = JSONObject(
        at="at",
        stage="stage",
        began="began_at",
        percent="percent",
        audience="audience",
        level="level",
        by="acknowledge_by",
        noted="acknowledged_at",
        who=Subquery(Account.objects.filter(label=label).values("name")[:1]),
    )
    rows = Alert.objects.filter(case=OuterRef("pk"), round=OuterRef("round")).order_by("id")
    return ArraySubquery(rows.values(row=row)[:MOST])


def stages_within() -> ArraySubquery:
    """The clocks of a case that run beside that of its answer, as a column of a query of cases, for
    `alerts_on`; as the last pass found them.
    """
    rows = StageDays.objects.filter(case=OuterRef("pk"))
    return ArraySubquery(rows.values(row=JSONObject(stages="stages", began="began")))


def alerts_on(
    actor: Actor,
    case: CaseFile,
    rows: Iterable[dict[str, Any]],
    running: Iterable[dict[str, Any]],
) -> AlertsOnCase:
    """What `alerts_within` and `stages_within` found of a case that the actor was found to see."""
    run = {key for each in running for key in zip(each["stages"], each["began"], strict=True)}
    run |= {(Stage.SOLVE.value, None)} if case.state in OPEN else set()
    lines = [
        AlertShown(
            at=datetime.fromisoformat(row["at"]),
            stage=row["stage"],
            percent=row["percent"],
            audience=row["audience"],
            raised=row["level"] > 0,
            acknowledge_by=_moment(row["by"]),
            acknowledged_at=_moment(row["noted"]),
            who=row["who"] or {},
            over=(row["stage"], row["began"]) not in run,
        )
        for row in rows
    ]
    waiting = any(
        line.acknowledge_by and not line.acknowledged_at and not line.over for line in lines
    )
    return AlertsOnCase(lines, waits=waiting and may_take_note(actor, case))


def hidden_from(label: str, numbers: set[int]) -> set[int]:
    """Those of these numbers of cases of which the person behind "staff:…" may not know now, by their
    roles; for the worker. Four queries, each of these numbers alone.
    """
    person = standing_behind(label)
    if person is None:
        return numbers
    asked = CaseFile.objects.filter(number__in=numbers).values_list("number", flat=True)
    known = known_cases(person.actor).filter(number__in=numbers)
    return set(asked) - set(known.values_list("number", flat=True))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
