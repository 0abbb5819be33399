"""An escalation policy is put in force by two people, or declined with a reason."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import InternalError, ProgrammingError, transaction

from huiying.casework.states import State
from huiying.config.cli import installation, main
from huiying.faces.staff_desk import escalation
from huiying.kernel import time
from huiying.kernel.refusals import MovedOn, NotAllowed, SamePerson
from huiying.record.models import Entry
from huiying.supervision.actions.adopting import adopt_policy, decline_policy, propose_policy
from huiying.supervision.definitions import read_policy, usual
from huiying.supervision.models import EscalationPolicy
from huiying.supervision.reads import in_force
from tests.casework.ways import brought_to
from tests.supervision.policies import put_in_force

pytestmark = pytest.mark.django_db

DESK = "/en/desk/escalation/"
SOONER = '[[step]]\nat = 40\ntell = ["holders"]\n'
LATER = '[[step]]\nat = 60\ntell = ["holders"]\n'


def test_one_proposes_on_the_desk_and_another_puts_it_in_force(people):
    wanted = {"text": usual(), "do": "propose", "note": "试行一个月"}
    assert people.unit_reviewer.client.post(DESK, wanted).status_code == 403
    assert people.auditor.client.post(DESK, wanted).status_code == 403
    proposed = people.administrator.client.post(DESK, wanted)
    assert proposed["Location"] == f"{DESK}1/"
    assert in_force() is None
    assert "Version 1 waits for a second person" in people.auditor.client.get(DESK).text
    own = people.administrator.client.get(f"{DESK}1/").text
    assert f"{DESK}1/adopt/" not in own
    assert "Take it back" in own
    assert people.administrator.client.post(f"{DESK}1/adopt/").status_code == 403
    page = people.supervisor.client.get(f"{DESK}1/").text
    assert "试行一个月" in page
    assert "What this policy would have told" in page
    assert f"{DESK}1/adopt/" in page
    assert f"{DESK}1/adopt/" not in people.auditor.client.get(f"{DESK}1/").text
    done = people.supervisor.client.post(f"{DESK}1/adopt/", follow=True).text
    assert "Version 1 is in force." in done
    assert "put in force by Supervisor" in done
    again = people.supervisor.client.post(DESK, wanted)
    assert again.status_code == 422
    assert "this is what is in force" in again.text


def test_a_blurred_try_draws_the_same_for_the_same_cases(people, monkeypatch):
    drawn = []

    def draw(number, cases, of=""):
        drawn.append((number, sorted(cases), of))
        return 0

    monkeypatch.setattr(escalation, "coarse_number", draw)
    case = brought_to(State.IN_PROGRESS, people)
    tried = []
    with time.at(time.now() + timedelta(days=20)):
        for policy in (SOONER, LATER, LATER.replace('"holders"', '"holders", "leader"')):
            drawn.clear()
            page = people.administrator.client.post(DESK, {"text": policy, "do": "try"})
            assert "too few to say" in page.text
            tried.append(list(drawn))
    assert {tuple(cases) for _number, cases, _of in tried[0]} == {(case.pk,)}
    assert tried[0] == tried[1]
    assert {each[0] for each in tried[2]} == {1}  # more people of each case: no sharper


def test_a_second_person_declines_with_a_reason_and_everything_stays(people):
    put_in_force(LATER)
    people.administrator.client.post(DESK, {"text": SOONER, "do": "propose"})
    empty = people.supervisor.client.post(f"{DESK}2/decline/", {"because": " "})
    assert empty.status_code == 422
    done = people.supervisor.client.post(f"{DESK}2/decline/", {"because": "太勤了"}, follow=True)
    assert "Declined. Everything stays as it was." in done.text
    assert "太勤了" in done.text
    found = in_force()
    assert found is not None
    assert found.number == 1
    late = people.supervisor.client.post(f"{DESK}2/adopt/")
    assert late.status_code == 409
    assert (
        people.administrator.client.post(DESK, {"text": LATER, "do": "propose"}).status_code == 422
    )
    proposed = people.administrator.client.post(DESK, {"text": SOONER, "do": "propose"})
    assert proposed["Location"] == f"{DESK}3/"


def test_the_record_names_both_and_a_newer_proposal_passes_an_older(people):
    first, second = people.administrator.actor, people.supervisor.actor
    number = propose_policy(actor=first, definition=read_policy(SOONER))
    assert propose_policy(actor=first, definition=read_policy(SOONER)) == number
    with pytest.raises(SamePerson):
        adopt_policy(actor=first, number=number)
    for name in ("clerk", "dispatcher", "unit_reviewer", "leader", "auditor"):
        with pytest.raises(NotAllowed):
            adopt_policy(actor=getattr(people, name).actor, number=number)
        with pytest.raises(NotAllowed):
            decline_policy(actor=getattr(people, name).actor, number=number, because="不")
    newer = propose_policy(actor=second, definition=read_policy(LATER))
    with pytest.raises(MovedOn):
        adopt_policy(actor=second, number=number)
    adopt_policy(actor=first, number=newer)
    with pytest.raises(MovedOn):
        decline_policy(actor=second, number=newer, because="晚了")
    acts = Entry.objects.filter(subject="escalation").order_by("id")
    assert [(each.action, each.actor) for each in acts] == [
        ("escalation.proposed", first.label),
        ("escalation.proposed", second.label),
        ("escalation.adopted", first.label),
    ]
    digest = EscalationPolicy.objects.get(number=newer).digest
    assert (acts[2].payload.data or {})["digest"] == digest


def test_the_database_lets_nothing_of_a_version_change(people):
    number = put_in_force(SOONER)
    rows = EscalationPolicy.objects.filter(number=number)
    waits = propose_policy(actor=people.administrator.actor, definition=read_policy(LATER))
    waiting = EscalationPolicy.objects.filter(number=waits)
    for act in (
        lambda: rows.update(adopted_at=time.now()),
        lambda: waiting.update(definition={}),
        rows.delete,
    ):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            act()


def test_the_command_line_asks_for_two_people(people, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(installation, "ready", nullcontext)
    file = tmp_path / "policy.toml"
    file.write_text(SOONER)
    adopt = ["escalation", "adopt", str(file), "--by"]
    assert main([*adopt, "nobody"]) == 1
    assert main([*adopt, "administrator"]) == 0
    assert "Proposed as version 1" in capsys.readouterr().err
    assert main([*adopt, "administrator"]) == 1
    assert in_force() is None
    assert main([*adopt, "supervisor"]) == 0
    assert main([*adopt, "supervisor"]) == 0
    assert "Version 1 says this already." in capsys.readouterr().err
    file.write_text(LATER)
    assert main([*adopt, "administrator"]) == 0
    decline = ["escalation", "decline", "2", "--by", "supervisor", "--because", "先不改"]
    assert main(decline) == 0
    assert main(["escalation", "show"]) == 0
    assert "at = 40" in capsys.readouterr().out
