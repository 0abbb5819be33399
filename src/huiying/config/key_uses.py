"""Which keys of the ring something still needs: by the columns that hold their numbers."""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from huiying.config.backup.holdings import KEY_COLUMNS
from huiying.kernel import keys

RECEIPTS = "intake_submission"


@dataclass(frozen=True)
class KeyUse:
    """One key: whether the ring holds it, whether it is the newest, and how many rows need it, by table."""

    number: int
    held: bool
    newest: bool
    rows: dict[str, int]

    @property
    def removable(self) -> bool:
        """True where nothing in the database would miss it."""
        return self.held and not self.newest and not self.rows


def uses() -> list[KeyUse]:
    """Every key that the ring holds or a row needs, by number."""
    found: dict[int, dict[str, int]] = {number: {} for number in settings.KEY_RING}
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(KEY_COLUMNS)
        for table, column in cursor.fetchall():
            name = quote(column)
            cursor.execute(
                f"SELECT {name}, count(*) FROM {quote(table)} WHERE {name} > 0 GROUP BY 1"  # noqa: S608 - names from the catalogue
            )
            for number, count in cursor.fetchall():
                found.setdefault(number, {})[table] = count
    return [
        KeyUse(number, number in settings.KEY_RING, number == keys.newest(), rows)
        for number, rows in sorted(found.items())
    ]
