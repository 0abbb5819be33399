"""Reading TOML that somebody pasted in, in a time that grows with its length.

`tomllib` takes a minute for one key of fifty thousand parts, and cannot read what is nested a thousand deep.
"""

import tomllib
from typing import Any

MOST_DOTS = 60  # in one line


def loads(text: str) -> dict[str, Any]:
    """Raises tomllib.TOMLDecodeError."""
    if any(line.count(".") > MOST_DOTS for line in text.split("\n")):
        raise tomllib.TOMLDecodeError(f"more than {MOST_DOTS} dots in one line")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise tomllib.TOMLDecodeError("nested too deeply") from None
