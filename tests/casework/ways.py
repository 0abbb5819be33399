"""Bringing a letter to a state by the real verbs, each done by the person whose work it is."""

from collections.abc import Callable, Sequence

from django.db.models import Q

from huiying.casework.actions.joining import join
from huiying.casework.actions.receiving import receive
from huiying.casework.actions.sorting import assign, decline, triage
from huiying.casework.actions.splitting import PartWanted, split
from huiying.casework.actions.working import accept, ask_resident, close, return_to_desk
from huiying.casework.answering import mark_answered
from huiying.casework.models import CaseFile, Report
from huiying.casework.part_models import Part
from huiying.casework.policy import find
from huiying.casework.states import State
from huiying.intake.letters import Letter
from huiying.kernel.actors import STRANGER, Actor, Grant
from huiying.kernel.verbs import verb
from tests.people import People


@verb
def answered(*, actor: Actor, number: int, verb_name: str = "answer") -> None:
    """What a reply does to its case, without the reply."""
    case = find(actor, number)
    mark_answered(case, actor=actor, reply_label="a", outcome="solved", verb=verb_name)


def taken_in(**changes: object) -> CaseFile:
    """A letter as a case; keyword arguments are those of `Letter`."""
    wanted = {"body": "晚上十点以后工地还在施工。", "title": "夜间施工"} | changes
    receipt = receive(actor=STRANGER, letter=Letter(**wanted))  # type: ignore[arg-type]
    return CaseFile.objects.get(reports__submission__code=receipt.code)


def writer_of(case: CaseFile) -> Actor:
    """The resident who wrote the case's only letter, wherever it stands."""
    own = Report.objects.filter(Q(own_case=case) | Q(case=case, own_case=None))
    label = own.get().submission.label
    return Actor(f"resident:{label}", frozenset({Grant("resident", f"submission:{label}")}))


def _sorted(people: People, number: int) -> None:
    triage(actor=people.clerk.actor, number=number, category_code="noise")


def _assigned(people: People, number: int) -> None:
    _sorted(people, number)
    assign(actor=people.dispatcher.actor, number=number, lead_code="housing")


def _in_progress(people: People, number: int) -> None:
    _assigned(people, number)
    accept(actor=people.handler.actor, number=number)


def _waiting(people: People, number: int) -> None:
    _in_progress(people, number)
    ask_resident(actor=people.handler.actor, number=number, question="在几栋？")


def _returned(people: People, number: int) -> None:
    _assigned(people, number)
    return_to_desk(
        actor=people.handler.actor, number=number, reason="not_our_field", words="归公路局。"
    )


def _answered(people: People, number: int) -> None:
    _in_progress(people, number)
    answered(actor=people.reviewer.actor, number=number)


def _closed(people: People, number: int) -> None:
    _answered(people, number)
    close(actor=people.handler.actor, number=number, outcome="solved", proof="现场已复查。")


def _joined(people: People, number: int) -> None:
    _in_progress(people, number)
    join(
        actor=people.dispatcher.actor,
        number=number,
        into=brought_to(State.IN_PROGRESS, people).number,
    )


PARTS = (
    PartWanted(title="路灯不亮", words="村口的路灯三天不亮。", category_code="leak"),
    PartWanted(title="夜里施工", words="晚上十点以后还在施工。", category_code="noise"),
)


def split_by(people: People, number: int, parts: Sequence[PartWanted] = PARTS) -> list[CaseFile]:
    """The cases of the parts, in order."""
    split(actor=people.dispatcher.actor, number=number, parts=parts)
    rows = Part.objects.filter(letter__case__number=number, taken_back_at=None)
    return [part.report.case for part in rows.select_related("report__case").order_by("place")]


def _split(people: People, number: int) -> None:
    split_by(people, number)


WAYS: dict[State, Callable[[People, int], None]] = {
    State.RECEIVED: lambda _people, _number: None,
    State.TRIAGED: _sorted,
    State.ASSIGNED: _assigned,
    State.IN_PROGRESS: _in_progress,
    State.WAITING: _waiting,
    State.RETURNED: _returned,
    State.ANSWERED: _answered,
    State.CLOSED: _closed,
    State.JOINED: _joined,
    State.SPLIT: _split,
}


def brought_to(state: State, people: People, **changes: object) -> CaseFile:
    """A fresh case in `state`, led by the housing department where a unit has it."""
    case = taken_in(**changes)
    WAYS[state](people, case.number)
    case.refresh_from_db()
    assert case.state == state
    return case


def declined(people: People) -> CaseFile:
    """A case closed as another body's."""
    case = brought_to(State.TRIAGED, people)
    return decline(
        actor=people.dispatcher.actor,
        number=case.number,
        competent_body="省高速公路公司",
        reason="这一段由他们养护。",
    )
