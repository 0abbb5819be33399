from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone

from huiying.accounts.agency_sign_in import Introduced
from huiying.accounts.models import (
    Account,
    AgencyIdentity,
    CodeApp,
    Passkey,
    RecoveryCode,
    StaffSession,
)

AFTER_KIND = len("staff:") + 1


def acting_as(column: str) -> QuerySet[Account]:
    """For a subquery: the account of the person whose actor label stands in `column` of the outer query."""
    return Account.objects.filter(label=Substr(OuterRef(column), AFTER_KIND))


@dataclass(frozen=True, slots=True)
class SessionShown:
    """One browser in which a person is signed in; `here` is the one that asks."""

    started_at: datetime
    used_at: datetime
    here: bool


def sessions_of(account_id: int, *, here: str) -> list[SessionShown]:
    """Where this person is signed in now: the browser with the key `here` first, then the last used."""
    rows = StaffSession.objects.filter(
        account_id=account_id, expire_date__gt=timezone.now()
    ).order_by("-used_at")
    shown = [
        SessionShown(row.started_at, row.used_at, row.session_key == here)
        for row in rows
        if row.started_at and row.used_at
    ]
    return sorted(shown, key=lambda each: not each.here)


@dataclass(frozen=True, slots=True)
class PasskeyShown:
    """A passkey as its owner sees it; `used_at` is None before the first time."""

    label: str
    name: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class WaysIn:
    """How somebody signs in: `codes_since` is None without an app; `elsewhere` with the agency's sign-in."""

    email: str
    elsewhere: bool
    codes_since: datetime | None
    recovery_codes_left: int
    passkeys: list[PasskeyShown]


def ways_in(account_id: int) -> WaysIn:
    """How this person signs in. Never a secret."""
    app = CodeApp.objects.filter(account_id=account_id).only("made_at").first()
    passkeys = Passkey.objects.filter(account_id=account_id).order_by("made_at")
    return WaysIn(
        email=Account.objects.values_list("email", flat=True).get(pk=account_id),
        elsewhere=AgencyIdentity.objects.filter(account_id=account_id).exists(),
        codes_since=app.made_at if app else None,
        recovery_codes_left=RecoveryCode.objects.filter(
            account_id=account_id, used_at=None
        ).count(),
        passkeys=[
            PasskeyShown(each.label, each.name, each.made_at, each.used_at) for each in passkeys
        ],
    )


def mail_address(label: str) -> str | None:
    """The address behind "staff:…", for sending and nothing else; None where nobody gave one."""
    found = Account.objects.filter(label=label.removeprefix("staff:"), is_active=True)
    return found.values_list("email", flat=True).first() or None


@dataclass(frozen=True, slots=True)
class Colleague:
    """An active account: `label` as in entries, without "staff:"; `reached`: mail can be sent to it."""

    label: str
    name: dict[str, str]
    reached: bool


def colleagues() -> list[Colleague]:
    """Everybody who has an account now, by user name. One query."""
    rows = Account.objects.filter(is_active=True).order_by("username")
    return [
        Colleague(label, name, bool(email))
        for label, name, email in rows.values_list("label", "name", "email")
    ]


def known_elsewhere(person: Introduced) -> Account | None:
    """The account that this issuer knows by this subject; None at the first sign-in."""
    identity = (
        AgencyIdentity.objects.select_related("account")
        .filter(issuer=person.issuer, subject=person.subject)
        .first()
    )
    return identity.account if identity else None
