import pytest
from django.db import connection, transaction

from huiying.agencies.models import Unit
from huiying.kernel.actors import SYSTEM, Actor, Grant
from huiying.kernel.refusals import Refusal
from huiying.kernel.verbs import running, verb


@verb
def make_unit(*, actor: Actor, code: str) -> Unit:
    return Unit.objects.create(code=code, path=f"{code}/", name={})


@verb
def make_two_and_fail(*, actor: Actor) -> None:
    make_unit(actor=actor, code="one")
    raise Refusal


def test_a_verb_takes_keywords_and_an_actor_only():
    with pytest.raises(TypeError):
        verb(lambda actor: None)
    with pytest.raises(TypeError):

        @verb
        def nobody(*, code: str) -> None: ...


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_a_verb_inside_a_verb_joins_it_and_a_refusal_undoes_both():
    with pytest.raises(Refusal):
        make_two_and_fail(actor=SYSTEM)
    assert not Unit.objects.filter(code="one").exists()
    assert not running()


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_the_outermost_verb_must_be_the_outermost_transaction():
    with pytest.raises(RuntimeError), transaction.atomic():
        make_unit(actor=SYSTEM, code="two")
    make_unit(actor=SYSTEM, code="two")
    assert not connection.in_atomic_block
    assert Unit.objects.filter(code="two").exists()


def test_a_grant_reaches_what_is_below_its_scope_and_nothing_else():
    actor = Actor("staff:x", frozenset({Grant("handler", "county/housing/")}))
    assert actor.covers("handler", "county/housing/estates/")
    assert not actor.covers("handler", "county/")
    assert not actor.covers("reviewer", "county/housing/")
    assert not actor.covers("handler", "county/housing-two/")
