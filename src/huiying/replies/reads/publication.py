"""Whether an answer was published in time, where that was promised: by the answer itself, or by why not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Min, Q

from huiying.casework.models import CaseFile, Joined, Named, Report
from huiying.casework.stages.clocks import NotPublished, StageClock
from huiying.intake.states import Wish
from huiying.kernel.refusals import Refusal
from huiying.replies.errors import NeverPublic
from huiying.replies.models import Reply
from huiying.replies.policy import may_be_public
from huiying.replies.states import ISSUED, Audience, State
from huiying.routing.promises.definitions import Stage

type Stages = tuple[StageClock, ...]


def taken_back_since(moment: datetime) -> dict[int, datetime]:
    """The cases (ids) of which an answer was withdrawn since then, each with when. One query."""
    rows = Reply.objects.filter(state=State.WITHDRAWN, withdrawn_at__gte=moment)
    found = rows.order_by("withdrawn_at").values_list("case_id", "withdrawn_at")
    return {case_id: at for case_id, at in found if at is not None}


def with_publication(stages: Sequence[StageClock], case: CaseFile) -> Stages:
    """The stages of a case, that of its publication ended by what is on record. No query where none was
    promised, otherwise two.
    """
    return tuple(_ended(each, case) if _open(each) else each for each in stages)


def with_publication_for(stages: Stages, submission_id: int) -> Stages:
    """The same for a letter, by the case with which it stands."""
    if not any(map(_open, stages)):
        return stages
    return with_publication(stages, CaseFile.objects.get(reports__submission=submission_id))


def _open(clock: StageClock) -> bool:
    return clock.stage == Stage.PUBLISH and clock.not_published is None


def _ended(clock: StageClock, case: CaseFile) -> StageClock:
    """Only an answer that stands in public ends it: one that was withdrawn is published no more."""
    rows = Reply.objects.filter(case=case, state__in=ISSUED, issued_at__gte=clock.started_at)
    found = rows.order_by("issued_at", "id").values_list("audience", "state", "issued_at")
    said = [(audience, state, at) for audience, state, at in found if at is not None]
    public = [(state, at) for audience, state, at in said if audience == Audience.PUBLIC]
    stands = [at for state, at in public if state != State.WITHDRAWN]
    on_view = stands if any(state == State.PUBLISHED for state, _at in public) else []
    if on_view and not case.conduct:
        return _at(clock, on_view[0])
    refusal = may_be_public(case)
    if refusal is not None:
        why = _why(refusal)
        if clock.late and _too_late(clock, case, why, on_view):
            return replace(clock, not_published=why)
        return replace(clock, late=False, excused_until=None, not_published=why)
    if said and not public:
        return _at(replace(clock, not_published=NotPublished.DECIDED), said[0][2])
    return clock


def _too_late(
    clock: StageClock, case: CaseFile, why: NotPublished, on_view: Sequence[datetime]
) -> bool:
    """Whether its time was over when the reason came not to publish; till then it was, at `on_view`."""
    if why == NotPublished.WISH:
        return _joined_after(case, clock.due_at)
    marked = _marked(case)
    return marked is not None and clock.due_at < min([marked, *on_view])


def _marked(case: CaseFile) -> datetime | None:
    """When somebody said of the case that it is about conduct; None where its own letter says so."""
    own = Report.objects.filter(Q(own_case=case) | Q(own_case=None, case=case))
    said = own.exclude(submission__conduct=False, submission__named_units=[])
    named = Named.objects.filter(case=case).aggregate(first=Min("since"))["first"]
    return None if said.exists() else named


def _joined_after(case: CaseFile, due_at: datetime) -> bool:
    """Whether the letters for which nothing is published came to the case when it was late already."""
    private = Report.objects.filter(case=case, ended_at=None).exclude(submission__wish=Wish.PUBLIC)
    came = Joined.objects.filter(case=case, ended_at=None, since__gt=due_at)
    return not private.exclude(pk__in=came.values("report")).exists()


def _at(clock: StageClock, at: datetime) -> StageClock:
    late = clock.due_at < at
    excused = clock.excused_until if late else None
    return replace(clock, ended_at=at, late=late, excused_until=excused)


def _why(refusal: Refusal) -> NotPublished:
    return NotPublished.CONDUCT if isinstance(refusal, NeverPublic) else NotPublished.WISH
