"""What a letter is, what of it can be kept, and the rows that keep it."""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huiying.harm.facts import DANGER, LEGAL_DATE, offered
from huiying.intake import callers, helping, receipts, vault
from huiying.intake.errors import HelpEnded
from huiying.intake.models import CallerPin, Contact, Helper, Seal, Submission
from huiying.intake.opening import Words, seal_words
from huiying.intake.states import SPOKEN, Channel, Consent, Wish
from huiying.intake.ways import LONGEST_CONTACT, check_way, plain_number
from huiying.kernel import keys, time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.inserting import new_row
from huiying.kernel.refusals import Invalid, NotAllowed
from huiying.notices.sms_limits import count_letter
from huiying.notices.states import Way

LONGEST_BODY = 10_000
LONGEST_TITLE = 120
LONGEST_PLACE = 300
LONGEST_PHONE = 40
# Who may say that a letter came by another channel than the page that the writer stands on.
TAKES_IN_FOR_OTHERS = ("clerk", "door", "system")
CHANNELS = frozenset(Channel.values)
WISHES = frozenset(Wish.values)
# PostgreSQL keeps no null byte, and UTF-8 no half of a surrogate pair.
UNKEEPABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody sent, as received. `named_units` are codes of units it complains about; `harm` the harm
    facts that are ticked beside `danger`, `legal_date` the day of one of them.

    `files` are digests of what came with it: the same words with other files are another letter.
    `helper` is what the one who writes is to the person for whom they do; empty for who writes themselves.
    """

    body: str
    title: str = ""
    place: str = ""
    category_code: str = ""
    wish: str = Wish.PRIVATE
    channel: str = Channel.WEB
    language: str = "zh-hans"
    danger: bool = False
    harm: tuple[str, ...] = ()
    legal_date: date | None = None
    conduct: bool = False
    named_units: tuple[str, ...] = ()
    hears_by: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    source: str = ""
    source_id: str = ""
    files: tuple[str, ...] = ()
    helper: str = ""


PARTS = tuple(field.name for field in fields(Letter))


def replay_of(form_key: str, content: str) -> bytes | None:
    """32 bytes that are the same only for the same form and the same content; None without a form."""
    if not form_key:
        return None
    return hmac.digest(
        keys.for_purpose("replay"), f"{form_key}\0{content}".encode(), hashlib.sha256
    )


def letter_replay(letter: Letter, form_key: str) -> bytes | None:
    """`replay_of` for a whole letter."""
    content = {name: getattr(letter, name) for name in PARTS}
    return replay_of(form_key, json.dumps(content, sort_keys=True, default=str))


def require_keepable(text: str, field: str) -> None:
    """Refuse what the database could not give back."""
    if UNKEEPABLE.search(text):
        raise Invalid(_("This text has characters that cannot be kept."), field=field)


def check(letter: Letter) -> None:
    """Refuse a letter that cannot be kept as it is, naming the field."""
    if not letter.body.strip():
        raise Invalid(_("Tell us what happened."), field="body")
    for field, most in (
        ("body", LONGEST_BODY),
        ("title", LONGEST_TITLE),
        ("place", LONGEST_PLACE),
        ("phone", LONGEST_PHONE),
        ("address", LONGEST_CONTACT["address"]),
    ):
        text = getattr(letter, field)
        if len(text) > most:
            raise Invalid(
                _("This is longer than %(most)d characters.") % {"most": most}, field=field
            )
        require_keepable(text, field)
    if letter.channel not in CHANNELS:
        raise Invalid(_("Choose one from the list."), field="channel")
    if letter.wish not in WISHES:
        raise Invalid(_("Choose one."), field="wish")
    check_facts(letter.harm, letter.legal_date)
    check_way(letter.hears_by, _contact(letter))


def check_facts(facts: Collection[str], legal_date: date | None) -> None:
    """Refuse what is not, or no longer, on the list of harm facts, and a day of the law without its day, or
    gone by.
    """
    if not set(facts) <= {fact.code for fact in offered()}:
        raise Invalid(_("Choose from the list."), field="harm")
    if (LEGAL_DATE in facts) != (legal_date is not None):
        raise Invalid(_("Tick it and give the day, or neither."), field="legal_date")
    if legal_date is not None and legal_date < timezone.localdate(time.now()):
        raise Invalid(_("Choose today or a later day."), field="legal_date")


def count_text_messages(letter: Letter) -> None:
    """Count a new letter whose writer wants text messages; of every other, nothing.

    Raises TooManyNamed and TooManyAsk. Outside a verb.
    """
    number = plain_number(letter.phone) if letter.hears_by == Way.SMS else None
    if number:
        count_letter(number)


def _contact(letter: Letter) -> dict[str, str]:
    """What was left, by kind."""
    kinds = {"email": letter.email, "phone": letter.phone, "address": letter.address}
    return {kind: value.strip() for kind, value in kinds.items()}


def letter_rows(
    *, actor: Actor, letter: Letter, form_key: str = ""
) -> tuple[Submission, *tuple[CallerPin | Helper | Seal | Contact, ...]]:
    """The rows that keep one letter under a new code, for the verb that inserts them.

    Who speaks to a clerk gets a PIN; who sends a letter in any other way gets none.

    Raises Invalid. When they are inserted: AlreadyReceived where the same form brought the same
    letter before; AlreadyImported for a known `source` and `source_id`; CodeTaken where the code
    must be drawn again.
    """
    if (letter.channel != Channel.WEB or letter.source) and not actor.has(*TAKES_IN_FOR_OTHERS):
        raise NotAllowed
    check(letter)
    contact = {kind: value for kind, value in _contact(letter).items() if value}
    submission = new_row(
        Submission,
        label=random_label(),
        code=receipts.new_code(),
        code_key=keys.newest(),
        replay=letter_replay(letter, form_key),
        received_at=time.now(),
        channel=letter.channel,
        language=letter.language,
        category_code=letter.category_code,
        wish=letter.wish,
        danger=letter.danger,
        harm=sorted(set(letter.harm) - {DANGER}),
        legal_date=letter.legal_date,
        conduct=letter.conduct,
        named_units=list(letter.named_units),
        reachable=bool(contact),
        hears_by=letter.hears_by,
        source=letter.source,
        source_id=letter.source_id,
    )
    seal, key = vault.new_seal(submission)
    submission.sealed = seal_words(key, submission.label, words_in(letter))
    spoken = letter.channel in SPOKEN and not letter.source
    pin = [caller_pin(submission)] if spoken else []
    rows: list[CallerPin | Helper | Seal | Contact] = [seal, *pin]
    rows += _helper(actor, submission, letter, pin)
    if contact:
        rows.append(vault.contact_row(submission, key, contact))
    return submission, *rows


def _helper(
    actor: Actor, submission: Submission, letter: Letter, pins: list[CallerPin]
) -> list[Helper]:
    """Who writes for the writer, and says that this was agreed."""
    if not letter.helper:
        return []
    taken = [receipts.pin_of(submission.code, bytes(row.salt), row.key_number) for row in pins]
    return [
        helping.new_helper(
            submission, actor=actor, relation=letter.helper, consent=Consent.TOLD, taken=taken
        )
    ]


def words_in(letter: Letter) -> Words:
    """What is sealed of a letter: its words as received, title and place without space around them."""
    return Words(letter.title.strip(), letter.body, letter.place.strip())


def part_rows(
    letter: Submission,
    *,
    title: str,
    body: str,
    facts: Collection[str],
    legal_date: date | None,
    conduct: bool,
) -> tuple[Submission, Seal]:
    """The rows of one matter of this letter in the desk's words, for the verb that inserts them, sealed under
    a key of its own. Nobody is told its code, and it holds no contact: its writer hears by the whole letter.
    """
    for field, text in (("title", title), ("words", body)):
        require_keepable(text, field)
    part = Submission(
        label=random_label(),
        code=receipts.new_code(),
        code_key=keys.newest(),
        part=True,
        received_at=letter.received_at,
        channel=letter.channel,
        language=letter.language,
        wish=letter.wish,
        danger=DANGER in facts,
        harm=sorted(set(facts) - {DANGER}),
        legal_date=legal_date if LEGAL_DATE in facts else None,
        conduct=conduct,
    )
    seal, key = vault.new_seal(part)
    part.sealed = seal_words(key, part.label, Words(title, body, ""))
    return part, seal


def caller_pin(submission: Submission, *, taken: Collection[str] = ()) -> CallerPin:
    """The row by which this letter has a PIN for callers, none of those `taken` by its helpers."""
    number = keys.newest()
    salt = secrets.token_bytes(receipts.SALT_BYTES)
    while receipts.pin_of(submission.code, salt, number) in taken:
        salt = secrets.token_bytes(receipts.SALT_BYTES)
    return CallerPin(submission=submission, key_number=number, salt=salt)


def receipt_of(submission: Submission, *, again: bool = False) -> receipts.Receipt:
    """The receipt of a kept letter; of one that was told to a clerk, with its PIN."""
    pin = callers.pin_for(submission) if submission.channel in SPOKEN else ""
    return receipts.Receipt(
        code=submission.code,
        secret=receipts.secret_of(submission.code, submission.code_key),
        received_at=submission.received_at,
        submission_label=submission.label,
        again=again,
        pin=pin,
    )


def subject(submission: Submission) -> str:
    """The label by which record and outbox know this letter."""
    return f"submission:{submission.label}"


def require_writer(actor: Actor, submission: Submission) -> None:
    """Raise NotAllowed for everybody but the resident who wrote this letter."""
    if not actor.covers("resident", subject(submission)):
        raise NotAllowed


def require_follower(actor: Actor, submission: Submission) -> None:
    """Raise NotAllowed for everybody but this letter's writer and who helps with it.

    Raises HelpEnded for who does no longer. Within a verb: no help ends before its act does.
    """
    if actor.covers(helping.GRANT, subject(submission)):
        if not helping.still_helps(actor):
            raise HelpEnded
        return
    require_writer(actor, submission)
