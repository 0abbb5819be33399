"""The second step of signing in: turned on, turned off, recovered, reset by an administrator."""

from django.utils.translation import gettext_lazy as _

from huiying.accounts import one_time_codes
from huiying.accounts.actions.accounts import (
    SignsInElsewhere,
    named,
    require_administrator,
    subject,
)
from huiying.accounts.models import Account, AgencyIdentity, CodeApp, Passkey, RecoveryCode
from huiying.accounts.recovery_codes import digest_of, new_codes
from huiying.accounts.session_store import end_sessions
from huiying.kernel import keys, time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, NotFound
from huiying.kernel.verbs import refuse_on, verb
from huiying.notices.actions import queue
from huiying.record.actions import write


class WrongCode(Invalid):
    code = "wrong_code"
    sentence = _(
        "This code does not fit, or was used before. Wait for the next one and enter that."
    )


class OfferedTooLongAgo(Invalid):
    code = "offered_too_long_ago"
    sentence = _("This took longer than half an hour. Begin again: the app needs a new entry.")


refuse_on("accounts_codeapp_account_id_key", MovedOn)


def own_account(actor: Actor, account_id: int) -> Account:
    """The account, locked, where it is the actor's own and signs in here; else a refusal."""
    account = Account.objects.select_for_update().get(pk=account_id)
    if actor.label != subject(account):
        raise NotAllowed
    if AgencyIdentity.objects.filter(account=account).exists():
        raise SignsInElsewhere
    return account


def tell(account: Account, what: str) -> None:
    """Queue a mail to the person about their own account; it carries no link and no name."""
    queue(
        kind="account",
        recipient=subject(account),
        language=account.language,
        data={"what": what},
    )


def replace_recovery_codes(account: Account) -> list[str]:
    """New codes in place of the old, in clear: to be shown once. Part of a verb."""
    RecoveryCode.objects.filter(account=account).delete()
    codes = new_codes()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(account=account, digest=digest_of(account.label, code)) for code in codes
    )
    return codes


@verb
def turn_on_codes(
    *, actor: Actor, account_id: int, offered: str, code: str, keep: str = ""
) -> list[str]:
    """Ask for a code of an app from now on; returns the recovery codes, to be shown once.

    `offered` comes from `one_time_codes.offer`; `code` proves that the app has it. Ends every session
    but the one with the key `keep`. Raises WrongCode, OfferedTooLongAgo, MovedOn where an app is on.
    """
    account = own_account(actor, account_id)
    secret = one_time_codes.accept(offered, account.label)
    if secret is None:
        raise OfferedTooLongAgo
    step = one_time_codes.matching_step(secret, code, time.now())
    if step is None:
        raise WrongCode(field="code")
    number = keys.newest()
    CodeApp.objects.create(
        account=account,
        key_number=number,
        sealed=one_time_codes.seal(secret, account.label, number),
        last_step=step,
        made_at=time.now(),
    )
    codes = replace_recovery_codes(account)
    end_sessions(account.pk, keep=keep)
    tell(account, "codes_on")
    write(actor=actor, action="account.codes_on", subject=subject(account))
    return codes


@verb
def turn_off_codes(*, actor: Actor, account_id: int) -> None:
    """Ask for no code any more; without a passkey the recovery codes go too. NotFound where none is on."""
    account = own_account(actor, account_id)
    gone, _by_model = CodeApp.objects.filter(account=account).delete()
    if not gone:
        raise NotFound
    forget_recovery_codes_if_alone(account)
    tell(account, "codes_off")
    write(actor=actor, action="account.codes_off", subject=subject(account))


def forget_recovery_codes_if_alone(account: Account) -> None:
    """Recovery codes recover something: they go with the last app or passkey. Part of a verb."""
    has_app = CodeApp.objects.filter(account=account).exists()
    if not has_app and not Passkey.objects.filter(account=account).exists():
        RecoveryCode.objects.filter(account=account).delete()


@verb
def renew_recovery_codes(*, actor: Actor, account_id: int) -> list[str]:
    """New recovery codes, to be shown once; the old ones are void. NotFound without a second step."""
    account = own_account(actor, account_id)
    if not RecoveryCode.objects.filter(account=account).exists():
        raise NotFound
    codes = replace_recovery_codes(account)
    write(actor=actor, action="account.recovery_codes_renewed", subject=subject(account))
    return codes


@verb
def use_recovery_code(*, actor: Actor, account_id: int, code: str) -> None:
    """Use one up; raises WrongCode where there is none such, or it was used."""
    account = own_account(actor, account_id)
    used = RecoveryCode.objects.filter(
        account=account, digest=digest_of(account.label, code), used_at=None
    ).update(used_at=time.now())
    if not used:
        raise WrongCode(field="code")
    left = RecoveryCode.objects.filter(account=account, used_at=None).count()
    tell(account, "recovery_code_used")
    write(
        actor=actor,
        action="account.recovery_code_used",
        subject=subject(account),
        data={"left": left},
    )


@verb
def reset_second_step(*, actor: Actor, username: str) -> None:
    """Take app, passkeys and recovery codes from an account whose owner lost them, and end its sessions.

    By an administrator, who learns nothing by it: the person sets up anew, and is told by mail.
    """
    require_administrator(actor)
    account = named(username)
    for held in (CodeApp, Passkey, RecoveryCode):
        held._default_manager.filter(account=account).delete()
    end_sessions(account.pk)
    tell(account, "second_step_reset")
    write(actor=actor, action="account.second_step_reset", subject=subject(account))
