"""Accounts of staff: made, renamed, given a password, switched off."""

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from huiying.accounts.agency_sign_in import Introduced
from huiying.accounts.models import Account, AgencyIdentity
from huiying.accounts.session_store import end_sessions
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, NotFound
from huiying.kernel.verbs import refuse_on, verb
from huiying.record.actions import write

LONGEST_NAME = 60


class UsernameTaken(Invalid):
    code = "username_taken"
    sentence = _("This user name is taken. Choose another.")


class SignsInElsewhere(Invalid):
    code = "signs_in_elsewhere"
    sentence = _(
        "This account signs in through the agency's own sign-in; what belongs to it is set there."
    )


refuse_on("accounts_account_username_key", UsernameTaken)
# Two first sign-ins of one person at once: the second finds the account when it begins again.
refuse_on("agency_identity_once", MovedOn)


def require_administrator(actor: Actor) -> None:
    """Raises NotAllowed for everybody else."""
    if not actor.has("administrator", "system"):
        raise NotAllowed


def _check_password(password: str, account: Account) -> None:
    try:
        password_validation.validate_password(password, account)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="password") from None


def subject(account: Account) -> str:
    """The label by which the record knows this account."""
    return f"staff:{account.label}"


def named(username: str) -> Account:
    """The account of that user name; raises NotFound."""
    account = Account.objects.filter(username=username).first()
    if account is None:
        raise NotFound
    return account


def own(actor: Actor, account_id: int) -> Account:
    """The account, where it is the actor's own; raises NotAllowed for every other."""
    account = Account.objects.get(pk=account_id)
    if actor.label != subject(account):
        raise NotAllowed
    return account


@verb
def create_account(
    *, actor: Actor, username: str, name: dict[str, str], password: str, language: str = "zh-hans"
) -> Account:
    """Make an account; raises UsernameTaken, or Invalid where the password is too weak."""
    require_administrator(actor)
    account = Account(
        label=random_label(),
        username=username.strip().lower(),
        name=name,
        language=language,
        made_at=time.now(),
    )
    _check_password(password, account)
    account.set_password(password)
    account.save(force_insert=True)
    write(actor=actor, action="account.created", subject=subject(account))
    return account


def _free_username(wished: str, label: str) -> str:
    """The wished name in the letters that names here have; with something random where it is taken."""
    plain = "".join(
        each for each in wished.lower() if each.isascii() and (each.isalnum() or each in "._-")
    )
    if plain and not Account.objects.filter(username=plain[:60]).exists():
        return plain[:60]
    return f"{plain[:40] or 'staff'}-{label[:8]}"


@verb
def create_account_elsewhere(*, actor: Actor, person: Introduced) -> Account:
    """Make an account for somebody who signs in through the agency's own sign-in; it has no password."""
    require_administrator(actor)
    label = random_label()
    name = person.name[:LONGEST_NAME]
    account = Account(
        label=label,
        username=_free_username(person.username, label),
        name={"zh-hans": name, "en": name},
        language=settings.LANGUAGE_CODE,
        made_at=time.now(),
    )
    account.set_unusable_password()
    account.save(force_insert=True)
    AgencyIdentity.objects.create(account=account, issuer=person.issuer, subject=person.subject)
    write(
        actor=actor,
        action="account.created",
        subject=subject(account),
        data={"elsewhere": True},
    )
    return account


@verb
def set_password(*, actor: Actor, username: str, password: str, keep: str = "") -> None:
    """Give `username` a new password: by an administrator, or by the person.

    Ends every session of the account but the one with the key `keep`.
    """
    account = named(username)
    if actor.label != subject(account):
        require_administrator(actor)
    _check_password(password, account)
    if AgencyIdentity.objects.filter(account=account).exists():
        raise SignsInElsewhere
    account.set_password(password)
    account.save(update_fields=["password"])
    end_sessions(account.pk, keep=keep)
    write(actor=actor, action="account.password_set", subject=subject(account))


@verb
def switch_off(*, actor: Actor, username: str) -> None:
    """End an account: it can no longer sign in; what it did stays in the record."""
    require_administrator(actor)
    account = named(username)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    end_sessions(account.pk)
    write(actor=actor, action="account.switched_off", subject=subject(account))


@verb
def choose_language(*, actor: Actor, account_id: int, language: str) -> None:
    """Remember in which language this person works."""
    account = own(actor, account_id)
    Account.objects.filter(pk=account_id).update(language=language)
    write(
        actor=actor,
        action="account.language_chosen",
        subject=subject(account),
        data={"language": language},
    )


@verb
def choose_single_keys(*, actor: Actor, account_id: int, work: bool) -> None:
    """Say whether shortcuts of a single key work for this person (WCAG 2.2, 2.1.4)."""
    account = own(actor, account_id)
    Account.objects.filter(pk=account_id).update(single_keys=work)
    write(
        actor=actor,
        action="account.single_keys_chosen",
        subject=subject(account),
        data={"work": work},
    )


@verb
def sign_out_elsewhere(*, actor: Actor, account_id: int, keep: str) -> int:
    """End every session of one's own account but the one with the key `keep`; how many there were."""
    account = own(actor, account_id)
    ended = end_sessions(account_id, keep=keep)
    write(
        actor=actor,
        action="account.signed_out_elsewhere",
        subject=subject(account),
        data={"sessions": ended},
    )
    return ended


@verb
def give_mail_address(*, actor: Actor, username: str, email: str) -> None:
    """Say where notices about this account go (empty: nowhere): the person, or an administrator."""
    account = named(username)
    if actor.label != subject(account):
        require_administrator(actor)
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise Invalid(_("This is no mail address."), field="email") from None
    Account.objects.filter(pk=account.pk).update(email=email)
    write(
        actor=actor,
        action="account.mail_address_given",
        subject=subject(account),
        data={"given": bool(email)},
    )
