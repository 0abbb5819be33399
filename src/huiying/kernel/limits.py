"""Counters that bound tries. They commit apart from any verb, so that a refusal does not undo them."""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from huiying.kernel import keys, time
from huiying.kernel.models import Limit
from huiying.kernel.refusals import TooMany

WINDOW = timedelta(minutes=15)


def _bucket(purpose: str, who: str, moment: datetime) -> bytes:
    key = keys.for_purpose(f"limits {moment:%Y-%m-%d}")
    return hmac.digest(key, f"{purpose}\0{who}".encode(), hashlib.sha256)


def _window(moment: datetime) -> datetime:
    seconds = int(WINDOW.total_seconds())
    stamp = int(moment.timestamp()) // seconds * seconds
    return datetime.fromtimestamp(stamp, tz=moment.tzinfo)


def count_try(purpose: str, who: str, *, most: int) -> None:
    """Count one try of `purpose` by `who` (an address, a code, a user name) in this quarter hour.

    Raises TooMany beyond `most` times `TRIES_FACTOR`. Must run outside a verb, in its own transaction.
    """
    moment = time.now()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {Limit._meta.db_table} AS held (bucket, "window", count)
            VALUES (%s, %s, 1)
            ON CONFLICT (bucket, "window") DO UPDATE SET count = held.count + 1
            RETURNING count
            """,  # noqa: S608 - the table's name is a constant
            [_bucket(purpose, who, moment), _window(moment)],
        )
        row = cursor.fetchone()
    if row is not None and row[0] > most * settings.TRIES_FACTOR:
        raise TooMany


def forget_tries(purpose: str, who: str) -> None:
    """Start again for `who`, after a success."""
    moment = time.now()
    Limit.objects.filter(bucket=_bucket(purpose, who, moment)).delete()


def sweep_limits() -> int:
    """Delete windows older than a day; returns how many rows went."""
    gone, _ = Limit.objects.filter(window__lt=time.now() - timedelta(days=1)).delete()
    return gone
