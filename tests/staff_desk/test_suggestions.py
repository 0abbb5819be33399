"""The learned suggestion at the desk: two people bring it into use, it fills a form, and never decides."""

import pytest

from huiying.agencies.divisions import load_divisions
from huiying.casework.actions.erasing import erase_words
from huiying.casework.actions.joining import join
from huiying.casework.actions.sorting import mark_conduct, triage
from huiying.casework.actions.trying import ask_model_trial
from huiying.casework.landing import discretion, settled, training, trying
from huiying.casework.landing.at_intake import suggest_new
from huiying.casework.landing.kept import forget_reasons
from huiying.casework.landing.measured import measured
from huiying.casework.landing.training import is_due, train_and_keep
from huiying.casework.landing.tried import newest_trial
from huiying.casework.landing.trying import run_next_trial
from huiying.casework.landing_models import Lesson, Suggestion
from huiying.casework.models import CaseFile, Report
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import MovedOn, NotAllowed, SamePerson
from huiying.record.models import Entry, Payload
from huiying.routing.actions.learned import (
    adopt_model,
    propose_model,
    refuse_model,
    switch_off_model,
)
from huiying.routing.errors import StillProposed, TooFewLetters
from huiying.routing.models import Learned, Use
from tests.models import kept_model, model_in_use
from tests.scene import letter

pytestmark = pytest.mark.django_db
LIST = "/en/desk/suggestions/"
LEAK = {"title": "", "body": "我家附近水管漏水，自来水发黄，请尽快处理。"}


def page(people, case, who="clerk", **query):
    return getattr(people, who).client.get(f"/en/desk/cases/{case.number}/", query).text


def test_one_proposes_another_adopts_and_one_switches_off(people):
    number = kept_model().number
    supervisor, administrator = people.supervisor.client, people.administrator.client
    shown = supervisor.get(f"{LIST}{number}/")
    choice = shown.context["page"].form.initial["threshold"]
    assert "By category" in shown.text
    assert supervisor.post(f"{LIST}{number}/propose/", {"threshold": choice}).status_code == 302
    assert "Somebody else has to adopt" in supervisor.get(LIST).text
    assert supervisor.post(f"{LIST}{number}/adopt/").status_code == 403
    assert administrator.post(f"{LIST}{number}/adopt/").status_code == 302
    assert "adopted by" in administrator.get(LIST).text
    case, _receipt = letter(people, **LEAK)
    assert suggest_new() == 1
    assert administrator.post(f"{LIST}off/").status_code == 302
    assert "No model suggests now." in administrator.get(LIST).text
    letter(people, **LEAK)
    assert suggest_new() == 0
    actions = Entry.objects.filter(subject=f"model:{number}").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        "model.trained", "model.proposed", "model.adopted", "model.switched_off",
    ]  # fmt: skip
    assert Suggestion.objects.get().case_id == case.pk


def test_a_threshold_is_one_of_the_curve_and_proposals_come_one_at_a_time(people):
    number = kept_model().number
    answer = people.supervisor.client.post(f"{LIST}{number}/propose/", {"threshold": "7"})
    assert answer.status_code == 422
    assert "Choose a line of the table." in answer.text
    propose_model(actor=people.supervisor.actor, number=number, threshold=0.5)
    with pytest.raises(StillProposed):
        propose_model(actor=people.administrator.actor, number=number, threshold=0.6)


def test_the_proposer_cannot_adopt_and_nobody_else_can_either(people):
    number = kept_model().number
    propose_model(actor=people.supervisor.actor, number=number, threshold=0.5)
    with pytest.raises(SamePerson):
        adopt_model(actor=people.supervisor.actor, number=number)
    for who in ("clerk", "dispatcher", "handler", "auditor", "leader"):
        with pytest.raises(NotAllowed):
            adopt_model(actor=getattr(people, who).actor, number=number)
    refuse_model(actor=people.administrator.actor, number=number)
    with pytest.raises(MovedOn):
        adopt_model(actor=people.administrator.actor, number=number)
    switch_off_model(actor=people.supervisor.actor)  # nothing is on: nothing happens
    assert Use.objects.filter(state="adopted").count() == 0


def test_the_page_says_what_how_likely_and_why_and_fills_the_form(people):
    number = model_in_use(people).number
    case, _receipt = letter(people, **LEAK)
    assert suggest_new() == 1
    assert suggest_new() == 0  # once a case and use
    text = page(people, case)
    assert "Suggested, by earlier cases" in text
    assert "likely, " in text
    assert "Because the letter says: " in text
    assert f"By version {number} of the model" in text
    assert "?take=leak#triage-category_code" in text
    assert '<option value="leak" selected>' not in text
    filled = page(people, case, take="leak")
    assert '<option value="leak" selected>' in filled
    case.refresh_from_db()
    assert case.state == "received"  # nothing was done
    assert "Suggested, by earlier cases" not in page(people, case, who="auditor")  # cannot sort
    assert page(people, case, take="nonsense")


def test_below_the_threshold_it_says_plainly_that_it_has_none(people):
    model_in_use(people, threshold=1.0)
    case, _receipt = letter(people, title="", body="村里想办图书室。")
    suggest_new()
    assert "No suggestion: the model is not sure enough." in page(people, case)
    triage(actor=people.clerk.actor, number=case.number, category_code="noise")
    assert not Lesson.objects.exists()


def test_an_override_is_a_lesson_and_stands_in_the_record(people):
    number = model_in_use(people).number
    followed, _receipt = letter(people, **LEAK)
    other, _receipt = letter(people, **LEAK)
    suggest_new()
    triage(actor=people.clerk.actor, number=followed.number, category_code="leak")
    assert not Lesson.objects.exists()
    triage(actor=people.clerk.actor, number=other.number, category_code="noise")
    lesson = Lesson.objects.get()
    assert (lesson.suggested, lesson.chosen) == ("leak", "noise")
    assert Learned.objects.get(uses=lesson.suggestion.use).number == number
    kept = Payload.objects.get(entry__subject=f"case:{other.label}", entry__action="case.triage")
    assert kept.data is not None
    assert (kept.data["suggested"], kept.data["model"]) == ("leak", number)
    assert f"Version {number} of the model had suggested: Water leak." in page(people, other)
    assert f"Version {number} of the model had suggested the same." in page(people, followed)


def test_a_complaint_about_conduct_is_neither_asked_about_nor_shown_nor_learned(people):
    model_in_use(people)
    complaint, _receipt = letter(people, **LEAK, conduct=True)
    assert suggest_new() == 0
    later, _receipt = letter(people, **LEAK)
    assert suggest_new() == 1
    mark_conduct(actor=people.clerk.actor, number=later.number, unit_codes=["water"])
    assert "Suggested, by earlier cases" not in page(people, later)
    triage(actor=people.clerk.actor, number=later.number, category_code="noise")
    assert not Lesson.objects.exists()
    now = time.now()
    for case in (complaint, later):
        category = case.category_id or CaseFile.objects.get(pk=later.pk).category_id
        CaseFile.objects.filter(pk=case.pk).update(
            state="closed", answered_at=now, closed_at=now, outcome="solved", category=category
        )
    assert list(settled.settled_letters()) == []


def test_it_learns_from_settled_cases_alone_and_only_when_enough_is_new(people, monkeypatch):
    def settle(category, body):
        case, _receipt = letter(people, title="", body=body)
        triage(actor=people.clerk.actor, number=case.number, category_code=category)
        now = time.now()
        CaseFile.objects.filter(pk=case.pk).update(
            state="answered", answered_at=now, outcome="solved"
        )
        return case

    for number in range(10):
        settle("leak", f"水管漏水{'，很久了' * (number % 3)}")
        settle("noise", f"夜间施工太吵{'，请处理' * (number % 3)}")
    open_case, _receipt = letter(people, **LEAK)
    assert not is_due()
    monkeypatch.setattr(training, "LEAST_NEW", 20)
    assert is_due()
    learned = train_and_keep(actor=SYSTEM)
    assert (learned.number, learned.letters, learned.categories) == (1, 20, 2)
    assert not is_due()
    assert "村" not in bytes(learned.packed).decode("latin-1")
    assert open_case.state == "received"
    CaseFile.objects.update(outcome="not_ours")
    with pytest.raises(TooFewLetters):
        train_and_keep(actor=SYSTEM)
    assert Learned.objects.count() == 1


def test_erasing_a_letter_takes_its_words_out_of_the_suggestion(people):
    model_in_use(people)
    case, _receipt = letter(people, **LEAK)
    suggest_new()
    assert Suggestion.objects.get().offers[0]["because"]
    forget_reasons(case)
    kept = Suggestion.objects.get()
    assert [each["because"] for each in kept.offers] == [[], [], []]
    assert kept.first == "leak"


def test_a_letter_that_stands_with_another_case_is_erased_in_its_own_too(people):
    model_in_use(people)
    case, _receipt = letter(people, **LEAK)
    suggest_new()
    other, _receipt = letter(people)
    join(actor=people.dispatcher.actor, number=case.number, into=other.number)
    erase_words(actor=SYSTEM, report=Report.objects.get(own_case=case))
    assert [each["because"] for each in Suggestion.objects.get(case=case).offers] == [[], [], []]


def test_the_page_of_a_version_counts_by_month_channel_language_and_district(people):
    load_divisions(
        actor=SYSTEM,
        rows=[
            {"code": "530000", "name": {"zh-hans": "云渡县"}},
            {"code": "530000001", "name": {"zh-hans": "河东镇"}},
        ],
    )
    number = model_in_use(people).number
    places = ["云渡县河东镇一号"] * 5 + ["云渡县河东镇二号", "外地"]
    for place in places:
        case, _receipt = letter(people, **LEAK, place=place, language="en")
        suggest_new()
        chosen = "noise" if place == "外地" else "leak"
        triage(actor=people.clerk.actor, number=case.number, category_code=chosen)
    into, _receipt = letter(people, **LEAK, language="zh-hans")
    # What was suggested was read in its own letter.
    join(actor=people.dispatcher.actor, number=case.number, into=into.number)
    hidden, _receipt = letter(people, **LEAK)
    suggest_new()
    triage(actor=people.clerk.actor, number=hidden.number, category_code="noise")
    mark_conduct(actor=people.clerk.actor, number=hidden.number, unit_codes=["water"])
    found = measured(number)
    assert (found.whole.n, found.whole.spoke, found.whole.right) == (7, 7, 6)
    assert [(each.name, each.n, each.right) for each in found.by_district] == [
        ("河东镇", 6, 6), ("", 1, 0),
    ]  # fmt: skip
    assert [each.name for each in found.by_language] == ["en"]
    assert [(each.suggested, each.chosen, each.count) for each in found.overrides] == [
        ("leak", "noise", 1)
    ]
    text = people.auditor.client.get(f"{LIST}{number}/").text
    assert "stands in 6 of these" in text
    for heading in ("By month", "By channel", "By language", "By district", "河东镇"):
        assert heading in text
    assert "Where people chose otherwise" in text


def sorted_letters(people, *, leaks, noises):
    """Letters that the small model knows well: as many that stand where it says, and as many elsewhere."""
    found = []
    for number in range(leaks + noises):
        case, _receipt = letter(people, **LEAK)
        code = "leak" if number < leaks else "noise"
        triage(actor=people.clerk.actor, number=case.number, category_code=code)
        found.append(case)
    return found


class TestTrial:
    def test_a_version_is_tried_on_letters_that_it_has_not_learned_from(self, people, monkeypatch):
        monkeypatch.setattr(trying, "FEWEST_UNSEEN", 4)
        old, *_ = sorted_letters(people, leaks=2, noises=1)
        CaseFile.objects.update(state="answered", answered_at=time.now(), outcome="solved")
        number = kept_model().number
        cases = sorted_letters(people, leaks=3, noises=1)
        secret, _receipt = letter(people, **LEAK, conduct=True, named_units=("housing",))
        supervisor = people.supervisor.client
        form = {
            "threshold": supervisor.get(f"{LIST}{number}/")
            .context["page"]
            .form["threshold"]
            .initial
        }
        assert people.clerk.client.post(f"{LIST}{number}/try/", form).status_code == 403
        assert supervisor.post(f"{LIST}{number}/try/", form).status_code == 302
        assert "It is tried in a moment." in supervisor.get(f"{LIST}{number}/").text
        assert run_next_trial() == 1
        assert run_next_trial() == 0
        page = supervisor.get(f"{LIST}{number}/")
        shown = page.context["page"].trial
        assert "Neither of them had learned" in page.text
        assert [[cell["text"] for cell in row] for row in shown.rows] == [
            ["no suggestion → Water Company", "4", "0"]
        ]
        assert {row[0]["text"] for row in shown.cases} == {str(case.number) for case in cases}
        assert old.number not in {int(row[0]["text"]) for row in shown.cases}
        assert "names the category that stands on 3" in page.text
        assert str(secret.number) not in page.text
        mark_conduct(actor=people.dispatcher.actor, number=cases[0].number, unit_codes=["roads"])
        shown = supervisor.get(f"{LIST}{number}/").context["page"].trial
        assert [row[1]["text"] for row in shown.rows] == ["3"]
        assert Entry.objects.filter(action="model.tried", subject=f"model:{number}").count() == 1

    def test_where_too_few_are_new_the_page_says_that_it_may_know_them(self, people):
        sorted_letters(people, leaks=3, noises=0)
        CaseFile.objects.update(state="answered", answered_at=time.now(), outcome="solved")
        number = kept_model().number
        propose_model(actor=people.administrator.actor, number=number, threshold=0.5)
        assert run_next_trial() == 1, "what waits for a second person is tried unasked"
        assert run_next_trial() == 0
        page = people.supervisor.client.get(f"{LIST}{number}/")
        assert "3 of these letters may be among those" in page.text
        told = people.administrator.client.get(f"{LIST}{number}/").context["page"].trial
        assert (told.rows, told.cases) == ((), ())
        assert "too few to say" in told.said[1]

    def test_another_threshold_of_the_version_in_use_is_held_against_it(self, people, monkeypatch):
        monkeypatch.setattr(discretion, "LEAST", 2)
        monkeypatch.setattr(discretion, "STEP", 1)
        monkeypatch.setattr(discretion, "BLUR", 1)
        number = model_in_use(people).number
        sorted_letters(people, leaks=3, noises=0)
        ask_model_trial(actor=people.supervisor.actor, number=number, threshold=1.0)
        assert run_next_trial() == 1
        trial = newest_trial(people.supervisor.actor, number)
        assert trial is not None
        assert trial.tried is not None
        assert (trial.against, trial.tried.spoke_now, trial.tried.spoke) == (number, 3, 0)
        gone = trial.tried.gone[0]
        assert (gone.before, gone.after, gone.count, gone.ended) == ("water", "", 3, 0)
        unread = newest_trial(people.administrator.actor, number)
        assert unread is not None
        assert unread.tried is not None
        assert (unread.tried.n, unread.tried.gone) == (0, ()), "nothing was answered a month ago"
        month = time.now() - discretion.SETTLED_FOR * 2
        CaseFile.objects.update(state="answered", answered_at=month, outcome="solved")
        blurred = newest_trial(people.administrator.actor, number)
        assert blurred is not None
        assert blurred.tried is not None
        assert [line.count for line in blurred.tried.gone] == [3]
        assert blurred.tried.cases == ()
