import pytest

from huiying.accounts.models import Account
from huiying.agencies.actions import LastOne, UnitRow, end_role, give_role, let_go, load_units
from huiying.agencies.models import Unit
from huiying.agencies.reads import ancestors, unit_choices
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Invalid, NotAllowed, NotFound
from huiying.record.models import Entry
from tests.people import People, make_person


def test_the_ancestors_of_a_path_begin_at_the_root():
    assert ancestors("a/b/c/") == ["a/", "a/b/", "a/b/c/"]


def test_desk_roles_reach_everything_and_unit_roles_what_is_below(people: People):
    assert people.clerk.actor.scopes("clerk") == ("",)
    assert people.handler.actor.scopes("handler") == ("county/housing/",)
    assert people.reviewer.actor.scopes("reviewer") == ("",), "at the root: everything"
    assert people.handler.actor.scopes("belongs") == ("county/housing/",)


def test_everybody_is_under_those_who_lead_their_units(people: People):
    head = make_person("head", ("housing", "leader"))
    assert people.below.actor.scopes("under") == (str(head.account.pk),)
    assert people.other_handler.actor.scopes("under") == ()
    assert head.actor.scopes("under") == (), (
        "nobody counts as under those who lead the whole agency"
    )


def test_a_role_ends_and_is_given_again(people: People):
    entries = Entry.objects.count()
    arguments = {"username": "handler", "unit_code": "housing", "role": "handler"}
    give_role(actor=SYSTEM, **arguments)
    assert Entry.objects.count() == entries, "given twice changes nothing"
    end_role(actor=SYSTEM, **arguments)
    assert not people.handler.actor.has("handler")
    with pytest.raises(NotFound):
        end_role(actor=SYSTEM, **arguments)
    give_role(actor=SYSTEM, **arguments)
    assert people.handler.actor.has("handler")


@pytest.mark.parametrize(
    ("username", "unit_code", "role"),
    [("dispatcher", "desk", "dispatcher"), ("supervisor", "county", "supervisor")],
)
def test_the_last_who_sorts_letters_cannot_go_before_another_comes(
    people: People, username, unit_code, role
):
    arguments = {"username": username, "unit_code": unit_code, "role": role}
    with pytest.raises(LastOne):
        end_role(actor=SYSTEM, **arguments)
    with pytest.raises(LastOne):
        let_go(actor=people.administrator.actor, username=username)
    second = make_person("second", (unit_code, role))
    Account.objects.filter(pk=second.account.pk).update(is_active=False)
    with pytest.raises(LastOne):
        end_role(actor=SYSTEM, **arguments)
    Account.objects.filter(pk=second.account.pk).update(is_active=True)
    let_go(actor=people.administrator.actor, username=username)
    with pytest.raises(LastOne):
        end_role(actor=SYSTEM, **{**arguments, "username": "second"})
    with pytest.raises(NotAllowed):
        let_go(actor=people.clerk.actor, username="handler")
    let_go(actor=SYSTEM, username="handler")
    assert not Account.objects.get(username="handler").is_active


def test_only_an_administrator_gives_roles(people: People):
    arguments = {"username": "handler", "unit_code": "county", "role": "leader"}
    for name in people:
        if name == "administrator":
            continue
        with pytest.raises(NotAllowed):
            give_role(actor=getattr(people, name).actor, **arguments)
    give_role(actor=people.administrator.actor, **arguments)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row",
    [
        {"code": "a/b", "parent": "", "name": {}},
        {"code": "", "parent": "", "name": {}},
        {"code": "x", "parent": "nowhere", "name": {}},
        {"code": "estates", "parent": "county", "name": {}},
    ],
)
def test_a_unit_that_does_not_fit_the_tree_is_refused(county, row):
    before = Unit.objects.count()
    with pytest.raises(Invalid):
        load_units(actor=SYSTEM, rows=[row])
    assert Unit.objects.count() == before


def test_loading_the_same_units_again_changes_nothing_and_a_new_name_is_one_entry(county):
    entries = Entry.objects.count()
    name = {"zh-hans": "自来水公司", "en": "Water"}
    rows: list[UnitRow] = [{"code": "water", "parent": "county", "name": name}]
    assert load_units(actor=SYSTEM, rows=rows) == 0
    assert load_units(actor=SYSTEM, rows=rows) == 0
    assert Entry.objects.count() == entries + 1


def test_the_tree_is_listed_with_its_root_or_without(county):
    assert unit_choices()[0].depth == 0
    assert all(choice.depth for choice in unit_choices(leave_out_root=True))
