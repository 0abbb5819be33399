"""Recovery codes: 80 random bits each, so that a plain digest keeps them (no dictionary reaches them)."""

import hashlib

from huiying.kernel.identifiers import random_label

HOW_MANY = 10
GROUP = 4


def new_codes() -> list[str]:
    """Ten codes as they are shown: `7k2m-9xqa-…`."""
    return [_grouped(random_label()) for _ in range(HOW_MANY)]


def _grouped(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def plain(typed: str) -> str:
    """What was typed, without the marks and spaces that people put in; letters read as they look."""
    kept = "".join(each for each in typed.lower() if each.isalnum())
    return kept.translate(str.maketrans("oil", "011"))


def digest_of(account_label: str, code: str) -> bytes:
    """What is kept of a code; of the same code another digest for another account."""
    return hashlib.sha256(f"{account_label}\0{plain(code)}".encode()).digest()
