"""Writing that means the same, made one: widths, cases, digits, traditional and simplified characters."""

import unicodedata
from collections.abc import Callable

from huiying.finding.variants import SIMPLIFIED

NUMERALS = dict(
    zip("〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "0001234567891123456789", strict=True)
)
NUMERAL_TABLE = str.maketrans(NUMERALS)
DASHES = "‐‑‒–—―−－﹣_~～"
# Seen as nothing, written between the digits of a number to hide it.
BREAKS = "\n\r\u2028\u2029\x85"
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


class _Table(dict[int, str]):
    """A table for `str.translate` that works out each character once."""

    def __init__(self, become: Callable[[str], str]) -> None:
        self.become = become

    def __missing__(self, code: int) -> str:
        self[code] = self.become(chr(code))
        return self[code]


def _one(character: str) -> str:
    if character in DASHES:
        return "-"
    if character in UNSEEN or (character.isspace() and character not in BREAKS):
        return " "
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


def _folded(character: str) -> str:
    if character in UNSEEN:
        return ""
    plain = unicodedata.normalize("NFKC", character).casefold()
    return "".join(SIMPLIFIED.get(each, " " if each.isspace() else each) for each in plain)


ONE = _Table(_one)
FOLDED = _Table(_folded)


def one_to_one(text: str) -> str:
    """`text` with plain digits, letters, dashes and spaces, each character in its old place."""
    return text.translate(ONE)


def with_numerals(text: str) -> str:
    """`text` with Chinese numerals as digits, each in its old place."""
    return text.translate(NUMERAL_TABLE)


def fold(text: str) -> str:
    """`text` as it is searched: half-width, small letters, simplified, one space for any white space."""
    return " ".join(text.translate(FOLDED).split())


def folded_at_once(text: str) -> str:
    """What `folded_characters` gives, joined."""
    return text.translate(FOLDED)


def folded_characters(text: str) -> list[str]:
    """What each character of `text` becomes in `fold`; for finding places again."""
    return [FOLDED[ord(character)] for character in text]
