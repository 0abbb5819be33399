"""Traditional characters and their simplified forms, from the table beside this module."""

from importlib import resources


def _read() -> dict[str, str]:
    text = resources.files("huiying.finding").joinpath("variants.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {pair[0]: pair[1] for line in lines for pair in line.split()}


SIMPLIFIED = _read()
