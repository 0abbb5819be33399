"""Sealing the secrets of authenticator apps under the newest key of the ring."""

from huiying.accounts import one_time_codes
from huiying.accounts.models import CodeApp
from huiying.kernel import keys
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed
from huiying.kernel.verbs import verb
from huiying.record.actions import write


@verb
def reseal_apps(*, actor: Actor, most: int) -> int:
    """Seal up to `most` secrets anew; how many. 0 when all are under the newest key."""
    if not actor.has("system"):
        raise NotAllowed
    newest = keys.newest()
    old = CodeApp.objects.exclude(key_number=newest).select_related("account").order_by("pk")
    found = list(old.select_for_update(skip_locked=True, of=("self",))[:most])
    for app in found:
        label = app.account.label
        secret = one_time_codes.unseal(bytes(app.sealed), label, app.key_number)
        app.sealed = one_time_codes.seal(secret, label, newest)
        app.key_number = newest
    CodeApp.objects.bulk_update(found, ["key_number", "sealed"])
    if found:
        data = {"count": len(found)}
        write(actor=actor, action="keys.resealed", subject=f"key:{newest}", data=data)
    return len(found)
