"""Counters that bound tries. They commit apart from any verb, so that a refusal does not undo them."""

import functools
import hashlib
import hmac
import ipaddress
import secrets
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F

from huiying.kernel import time
from huiying.kernel.models import Limit, LimitKey
from huiying.kernel.prepared import run_prepared
from huiying.kernel.refusals import TooMany

IPV6_NETWORK = 64
WINDOW = timedelta(minutes=15)
A_DAY = timedelta(days=1)


def address_for_counting(address: str) -> str:
    """What tries are counted by: the network address, for IPv6 its /64, which one household holds."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else known
    if mapped is not None:
        return str(mapped)
    return str(ipaddress.ip_network((known, IPV6_NETWORK), strict=False))


@functools.lru_cache(maxsize=2)
def _key_of(day: date, database: str) -> bytes:  # noqa: ARG001 - another database has another key
    LimitKey.objects.bulk_create(
        [LimitKey(day=day, key=secrets.token_bytes(32))], ignore_conflicts=True
    )
    return bytes(LimitKey.objects.get(day=day).key)


def _bucket(purpose: str, who: str, moment: datetime) -> bytes:
    key = _key_of(moment.date(), str(connection.settings_dict["NAME"]))
    return hmac.digest(key, f"{purpose}\0{who}".encode(), hashlib.sha256)


def _window(moment: datetime, within: timedelta) -> datetime:
    seconds = int(within.total_seconds())
    stamp = int(moment.timestamp()) // seconds * seconds
    return datetime.fromtimestamp(stamp, tz=moment.tzinfo)


@functools.cache
def _counting() -> bytes:
    return f"""
        WITH at_once AS (SELECT set_config('synchronous_commit', 'off', true))
        INSERT INTO {Limit._meta.db_table} AS held (bucket, "window", count)
        SELECT $1, $2, 1 FROM at_once
        ON CONFLICT (bucket, "window") DO UPDATE SET count = held.count + 1
        RETURNING count
    """.encode()  # noqa: S608 - the table's name is a constant


def count_try(purpose: str, who: str, *, most: int, within: timedelta = WINDOW) -> None:
    """Count one try of `purpose` by `who` (an address, a code, a user name) in this quarter hour, or in
    another span `within` a day, which then begins at midnight UTC. One purpose has one span.

    Raises TooMany beyond `most` times `TRIES_FACTOR`. Must run outside a verb, in its own transaction,
    which does not wait for the disk: a power cut may forget the last tries, nothing else may.
    """
    if count(purpose, who, within=within) > most * settings.TRIES_FACTOR:
        raise TooMany


def count(purpose: str, who: str, *, within: timedelta) -> int:
    """`count_try` without a bound: how often it was counted in this span, this time included."""
    moment = time.now()
    row = run_prepared(_counting(), [_bucket(purpose, who, moment), _window(moment, within)])
    return int(row[0]) if row is not None else 0


def counted(purpose: str, who: str, *, within: timedelta) -> int:
    """How often it was counted in this span; counts nothing."""
    moment = time.now()
    held = Limit.objects.filter(
        bucket=_bucket(purpose, who, moment), window=_window(moment, within)
    )
    return held.values_list("count", flat=True).first() or 0


def end_of_window(within: timedelta) -> datetime:
    """When the span ends in which is counted now."""
    return _window(time.now(), within) + within


def forget_tries(purpose: str, who: str) -> None:
    """Start again for `who`, after a success."""
    moment = time.now()
    Limit.objects.filter(bucket=_bucket(purpose, who, moment)).delete()


def give_back_try(purpose: str, who: str, *, within: timedelta = WINDOW) -> None:
    """Take one try back, after a success; those of others that share `who` (an address) stay counted."""
    moment = time.now()
    held = Limit.objects.filter(
        bucket=_bucket(purpose, who, moment), window=_window(moment, within)
    )
    held.filter(count__gt=0).update(count=F("count") - 1)


def note(purpose: str) -> None:
    """Remember for today that `purpose` happened, and nothing else about it."""
    moment = time.now()
    Limit.objects.bulk_create(
        [Limit(bucket=_bucket(purpose, "", moment), window=_window(moment, WINDOW), count=1)],
        ignore_conflicts=True,
    )


def noted_today(purpose: str) -> bool:
    """Whether `note` was called today (UTC, as the keys are)."""
    return Limit.objects.filter(bucket=_bucket(purpose, "", time.now())).exists()


def sweep_limits() -> int:
    """Delete windows older than a day, and the keys of past days; returns how many windows went."""
    day_ago = time.now() - timedelta(days=1)
    LimitKey.objects.filter(day__lt=(time.now() - 2 * WINDOW).date()).delete()
    gone, _ = Limit.objects.filter(window__lt=day_ago).delete()
    return gone
