"""Splitting and taking it back while something else happens to the same cases; each race has a control."""

from dataclasses import replace

import pytest
from django.db import IntegrityError

from huiying.casework import stepping
from huiying.casework.actions import splitting
from huiying.casework.actions.joining import join
from huiying.casework.actions.splitting import split, unsplit
from huiying.casework.actions.undoing import undo
from huiying.casework.actions.working import accept
from huiying.casework.models import Report
from huiying.casework.part_models import Part
from huiying.casework.states import State
from tests.casework.test_joining_races import Meanwhile, guarded, outcome, refused
from tests.casework.ways import PARTS, answered, brought_to, split_by, taken_in

__all__ = ["guarded"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def unguarded_here(guarded, monkeypatch):
    """What the control takes away is taken from the splitting, too."""
    if not guarded:
        monkeypatch.setattr(splitting, "change", stepping.change)


def test_two_split_the_same_letter_at_once(people, guarded, monkeypatch):
    """Two sets of parts would be a letter handled twice. Without lock and version the second waits for
    nothing, until the constraint of the table stops it.
    """
    number = taken_in().number
    parts = [*PARTS, PARTS[1]]
    other = Meanwhile(
        monkeypatch,
        splitting,
        "due_as_told" if guarded else "_tell",
        lambda: split(actor=people.dispatcher.actor, number=number, parts=parts),
    )
    done = outcome(lambda: split(actor=people.clerk.actor, number=number, parts=PARTS))
    assert refused(done, other.end()) == 1
    assert Part.objects.count() in {2, 3}


def test_a_letter_is_split_while_its_case_is_joined_to_another(people, guarded, monkeypatch):
    """Who comes second is refused; without lock and version only the database stops it, as a crash."""
    case, target = taken_in(), brought_to(State.IN_PROGRESS, people)
    desk = people.dispatcher.actor
    other = Meanwhile(
        monkeypatch,
        splitting,
        "due_as_told",
        lambda: join(actor=desk, number=case.number, into=target.number),
    )
    if guarded:
        done = outcome(lambda: split(actor=desk, number=case.number, parts=PARTS))
        assert refused(done, other.end()) == 1
    else:
        with pytest.raises(IntegrityError):
            split(actor=desk, number=case.number, parts=PARTS)
        other.end()
    whole = Report.objects.order_by("pk")[0]
    assert whole.parts.exists() == (whole.own_case_id is None)


def test_another_letter_is_joined_to_what_is_being_split(people, guarded, monkeypatch):
    case, third = taken_in(), taken_in(title="同一件事")
    desk = people.dispatcher.actor
    other = Meanwhile(
        monkeypatch,
        splitting,
        "due_as_told",
        lambda: join(actor=desk, number=third.number, into=case.number),
    )
    done = outcome(lambda: split(actor=desk, number=case.number, parts=PARTS))
    assert refused(done, other.end()) == (1 if guarded else 0)
    stranded = Report.objects.filter(case__state=State.SPLIT, own_case__isnull=False)
    assert stranded.exists() != guarded


def test_a_letter_is_split_while_it_is_answered_at_once(people, guarded, monkeypatch):
    case = taken_in()
    clerk = people.clerk.actor
    other = Meanwhile(
        monkeypatch,
        splitting,
        "_only_letter",
        lambda: answered(actor=clerk, number=case.number, verb_name="answer_at_once"),
    )
    done = outcome(lambda: split(actor=clerk, number=case.number, parts=PARTS))
    assert refused(done, other.end()) == (1 if guarded else 0)
    both = Report.objects.filter(parts__isnull=False, delivered_at__isnull=False)
    assert both.exists() != guarded


def test_a_letter_is_split_while_its_sorting_is_taken_back(people, guarded, monkeypatch):
    case = brought_to(State.TRIAGED, people)
    clerk = people.clerk.actor
    other = Meanwhile(
        monkeypatch, splitting, "_only_letter", lambda: undo(actor=clerk, number=case.number)
    )
    done = outcome(lambda: split(actor=clerk, number=case.number, parts=PARTS))
    assert refused(done, other.end()) == (1 if guarded else 0)
    case.refresh_from_db()
    assert case.state in {State.SPLIT, State.RECEIVED}


def test_a_split_is_taken_back_while_a_unit_takes_a_part_on(people, guarded, monkeypatch):
    """The unit works on it, or it is put back: never both."""
    case = taken_in()
    given = replace(PARTS[0], lead_code="water")
    first, _second = split_by(people, case.number, [given, PARTS[1]])
    Part.objects.filter(report__case=first).update(born=first.version)  # the control counts none
    other = Meanwhile(
        monkeypatch,
        splitting,
        "_put_back",
        lambda: accept(actor=people.other_handler.actor, number=first.number),
    )
    done = outcome(lambda: unsplit(actor=people.clerk.actor, number=case.number))
    results = (done, other.end())
    assert refused(*results) == (1 if guarded else 0), results
    ended = Report.objects.filter(case=first, ended_at__isnull=False)
    first.refresh_from_db()
    at_work = first.state == State.IN_PROGRESS
    if guarded:
        assert ended.exists() != at_work
