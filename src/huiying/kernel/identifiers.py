"""Random labels: the names by which the record knows cases, letters and people."""

import base64
import secrets

# Crockford's base 32 in lower case: no i, l, o, u.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LABEL_LENGTH = 16
_FROM_RFC_4648 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET)


def _written(octets: bytes) -> str:
    """Eight characters for every five bytes."""
    return base64.b32encode(octets).decode().translate(_FROM_RFC_4648)


def random_label(length: int = LABEL_LENGTH) -> str:
    """`length` characters of 5 bits each from the system's generator (16: 80 bits)."""
    octets = (length * 5 + 7) // 8
    return _written(secrets.token_bytes(octets + -octets % 5))[:length]


def random_labels(count: int) -> list[str]:
    """`count` labels at once, for bulk work; as random as `random_label`."""
    octets = LABEL_LENGTH * 5 // 8
    plain = _written(secrets.token_bytes(octets * count))
    return [plain[start : start + LABEL_LENGTH] for start in range(0, len(plain), LABEL_LENGTH)]
