from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from huiying.intake import helping, receipts
from huiying.intake.errors import WrongCode
from huiying.intake.models import Message, Submission
from huiying.intake.opening import text_of
from huiying.intake.states import State
from huiying.kernel.actors import Actor, Grant
from huiying.kernel.limits import count_try

TRIES_PER_CODE = 20
TRIES_PER_ADDRESS = 300  # a whole town may share one address; the tries per code stop guessing


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One line of the exchange; `from_resident` says whose it is, `kind` what it is, `by_clerk` that a
    clerk typed it for the resident. `helper` is the label of the helper who said it, if one did.
    """

    id: int
    at: datetime
    from_resident: bool
    kind: str
    text: str
    by_clerk: bool = False
    helper: str = ""


def resident(label: str) -> Actor:
    """The writer of the letter with this label, and of no other."""
    return Actor(f"resident:{label}", frozenset({Grant("resident", f"submission:{label}")}))


def open_with(*, code: str, secret: str, address: str, helpers: bool = False) -> Actor:
    """The resident who holds this receipt; where `helpers` may come in too, also who helps with the letter.

    Raises WrongCode, the same and as slowly for a wrong code as for a wrong secret, and TooMany
    beyond 20 tries at one code or 300 from one address in a quarter of an hour.
    """
    count_try("follow address", address, most=TRIES_PER_ADDRESS)
    plain = receipts.read_code(code)
    count_try("follow code", plain or "none", most=TRIES_PER_CODE if plain else 10**6)
    row = Submission.objects.filter(code=plain or "").first()
    known_code = row.code if row else "0" * receipts.CODE_DIGITS
    fits = receipts.matches(known_code, row.code_key if row else None, secret)
    helper = helping.by_secret(plain or "", secret) if helpers else None
    if row is None or not (fits or helper):
        raise WrongCode
    return resident(row.label) if fits or helper is None else helping.acting_as(helper)


def newest_number() -> int:
    """The number of the letter that came last, 0 before the first: how quickly letters come shows in it."""
    return Submission.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def by_replay(replay: bytes | None) -> Submission | None:
    """The letter that this very form brought before."""
    return None if replay is None else Submission.objects.filter(replay=replay).first()


def by_source(source: str, source_id: str) -> Submission | None:
    """The letter that came from this row of a partner's file."""
    return Submission.objects.filter(source=source, source_id=source_id).first()


def exchange_on(submission_ids: list[int]) -> dict[int, list[MessageLine]]:
    """The private exchange on each of these letters, oldest first."""
    found: dict[int, list[MessageLine]] = {each: [] for each in submission_ids}
    rows = (
        Message.objects.filter(submission_id__in=submission_ids)
        .select_related("submission__seal")
        .defer("submission__sealed")
        .order_by("id")
    )
    for row in rows:
        own = row.sender == Message.From.RESIDENT
        typed = own and row.author.startswith("staff:")
        helper = helping.label_of(Actor(row.author)) if own else ""
        line = MessageLine(row.pk, row.at, own, row.kind, text_of(row), typed, helper)
        found[row.submission_id].append(line)
    return found


class Told(Protocol):
    """A line of an exchange, as any page shows it."""

    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...


def told_since(lines: Iterable[Told], moment: datetime) -> list[str]:
    """How it stands, as the unit told the writer at this moment or later."""
    told = (line for line in lines if line.kind == Message.Kind.INTERIM)
    return [line.text for line in told if line.at >= moment]


def withdrawn_by_label(label: str) -> bool:
    """Whether the letter behind "submission:…" was withdrawn by its writer."""
    plain = label.removeprefix("submission:")
    return Submission.objects.filter(label=plain, state=State.WITHDRAWN).exists()
