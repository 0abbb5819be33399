"""Who acts, where a command names somebody."""

import importlib
from typing import Any

from huiying.kernel.refusals import Invalid


def actor_named(username: str) -> Any:
    """The active member of staff with this user name, as policies see them. Raises Invalid."""
    accounts = importlib.import_module("huiying.accounts.models")
    account = accounts.Account.objects.filter(username=username, is_active=True).first()
    if account is None:
        raise Invalid("Nobody who is active has this user name.")
    return importlib.import_module("huiying.agencies.reads").standing_of(account).actor
