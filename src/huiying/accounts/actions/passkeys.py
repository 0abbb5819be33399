"""Passkeys of an account: added and removed."""

from django.utils.translation import gettext_lazy as _

from huiying.accounts.actions.accounts import subject
from huiying.accounts.actions.second_step import (
    forget_recovery_codes_if_alone,
    own_account,
    replace_recovery_codes,
    tell,
)
from huiying.accounts.models import Passkey, RecoveryCode
from huiying.accounts.passkeys import NewPasskey
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.refusals import Invalid, NotFound
from huiying.kernel.verbs import refuse_on, verb
from huiying.record.actions import write

MOST = 10


class PasskeyTaken(Invalid):
    code = "passkey_taken"
    sentence = _("This passkey is known here already.")


refuse_on("accounts_passkey_credential_key", PasskeyTaken)


@verb
def add_passkey(*, actor: Actor, account_id: int, name: str, made: NewPasskey) -> list[str]:
    """Let this passkey sign in; returns recovery codes, to be shown once, where there were none yet."""
    account = own_account(actor, account_id)
    if Passkey.objects.filter(account=account).count() >= MOST:
        raise Invalid(_("Ten passkeys are enough. Remove one that you no longer use."))
    passkey = Passkey.objects.create(
        account=account,
        label=random_label(),
        name=name,
        credential=made.credential,
        public_key=made.public_key,
        counter=made.counter,
        made_at=time.now(),
    )
    has_codes = RecoveryCode.objects.filter(account=account).exists()
    codes = [] if has_codes else replace_recovery_codes(account)
    tell(account, "passkey_added")
    write(
        actor=actor,
        action="account.passkey_added",
        subject=subject(account),
        data={"passkey": passkey.label},
    )
    return codes


@verb
def remove_passkey(*, actor: Actor, account_id: int, label: str) -> None:
    """Let this passkey sign in no more; NotFound where it is not one of this account's."""
    account = own_account(actor, account_id)
    gone, _by_model = Passkey.objects.filter(account=account, label=label).delete()
    if not gone:
        raise NotFound
    forget_recovery_codes_if_alone(account)
    tell(account, "passkey_removed")
    write(
        actor=actor,
        action="account.passkey_removed",
        subject=subject(account),
        data={"passkey": label},
    )
