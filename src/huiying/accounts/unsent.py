"""Words that somebody typed on a page of the desk and has not sent: sealed for them and for that page.

Sealed under the key ring (AES-256-GCM), since they may repeat what a resident wrote or said. What does not
open any more is as if it were not there: nobody is kept from a page by it.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag

from huiying.accounts.models import UnsentWords
from huiying.kernel import ciphers, keys, time
from huiying.kernel.actors import Actor

PURPOSE = "unsent words"


@dataclass(frozen=True, slots=True)
class Unsent:
    """By field what was typed, and when."""

    words: dict[str, str]
    at: datetime


def of_part(name: str, part: str) -> bool:
    """Whether a field belongs to this form of a page: "task.text" to "task", "text" to the only one."""
    return name.startswith(f"{part}.") if part else "." not in name


def about_case(number: int | str) -> str:
    """What says of words that they were typed about the case with this number."""
    return f"case:{number}"


def about_page(label: str) -> str:
    """The same of a page that is addressed by the label of an answer, a matter, a session, a task."""
    return f"label:{label}"


def owner(actor: Actor) -> int:
    """The account of this actor; 0 where there is none."""
    return next((int(each) for each in actor.scopes("account")), 0)


def seal(words: dict[str, str], bound_to: str, key_number: int) -> bytes:
    """The words as they are stored; they open for `bound_to` alone."""
    content = json.dumps(words, ensure_ascii=False).encode()
    return ciphers.seal(keys.for_purpose(PURPOSE, key_number), content, bound_to)


def bound_to(account_id: int, place: str) -> str:
    """What the words of an account on a page are bound to."""
    return f"{account_id} {place}"


def unseal(row: UnsentWords) -> dict[str, str]:
    """The words again; none where the ring lost the key or the row is another's."""
    try:
        key = keys.for_purpose(PURPOSE, row.key_number)
        content = ciphers.unseal(key, bytes(row.sealed), bound_to(row.account_id, row.place))
    except (KeyError, InvalidTag):
        return {}
    words: dict[str, str] = json.loads(content)
    return words


def unsent(actor: Actor, place: str) -> Unsent | None:
    """What this person typed on that page and did not send; None where there is nothing (any more)."""
    mine = UnsentWords.objects.filter(account_id=owner(actor), place=place)
    row = mine.filter(until__gt=time.now()).first()
    words = unseal(row) if row else {}
    return Unsent(words, row.at) if row and words else None
