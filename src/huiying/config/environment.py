"""Typed readers of the environment; a wrong value stops the start with a sentence that says what to do."""

import os
from collections.abc import Iterable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """The value of `name` without surrounding space, or `default` where it is unset."""
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool) -> bool:
    """True for 1, true, yes, on; False for 0, false, no, off or empty."""
    value = os.environ.get(name)
    if value is None:
        return default
    folded = value.strip().lower()
    if folded not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return folded in TRUE


def number(name: str, default: int, *, least: int = 0, most: int = 10**9) -> int:
    """A whole number within `least` and `most`."""
    value = text(name, str(default))
    try:
        parsed = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
    if not least <= parsed <= most:
        raise ImproperlyConfigured(f"{name} must be between {least} and {most}, not {parsed}.")
    return parsed


def choice(name: str, default: str, allowed: Iterable[str]) -> str:
    """One of `allowed`."""
    value = text(name, default)
    options = list(allowed)
    if value not in options:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(options)}, not {value!r}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def folder(name: str, default: Path) -> Path:
    """An absolute path; `~` is understood."""
    value = text(name)
    return Path(value).expanduser().resolve() if value else default
