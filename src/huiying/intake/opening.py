"""What letters and their exchange say: sealed as it comes, opened here and nowhere else.

Nobody is asked here whether they may: whoever calls has found the letter through a policy. A test keeps
the list of modules that call.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from huiying.intake import vault
from huiying.intake.models import Message, Seal, Submission
from huiying.intake.states import ERASED
from huiying.kernel import ciphers

AT_ONCE = 500
# How it shows that a key is not in the ring, or that a row is damaged.
UNREADABLE = (KeyError, ValueError, InvalidTag, Seal.DoesNotExist)
DAMAGED = _("These words cannot be opened. Please tell the people who run this site.")


@dataclass(frozen=True, slots=True)
class Words:
    """What one letter says, as received. Once erased: a mark in `title` and `body`, and no place.

    `point`, where it came with one: latitude and longitude in degrees, WGS 84.
    """

    title: str
    body: str
    place: str
    point: tuple[float, float] | None = None


GONE = Words(ERASED, ERASED, "")


def _words_of(label: str) -> str:
    return f"{label}/words"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece of an exchange stands, which its seal is bound to: its row, and whose word it is."""

    id: int
    sender: str
    kind: str
    author: str


def _said_in(label: str, place: Place) -> str:
    return f"{label}/exchange/{place.id}/{place.sender}/{place.kind}/{place.author}"


def seal_words(key: bytes, label: str, words: Words) -> bytes:
    """`words` of the letter with this label, sealed under its key."""
    said = [words.title, words.body, words.place, *(words.point or ())]
    content = json.dumps(said, ensure_ascii=False)
    return ciphers.seal(key, content.encode(), _words_of(label))


def seal_text(key: bytes, label: str, place: Place, text: str) -> bytes:
    """One piece of the exchange on the letter with this label, sealed under its key for its place there."""
    return ciphers.seal(key, text.encode(), _said_in(label, place))


def words_of(submission: Submission) -> Words:
    """What this letter says; without a query where its `seal` was read along."""
    if not submission.sealed:
        return GONE
    return _opened(vault.key_of(submission), submission.label, bytes(submission.sealed))


def words_in(label: str, sealed: bytes, key_number: int | None, wrapped: bytes | None) -> Words:
    """The same from the bare columns of a letter and its seal, where many are opened at once."""
    if not sealed:
        return GONE
    if key_number is None or wrapped is None:
        raise Seal.DoesNotExist
    return _opened(vault.unwrap(bytes(wrapped), key_number, label), label, bytes(sealed))


def _opened(key: bytes, label: str, sealed: bytes) -> Words:
    title, body, place, *point = json.loads(ciphers.unseal(key, sealed, _words_of(label)))
    return Words(title, body, place, (point[0], point[1]) if point else None)


def words_left(submission: Submission) -> Words | None:
    """The same for work that goes on all the same, such as erasing: None where they cannot be opened."""
    try:
        return words_of(submission)
    except UNREADABLE:
        return None


def each_opened(letters: QuerySet[Submission]) -> Iterator[tuple[Submission, Words]]:
    """These letters with what they say, read and opened in batches; one query."""
    for letter in letters.select_related("seal").iterator(chunk_size=AT_ONCE):
        yield letter, words_of(letter)


def each_readable(letters: QuerySet[Submission]) -> Iterator[tuple[Submission, Words]]:
    """The same without those that cannot be opened, which must keep no other back."""
    for letter in letters.select_related("seal").iterator(chunk_size=AT_ONCE):
        words = words_left(letter)
        if words is not None:
            yield letter, words


def unseal_text(key: bytes, label: str, place: Place, sealed: bytes) -> str:
    """What `seal_text` sealed. Raises InvalidTag in any other place."""
    return ciphers.unseal(key, sealed, _said_in(label, place)).decode()


def texts_left(submission: Submission, pieces: Iterable[tuple[Place, bytes]]) -> list[str | None]:
    """What these pieces of one letter's exchange say, in their order; None for each that does not open."""
    found = list(pieces)
    if not any(sealed for _place, sealed in found):
        return [ERASED] * len(found)
    try:
        key = vault.key_of(submission)
    except UNREADABLE:
        return [None if sealed else ERASED for _place, sealed in found]
    label = submission.label
    return [_text_left(key, label, place, sealed) if sealed else ERASED for place, sealed in found]


def _text_left(key: bytes, label: str, place: Place, sealed: bytes) -> str | None:
    try:
        return unseal_text(key, label, place, sealed)
    except UNREADABLE:
        return None


def texts_of(submission: Submission, pieces: Iterable[tuple[Place, bytes]]) -> list[str]:
    """The same for a page: a damaged piece says that it is one, and keeps nobody from the others."""
    return [str(DAMAGED) if text is None else text for text in texts_left(submission, pieces)]


def from_json(column: str) -> bytes:
    """What a `sealed` column is where the database gave it within JSON: "\\x" and hexadecimal digits."""
    return bytes.fromhex(column.removeprefix("\\x"))


def text_of(message: Message) -> str:
    """What one piece of an exchange says; without a query where its letter's `seal` was read along."""
    return texts_of(message.submission, [_piece(message)])[0]


def opens(message: Message) -> bool:
    """Whether this piece of an exchange can be opened, or is erased."""
    return texts_left(message.submission, [_piece(message)])[0] is not None


def _piece(message: Message) -> tuple[Place, bytes]:
    place = Place(message.pk, message.sender, message.kind, message.author)
    return place, bytes(message.sealed)
