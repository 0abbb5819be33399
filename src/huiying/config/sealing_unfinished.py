"""Sealing what staff began to write on cases and lies in clear, in a table of its own; part of an upgrade.

Runs as the owner, with the key ring, before casework 0030 drops that table. In batches of one transaction
each, so it may be stopped and begun again.
"""

import json
from typing import Any

from django.db import connection, transaction

from huiying.accounts.actions.unsent import KEPT_FOR
from huiying.accounts.unsent import about_case, bound_to, seal
from huiying.casework.unfinished import place_of
from huiying.kernel import keys, time

AT_ONCE = 500
THERE = "SELECT to_regclass('casework_unfinishedwords') IS NOT NULL"
NEXT = """
DELETE FROM casework_unfinishedwords u USING casework_casefile c
WHERE c.id = u.case_id AND u.id IN (SELECT id FROM casework_unfinishedwords ORDER BY id LIMIT %s)
RETURNING u.account_id, c.number, u.act, u.words, u.at
"""
KEEP = """
INSERT INTO accounts_unsentwords (account_id, place, about, key_number, sealed, at, until)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (account_id, place) DO NOTHING
"""


def lie_in_clear() -> bool:
    """Whether there is still a table for words in clear."""
    return bool(_run(THERE, [])[0][0])


def seal_unfinished() -> int:
    """Seal all that lies there in clear, and leave the table empty; how many were sealed. What is over
    goes.
    """
    done = 0
    while found := _next():
        done += sum(found)
    return done


@transaction.atomic
def _next() -> list[bool]:
    """For each of the next rows, whether it was sealed."""
    rows = _run(NEXT, [AT_ONCE])
    number = keys.newest()
    lasting = [row for row in rows if row[-1] + KEPT_FOR > time.now()]
    for account, case, act, words, at in lasting:
        place = place_of(case, act)
        sealed = seal(json.loads(words), bound_to(account, place), number)
        _run(KEEP, [account, place, about_case(case), number, sealed, at, at + KEPT_FOR])
    return [row in lasting for row in rows]


def _run(query: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall()) if cursor.description else []
