import hashlib
import json
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from huiying.casework.actions.receiving import receive
from huiying.casework.actions.writing_back import add_words
from huiying.intake.letters import Letter
from huiying.intake.reads import resident
from huiying.kernel.actors import SYSTEM, Actor
from huiying.kernel.verbs import verb
from huiying.record.actions import write
from huiying.record.commitments import canonical, commit
from huiying.record.models import Entry, Payload
from huiying.record.reads import entries_about
from tests import provisioning
from tests.entries import holds

SUBJECT = "case:test"


@verb
def act(*, actor: Actor, data: dict[str, object] | None = None) -> int:
    return write(actor=actor, action="case.tested", subject=SUBJECT, data=data)


def test_an_entry_outside_a_verb_is_refused():
    with pytest.raises(RuntimeError):
        write(actor=SYSTEM, action="case.tested", subject=SUBJECT)


@pytest.mark.django_db
def test_an_entry_holds_what_was_said_and_shows_when_it_was_changed():
    entry = act(actor=SYSTEM, data={"lead": "住建局", "n": 3})
    assert holds(entry)
    assert entries_about([SUBJECT])[0].data == {"lead": "住建局", "n": 3}
    stored = Payload.objects.get(pk=entry)
    forged = canonical(Entry.objects.get(pk=entry).at, "case.tested", SYSTEM.label, SUBJECT, {})
    assert commit(bytes(stored.salt or b""), forged) != bytes(Entry.objects.get().commitment)


@given(
    data=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
        st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        max_size=4,
    )
)
def test_the_canonical_form_is_one_for_equal_content_whatever_the_order(data):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    one = canonical(at, "a", "b", "c", data)
    other = canonical(at, "a", "b", "c", dict(reversed(list(data.items()))))
    assert one == other
    assert json.loads(one)["data"] == data
    assert commit(b"0" * 16, one) == hashlib.sha256(b"0" * 16 + one).digest()


CHANGES = [
    "UPDATE record_entry SET action = 'x'",
    "DELETE FROM record_entry",
    "TRUNCATE record_entry CASCADE",
    "DELETE FROM record_payload",
    "TRUNCATE record_payload",
    "UPDATE record_payload SET data = '{}'",
    "UPDATE casework_move SET at = now()",
    "DELETE FROM casework_move",
    "TRUNCATE casework_move",
    "DELETE FROM casework_casefile",
    "TRUNCATE casework_casefile CASCADE",
    "DELETE FROM intake_submission",
    "TRUNCATE intake_submission CASCADE",
    "UPDATE casework_casefile SET received_at = now()",
    "UPDATE intake_submission SET sealed = 'x'",
    "UPDATE intake_submission SET received_at = now()",
    "UPDATE intake_submission SET wish = 'public'",
    "UPDATE intake_submission SET conduct = NOT conduct",
    "UPDATE intake_message SET sealed = 'x'",
    "DELETE FROM intake_message",
]


def _one_case() -> None:
    receipt = receive(actor=SYSTEM, letter=Letter(body="路灯坏了"))
    add_words(actor=resident(receipt.submission_label), text="还是没亮。")


@pytest.mark.server
@pytest.mark.django_db
@pytest.mark.parametrize("statement", CHANGES)
def test_the_application_role_cannot_change_what_was_recorded(statement, county):
    _one_case()
    with (
        pytest.raises((ProgrammingError, DatabaseError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", CHANGES)
def test_nor_can_the_owner_or_a_superuser_by_an_ordinary_statement(statement, county):
    _one_case()
    with (
        provisioning.superuser(provisioning.current(), provisioning.current().mine) as boss,
        pytest.raises(psycopg.Error, match="huiying"),
    ):
        boss.execute(statement)


@pytest.mark.django_db
def test_a_payload_can_be_erased_with_its_salt_and_the_entry_stands():
    entry = act(actor=SYSTEM, data={"words": "x"})
    Payload.objects.filter(pk=entry).update(data=None, salt=None)
    assert holds(entry)
    assert entries_about([SUBJECT])[0].data is None
