"""What a kept query finds is what Django finds, for everybody, whoever asked before."""

import sys
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from huiying.agencies.actions import end_role
from huiying.agencies.models import Role, Unit
from huiying.agencies.reads import standing_of
from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.reads import case_shown
from huiying.casework.states import State
from huiying.intake.indexing import index_letters
from huiying.kernel import kept_queries, time
from huiying.kernel.kept_queries import Given, IsAnyOf, KeptQuery
from huiying.kernel.refusals import NotFound
from huiying.notices.tasks import sweep
from tests.casework.ways import brought_to

pytestmark = pytest.mark.django_db


def plain(row: Any) -> Any:
    """A row with those that were read along with it, as values that can be compared."""
    if not isinstance(row, models.Model):
        return row
    held = {name: value for name, value in vars(row).items() if name != "_state"}
    ways = {field.name for field in row._meta.concrete_fields}
    cache = row._state.fields_cache
    along = {name: plain(value) for name, value in cache.items() if name in ways}
    return type(row), held, along


def units(*paths: str, codes: Iterable[str] | Given) -> Any:
    listed = codes if isinstance(codes, Given) else list(codes)
    return Unit.objects.filter(IsAnyOf("code", listed), path__in=paths).select_related("parent")


@pytest.fixture
def compared(monkeypatch):
    """Each kept query that is asked is compared with the one that Django puts together now, its statement
    and what it finds.
    """
    asked = set()
    rows = KeptQuery.rows

    def both(query, *shape, **values):
        found = rows(query, *shape, **values)
        assert query._kept[shape] == query._compile(shape)
        assert list(map(plain, found)) == list(map(plain, query.built(*shape, **values)))
        asked.add(id(query))
        return found

    monkeypatch.setattr(KeptQuery, "rows", both)
    return asked


def test_a_page_has_the_rows_that_django_finds_whoever_asks_and_whenever(scene, compared):
    people = scene.people
    mark_conduct(
        actor=people.clerk.actor, number=scene.new.number, unit_codes=["housing"], usernames=[]
    )
    cases = [scene.new, scene.published.case, brought_to(State.WAITING, people)]
    index_letters()
    for name in ("auditor", "handler", "supervisor", "other_handler"):
        client = getattr(people, name).client
        client.post("/en/desk/search/", {"q": "施工"})
        for case in cases:
            client.get(f"/en/desk/cases/{case.number}/")
            client.get(f"/en/desk/cases/{case.number}/alike/")
    with time.at(time.now() + timedelta(days=40)):
        people.auditor.client.get(f"/zh-hans/desk/cases/{cases[-1].number}/")
    sweep()
    ours = [vars(module) for name, module in sys.modules.items() if name.startswith("huiying.")]
    held = {id(each) for names in ours for each in names.values() if isinstance(each, KeptQuery)}
    assert compared == held, "a kept query that nothing above asks"


def test_a_value_is_that_of_this_run(county):
    kept = KeptQuery(units, codes=models.JSONField())
    path = Unit.objects.get(code="housing").path
    for codes in (["housing"], [], ["water", "housing"], ["'; --", "%s", "$1"]):
        assert kept.rows(path, codes=codes) == list(kept.built(path, codes=codes))
    assert kept.rows(path, codes=["housing"])[0].code == "housing"


def test_nothing_that_can_be_found_asks_nothing(county):
    kept = KeptQuery(units, codes=models.JSONField())
    with CaptureQueriesContext(connection) as captured:
        assert kept.rows(codes=["housing"]) == []
    assert not captured


def test_it_is_put_together_once_and_forgotten_when_many_others_ask(county, monkeypatch):
    built = []

    def counted(*paths, codes):
        built.append(paths)
        return units(*paths, codes=codes)

    kept = KeptQuery(counted, codes=models.JSONField())
    monkeypatch.setattr(kept_queries, "MOST_KEPT", 2)
    for path in ("a", "a", "b", "a", "c", "b", "a"):
        kept.rows(path, codes=["x"])
    assert built == [("a",), ("b",), ("c",), ("a",)]


def test_who_loses_a_role_loses_the_case_at_once(people):
    case = brought_to(State.IN_PROGRESS, people)
    handler = people.handler
    assert case_shown(standing_of(handler.account).actor, case.number)
    end_role(
        actor=people.administrator.actor,
        username=handler.account.username,
        unit_code="housing",
        role=Role.HANDLER,
    )
    with pytest.raises(NotFound):
        case_shown(standing_of(handler.account).actor, case.number)
