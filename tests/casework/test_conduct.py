"""A complaint about conduct reaches nobody it is about, and nobody below them, on any tree of units."""

import itertools
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from huiying.agencies.actions import load_units
from huiying.agencies.models import Unit
from huiying.casework import policy
from huiying.casework.actions.joining import join
from huiying.casework.actions.sorting import assign, mark_conduct, reassign, triage
from huiying.casework.actions.working import accept
from huiying.casework.errors import NamedUnit, NamesNobody, NobodyLeft
from huiying.casework.models import Assignment, CaseFile, Named, Report
from huiying.casework.reads import number_of
from huiying.casework.sight import letters_of_units, sight_of
from huiying.casework.states import State
from huiying.insight.actions import count_brief
from huiying.insight.periods import latest_day, usual_hour
from huiying.intake.actions.enclosing import attach
from huiying.intake.files import WHOLE, link
from huiying.intake.models import Attachment
from huiying.kernel import time
from huiying.kernel.actors import STRANGER, SYSTEM
from huiying.kernel.refusals import NotAllowed, NotFound
from tests.casework.ways import brought_to, taken_in
from tests.files import kept
from tests.people import Person, make_person

pytestmark = pytest.mark.django_db

MARKER = "只有这封信里才有的话"
ROLES = ("handler", "reviewer", "supervisor", "clerk", "dispatcher", "auditor", "leader")
_numbers = itertools.count()

# parents[i] is the place of unit i + 1's parent; unit 0 is the root.
trees = st.integers(min_value=2, max_value=6).flatmap(
    lambda size: st.tuples(
        *(st.integers(min_value=0, max_value=place) for place in range(size - 1))
    )
)


def _tree(parents: tuple[int, ...]) -> list[Unit]:
    """The units of one example, the root first, with codes that no other example has."""
    prefix = f"x{next(_numbers)}"
    codes = [f"{prefix}-{place}" for place in range(len(parents) + 1)]
    above = ["", *(codes[parent] for parent in parents)]
    load_units(
        actor=SYSTEM,
        rows=[
            {"code": code, "parent": parent, "name": {"en": code}}
            for code, parent in zip(codes, above, strict=True)
        ],
    )
    return [Unit.objects.get(code=code) for code in codes]


def _below(unit: Unit, top: Unit) -> bool:
    return unit.path.startswith(top.path)


def _pages(case: CaseFile) -> list[str]:
    number = case.number
    lists = [f"/en/desk/?tab={tab}" for tab in ("open", "all", "ours", "support", "late", "sort")]
    acts = [f"/en/desk/cases/{number}/{act}" for act in ("", "answer/", "standard-answer/")]
    others = ["/en/desk/?conduct=1", "/en/desk/next/?tab=all", "/en/desk/answers/"]
    return [*lists, *acts, *others]


def _reaches(person: Person, case: CaseFile, marker: str = MARKER) -> bool:
    """Whether a byte of the letter, or the case itself, comes to this person by any page."""
    client = person.client
    for url in _pages(case):
        response = client.get(url)
        assert response.status_code in {200, 302, 403, 404}, url
        if marker in response.text or str(case.number) in response.headers.get("Location", ""):
            return True
    assert not _opens_a_file(person, case)
    sent = client.post(f"/en/desk/cases/{case.number}/triage/", {"category_code": "noise"})
    found = client.post("/en/desk/find/", {"number": str(case.number)}, follow=True)
    return sent.status_code != 404 or marker in sent.text + found.text


def _opens_a_file(person: Person, case: CaseFile) -> bool:
    """Whether a file of the letter comes to this person, even by a link that was made for them."""
    rows = Attachment.objects.filter(submission__report__case=case)
    assert rows
    links = [link(row.label, WHOLE, person.actor) for row in rows]
    addresses = [
        f"/en/desk/files/{each.label}/{each.what}/{each.until}/{each.mark}/" for each in links
    ]
    return any(person.client.get(address).status_code != 404 for address in addresses)


def _with_files(case: CaseFile) -> None:
    attach(actor=STRANGER, submission=case.reports.get().submission, files=[kept()])


@pytest.mark.slow
@settings(
    max_examples=10,
    phases=[
        Phase.explicit,
        Phase.generate,
    ],  # an example takes seconds; shrinking would take minutes
)
@given(tree=trees, named=st.integers(min_value=1), by_leader=st.booleans(), data=st.data())
def test_no_byte_of_the_letter_reaches_those_named_or_below(people, tree, named, by_leader, data):
    units = _tree(tree)
    top = units[1 + named % (len(units) - 1)]
    name = f"n{next(_numbers)}"
    staff = {
        unit: make_person(f"{name}-{place}", (unit.code, data.draw(st.sampled_from(ROLES))))
        for place, unit in enumerate(units)
    }
    lead = data.draw(st.sampled_from(units))
    marker = f"〔{name}〕{MARKER}"
    case = taken_in(title=marker, body=marker * 3, place=marker)
    _with_files(case)
    triage(actor=people.clerk.actor, number=case.number, category_code="noise")
    assign(actor=people.dispatcher.actor, number=case.number, lead_code=lead.code)
    if by_leader:
        leader = make_person(f"{name}-leader", (top.code, "leader"))
        about: dict[str, Any] = {"usernames": [leader.account.username]}
    else:
        about = {"unit_codes": [top.code]}
    mark_conduct(actor=people.clerk.actor, number=case.number, **about)
    case.refresh_from_db()
    for unit, person in staff.items():
        if _below(unit, top):
            assert not _reaches(person, case, marker), unit.path
            with pytest.raises(NotFound):
                policy.find(person.actor, case.number)
            assert number_of(person.actor, str(case.number)) is None
    assert policy.find(people.dispatcher.actor, case.number) == case
    assert _opens_a_file(people.dispatcher, case)
    if _below(lead, top):
        assert (case.state, case.lead_unit) == (State.RETURNED, None)
        with pytest.raises(NamedUnit):
            assign(actor=people.dispatcher.actor, number=case.number, lead_code=lead.code)


def test_the_letter_names_the_unit_and_it_never_sees_it(people):
    case = taken_in(
        title=MARKER, body=MARKER, conduct=True, named_units=("housing",), channel="web"
    )
    _with_files(case)
    brief = count_brief(actor=SYSTEM, day=latest_day(usual_hour(), time.now()), until=usual_hour())
    for name in ("handler", "below", "unit_reviewer"):
        person = getattr(people, name)
        assert not _reaches(person, case), name
        page = person.client.get(f"/en/desk/briefs/{brief.day}/cases/?figure=received")
        assert MARKER not in page.text
    assert MARKER in people.clerk.client.get(f"/en/desk/cases/{case.number}/").text


def test_naming_the_whole_agency_hides_nothing(people):
    case = taken_in(conduct=True, named_units=("county",))
    assert not Named.objects.filter(case=case).exists()
    assert policy.find(people.clerk.actor, case.number).conduct


def test_a_complaint_that_names_nobody_is_not_assigned(people):
    case = taken_in(conduct=True)
    triage(actor=people.clerk.actor, number=case.number, category_code="conduct")
    with pytest.raises(NamesNobody):
        assign(actor=people.dispatcher.actor, number=case.number, lead_code="integrity")
    mark_conduct(actor=people.clerk.actor, number=case.number, unit_codes=["housing"])
    assign(actor=people.dispatcher.actor, number=case.number, lead_code="integrity")


NOBODY_LEFT = [
    {"unit_codes": ["desk"], "usernames": ["supervisor"]},
    {"usernames": ["dispatcher", "supervisor"]},
]


@pytest.mark.parametrize("about", NOBODY_LEFT)
def test_marking_cannot_make_the_letter_vanish(people, about):
    case = taken_in()
    with pytest.raises(NobodyLeft):
        mark_conduct(actor=people.clerk.actor, number=case.number, **about)
    assert policy.find(people.dispatcher.actor, case.number)
    outside = make_person("outside", ("integrity", "dispatcher"))
    mark_conduct(actor=people.clerk.actor, number=case.number, **about)
    assert policy.find(outside.actor, case.number)
    for person in (people.dispatcher, people.supervisor):
        with pytest.raises(NotFound):
            policy.find(person.actor, case.number)


def test_a_complaint_about_the_desk_is_sorted_by_the_agencys_supervisor(people):
    case = taken_in(conduct=True, named_units=("desk",))
    with pytest.raises(NotFound):
        policy.find(people.clerk.actor, case.number)
    actor = people.supervisor.actor
    triage(actor=actor, number=case.number, category_code="conduct")
    assign(actor=actor, number=case.number, lead_code="integrity")
    assert policy.find(people.investigator.actor, case.number)


def test_a_complaint_about_the_head_of_the_agency_is_taken_up(people):
    case = taken_in()
    mark_conduct(actor=people.clerk.actor, number=case.number, usernames=["leader"])
    assert policy.find(people.dispatcher.actor, case.number).conduct


def test_a_named_member_of_staff_loses_it_and_a_colleague_keeps_it(people):
    case = brought_to(State.IN_PROGRESS, people)
    mark_conduct(actor=people.clerk.actor, number=case.number, usernames=["handler"])
    with pytest.raises(NotFound):
        policy.find(people.handler.actor, case.number)
    assert policy.find(people.colleague.actor, case.number) == case


def test_marking_takes_every_part_from_those_named(people):
    case = brought_to(State.TRIAGED, people)
    assign(
        actor=people.dispatcher.actor,
        number=case.number,
        lead_code="housing",
        support_codes=["water", "roads"],
    )
    mark_conduct(actor=people.clerk.actor, number=case.number, unit_codes=["water"])
    parts = Assignment.objects.filter(case=case, ended_at=None)
    assert {part.unit.code for part in parts} == {"housing", "roads"}
    with pytest.raises(NamedUnit) as refused:
        reassign(
            actor=people.dispatcher.actor,
            number=case.number,
            lead_code="roads",
            support_codes=["water"],
            reason="改派。",
        )
    assert refused.value.field == "support_codes"


def test_a_unit_cannot_shut_others_out(people):
    own = make_person("own", ("housing", "supervisor"))
    case = brought_to(State.IN_PROGRESS, people)
    for actor in (own.actor, people.handler.actor, people.reviewer.actor, people.auditor.actor):
        with pytest.raises(NotAllowed):
            mark_conduct(actor=actor, number=case.number, unit_codes=["integrity"])


def test_lists_and_pages_follow_one_rule(people):
    cases = [brought_to(state, people) for state in State]
    mark_conduct(actor=people.clerk.actor, number=cases[3].number, unit_codes=["water"])
    mark_conduct(actor=people.clerk.actor, number=cases[4].number, usernames=["handler"])
    assign(
        actor=people.dispatcher.actor,
        number=cases[1].number,
        lead_code="water",
        support_codes=["estates", "housing"],
    )
    taken_in(conduct=True, named_units=("desk",))
    accept(actor=people.other_handler.actor, number=cases[1].number)
    join(actor=people.dispatcher.actor, number=cases[0].number, into=cases[1].number)
    for name in people:
        actor = getattr(people, name).actor
        few = letters_of_units(actor)
        if few is not None:
            seen = Report.objects.filter(case__in=policy.visible_cases(actor))
            assert set(seen.values_list("submission_id", flat=True)) <= {key for _at, key in few}
        below = policy.units_below(actor.scopes(*policy.READS_BELOW))
        reach = list(below.values_list("pk", flat=True))
        parts = [set(part) for part in sight_of(actor, reach).cases()]
        assert sum(map(len, parts)) == len(set().union(*parts)), name
        assert set().union(*parts) == set(policy.visible_cases(actor)), name
