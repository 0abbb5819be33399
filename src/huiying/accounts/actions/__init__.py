"""The verbs of an account; those of its second step and its passkeys in modules of their own."""

from huiying.accounts.actions.accounts import (
    UsernameTaken,
    choose_language,
    choose_single_keys,
    create_account,
    create_account_elsewhere,
    give_mail_address,
    set_password,
    sign_out_elsewhere,
    switch_off,
)
from huiying.accounts.actions.notices import choose_notices

__all__ = [
    "UsernameTaken",
    "choose_language",
    "choose_notices",
    "choose_single_keys",
    "create_account",
    "create_account_elsewhere",
    "give_mail_address",
    "set_password",
    "sign_out_elsewhere",
    "switch_off",
]
