"""Two who change the roster at the same moment."""

import threading

import pytest
from django.db import connection

from huiying.agencies.duty.actions import changing
from huiying.agencies.duty.errors import OnDutyThen
from huiying.kernel import time
from tests.duty.conftest import NOW, TODAY, duty_room
from tests.duty.test_roster import A_DAY, make_second, on
from tests.people import make_county, make_people


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_two_supervisors_who_give_one_person_two_shifts_at_once(monkeypatch, guarded):
    make_county()
    people = make_people()
    with time.at(NOW):
        roster, second = duty_room(people), make_second(people)
    labels = [on(roster, TODAY + 2 * A_DAY).label, on(second, TODAY + 2 * A_DAY, {"en": "x"}).label]
    if not guarded:
        monkeypatch.setattr(changing, "_lock_people", lambda *_people: None)
    actor, barrier = people.supervisor.actor, threading.Barrier(2)
    free = changing._free

    def slowly(*args, **kwargs):
        free(*args, **kwargs)
        if not guarded:
            barrier.wait(60)  # both have found the person free

    monkeypatch.setattr(changing, "_free", slowly)
    results = []

    def put(label):
        try:
            with time.at(NOW):
                changing.put_in(actor=actor, label=label, username="below")
                results.append("given")
        except OnDutyThen:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=put, args=(label,)) for label in labels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(results) == (["given", "refused"] if guarded else ["given", "given"])
