"""The names of sealed files, the same in every store."""

import re

NAME = re.compile(r"[0-9a-z]{32}")


def path_of(name: str) -> str:
    """`ab/ab…`: 1024 folders. Raises ValueError for what cannot be one of ours."""
    if not NAME.fullmatch(name):
        raise ValueError("A file's name has 32 letters and digits.")
    return f"{name[:2]}/{name}"
