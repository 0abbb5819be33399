"""One letter whose key is lost, or whose row is damaged, keeps no other from being found, counted and
compared; it is taken up again when it opens.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from huiying.casework.actions.calling import _sent_on
from huiying.casework.actions.erasing import erase_words
from huiying.casework.alike.candidates import MOST, Asked, likely_same
from huiying.casework.landing.at_intake import suggest_new
from huiying.casework.landing.rehearsing import rehearse
from huiying.casework.landing_models import Suggestion
from huiying.casework.models import Report
from huiying.config.letter_checks import examine_letters
from huiying.finding import following
from huiying.finding.models import Followed, Kind, Text
from huiying.intake import vault
from huiying.intake.indexing import index_letters, take_up_again
from huiying.intake.models import Seal, Submission, Unopened, Whereabouts
from huiying.intake.placing import place_letters
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.routing.rules.definitions import read_rules
from huiying.routing.rules.reads import NO_RULES
from tests.insight.test_growing import load_towns
from tests.people import People
from tests.scene import letter
from tests.staff_desk.test_rules import LAMPS, in_force

pytestmark = pytest.mark.django_db
DARK = {"title": "路灯不亮", "body": "塘尾村口的路灯坏了三天，晚上看不见路。", "place": "塘尾村"}
LATER = timedelta(minutes=6)


def lose_key(lost: Submission) -> None:
    Seal.objects.filter(submission=lost).update(key_number=99)


def damage_key(lost: Submission) -> None:
    Seal.objects.filter(submission=lost).update(wrapped=b"torn")


def another_key(lost: Submission) -> None:
    wrapped = vault.wrap(vault.new_key(), 1, lost.label)
    Seal.objects.filter(submission=lost).update(wrapped=wrapped)


def lose_seal(lost: Submission) -> None:
    Seal.objects.filter(submission=lost).delete()


WAYS = [lose_key, damage_key, another_key, lose_seal]


@pytest.fixture
def letters(people: People) -> list[Submission]:
    """Six letters about one dark village, oldest first."""
    load_towns()
    cases = [letter(people, **DARK)[0] for _each in range(len(WAYS) + 2)]
    return [Report.objects.get(case=case).submission for case in cases]


@pytest.fixture
def good(letters: list[Submission]) -> list[Submission]:
    """The first and the last of them; those between were lost, each in a way of its own."""
    for lose, lost in zip(WAYS, letters[1:-1], strict=True):
        lose(lost)
    return [letters[0], letters[-1]]


@pytest.fixture
def lost(letters: list[Submission]) -> Submission:
    """One of them whose key is lost, and may come back."""
    lose_key(letters[1])
    return letters[1]


def indexed() -> list[int]:
    return list(Text.objects.filter(kind=Kind.LETTER).order_by("key").values_list("key", flat=True))


def found_again(lost: Submission) -> int:
    """The key is back where it was."""
    Seal.objects.filter(submission=lost).update(key_number=1)
    with time.at(time.now() + LATER):
        return take_up_again()


def told() -> list[tuple[str, str]]:
    return [(each.check, each.state.name) for each in examine_letters()]


def test_the_others_are_indexed_and_the_index_moves_on(good):
    assert index_letters() == 6
    assert indexed() == [each.pk for each in good]
    assert Unopened.objects.count() == len(WAYS)
    assert index_letters() == 0
    with time.at(time.now() + following.SETTLING * 2):
        index_letters()
    assert Followed.objects.get(kind=Kind.LETTER).settled == good[-1].pk
    assert ("letters set aside", "broken") in told()


def test_it_is_indexed_when_its_key_is_back_and_not_before(letters, lost):
    index_letters()
    with time.at(time.now() + LATER):
        assert take_up_again() == 0
        index_letters()
    assert lost.pk not in indexed()
    with time.at(time.now() + LATER):
        assert found_again(lost) == 1
    assert indexed() == [each.pk for each in letters]
    assert not Unopened.objects.exists()
    assert ("letters set aside", "good") in told()


def test_what_is_erased_meanwhile_comes_into_no_index(lost):
    index_letters()
    erase_words(actor=SYSTEM, report=lost.report)
    assert ("letters set aside", "good") in told()
    with time.at(time.now() + LATER):
        assert take_up_again() == 1
    assert lost.pk not in indexed()
    assert not Unopened.objects.exists()


def test_texts_are_made_anew_without_it(letters, monkeypatch):
    index_letters()
    lose_key(letters[1])
    monkeypatch.setattr(following, "RULES", following.RULES + 1)
    index_letters()
    index_letters()
    assert following.left_to_make_anew() == {}
    assert letters[1].pk not in indexed(), "what older rules masked is found no more"
    found_again(letters[1])
    assert indexed() == [each.pk for each in letters]


def test_the_others_are_placed(good):
    place_letters()
    assert sorted(Whereabouts.objects.values_list("submission", "division")) == [
        (each.pk, "990101101") for each in good
    ]
    assert place_letters() == 0


def test_the_others_are_compared(people, good):
    asked = Asked(DARK["body"], DARK["place"])
    numbers = {_case(each) for each in good}
    assert {each.number for each in likely_same(people.clerk.actor, asked)} == numbers
    index_letters()
    assert {each.number for each in likely_same(people.clerk.actor, asked)} == numbers


def _case(submission: Submission) -> int:
    return Report.objects.get(submission=submission).case.number


def test_what_the_index_holds_is_compared_and_found_where_the_keys_went(people, letters):
    index_letters()
    for each in letters:
        lose_key(each)
    assert len(likely_same(people.clerk.actor, Asked(DARK["body"]))) == MOST
    own = people.clerk.client.get(f"/en/desk/cases/{_case(letters[0])}/alike/")
    assert own.status_code == 200
    found = people.clerk.client.post("/en/desk/search/", {"q": "塘尾村口"})
    assert found.text.count("路灯不亮") >= len(letters), "by the line of the case"


def test_the_others_are_suggested_on(people, good):
    in_force(people)
    assert suggest_new() == 2
    assert suggest_new() == 0
    assert Suggestion.objects.filter(rule=1).count() == 2


def test_it_is_placed_and_suggested_on_when_its_key_is_back(people, lost):
    in_force(people)
    place_letters()
    suggest_new()
    found_again(lost)
    assert place_letters() == suggest_new() == 1


def test_rules_are_tried_on_the_others_and_a_caller_finds_their_letter(people, good):
    rules = read_rules(LAMPS, categories={"pothole", "noise"}, units={"roads"})
    assert rehearse(people.dispatcher.actor, NO_RULES, rules).n == 2
    today = timezone.localdate(time.now())
    assert len(_sent_on(people.clerk.actor, today, ["塘尾"])) == 2
