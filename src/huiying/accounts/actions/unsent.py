"""Keeping what is not sent yet. It changes nothing for anybody else: no entry is written."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from huiying.accounts.models import Account, UnsentWords
from huiying.accounts.unsent import bound_to, of_part, owner, seal, unseal
from huiying.kernel import keys, time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, NotAllowed
from huiying.kernel.verbs import verb

KEPT_FOR = timedelta(days=7)
MOST_PAGES = 120  # of one account, without what it began for acts on cases
OF_ACTS = "act:"  # how the places of acts on cases begin: several on each case, as they always were
LONGEST = 120_000  # characters of one page


@verb
def keep_unsent(
    *,
    actor: Actor,
    place: str,
    words: Mapping[str, str],
    about: Sequence[str] = (),
    kept_for: timedelta = KEPT_FOR,
) -> bool:
    """Keep what stands in these fields of a page, and what was kept of its others; True if anything is kept.
    `about` names what it is about: `about_case`, `about_page`.

    Empty fields are forgotten. Raises NotAllowed for who has no account, Invalid for more than can be kept.
    """
    account = _locked(actor)
    if not account:
        raise NotAllowed
    said = {name: text for name, text in words.items() if text.strip() and "\0" not in text}
    before = _held(account, place)
    kept = {name: text for name, text in before.items() if name not in words} | said
    if sum(map(len, kept.values())) > LONGEST:
        raise Invalid(_("This is longer than %(most)d characters.") % {"most": LONGEST})
    if not kept:
        UnsentWords.objects.filter(account_id=account, place=place).delete()
        return False
    _check_room(account, place)
    now = time.now()
    UnsentWords.objects.update_or_create(
        account_id=account,
        place=place,
        defaults=_sealed(kept, account, place)
        | {"about": about[0] if about else "", "also_about": list(about[1:])}
        | {"at": now, "until": now + kept_for},
    )
    until = Greatest(F("unsent_until"), Value(now + kept_for))  # of a NULL it takes the other
    Account.objects.filter(pk=account).update(unsent_until=until)
    return True


@verb
def forget_unsent(*, actor: Actor, place: str, part: str = "") -> None:
    """Forget a form of a page: it was sent, or thrown away."""
    account = _locked(actor)
    row = UnsentWords.objects.filter(account_id=account, place=place)
    held = _held(account, place)
    if kept := {name: text for name, text in held.items() if not of_part(name, part)}:
        row.update(**_sealed(kept, account, place))
    else:
        row.delete()


def _check_room(account: int, place: str) -> None:
    """Raise Invalid where this page would be one too many; nothing that was kept goes for it."""
    others = UnsentWords.objects.filter(account_id=account, until__gt=time.now())
    others = others.exclude(place=place).exclude(place__startswith=OF_ACTS)
    if not place.startswith(OF_ACTS) and others.count() >= MOST_PAGES:
        said = _("%(most)d pages of yours are kept already. Send one or throw one away first.")
        raise Invalid(said % {"most": MOST_PAGES})


def _locked(actor: Actor) -> int:
    """The account of this actor, whose words nobody else changes until the verb ends."""
    account = owner(actor)
    locked = Account.objects.select_for_update(no_key=True).filter(pk=account)
    return locked.values_list("pk", flat=True).first() or 0


def _held(account: int, place: str) -> dict[str, str]:
    """What is kept of a page."""
    row = UnsentWords.objects.filter(account_id=account, place=place).first()
    return unseal(row) if row else {}


def _sealed(words: dict[str, str], account: int, place: str) -> dict[str, object]:
    """The columns that hold these words."""
    number = keys.newest()
    return {"key_number": number, "sealed": seal(words, bound_to(account, place), number)}


@verb
def forget_old_unsent(*, actor: Actor) -> int:
    """Forget what nobody came back to; how many. For the system alone."""
    if not actor.has("system"):
        raise NotAllowed
    return UnsentWords.objects.filter(until__lte=time.now()).delete()[0]


@verb
def reseal_unsent(*, actor: Actor, most: int) -> int:
    """Seal up to `most` anew under the newest key; how many. What no key opens goes. For the system alone."""
    if not actor.has("system"):
        raise NotAllowed
    newest = keys.newest()
    old = UnsentWords.objects.exclude(key_number=newest).order_by("pk")
    found = list(old.select_for_update(skip_locked=True)[:most])
    for row in found:
        words = unseal(row)
        if not words:
            row.delete()
            continue
        row.sealed = seal(words, bound_to(row.account_id, row.place), newest)
        row.key_number = newest
        row.save(update_fields=["sealed", "key_number"])
    return len(found)


def forget_page(actor: Actor, place: str) -> None:
    """Forget all that this person typed on a page. Part of the verb that has taken it."""
    UnsentWords.objects.filter(account_id=owner(actor), place=place).delete()


def forget_about(about: Collection[str]) -> None:
    """Forget what anybody typed about these cases and pages (`about_case`, `about_page`). Part of the verb
    that erases their words.
    """
    UnsentWords.objects.filter(Q(about__in=about) | Q(also_about__overlap=list(about))).delete()
