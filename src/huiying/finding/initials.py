"""The letters with which the characters of a name begin in pinyin: jtj for 交通局."""

from collections import defaultdict
from functools import lru_cache
from importlib import resources
from itertools import product

from huiying.finding.folding import fold

MOST_WAYS = 16  # a name of characters with several readings each


def _read() -> dict[str, str]:
    text = resources.files("huiying.finding").joinpath("initials.txt").read_text(encoding="utf-8")
    letters: dict[str, str] = defaultdict(str)
    for line in text.splitlines():
        if not line.startswith("#"):
            for character in line[1:]:
                letters[character] += line[0]
    return letters


LETTERS = _read()


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """Every way to write `name` by initials, parted by spaces; Latin letters and digits stand as they are.

    Empty where nothing in it is Chinese.
    """
    folded = fold(name)
    if not any(character in LETTERS for character in folded):
        return ""
    ways = [""]
    for character in folded:
        letters = LETTERS.get(character) or (
            character if character.isascii() and character.isalnum() else ""
        )
        if len(letters) > 1 and len(ways) * len(letters) > MOST_WAYS:
            letters = letters[0]
        if letters:
            ways = [way + letter for way, letter in product(ways, letters)]
    return " ".join(ways)
