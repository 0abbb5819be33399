"""Sealing what lies in clear since a time before letters were sealed; the middle step of an upgrade.

Runs as the owner, with the key ring, between two migrations of `intake`: 0017 made room, 0018 takes the
clear columns away. In batches of one transaction each, so it may be stopped and begun again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import connection, transaction

from huiying.casework.actions.receiving import title_of
from huiying.config.migrating import KeyLost
from huiying.intake import vault
from huiying.intake.opening import Place, Words, seal_text, seal_words
from huiying.intake.states import ERASED
from huiying.kernel import keys

AT_ONCE = 500
TELL_EVERY = 20_000

type Say = Callable[[str], None]

IN_CLEAR = """
SELECT FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = 'intake_submission' AND column_name = 'body'
"""
NEXT = """
SELECT s.id, s.label, s.title, s.body, s.place, l.key_number, l.wrapped
FROM intake_submission s LEFT JOIN intake_seal l ON l.submission_id = s.id
WHERE s.id > %s AND s.sealed IS NULL ORDER BY s.id LIMIT %s FOR UPDATE OF s
"""
EXCHANGE = """
SELECT id, sender, kind, author, submission_id, text FROM intake_message WHERE submission_id = ANY(%s)
"""
CASES = """
SELECT c.id, r.submission_id, c.title FROM casework_report r
JOIN casework_casefile c ON c.id IN (r.case_id, r.own_case_id)
WHERE r.submission_id = ANY(%s)
"""
KEEP_SEALS = """
INSERT INTO intake_seal (submission_id, key_number, wrapped)
SELECT id, %s, wrapped FROM unnest(%s::bigint[], %s::bytea[]) AS fresh (id, wrapped)
"""
KEEP_WORDS = """
UPDATE intake_submission s SET sealed = f.sealed, title = NULL, body = NULL, place = NULL
FROM unnest(%s::bigint[], %s::bytea[]) AS f (id, sealed) WHERE s.id = f.id
"""
KEEP_TEXTS = """
UPDATE intake_message m SET sealed = f.sealed, text = NULL
FROM unnest(%s::bigint[], %s::bytea[]) AS f (id, sealed) WHERE m.id = f.id
"""
KEEP_TITLES = """
UPDATE casework_casefile c SET title = f.title
FROM unnest(%s::bigint[], %s::text[]) AS f (id, title) WHERE c.id = f.id
"""


@dataclass(frozen=True, slots=True)
class _Clear:
    """A letter as it still lies in clear; `key` is None where nothing of it was ever sealed."""

    id: int
    label: str
    words: Words
    key: bytes | None

    @property
    def erased(self) -> bool:
        return self.words.body == ERASED


def seal_all(say: Say) -> int:
    """Seal every letter and exchange that lies in clear, and mask the titles made of them; how many
    letters. Raises KeyLost.
    """
    done = after = 0
    while _rows(IN_CLEAR, []) and (batch := _next(after)):
        after = batch[-1].id
        before, done = done, done + len(batch)
        if done // TELL_EVERY > before // TELL_EVERY:
            say(f"Sealed {done:,} letters…")
    return done


@transaction.atomic
def _next(after: int) -> list[_Clear]:
    letters = [_clear(row) for row in _rows(NEXT, [after, AT_ONCE])]
    if letters:
        by_id = {letter.id: letter for letter in letters}
        _mask_titles(by_id)
        sealed_under = _keys(letters)
        _seal_exchange(by_id, sealed_under)
        words = [
            b"" if each.erased else seal_words(sealed_under[each.id], each.label, each.words)
            for each in letters
        ]
        _run(KEEP_WORDS, [list(by_id), words])
    return letters


def _clear(row: tuple[Any, ...]) -> _Clear:
    pk, label, title, body, place, number, wrapped = row
    try:
        key = vault.unwrap(bytes(wrapped), number, label) if wrapped is not None else None
    except (KeyError, InvalidTag):
        raise KeyLost(number) from None
    return _Clear(pk, label, Words(title, body, place), key)


def _keys(letters: list[_Clear]) -> dict[int, bytes]:
    """The key of each letter that has something to seal; one that has none gets one now."""
    found = {each.id: each.key for each in letters if each.key is not None}
    bare = [each for each in letters if each.key is None and not each.erased]
    fresh = {each.id: vault.new_key() for each in bare}
    number = keys.newest()
    wrapped = [vault.wrap(fresh[each.id], number, each.label) for each in bare]
    _run(KEEP_SEALS, [number, [each.id for each in bare], wrapped])
    return found | fresh


def _seal_exchange(letters: dict[int, _Clear], sealed_under: dict[int, bytes]) -> None:
    """Words that came after a letter was erased have no key: they go with it."""
    ids, sealed = [], []
    for *place, submission, text in _rows(EXCHANGE, [list(letters)]):
        key = sealed_under.get(submission)
        label = letters[submission].label
        stands = Place(*place)
        ids.append(stands.id)
        sealed.append(seal_text(key, label, stands, text) if key and text != ERASED else b"")
    _run(KEEP_TEXTS, [ids, sealed])


def _mask_titles(letters: dict[int, _Clear]) -> None:
    """Of cases that still go by how their letter begins; what the desk called a case stays."""
    changed = {}
    for case, submission, title in _rows(CASES, [list(letters)]):
        words = letters[submission].words
        begins = title.removesuffix("…")
        if words.title == title or " ".join(words.body.split()).startswith(begins):
            changed[case] = title_of(words.title, words.body)
    _run(KEEP_TITLES, [list(changed), list(changed.values())])


def _rows(query: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _run(query: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
