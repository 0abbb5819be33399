"""Binding each piece of an exchange to its row, sender, kind and author; part of an upgrade.

An older version bound it to its letter alone, so that a hand with SQL could let two pieces change places.
Runs as the owner, with the key ring, before intake 0019. In batches of one transaction each: what is bound
already is left, so it may be stopped and begun again.
"""

from contextlib import suppress
from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import connection, transaction

from huiying.intake import vault
from huiying.intake.opening import Place, seal_text, unseal_text
from huiying.kernel import ciphers

AT_ONCE = 500
DONE = "COMMENT ON COLUMN intake_message.sealed IS 'bound to its row'"  # intake 0019 looks for it
NEXT = """
SELECT m.id, m.sender, m.kind, m.author, m.sealed, s.label, l.key_number, l.wrapped
FROM intake_message m JOIN intake_submission s ON s.id = m.submission_id
JOIN intake_seal l ON l.submission_id = s.id
WHERE m.id > %s AND m.sealed <> '' ORDER BY m.id LIMIT %s FOR UPDATE OF m
"""
# The trigger lets a piece be erased and nothing else; it is back before anybody else sees the table.
TRIGGER = "ALTER TABLE intake_message {} TRIGGER message_words"
KEEP = """
UPDATE intake_message m SET sealed = f.sealed
FROM unnest(%s::bigint[], %s::bytea[]) AS f (id, sealed) WHERE m.id = f.id
"""


def any_exchange() -> bool:
    """Whether there is a piece of an exchange at all."""
    there = _rows("SELECT to_regclass('intake_message') IS NOT NULL", [])[0][0]
    return there and bool(_rows("SELECT EXISTS (SELECT FROM intake_message)", [])[0][0])


def bind_all() -> tuple[int, int]:
    """Bind every piece that is not bound yet; how many were, and how many no key opens: these stay as they
    are, and nobody can read them.
    """
    bound = lost = after = 0
    while batch := _batch(after):
        after, *more = batch
        bound, lost = bound + more[0], lost + more[1]
    _run(DONE, [])
    return bound, lost


@transaction.atomic
def _batch(after: int) -> tuple[int, int, int] | None:
    """The last id of the next pieces, how many of them were bound and how many no key opens."""
    rows = _rows(NEXT, [after, AT_ONCE])
    if not rows:
        return None
    fresh = {row[0]: _bound(*row) for row in rows}
    changed = {pk: sealed for pk, sealed in fresh.items() if sealed}
    if changed:
        _run(TRIGGER.format("DISABLE"), [])
        _run(KEEP, [list(changed), list(changed.values())])
        _run(TRIGGER.format("ENABLE"), [])
    return rows[-1][0], len(changed), sum(sealed is None for sealed in fresh.values())


def _bound(*row: Any) -> bytes | None:
    """The piece sealed for its place; nothing where it is already, None where no key opens it."""
    pk, sender, kind, author, sealed, label, number, wrapped = row
    place, sealed = Place(pk, sender, kind, author), bytes(sealed)
    try:
        key = vault.unwrap(bytes(wrapped), number, label)
    except (KeyError, InvalidTag):
        return None
    with suppress(InvalidTag):
        unseal_text(key, label, place, sealed)
        return b""
    try:
        text = ciphers.unseal(key, sealed, f"{label}/exchange").decode()
    except InvalidTag:
        return None
    return seal_text(key, label, place, text)


def _rows(query: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _run(query: str, values: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
