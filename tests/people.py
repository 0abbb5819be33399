"""The named people of the tests, and the small county in which they work."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.test import Client
from django.utils.crypto import get_random_string

from huiying.accounts.models import Account, StaffSession
from huiying.accounts.session_store import SessionStore
from huiying.agencies.actions import give_role, load_units
from huiying.agencies.models import Membership, Unit
from huiying.agencies.reads import standing_of
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM, Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.verbs import verb
from huiying.record.actions import write_many
from huiying.routing.actions.categories import load_categories

PASSWORD = "long enough for tests"
UNITS = [
    ("county", "", "云渡县", "Yundu County"),
    ("desk", "county", "群众来信办公室", "Letters Office"),
    ("housing", "county", "住房和城乡建设局", "Housing Department"),
    ("estates", "housing", "物业管理科", "Estates Office"),
    ("water", "county", "供水公司", "Water Company"),
    ("roads", "county", "公路局", "Roads Department"),
    ("integrity", "county", "效能办", "Integrity Office"),
]
CATEGORIES = [
    ("living", "", "住在这里", "Living here", "", 0),
    ("noise", "living", "噪声", "Noise", "housing", 10),
    ("leak", "living", "漏水", "Water leak", "water", 3),
    ("pothole", "living", "路面破损", "Pothole", "roads", 7),
    ("conduct", "living", "工作作风", "Conduct of staff", "integrity", 15),
]
MEMBERS = {
    "clerk": ("desk", "clerk"),
    "dispatcher": ("desk", "dispatcher"),
    "handler": ("housing", "handler"),
    "colleague": ("housing", "handler"),
    "other_handler": ("water", "handler"),
    "below": ("estates", "handler"),
    "reviewer": ("county", "reviewer"),
    "unit_reviewer": ("housing", "reviewer"),
    "supervisor": ("county", "supervisor"),
    "leader": ("county", "leader"),
    "auditor": ("county", "auditor"),
    "administrator": ("county", "administrator"),
    "investigator": ("integrity", "handler"),
}


class QuickHasher(Argon2PasswordHasher):
    """The installation's own, with the least that it can be asked for."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1


@dataclass
class Person:
    """Somebody of the tests: `actor` as policies see them, `client` signed in as them."""

    account: Account
    client: Client

    @property
    def actor(self) -> Actor:
        return standing_of(self.account).actor


class People:
    """People by name: `people.clerk.actor`, `people.handler.client`; `people.stranger` is nobody."""

    def __init__(self, by_name: dict[str, Person]) -> None:
        self._by_name = by_name
        self.stranger = Client()

    def __getattr__(self, name: str) -> Person:
        try:
            return self._by_name[name]
        except KeyError:
            raise AttributeError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)


@functools.cache
def _password_hash() -> str:
    return make_password(PASSWORD)


def _session_of(account: Account) -> StaffSession:
    """A new session of this account, not saved yet."""
    begun = SessionStore()
    begun[SESSION_KEY] = str(account.pk)
    begun[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    begun[HASH_SESSION_KEY] = account.get_session_auth_hash()
    begun._session_key = get_random_string(32)
    row = begun.create_model_instance(dict(begun.items()))
    assert isinstance(row, StaffSession)
    return row


def _client_of(session: StaffSession) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def _account(username: str) -> Account:
    return Account(
        label=random_label(),
        username=username,
        name={"zh-hans": f"{username}同志", "en": username.replace("_", " ").title()},
        password=_password_hash(),
        made_at=time.now(),
        last_login=time.now(),
    )


def make_person(username: str, *memberships: tuple[str, str]) -> Person:
    """An account with these (unit code, role) pairs, and a client signed in as it."""
    account = _account(username)
    account.save(force_insert=True)
    for unit_code, role in memberships:
        give_role(actor=SYSTEM, username=username, unit_code=unit_code, role=role)
    session = _session_of(account)
    session.save(force_insert=True)
    return Person(account, _client_of(session))


def make_county() -> None:
    """The unit and category trees above."""
    load_units(
        actor=SYSTEM,
        rows=[
            {"code": code, "parent": parent, "name": {"zh-hans": chinese, "en": english}}
            for code, parent, chinese, english in UNITS
        ],
    )
    load_categories(
        actor=SYSTEM,
        rows=[
            {
                "code": code,
                "parent": parent,
                "name": {"zh-hans": chinese, "en": english},
                "lead": lead,
                "target_days": days,
            }
            for code, parent, chinese, english, lead, days in CATEGORIES
        ],
    )


@verb
def _give_roles(*, actor: Actor, accounts: list[Account]) -> None:
    """What `give_role` does for each of `MEMBERS`, with as many statements as for one."""
    units = {unit.code: unit for unit in Unit.objects.all()}
    given = [(account, *MEMBERS[account.username]) for account in accounts]
    Membership.objects.bulk_create(
        Membership(account=account, unit=units[unit_code], role=role, since=time.now())
        for account, unit_code, role in given
    )
    told = [
        ("role.given", f"staff:{account.label}", {"unit": unit_code, "role": role})
        for account, unit_code, role in given
    ]
    write_many(actor=actor, told=told)


def make_people() -> People:
    """Everybody of `MEMBERS`, and the stranger."""
    accounts = Account.objects.bulk_create(_account(name) for name in MEMBERS)
    _give_roles(actor=SYSTEM, accounts=accounts)
    sessions = StaffSession.objects.bulk_create(_session_of(account) for account in accounts)
    return People(
        {
            account.username: Person(account, _client_of(session))
            for account, session in zip(accounts, sessions, strict=True)
        }
    )


@pytest.fixture
def county(db: None) -> None:
    """The small county, rolled back after the test."""
    make_county()


@pytest.fixture
def people(county: None) -> People:
    """Its people."""
    return make_people()
