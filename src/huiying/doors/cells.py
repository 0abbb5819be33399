"""The text of a workbook's cells: codes stay codes, dates become ISO 8601, and nothing is guessed.

A cell that has no text to be trusted gives one of UNREADABLE instead, so that a row is rejected where the
map uses that cell, and only there.
"""

import math
import re
from datetime import datetime, timedelta
from decimal import Decimal

TOO_MANY_DIGITS = "\0digits"
ERROR = "\0error"
NO_DATE = "\0date"
UNSAVED = "\0unsaved"
MERGED = "\0merged"
UNREADABLE = {
    TOO_MANY_DIGITS: "a number of more than 15 digits, which a workbook does not hold exactly; "
    "its column should have the format Text",
    ERROR: "an error value of the workbook",
    NO_DATE: "a number that is not a date",
    UNSAVED: "a formula whose result is not saved in the workbook",
    MERGED: "merged with the cell above; give each row its own",
}

# Built-in number formats that show dates and times (ECMA-376 part 1, 18.8.30; 27 to 58 in East Asia).
DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
NOT_CODE = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
EXACT = 10**15  # Excel keeps 15 digits
LAST_DAY = 2_958_466  # 31 December 9999


def shows_date(code: str) -> bool:
    """Whether a number format of this code shows a date or a time."""
    bare = NOT_CODE.sub("", code.partition(";")[0]).lower()
    return bare != "general" and any(letter in bare for letter in "ymdhs")


def decoded(text: str) -> str:
    """`text` with the escapes for characters that XML does not carry (ECMA-376 part 1, 22.9.2.19)."""
    if "_x" not in text:
        return text
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).replace("\r\n", "\n")


def number(text: str, code: str = "") -> str:
    """A number as somebody would write it down: no exponent; with the zeros that its format `code` adds."""
    value = float(text)
    if not math.isfinite(value):
        return ERROR
    if value.is_integer():
        if abs(value) >= EXACT:
            return TOO_MANY_DIGITS
        zeros = len(code) if code and not code.strip("0") else 0
        return str(int(value)).zfill(zeros)
    return format(Decimal(f"{value:.15g}"), "f")


def moment(text: str, *, since_1904: bool) -> str:
    """A date's serial number as `2026-03-02T08:00:00`; below one day, the time alone."""
    serial = float(text)
    if not 0 <= serial < LAST_DAY:
        return NO_DATE
    seconds = timedelta(seconds=round(serial * 86400))
    if serial < 1 and not since_1904:
        return str(seconds)
    if since_1904:
        return f"{datetime(1904, 1, 1) + seconds:%Y-%m-%dT%H:%M:%S}"  # noqa: DTZ001
    if 60 <= serial < 61:
        return NO_DATE  # 29 February 1900, which Excel alone knows
    # Before that day Excel is one ahead.
    first = datetime(1899, 12, 31) if serial < 60 else datetime(1899, 12, 30)  # noqa: DTZ001
    return f"{first + seconds:%Y-%m-%dT%H:%M:%S}"
