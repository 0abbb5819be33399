"""Lists that people save for themselves."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiying.casework.actions.saved_lists import MOST_LISTS, save_list
from huiying.casework.desk_models import SavedList
from huiying.casework.queues import Wanted
from tests.casework.ways import taken_in
from tests.people import make_person

pytestmark = pytest.mark.django_db

QUEUE = "/en/desk/"
LISTS = "/en/desk/lists/"
ASKED = "?tab=open&category=noise&late=1"


def _saved(person, name="到期的噪声", query=ASKED):
    return person.client.post(LISTS + query, {"name": name}, follow=True)


def _do(person, kept, do, **words):
    return person.client.post(f"{LISTS}{kept.pk}/", {"do": do} | words, follow=True)


def test_save_open_rename_begin_and_remove(people):
    clerk = people.clerk
    assert "Save this list" not in clerk.client.get(QUEUE).text
    form = re.findall(r'action="(/en/desk/lists/[^"]*)"', clerk.client.get(QUEUE + ASKED).text)
    page = clerk.client.post(form[0].replace("&amp;", "&"), {"name": "<b>噪声"}, follow=True).text
    assert "Saved. You find" in page
    link = re.findall(r'href="([^"]+)" aria-current="page"><bdi>&lt;b&gt;噪声', page)
    assert clerk.client.get(link[0].replace("&amp;", "&")).status_code == 200
    kept = SavedList.objects.get()
    assert kept.asked == {"tab": "open", "category": "noise", "late": True}
    assert "Renamed" in _do(clerk, kept, "rename", name="夜里的噪声").text
    assert "夜里的噪声" in clerk.client.get(LISTS).text
    _do(clerk, kept, "first")
    assert clerk.client.get(QUEUE).url == link[0].replace("&amp;", "&")
    assert clerk.client.get(f"{QUEUE}?tab=sort").status_code == 200
    _do(clerk, kept, "not_first")
    assert clerk.client.get(QUEUE).status_code == 200
    _do(clerk, kept, "remove")
    assert "You have saved no list yet" in clerk.client.get(LISTS).text


def test_they_are_nobody_elses(people):
    _saved(people.clerk)
    kept = SavedList.objects.get()
    for name in ("dispatcher", "supervisor", "administrator"):
        person = getattr(people, name)
        assert "到期的噪声" not in person.client.get(QUEUE).text
        for do in ("rename", "remove", "first"):
            assert _do(person, kept, do, name="别的").status_code == 404
    kept.refresh_from_db()
    assert (kept.name, kept.first) == ("到期的噪声", False)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?tab=ours",  # no list of a clerk's
        "?state=dancing",
        "?tab=open&unit=nowhere",
        "?category=%27--",
        "?channel=x",
        "?sort=random",
        "?left=1.2",
        "?after=x",
    ],
)
def test_only_what_a_list_can_be_asked_is_saved(people, query):
    assert "no list that can be saved" in _saved(people.clerk, query=query).text
    assert not SavedList.objects.exists()


def test_names_are_bounded_and_once_only(people):
    _saved(people.clerk)
    assert "of this name already" in _saved(people.clerk).text
    for name in ("", "  ", "长" * 41, "a\0b"):
        _saved(people.clerk, name=name)
    assert SavedList.objects.count() == 1
    _saved(people.clerk, name="另一张")
    assert (
        "of this name already"
        in _do(people.clerk, SavedList.objects.get(name="另一张"), "rename", name="到期的噪声").text
    )
    for number in range(MOST_LISTS):
        _saved(people.clerk, name=str(number))
    assert SavedList.objects.count() == MOST_LISTS


def test_beginning_with_another_list_leaves_one_first(people):
    for name in ("甲", "乙"):
        save_list(actor=people.clerk.actor, name=name, wanted=Wanted(late=True))
    for kept in SavedList.objects.order_by("name"):
        _do(people.clerk, kept, "first")
    assert SavedList.objects.filter(first=True).count() == 1


def test_a_list_of_a_role_that_one_no_longer_has_still_opens(people):
    both = make_person("both", ("desk", "clerk"), ("housing", "handler"))
    kept = save_list(actor=both.actor, name="我们的", wanted=Wanted(tab="ours"))
    SavedList.objects.filter(pk=kept.pk).update(account=people.clerk.account, first=True)
    assert people.clerk.client.get(QUEUE, follow=True).status_code == 200


def test_the_queue_costs_the_same_with_twenty_lists(people):
    taken_in()
    found = []
    for lists in (0, MOST_LISTS):
        for number in range(lists):
            save_list(actor=people.clerk.actor, name=f"{number}", wanted=Wanted(late=True))
        with CaptureQueriesContext(connection) as queries:
            people.clerk.client.get(f"{QUEUE}?tab=open")
        found.append(len(queries))
    assert found[0] == found[1] <= 12
