"""Random labels: the names by which the record knows cases, letters and people."""

import secrets

# Crockford's base 32 in lower case: no i, l, o, u.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LABEL_LENGTH = 16


def random_label(length: int = LABEL_LENGTH) -> str:
    """`length` characters of 5 bits each from the system's generator (16: 80 bits)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
