"""Every entry is told in a sentence, in both languages, also when its payload was erased."""

import re
from pathlib import Path

import pytest
from django.utils import translation

import huiying
from huiying.agencies.actions import end_role
from huiying.casework.actions import sorting, working
from huiying.casework.places import all_categories, all_units
from huiying.casework.plain_sentences import SENTENCES
from huiying.casework.reads import case_shown
from huiying.casework.sentences import LEFT_OUT, told, who_did
from huiying.casework.states import STEPS, State
from huiying.casework.tellers.of_entries import TELLERS
from huiying.casework.tellers.words import Words
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.record.models import Entry, Payload
from tests.casework.test_life_cycle import DEEDS
from tests.casework.ways import brought_to, declined
from tests.people import make_person

pytestmark = pytest.mark.django_db
SOURCE = Path(huiying.__file__).parent


def test_every_step_and_every_written_action_has_its_sentence():
    written = {f"case.{step.verb}" for step in STEPS}
    for path in SOURCE.glob("casework/**/*.py"):
        written |= set(re.findall(r'action="([a-z_.]+)"', path.read_text("utf-8")))
    assert written <= {*TELLERS, *SENTENCES, *LEFT_OUT}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_long_story_is_told(people, language):
    case = brought_to(State.RETURNED, people)
    for verb in ("triage", "assign"):
        DEEDS[verb](people, case)
    DEEDS["reassign"](people, case)
    with translation.override(language):
        shown = case_shown(people.supervisor.actor, case.number)
    assert len(shown.entries) == Entry.objects.filter(subject=f"case:{case.label}").count()
    assert [line.note for line in shown.entries if line.note] == ["归公路局。", "他们管。"]
    said = " ".join(line.sentence for line in shown.entries)
    assert ("Water Company" if language == "en" else "供水公司") in said
    assert ("Letters Office" if language == "en" else "群众来信办公室") in shown.entries[1].who


def test_somebody_in_two_units_is_named_with_the_one_that_acted(people):
    """A dispatcher who once handled cases at roads and handles them now at water and at housing."""
    two = make_person(
        "two",
        ("roads", "handler"),
        ("desk", "dispatcher"),
        ("water", "handler"),
        ("housing", "handler"),
    )
    end_role(actor=SYSTEM, username="two", unit_code="roads", role="handler")
    case = brought_to(State.TRIAGED, people)
    sorting.assign(actor=two.actor, number=case.number, lead_code="housing")
    working.accept(actor=two.actor, number=case.number)
    sorting.reassign(actor=two.actor, number=case.number, lead_code="water", reason="他们管。")
    working.accept(actor=two.actor, number=case.number)
    with translation.override("en"):
        lines = case_shown(people.supervisor.actor, case.number).entries
    assert [line.who for line in lines if line.who.startswith("Two")] == [
        "Two · Letters Office",
        "Two · Housing Department",
        "Two · Letters Office",
        "Two · Water Company",
    ]


def test_an_erased_payload_leaves_a_sentence(people):
    case = declined(people)
    entries = Entry.objects.filter(subject=f"case:{case.label}")
    Payload.objects.filter(entry__in=entries).update(data=None, salt=None)
    shown = case_shown(people.auditor.actor, case.number)
    assert len(shown.entries) == entries.count()
    assert all(line.sentence and not line.note for line in shown.entries)


@pytest.mark.parametrize("action", [*TELLERS, *SENTENCES])
def test_no_sentence_needs_a_payload(county, action):
    words = Words(all_units(), all_categories())
    for data in (None, {}, {"correction": True}):
        line = told(time.now(), action, data, "somebody", words)
        assert line is None or "%(" not in line.sentence


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (20, "The clock runs again."),
        (60, "it had stood still for 1 minute."),
        (45 * 60, "it had stood still for 45 minutes."),
        (3 * 3600, "it had stood still for 3 hours."),
        (50 * 3600, "it had stood still for 2 days."),
    ],
)
def test_a_pause_is_told_in_a_fitting_measure(county, seconds, said):
    words = Words(all_units(), all_categories())
    with translation.override("en"):
        line = told(time.now(), "case.resume", {"paused_seconds": seconds}, "", words)
    assert line is not None
    assert line.sentence.endswith(said)


def test_an_unknown_act_is_shown_by_its_code(county):
    line = told(time.now(), "case.something_new", {}, "", Words(all_units(), all_categories()))
    assert line is not None
    assert line.note == "case.something_new"


def test_who_is_told_without_a_label():
    for actor in ("staff:abc", "resident:abc", "system:worker", "import:abc", "stranger"):
        assert "abc" not in who_did(actor, None, None)
