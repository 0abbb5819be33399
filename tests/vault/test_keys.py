"""The key ring turned over: new key, everything wrapped under it, receipts that go on working."""

import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from huiying.accounts import one_time_codes
from huiying.accounts.actions.resealing import reseal_apps
from huiying.accounts.models import CodeApp
from huiying.config import keys as key_file
from huiying.config.key_uses import uses
from huiying.intake import vault
from huiying.intake.actions.revealing import rewrap_seals
from huiying.intake.models import Seal
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import NotAllowed
from tests.people import People
from tests.public_site.conftest import Writer

pytestmark = pytest.mark.django_db
OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture
def letters(county, settings) -> list[Writer]:
    """Five letters with contact, written while the ring held one key; then it holds two."""
    settings.KEY_RING = {1: OLD}
    found = []
    for number in range(5):
        writer = Writer()
        writer.write("漏水", email=f"writer{number}@example.org")
        found.append(writer)
    settings.KEY_RING = {1: OLD, 2: NEW}
    return found


def addresses(letters: list[Writer]) -> list[str | None]:
    return [vault.email_of(f"submission:{writer.submission.label}") for writer in letters]


def test_everything_comes_under_the_newest_key_in_batches(letters, settings):
    before = addresses(letters)
    assert None not in before
    assert [rewrap_seals(actor=SYSTEM, most=2) for _batch in range(4)] == [2, 2, 1, 0]
    assert set(Seal.objects.values_list("key_number", flat=True)) == {2}
    settings.KEY_RING = {2: NEW}
    assert addresses(letters) == before


def test_one_that_was_interrupted_goes_on(letters):
    before = addresses(letters)
    rewrap_seals(actor=SYSTEM, most=2)
    assert addresses(letters) == before  # both keys open
    rewrap_seals(actor=SYSTEM, most=100)
    assert addresses(letters) == before


def test_receipts_go_on_working_and_keep_the_old_key_in_the_ring(letters):
    rewrap_seals(actor=SYSTEM, most=100)
    assert letters[0].open().status_code == 303
    old = next(use for use in uses() if use.number == 1)
    assert old.rows == {"intake_submission": 5}
    assert not old.removable


def test_a_key_that_nothing_needs_may_go_and_a_missing_one_is_named(county, settings):
    settings.KEY_RING = {1: OLD, 2: NEW}
    Writer().write("漏水", email="a@example.org")
    found = {use.number: use for use in uses()}
    assert found[1].removable
    assert not found[2].removable
    settings.KEY_RING = {1: OLD}
    found = {use.number: use for use in uses()}
    assert not found[2].held
    with pytest.raises(KeyError):
        rewrap_seals(actor=SYSTEM, most=10)


def test_authenticator_apps_come_along(people: People, settings):
    settings.KEY_RING = {1: OLD}
    account = people.clerk.account
    sealed = one_time_codes.seal("JBSWY3DPEHPK3PXP", account.label, 1)
    app = CodeApp.objects.create(
        account=account, key_number=1, sealed=sealed, last_step=0, made_at=time.now()
    )
    settings.KEY_RING = {1: OLD, 2: NEW}
    assert next(use for use in uses() if use.number == 1).rows == {"accounts_codeapp": 1}
    assert [reseal_apps(actor=SYSTEM, most=9) for _batch in range(2)] == [1, 0]
    app.refresh_from_db()
    settings.KEY_RING = {2: NEW}
    assert one_time_codes.unseal(bytes(app.sealed), account.label, 2) == "JBSWY3DPEHPK3PXP"


def test_only_the_system_does_it(people: People):
    for person in (people.administrator, people.supervisor, people.clerk):
        with pytest.raises(NotAllowed):
            rewrap_seals(actor=person.actor, most=1)


def test_a_key_is_added_to_the_file_and_never_lost(tmp_path, monkeypatch):
    monkeypatch.delenv("HUIYING_KEYS", raising=False)
    first = key_file.load(tmp_path)
    assert key_file.add(tmp_path) == 2
    ring = key_file.load(tmp_path)
    assert ring[1] == first[1]
    assert len(ring[2]) == 32
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["keys"]  # noqa: PTH208 - names alone
    monkeypatch.setenv("HUIYING_KEYS", f"1:{key_file.new_key()}")
    with pytest.raises(ImproperlyConfigured):
        key_file.add(tmp_path)
